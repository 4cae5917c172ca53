"""What is said next: the batch that begins after what the office has.

First everything that there is, row by row, and no event; then the events of before, whose rows are
told; then each event with the rows that it names. So a box of many years joins in one walk, and a
choice of privacy that changes is one walk more.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from appliance.events import Event
from appliance.office.batch import MAX_BATCH_BYTES, Batch, BoxFacts, Descent, ToldEvent
from appliance.slices import Privacy, Slice
from appliance.store import erasures, events, slice_tables, slices
from appliance.store.feed import known_epoch
from appliance.store.office_link import OfficeLink
from appliance.store.restoring import descent_of, restores
from appliance.store.slice_privacy import Mask

PIECE = 200
"""Events of one batch: their rows are read in one go, in which the thread does nothing else."""
MOST_WEIGHT = MAX_BATCH_BYTES // 4
"""Of the slices of one batch, by a guess at their JSON that is never a quarter of it."""
LEAST_WEIGHT = 16 * 1024
_MOST_SLICES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """`more`: there is more to tell at once. `ends`: with this all rows were told as `told_as`."""

    batch: Batch
    more: bool
    ends: bool = False
    told_as: Privacy | None = None


class Teller:
    """Used by the thread of the link alone, each method inside `Store.read`."""

    def __init__(self) -> None:
        self._walk: Iterator[Slice] | None = None
        self._walks_from = 0
        self._walks_as: Privacy | None = None
        self._piece: tuple[list[Slice], bool] | None = None
        self._spill: list[Slice] = []
        self._spill_of = 0
        self._greets_after: int | None = None
        self._weight = MOST_WEIGHT

    @property
    def rows_to_seq(self) -> int:
        """Events up to it were there before the walk over all rows began."""
        return self._walks_from

    def next(self, conn: sqlite3.Connection, known: OfficeLink, facts: BoxFacts) -> Telling:
        telling = self._next(conn, known, facts)
        before = [Descent(epoch=epoch, seq=seq) for epoch, seq in restores(conn)]
        return replace(telling, batch=replace(telling.batch, before=before))

    def _next(self, conn: sqlite3.Connection, known: OfficeLink, facts: BoxFacts) -> Telling:
        epoch = known_epoch(conn)
        if known.epoch != epoch:
            return self._greeting(conn, known, epoch, facts)
        if known.unsettled or erasures.are_due_again(conn):
            # What the copy holds of people who were erased since is told to nobody: of what happens
            # meanwhile the events alone, and afterwards every row anew, as in each new epoch.
            self.lost()
            return self._news(conn, replace(known, rows_to_seq=events.last_seq(conn)), facts)
        if known.told_privacy != known.narrower:
            return self._rows(conn, known, facts)
        self._walk = None
        return self._news(conn, known, facts)

    def arrived(self) -> None:
        """The office has what was told last."""
        self._piece = None
        self._weight = min(2 * self._weight, MOST_WEIGHT)

    def too_slow(self) -> None:
        """The way is slow: the next batches are smaller, until they arrive."""
        self._weight = max(self._weight // 2, LEAST_WEIGHT)

    def lost(self) -> None:
        """What was told last may not have arrived: it is told again."""
        self._spill, self._spill_of = [], 0

    def anew(self, *, greets_after: int | None = None) -> None:
        """A walk begins anew. A greeting says that the log goes on after `greets_after`, where the
        office had less of the epoch before.
        """
        self.lost()
        self._walk = self._piece = None
        self._greets_after = greets_after

    def _greeting(
        self, conn: sqlite3.Connection, known: OfficeLink, epoch: str, facts: BoxFacts
    ) -> Telling:
        """The first of an epoch says nothing but where it comes from."""
        descent = _descent(conn) if known.epoch is not None else None
        after = 0 if descent is None else descent.seq
        if self._greets_after is not None:
            after = min(after, self._greets_after)
        batch = _batch(epoch, after, (), (), facts, descent=descent)
        return Telling(batch=batch, more=True)

    def _rows(self, conn: sqlite3.Connection, known: OfficeLink, facts: BoxFacts) -> Telling:
        if self._walk is None or self._walks_as is not known.narrower:
            self.lost()  # what was to be told next was read as another choice allows it
            self._walks_from, self._walks_as = events.last_seq(conn), known.narrower
            self._walk, self._piece = self._everything(conn, known), None
        self._piece = self._piece or _piece_of(self._walk, self._weight // 2)
        found, ends = self._piece
        batch = _after(known, (), found, facts)
        return Telling(batch=batch, more=True, ends=ends, told_as=known.narrower)

    def _everything(self, conn: sqlite3.Connection, known: OfficeLink) -> Iterator[Slice]:
        """People have other ids where only figures are told: those of before go first."""
        if Privacy.FIGURES in (known.told_privacy, known.narrower):
            for table in sorted(slice_tables.named_tables()) if known.told_privacy else ():
                yield Slice(table=table, of={}, rows=())
        yield from slices.everything(_mask(conn, known))

    def _news(self, conn: sqlite3.Connection, known: OfficeLink, facts: BoxFacts) -> Telling:
        found = events.after(conn, known.event_seq, limit=PIECE)
        if not found:
            return Telling(batch=_after(known, (), (), facts), more=False)
        mask = _mask(conn, known)
        if self._spill and self._spill_of == found[0].seq:
            return self._rest(known, mask, found, facts)
        bare = [each for each in found if each.seq <= known.rows_to_seq]
        if bare:
            told = [mask.event(each) for each in bare]
            return Telling(batch=_after(known, told, (), facts), more=True)
        return self._with_rows(known, mask, found, facts)

    def _with_rows(
        self, known: OfficeLink, mask: Mask, found: Sequence[Event], facts: BoxFacts
    ) -> Telling:
        """As many events as fit with their rows; one that names more than fits has the first of
        them told before it.
        """
        named = slices.slices_of(mask, found)
        while sum(map(weight_of, named)) > self._weight and len(found) > 1:
            found = found[: len(found) // 2]
            named = slices.slices_of(mask, found)
        if sum(map(weight_of, named)) > self._weight:
            self._spill, self._spill_of = list(named), found[0].seq
            return self._rest(known, mask, found, facts)
        told = [mask.event(each) for each in found]
        return Telling(batch=_after(known, told, named, facts), more=True)

    def _rest(
        self, known: OfficeLink, mask: Mask, found: Sequence[Event], facts: BoxFacts
    ) -> Telling:
        """The next of the rows of one event; with the last of them goes the event itself."""
        piece, weight = list[Slice](), 0
        while self._spill and (not piece or weight + weight_of(self._spill[0]) < self._weight):
            piece.append(self._spill.pop(0))
            weight += weight_of(piece[-1])
        if self._spill:
            return Telling(batch=_after(known, (), piece, facts), more=True)
        self._spill_of = 0
        return Telling(batch=_after(known, [mask.event(found[0])], piece, facts), more=True)


def _piece_of(walk: Iterator[Slice], most: int) -> tuple[list[Slice], bool]:
    """What goes into one batch, and whether it is the last."""
    found, weight = list[Slice](), 0
    for each in walk:
        found.append(each)
        weight += weight_of(each)
        if weight >= most or len(found) >= _MOST_SLICES:
            return found, False
    return found, True


def _after(
    known: OfficeLink, found: Sequence[Event], named: Sequence[Slice], facts: BoxFacts
) -> Batch:
    epoch, after = known.epoch or "", known.event_seq
    return _batch(epoch, after, found, named, facts, told_as=known.narrower)


def _batch(
    epoch: str,
    after: int,
    found: Sequence[Event],
    named: Sequence[Slice],
    facts: BoxFacts,
    *,
    descent: Descent | None = None,
    told_as: Privacy | None = None,
) -> Batch:
    return Batch(
        epoch=epoch,
        first=after + 1,
        last=found[-1].seq if found else after,
        events=[ToldEvent.of(each) for each in found],
        slices=named,
        sent_ms=0,
        facts=facts,
        descent=descent,
        told_as=told_as,
    )


def _mask(conn: sqlite3.Connection, known: OfficeLink) -> Mask:
    return Mask(conn=conn, privacy=known.narrower, key=known.hash_key)


def _descent(conn: sqlite3.Connection) -> Descent | None:
    """Also of a copy that another office was told of, before this one knew the box."""
    found = descent_of(conn) or next(iter(restores(conn)), None)
    return None if found is None else Descent(epoch=found[0], seq=found[1])


def weight_of(given: Slice) -> int:
    """About how many bytes it has as JSON."""
    return 80 + sum(
        len(name) + 6 + (8 if value is None else len(str(value)))
        for row in given.rows
        for name, value in row.items()
    )
