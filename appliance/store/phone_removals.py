"""What is to be taken off a phone: a whole chat, or one message; by the phone, or by a person.

Whose chat it is stays sealed by the key of the house, and is gone as soon as it is done.
"""

import json
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.channels import Channel
from appliance.errors import SetupError
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store.house_key import HouseKey
from appliance.store.key_at_hand import house_key
from appliance.store.store import Tx

log = logging.getLogger(__name__)


class RemovalWhat(StrEnum):
    CHAT = "chat"
    MESSAGE = "message"


class RemovalState(StrEnum):
    WAITING = "waiting"
    DOING = "doing"
    #: Somebody has to do it by hand.
    PERSON = "person"
    DONE = "done"
    #: There is nothing to be done any more.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRemoval:
    """`whose` is None once it is over. `written_ms` is of the one message. `tapped_ms` set: an
    earlier try came to the tap that removes.
    """

    id: str
    line_id: str
    device_id: str
    channel: Channel
    what: RemovalWhat
    whose: Identity | None
    message_id: str | None
    written_ms: int | None
    state: RemovalState
    reason: Reason | None
    tries: int
    tapped_ms: int | None
    staff_id: str | None
    created_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRemoval:
    """`by_hand`: no driver can do it, so it waits for a person from the start."""

    line_id: str
    device_id: str
    channel: Channel
    whose: Identity
    what: RemovalWhat = RemovalWhat.CHAT
    message_id: str | None = None
    written_ms: int | None = None
    by_hand: bool = False


def ask(tx: Tx, new: NewRemoval) -> str:
    """The id; of one that is asked for already and not yet begun, that one's."""
    key = house_key(tx.conn)
    same = _same(tx.conn, key, new)
    if same is not None:
        return same
    removal_id = tx.new_id()
    state = RemovalState.PERSON if new.by_hand else RemovalState.WAITING
    tx.conn.execute(
        "INSERT INTO phone_removal (id, line_id, device_id, channel, what, whose, stands_for,"
        " message_id, written_ms, state, reason, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            removal_id,
            new.line_id,
            new.device_id,
            new.channel.name,
            new.what.value,
            key.seal(json.dumps(new.whose).encode(), about=removal_id),
            key.stands_for(new.whose.scheme, new.whose.value),
            new.message_id,
            new.written_ms,
            state.value,
            Reason.PERSON if new.by_hand else None,
            tx.now_ms,
        ),
    )
    _tell(tx, removal_id)
    return removal_id


def find(conn: sqlite3.Connection, removal_id: str) -> PhoneRemoval | None:
    row = conn.execute("SELECT * FROM phone_removal WHERE id = ?", (removal_id,)).fetchone()
    return next(iter(_removals(conn, [row] if row else [])), None)


def states_of(conn: sqlite3.Connection, ids: Sequence[str]) -> Mapping[str, RemovalState]:
    """How far each of these is."""
    rows = conn.execute(
        "SELECT id, state FROM phone_removal WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {row["id"]: RemovalState(row["state"]) for row in rows}


def next_due(conn: sqlite3.Connection, device_id: str, *, now_ms: int) -> PhoneRemoval | None:
    """What this device is to remove now, the oldest first; one that was cut off is due again."""
    row = conn.execute(
        "SELECT * FROM phone_removal INDEXED BY phone_removal_open WHERE device_id = ?"
        " AND state IN ('waiting', 'doing', 'person')"  # as the index has it
        " AND state IN ('waiting', 'doing') AND not_before_ms <= ? ORDER BY id LIMIT 1",
        (device_id, now_ms),
    ).fetchone()
    return next(iter(_removals(conn, [row] if row else [])), None)


def for_people(conn: sqlite3.Connection, branches: Sequence[str]) -> Sequence[PhoneRemoval]:
    """What somebody has to do by hand on the phones of these branches, oldest first; also what a
    phone was to do that is no device of the house any more.
    """
    rows = conn.execute(
        "SELECT r.* FROM phone_removal r JOIN line ON line.id = r.line_id"
        " JOIN device ON device.id = r.device_id WHERE (r.state = 'person'"
        " OR r.state IN ('waiting', 'doing') AND device.removed_ms IS NOT NULL)"
        " AND line.branch_id IN (SELECT value FROM json_each(?)) ORDER BY r.id",
        (json.dumps(list(branches)),),
    )
    return _removals(conn, rows.fetchall())


def count_waiting(conn: sqlite3.Connection, branches: Sequence[str]) -> int:
    """How many the phones of these branches have yet to do by themselves."""
    row = conn.execute(
        "SELECT count(*) FROM phone_removal r JOIN line ON line.id = r.line_id"
        " WHERE r.state IN ('waiting', 'doing')"
        " AND line.branch_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(branches)),),
    ).fetchone()
    return int(row[0])


def take(tx: Tx, removal_id: str) -> bool:
    """Whether it is still to be done; it is in hand then."""
    changed = tx.conn.execute(
        "UPDATE phone_removal SET state = 'doing' WHERE id = ? AND state IN ('waiting', 'doing')",
        (removal_id,),
    )
    return changed.rowcount == 1


def note_tap(tx: Tx, removal_id: str) -> None:
    """From here on it may have happened."""
    tx.conn.execute("UPDATE phone_removal SET tapped_ms = ? WHERE id = ?", (tx.now_ms, removal_id))


def again(tx: Tx, removal_id: str, *, not_before_ms: int, tried: bool = True) -> None:
    tx.conn.execute(
        "UPDATE phone_removal SET state = 'waiting', not_before_ms = ?, tries = tries + ?"
        " WHERE id = ? AND state = 'doing'",
        (not_before_ms, int(tried), removal_id),
    )


def hand_over(tx: Tx, removal_id: str, reason: Reason) -> None:
    """The phone cannot do it: somebody has to."""
    tx.conn.execute(
        "UPDATE phone_removal SET state = 'person', reason = ? WHERE id = ? AND ended_ms IS NULL",
        (reason, removal_id),
    )
    _tell(tx, removal_id)


def end(tx: Tx, removal_id: str, state: RemovalState, *, staff_id: str | None = None) -> bool:
    """Whether it was open. `staff_id` is who did it by hand."""
    changed = tx.conn.execute(
        "UPDATE phone_removal SET state = ?, whose = NULL, stands_for = NULL, ended_ms = ?,"
        " staff_id = ? WHERE id = ? AND ended_ms IS NULL",
        (state.value, tx.now_ms, staff_id, removal_id),
    )
    if changed.rowcount == 1:
        _tell(tx, removal_id, staff_id=staff_id)
    return changed.rowcount == 1


def _same(conn: sqlite3.Connection, key: HouseKey, new: NewRemoval) -> str | None:
    """The id of one that is asked for and not begun, of whichever key of the house it is."""
    about = {
        "stands_for": json.dumps(list(key.ever_stood_for(new.whose.scheme, new.whose.value))),
        "device": new.device_id,
        "line": new.line_id,
        "channel": new.channel.name,
        "what": new.what.value,
        "message": new.message_id,
    }
    row = conn.execute(_SAME, about).fetchone()
    return None if row is None else str(row["id"])


def _tell(tx: Tx, removal_id: str, *, staff_id: str | None = None) -> None:
    removal = find(tx.conn, removal_id)
    if removal is None:
        return
    facts = {"removal": removal.id, "what": removal.what.value, "state": removal.state.value}
    tx.emit(
        EventKind.PHONE_REMOVAL,
        line_id=removal.line_id,
        device_id=removal.device_id,
        staff_id=staff_id,
        facts={**facts, **({"reason": removal.reason} if removal.reason else {})},
    )


def _opened(key: HouseKey | None, row: sqlite3.Row) -> Identity | None:
    """Where the key is lost nobody knows any more whose it was."""
    if key is None or row["whose"] is None:
        return None
    try:
        return Identity(*json.loads(key.open(row["whose"], about=row["id"])))
    except SetupError as exc:
        log.warning("whose chat removal %s is about cannot be told: %s", row["id"], exc)
        return None


def _removals(conn: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> Sequence[PhoneRemoval]:
    """The file of the key is read once for all of them."""
    if not any(row["whose"] for row in rows):
        return [_removal(None, row) for row in rows]
    try:
        key = house_key(conn)
    except SetupError as exc:
        log.warning("whose chats are to be removed cannot be told: %s", exc)
        return [_removal(None, row) for row in rows]
    return [_removal(key, row) for row in rows]


def _removal(key: HouseKey | None, row: sqlite3.Row) -> PhoneRemoval:
    return PhoneRemoval(
        id=row["id"],
        line_id=row["line_id"],
        device_id=row["device_id"],
        channel=Channel.named(row["channel"]),
        what=RemovalWhat(row["what"]),
        whose=_opened(key, row),
        message_id=row["message_id"],
        written_ms=row["written_ms"],
        state=RemovalState(row["state"]),
        reason=Reason.of(row["reason"]),
        tries=row["tries"],
        tapped_ms=row["tapped_ms"],
        staff_id=row["staff_id"],
        created_ms=row["created_ms"],
        ended_ms=row["ended_ms"],
    )


_SAME = """
SELECT id FROM phone_removal WHERE stands_for IN (SELECT value FROM json_each(:stands_for))
AND device_id = :device AND line_id = :line AND channel = :channel AND what = :what
AND message_id IS :message AND state IN ('waiting', 'person') LIMIT 1
"""
