"""The walk along the chats that a phone had before Balie came, at the SQL edge."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from appliance.adoption import AdoptionState, ChatFate
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """`listed_ms` None: the list of chats has yet to be read, and was `tries` times in vain."""

    id: str
    line_id: str
    device_id: str
    state: AdoptionState
    listed_ms: int | None
    tries: int
    not_before_ms: int
    created_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionChat:
    """A chat under the `name` that the list shows; `came` and `went` count what was taken over, and
    of a chat of nobody knows whom what came in it while it was read.
    """

    id: str
    adoption_id: str
    name: str
    last_day: date | None
    identity: Identity | None
    fate: ChatFate
    tries: int
    came: int
    went: int
    whole: bool
    read_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOutcome:
    fate: ChatFate
    identity: Identity | None = None
    came: int = 0
    went: int = 0
    whole: bool = False


_ADOPTION = (
    "SELECT id, line_id, device_id, state, listed_ms, tries, not_before_ms, created_ms, ended_ms"
    " FROM adoption"
)
# The first condition as the index has it.
_WALKING = f"""{_ADOPTION} WHERE state IN ('walking', 'paused') AND state = 'walking'
AND device_id = ? AND EXISTS (SELECT 1 FROM route r WHERE r.line_id = adoption.line_id
  AND r.device_id = adoption.device_id)"""  # noqa: S608 -- our own words
_CHAT = (
    "SELECT id, adoption_id, name, last_day, value, scheme, fate, tries, came, went, whole, read_ms"
    " FROM adoption_chat"
)


def begin(tx: Tx, *, line_id: str, device_id: str, staff_id: str | None) -> str:
    """The id of a new walk. An open one of the line on another phone is over."""
    adoption_id = tx.new_id()
    tx.conn.execute(
        "UPDATE adoption SET state = 'stopped', ended_ms = ? WHERE line_id = ?"
        " AND state IN ('walking', 'paused')",
        (tx.now_ms, line_id),
    )
    tx.conn.execute(
        "INSERT INTO adoption (id, line_id, device_id, state, staff_id, created_ms)"
        " VALUES (?, ?, ?, 'walking', ?, ?)",
        (adoption_id, line_id, device_id, staff_id, tx.now_ms),
    )
    _tell(tx, newest(tx.conn, line_id), staff_id)
    return adoption_id


def newest(conn: sqlite3.Connection, line_id: str) -> Adoption | None:
    row = conn.execute(
        f"{_ADOPTION} WHERE line_id = ? ORDER BY id DESC LIMIT 1", (line_id,)
    ).fetchone()
    return None if row is None else _adoption(row)


def find(conn: sqlite3.Connection, adoption_id: str) -> Adoption | None:
    row = conn.execute(f"{_ADOPTION} WHERE id = ?", (adoption_id,)).fetchone()
    return None if row is None else _adoption(row)


def walking_on(conn: sqlite3.Connection, device_id: str) -> Adoption | None:
    """Asked by every device at each of its turns. Only while the line is still on the device."""
    row = conn.execute(_WALKING, (device_id,)).fetchone()
    return None if row is None else _adoption(row)


def move(tx: Tx, adoption: Adoption, to: AdoptionState, *, staff_id: str | None = None) -> None:
    ended_ms = tx.now_ms if to in {AdoptionState.STOPPED, AdoptionState.DONE} else None
    tx.conn.execute(
        "UPDATE adoption SET state = ?, ended_ms = ?, tries = 0 WHERE id = ?",
        (to.value, ended_ms, adoption.id),
    )
    _tell(tx, find(tx.conn, adoption.id), staff_id)


def wait(tx: Tx, adoption_id: str, until_ms: int, *, tried: bool = False) -> None:
    """No step before then."""
    tx.conn.execute(
        "UPDATE adoption SET not_before_ms = ?, tries = tries + ? WHERE id = ?",
        (until_ms, int(tried), adoption_id),
    )


def keep_list(
    tx: Tx, adoption: Adoption, chats: Sequence[tuple[str, date | None, ChatFate]]
) -> None:
    """Name, day of the last message, and what is known of each already; as the list has them."""
    tx.conn.executemany(
        "INSERT INTO adoption_chat (id, adoption_id, place, name, last_day, fate)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (tx.new_id(), adoption.id, place, name, day and day.isoformat(), fate.value)
            for place, (name, day, fate) in enumerate(chats)
        ],
    )
    tx.conn.execute("UPDATE adoption SET listed_ms = ? WHERE id = ?", (tx.now_ms, adoption.id))
    _tell(tx, find(tx.conn, adoption.id), None)


def names_of_groups(conn: sqlite3.Connection, line_id: str) -> Collection[str]:
    rows = conn.execute("SELECT name FROM chat_group WHERE line_id = ?", (line_id,))
    return {row["name"] for row in rows}


def next_chat(conn: sqlite3.Connection, adoption_id: str) -> AdoptionChat | None:
    """One that was tried in vain waits until the others were read."""
    row = conn.execute(
        f"{_CHAT} WHERE adoption_id = ? AND fate = 'waiting' ORDER BY tries, place LIMIT 1",
        (adoption_id,),
    ).fetchone()
    return None if row is None else _chat(row)


def chats_of(conn: sqlite3.Connection, adoption_id: str) -> Sequence[AdoptionChat]:
    rows = conn.execute(f"{_CHAT} WHERE adoption_id = ? ORDER BY place", (adoption_id,))
    return [_chat(row) for row in rows]


def counts_of(conn: sqlite3.Connection, adoption_id: str) -> Mapping[ChatFate, int]:
    rows = conn.execute(
        "SELECT fate, count(*) FROM adoption_chat WHERE adoption_id = ? GROUP BY fate",
        (adoption_id,),
    )
    return {ChatFate(fate): count for fate, count in rows}


def read_since(conn: sqlite3.Connection, device_id: str, since_ms: int) -> int:
    """How many chats were opened on the device since then."""
    row = conn.execute(
        "SELECT count(*) FROM adoption_chat c JOIN adoption a ON a.id = c.adoption_id"
        " WHERE c.read_ms > ? AND a.device_id = ?",
        (since_ms, device_id),
    ).fetchone()
    return int(row[0])


def end_chat(tx: Tx, chat: AdoptionChat, outcome: ChatOutcome) -> None:
    value, scheme = outcome.identity or (None, None)
    tx.conn.execute(
        "UPDATE adoption_chat SET fate = ?, value = ?, scheme = ?, came = ?, went = ?, whole = ?,"
        " read_ms = ? WHERE id = ?",
        (
            outcome.fate.value,
            value,
            scheme,
            outcome.came,
            outcome.went,
            int(outcome.whole),
            tx.now_ms,
            chat.id,
        ),
    )
    _tell(tx, find(tx.conn, chat.adoption_id), None)


def try_again(tx: Tx, chat: AdoptionChat) -> None:
    tx.conn.execute("UPDATE adoption_chat SET tries = tries + 1 WHERE id = ?", (chat.id,))


def _tell(tx: Tx, adoption: Adoption | None, staff_id: str | None) -> None:
    if adoption is not None:
        tx.emit(
            EventKind.DEVICE_ADOPTION,
            line_id=adoption.line_id,
            device_id=adoption.device_id,
            staff_id=staff_id,
            facts={"adoption": adoption.id, "state": adoption.state.value},
        )


def _adoption(row: sqlite3.Row) -> Adoption:
    return Adoption(**{**dict(row), "state": AdoptionState(row["state"])})


def _chat(row: sqlite3.Row) -> AdoptionChat:
    values = dict(row)
    value, scheme, day = (values.pop(name) for name in ("value", "scheme", "last_day"))
    return AdoptionChat(
        **{**values, "fate": ChatFate(row["fate"]), "whole": bool(row["whole"])},
        last_day=day and date.fromisoformat(day),
        identity=None if value is None else Identity(value, scheme),
    )
