"""Who changed what and who read what, as one list: the event log and the log of reading.

Each has an order of its own, so a place in the list is a place in both. The event log is walked
from its newest end, at most `WALK` events a page: a page may be short although there is a next one.
"""

import heapq
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from appliance.desk.access.sight import Sight
from appliance.desk.privacy.log import changes, reads
from appliance.errors import InvalidInput
from appliance.store import events
from appliance.store.readings import ReadingKind

WALK = 100_000
NEWEST = 1 << 62
_PLACE = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAsked:
    """`who` is as the log of reading has it, `hashes` stand for a word that was searched for.

    `until_ms` is the first moment that is too late.
    """

    who: str | None = None
    contact_id: str | None = None
    kind: ReadingKind | None = None
    hashes: Sequence[str] = ()
    from_ms: int = 0
    until_ms: int = NEWEST
    after: str | None = None
    limit: int = 50

    def of(self, *, who: str | None, contact_id: str | None) -> "AuditAsked":
        return replace(self, who=who, contact_id=contact_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """`by` is `staff:`, `token:` or `feed:` and an id, or `cli`. `thing` is what was read, or the
    kind of the event.
    """

    seq: int
    at_ms: int
    by: str
    what: ReadingKind
    thing: str
    contact_id: str | None
    conversation_id: str | None

    @property
    def who(self) -> str:
        """The id alone, as the API gives it."""
        return self.by.rpartition(":")[2]

    @property
    def is_event(self) -> bool:
        """It stands in the event log."""
        return "." in self.thing


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """`next` is the `after` of the page that follows."""

    entries: Sequence[AuditEntry]
    next: str | None


def page(conn: sqlite3.Connection, sight: Sight, asked: AuditAsked) -> AuditPage:
    """The newest first. Raises InvalidInput for an `after` that is none."""
    event_seq, reading_seq = _place(asked.after)
    more = asked.limit + 1
    read = _read(conn, sight, asked, reading_seq, more)
    walk = _changed(conn, sight, asked, event_seq, more)
    both = heapq.merge(read, walk.entries, key=lambda each: each.at_ms, reverse=True)
    # What is older than the end of the walk may stand after events that it has not come to.
    known = list(takewhile(lambda each: each.at_ms >= walk.down_to_ms, both))
    entries = known[: asked.limit]
    is_cut = len(known) > asked.limit
    if not is_cut and walk.is_whole:
        return AuditPage(entries=entries, next=None)
    reading_seq = min((each.seq for each in entries if not each.is_event), default=reading_seq)
    event_seq = min((each.seq for each in entries if each.is_event), default=event_seq)
    place = f"{event_seq if is_cut else walk.down_to_seq}-{reading_seq}"
    return AuditPage(entries=entries, next=place)


def _read(
    conn: sqlite3.Connection, sight: Sight, asked: AuditAsked, before: int, limit: int
) -> Sequence[AuditEntry]:
    if asked.kind is ReadingKind.CHANGE:
        return ()
    wanted = reads.WantedReadings(
        before_seq=before,
        limit=limit,
        who=asked.who,
        contact_id=asked.contact_id,
        kind=asked.kind,
        hashes=asked.hashes,
        from_ms=asked.from_ms,
        until_ms=asked.until_ms,
    )
    return [
        AuditEntry(
            seq=each.seq,
            at_ms=each.at_ms,
            by=each.who,
            what=each.kind,
            thing=each.thing.value,
            contact_id=each.contact_id,
            conversation_id=each.conversation_id,
        )
        for each in reads.newest(conn, sight, wanted)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """`entries` are all that fit among the events from `down_to_seq` on, or as many as were
    wanted. `is_whole`: there are no older ones.
    """

    entries: Sequence[AuditEntry]
    down_to_seq: int
    down_to_ms: int
    is_whole: bool


def _changed(
    conn: sqlite3.Connection, sight: Sight, asked: AuditAsked, before: int, limit: int
) -> _Walk:
    if asked.hashes or asked.kind not in (None, *changes.KINDS):
        return _Walk(entries=(), down_to_seq=0, down_to_ms=0, is_whole=True)
    seqs = events.between(conn, asked.from_ms, asked.until_ms)
    first, top = seqs.start, min(before, seqs.stop)
    floor = first if asked.contact_id else max(first, changes.back(conn, top, WALK))
    entries: list[AuditEntry] = []
    wanted = changes.WantedChanges(who=asked.who, contact_id=asked.contact_id, kind=asked.kind)
    for each in changes.newest(conn, wanted, range(floor, top)):
        if sight.sees_event(conn, each.event):
            entries.append(_of_event(each))
        if len(entries) == limit:
            return _ended(conn, entries, entries[-1].seq, is_whole=False)
    return _ended(conn, entries, floor, is_whole=floor <= first)


def _ended(
    conn: sqlite3.Connection, entries: Sequence[AuditEntry], at_seq: int, *, is_whole: bool
) -> _Walk:
    at_ms = 0 if is_whole else events.at_ms_of(conn, at_seq)
    return _Walk(entries=entries, down_to_seq=at_seq, down_to_ms=at_ms, is_whole=is_whole)


def _of_event(change: changes.LoggedChange) -> AuditEntry:
    return AuditEntry(
        seq=change.event.seq,
        at_ms=change.event.at_ms,
        by=change.who,
        what=change.what,
        thing=change.event.kind.value,
        contact_id=change.event.contact_id,
        conversation_id=change.event.conversation_id,
    )


def _place(after: str | None) -> tuple[int, int]:
    """Below which numbers to go on, in the event log and in that of reading."""
    if not after:
        return NEWEST, NEWEST
    found = _PLACE.fullmatch(after)
    if found is None:
        raise InvalidInput("after", "“after” is not a cursor: give the “next” of a page.")
    return min(int(found[1]), NEWEST), min(int(found[2]), NEWEST)
