"""The walk along the chats that a phone had before Balie came: a step at a time, in quiet minutes.

The place of the walk is in the database: a step and what it brought are one transaction, so a step
that was cut off is taken again and makes nothing twice. Sending and receiving come first.
"""

import logging
import sqlite3
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.adoption import AdoptionState, ChatFate
from appliance.devices.adoption_protocol import (
    AdoptionTurn,
    ChatToRead,
    KnownMessage,
    ListedChat,
    ReadChat,
    ReadsChats,
)
from appliance.errors import DeviceError, DeviceGone, NotOnChannel
from appliance.queue.gate import ConsentGate
from appliance.queue.office_hours import hours_of
from appliance.queue.pacing import DAY_MS, MINUTE_MS
from appliance.store import adoptions, branches, lines
from appliance.store.adoptions import Adoption, AdoptionChat, ChatOutcome
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

MOST_CHATS = 400
"""Of one walk; the list shows the newest first."""
MAX_TRIES = 3
AGAIN_MS = (MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS)
"""Waits after a list or a chat that could not be read; the last one repeats for the list."""

Keep = Callable[[Tx, Adoption, AdoptionChat, ReadChat], ChatOutcome]
"""Keeps what one chat showed; a higher floor knows what follows from it."""
IsDue = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionPace:
    """`gap_ms` and up to `spread_ms` more lie between two steps. Nothing was said on the line for
    `quiet_ms`, and nothing is expected to leave within that time.
    """

    gap_ms: int = 20_000
    spread_ms: int = 25_000
    quiet_ms: int = MINUTE_MS
    chats_a_day: int = 120

    def after(self, step_id: str, now_ms: int) -> int:
        """Asking twice gives the same."""
        return now_ms + self.gap_ms + zlib.crc32(step_id.encode()) % (self.spread_ms + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionDesk:
    """What the turns of one process share."""

    store: Store
    gate: ConsentGate
    keep: Keep
    pace: AdoptionPace


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn(AdoptionTurn):
    desk: AdoptionDesk
    walk: Adoption
    is_due: IsDue

    def goes_on(self) -> bool:
        """Somebody may also hold the walk up meanwhile."""
        now = self.desk.store.read(lambda conn: adoptions.find(conn, self.walk.id))
        walks = now is not None and now.state is AdoptionState.WALKING
        return walks and not self.is_due()

    def put_off(self) -> None:
        self.desk.store.write(lambda tx: self._rest(tx, self.walk.id))

    def _rest(self, tx: Tx, step_id: str) -> None:
        adoptions.wait(tx, self.walk.id, self.desk.pace.after(step_id, tx.now_ms))

    def _is_over(self, tx: Tx) -> bool:
        now = adoptions.find(tx.conn, self.walk.id)
        return now is None or now.state is not AdoptionState.WALKING


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingTurn(_Turn):
    """Which chats there are; nothing is opened."""

    def take(self, reader: ReadsChats) -> None:
        listed = reader.list_chats(self.goes_on, most=MOST_CHATS)

        def keep(tx: Tx) -> None:
            if self._is_over(tx):
                return
            known = adoptions.names_of_groups(tx.conn, self.walk.line_id)
            adoptions.keep_list(tx, self.walk, [(c.name, c.day, _fate(c, known)) for c in listed])
            self._rest(tx, self.walk.id)

        self.desk.store.write(keep)
        log.info("adoption %s found %d chats", self.walk.id, len(listed))

    def failed(self, error: DeviceError) -> None:
        del error
        wait_ms = AGAIN_MS[min(self.walk.tries, len(AGAIN_MS) - 1)]
        self.desk.store.write(
            lambda tx: adoptions.wait(tx, self.walk.id, tx.now_ms + wait_ms, tried=True)
        )


def _fate(chat: ListedChat, groups_known: Collection[str]) -> ChatFate:
    """The row of a group shows who wrote last, unless that was the line itself."""
    if chat.group or chat.name in groups_known:
        return ChatFate.GROUP
    return ChatFate.ALIKE if chat.alike else ChatFate.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTurn(_Turn):
    """One chat; under the locks of whom it is with, because it may say STOP."""

    chat: AdoptionChat

    def take(self, reader: ReadsChats) -> None:
        wanted = ChatToRead(
            name=self.chat.name,
            day=self.chat.last_day,
            known=self._known,
            goes_on=self.goes_on,
        )
        found = reader.read_chat(wanted)

        def keep(tx: Tx) -> None:
            if self._is_over(tx):
                return
            adoptions.end_chat(tx, self.chat, self.desk.keep(tx, self.walk, self.chat, found))
            self._go_on(tx)

        whose = () if found.who is None else (found.channel.told(found.who),)
        self.desk.gate.write(self.desk.store, whose, keep)

    def failed(self, error: DeviceError) -> None:
        """What a phone could not show it is asked for again, and then a person is told."""

        def keep(tx: Tx) -> None:
            is_last = self.chat.tries + 1 >= MAX_TRIES and not isinstance(error, DeviceGone)
            if isinstance(error, NotOnChannel) or is_last:
                adoptions.end_chat(tx, self.chat, ChatOutcome(fate=ChatFate.FAILED))
                self._go_on(tx)
            else:
                if not isinstance(error, DeviceGone):
                    adoptions.try_again(tx, self.chat)
                adoptions.wait(tx, self.walk.id, tx.now_ms + AGAIN_MS[0])

        self.desk.store.write(keep)

    def _go_on(self, tx: Tx) -> None:
        if adoptions.next_chat(tx.conn, self.walk.id) is None:
            adoptions.move(tx, self.walk, AdoptionState.DONE)
        self._rest(tx, self.chat.id)

    def _known(self, who: str) -> Sequence[KnownMessage]:
        return self.desk.store.read(lambda conn: _known(conn, self.walk.line_id, who))


def next_turn(desk: AdoptionDesk, device_id: str, is_due: IsDue) -> AdoptionTurn | None:
    """The step that this device may take now; None where none is due, or it is not quiet."""
    walk = desk.store.read(lambda conn: adoptions.walking_on(conn, device_id))
    now_ms = desk.store.clock.now_ms()
    if walk is None or walk.not_before_ms > now_ms:
        return None
    if not desk.store.read(lambda conn: _may_walk(conn, walk, desk.pace, now_ms)) or is_due():
        return None
    if walk.listed_ms is None:
        return ListingTurn(desk=desk, walk=walk, is_due=is_due)
    chat = desk.store.read(lambda conn: adoptions.next_chat(conn, walk.id))
    if chat is None:
        desk.store.write(lambda tx: adoptions.move(tx, walk, AdoptionState.DONE))
        return None
    return ReadingTurn(desk=desk, walk=walk, is_due=is_due, chat=chat)


def _may_walk(conn: sqlite3.Connection, walk: Adoption, pace: AdoptionPace, now_ms: int) -> bool:
    """In office hours, because opening a chat marks it as read; so many a day, and when all is
    quiet.
    """
    line = lines.line(conn, walk.line_id)
    if line.stops(walk.device_id):
        return False
    if hours_of(branches.branch(conn, line.branch_id)).open_from(now_ms) != now_ms:
        return False
    if adoptions.read_since(conn, walk.device_id, now_ms - DAY_MS) >= pace.chats_a_day:
        return False
    about = {"line": line.id, "since": now_ms - pace.quiet_ms, "until": now_ms + pace.quiet_ms}
    return conn.execute(_BUSY, about).fetchone() is None


_BUSY = """
SELECT 1 FROM conversation WHERE line_id = :line AND last_ms > :since
UNION ALL
SELECT 1 FROM message INDEXED BY message_waiting WHERE line_id = :line
  AND state IN ('queued', 'sending', 'unconfirmed') AND state = 'queued' AND expected_ms < :until
LIMIT 1
"""


def _known(conn: sqlite3.Connection, line_id: str, who: str) -> Sequence[KnownMessage]:
    """What left or may have left, and what came; under any scheme by which they are shown."""
    line = lines.line(conn, line_id)
    zone = ZoneInfo(branches.branch(conn, line.branch_id).settings.zone)
    rows = conn.execute(_KNOWN, {"line": line_id, "who": who}).fetchall()
    return [_message(row, datetime.fromtimestamp(row["at_ms"] / 1000, zone)) for row in rows]


def _message(row: sqlite3.Row, at: datetime) -> KnownMessage:
    return KnownMessage(
        own=row["direction"] == "out",
        text=row["text"],
        day=at.date(),
        minute=at.hour * 60 + at.minute,
        has_file=bool(row["has_file"]),
    )


_KNOWN = """
SELECT m.direction, m.text || coalesce(a.signature, '') AS text,
  coalesce(m.written_ms, a.tapped_ms, m.sent_ms, m.happened_ms) AS at_ms,
  EXISTS (SELECT 1 FROM message_media f WHERE f.message_id = m.id) AS has_file
FROM contact_identity n
JOIN conversation c ON c.contact_id = n.contact_id AND c.line_id = :line
JOIN message m ON m.conversation_id = c.id
LEFT JOIN attempt a ON a.id = (SELECT max(tapped.id) FROM attempt tapped
  WHERE tapped.message_id = m.id AND tapped.tapped_ms IS NOT NULL
  AND tapped.outcome IS NOT 'not_sent')
WHERE n.value = :who AND (m.direction = 'in' OR m.sent_ms IS NOT NULL OR a.id IS NOT NULL)
ORDER BY m.happened_ms, m.id
"""
