"""When a phone takes a chat away that is to go: in quiet minutes, one at a time, as a person would.

Never while something is in doubt or on its way in that chat: the proof of a send stands there. What
the phone cannot do, or nobody knows how, becomes a task for a person.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.devices.removal_protocol import RemovalTurn
from appliance.errors import (
    DeviceError,
    DeviceGone,
    LineStopped,
    NotOnChannel,
    Permanent,
    Refused,
    Transient,
)
from appliance.identities import Identity
from appliance.queue.office_hours import hours_of
from appliance.queue.pacing import DAY_MS, MINUTE_MS
from appliance.reasons import Reason
from appliance.store import branches, lines, phone_removals
from appliance.store.phone_removals import PhoneRemoval, RemovalState
from appliance.store.store import Store, Tx

MAX_TRIES = 3
AGAIN_MS = (5 * MINUTE_MS, 30 * MINUTE_MS)
BUSY_MS = 2 * MINUTE_MS
"""Until it is asked again whether a chat is free of doubt."""

IsDue = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalPace:
    """`gap_ms` and up to `spread_ms` more lie between two; `quiet_ms` as with adoption."""

    gap_ms: int = 60_000
    spread_ms: int = 60_000
    quiet_ms: int = MINUTE_MS
    a_day: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalDesk:
    """What the turns of one process share. `evidence`: a folder below it for each removal."""

    store: Store
    evidence: Path
    pace: RemovalPace


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRemovalTurn(RemovalTurn):
    desk: RemovalDesk
    removal: PhoneRemoval
    whose: Identity

    @property
    def removal_id(self) -> str:
        return self.removal.id

    @property
    def number(self) -> str:
        return self.whose.value

    @property
    def was_tapped(self) -> bool:
        return self.removal.tapped_ms is not None

    @property
    def evidence_folder(self) -> Path:
        return self.desk.evidence / self.removal.id

    @contextmanager
    def clear_to_remove(self) -> Iterator[None]:
        self.desk.store.write(self._open)
        yield

    def done(self) -> None:
        self.desk.store.write(lambda tx: phone_removals.end(tx, self.removal.id, RemovalState.DONE))

    def failed(self, error: DeviceError | Refused) -> None:
        self.desk.store.write(lambda tx: self._failed(tx, error))

    def _open(self, tx: Tx) -> None:
        removal = phone_removals.find(tx.conn, self.removal.id)
        if removal is None or removal.state is not RemovalState.DOING:
            raise Refused(Reason.BY_PERSON, "It was withdrawn before it was done.")
        if tx.clock_is_wrong:
            raise Transient("The clock was set to a time that cannot be.")
        if lines.line(tx.conn, removal.line_id).stops(removal.device_id):
            raise Transient("The line was stopped.")
        if is_under_way(tx.conn, removal.line_id, self.whose):
            raise Transient("A message in this chat is in doubt or on its way.")
        phone_removals.note_tap(tx, removal.id)

    def _failed(self, tx: Tx, error: DeviceError | Refused) -> None:
        for_good = isinstance(error, Permanent | LineStopped | NotOnChannel)
        is_last = self.removal.tries + 1 >= MAX_TRIES and not isinstance(error, DeviceGone)
        if isinstance(error, Refused):
            return
        if for_good or is_last:
            phone_removals.hand_over(tx, self.removal.id, Reason.PERSON)
            return
        wait_ms = AGAIN_MS[min(self.removal.tries, len(AGAIN_MS) - 1)]
        phone_removals.again(
            tx,
            self.removal.id,
            not_before_ms=tx.now_ms + wait_ms,
            tried=not isinstance(error, DeviceGone),
        )


def next_turn(desk: RemovalDesk, device_id: str, is_due: IsDue) -> QueueRemovalTurn | None:
    """The chat that this device may take away now, claimed; None where none is due, or it is not
    quiet.
    """
    now_ms = desk.store.clock.now_ms()
    removal = desk.store.read(lambda conn: phone_removals.next_due(conn, device_id, now_ms=now_ms))
    if removal is None:
        return None
    whose = removal.whose
    if whose is None:
        desk.store.write(lambda tx: phone_removals.hand_over(tx, removal.id, Reason.PERSON))
        return None
    if not desk.store.read(lambda conn: _may(conn, desk.pace, removal, now_ms)) or is_due():
        return None
    if desk.store.read(lambda conn: is_under_way(conn, removal.line_id, whose)):
        desk.store.write(lambda tx: _put_off(tx, removal))
        return None
    if not desk.store.write(lambda tx: phone_removals.take(tx, removal.id)):
        return None
    return QueueRemovalTurn(desk=desk, removal=removal, whose=whose)


def is_under_way(conn: sqlite3.Connection, line_id: str, whose: Identity) -> bool:
    """Whether a message to them waits, leaves or is in doubt."""
    found = conn.execute(_UNDER_WAY, (line_id, whose.value, whose.scheme))
    return found.fetchone() is not None


def _put_off(tx: Tx, removal: PhoneRemoval) -> None:
    if phone_removals.take(tx, removal.id):
        phone_removals.again(tx, removal.id, not_before_ms=tx.now_ms + BUSY_MS, tried=False)


def _may(conn: sqlite3.Connection, pace: RemovalPace, removal: PhoneRemoval, now_ms: int) -> bool:
    """In office hours, at a person's pace, and when nothing is said or about to be."""
    line = lines.line(conn, removal.line_id)
    if line.stops(removal.device_id):
        return False
    if hours_of(branches.branch(conn, line.branch_id)).open_from(now_ms) != now_ms:
        return False
    since = conn.execute(_TAPPED, (removal.device_id, now_ms - DAY_MS)).fetchone()
    gap_ms = pace.gap_ms + zlib.crc32(removal.id.encode()) % (pace.spread_ms + 1)
    if since["times"] >= pace.a_day or (since["last_ms"] or 0) + gap_ms > now_ms:
        return False
    about = {"line": line.id, "since": now_ms - pace.quiet_ms, "until": now_ms + pace.quiet_ms}
    return conn.execute(_BUSY, about).fetchone() is None


_UNDER_WAY = """
SELECT 1 FROM message INDEXED BY message_waiting WHERE line_id = ?
AND state IN ('queued', 'sending', 'unconfirmed') AND value = ? AND scheme = ? LIMIT 1
"""
_TAPPED = """
SELECT count(*) AS times, max(tapped_ms) AS last_ms FROM phone_removal
WHERE device_id = ? AND tapped_ms > ?
"""
_BUSY = """
SELECT 1 FROM conversation WHERE line_id = :line AND last_ms > :since
UNION ALL
SELECT 1 FROM message INDEXED BY message_waiting WHERE line_id = :line
  AND state IN ('queued', 'sending', 'unconfirmed') AND state = 'queued' AND expected_ms < :until
LIMIT 1
"""
