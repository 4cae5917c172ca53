"""Takes a batch into the replica of its box: rows, events and cursor in one transaction.

What the office has already is passed over, so a batch that is told again, after a second or after a
week, changes nothing. Rows of a batch that lies wholly in the past are older than what is here.
"""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from appliance.errors import BalieError, InvalidInput
from appliance.office.batch import Batch, ToldEvent
from appliance.office.tables import replica_link
from appliance.office.tables.replica_link import LinkState, PastEpoch
from appliance.store import replica_descent, replica_rows
from appliance.store.store import Store, Tx


class NothingTaken(BalieError):
    """Nothing was written."""


class Behind(NothingTaken):
    def __init__(self, cursor: int) -> None:
        super().__init__(f"there is a gap after {cursor}")
        self.cursor = cursor


class Wrong(NothingTaken):
    """The link is held. `why` is a sentence; `conflict`: perhaps two boxes have one identity."""

    def __init__(self, why: str, *, conflict: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.conflict = conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """`began`: this batch is the first of its epoch. `happened`: what the one before it said that
    the box does not know. `gap`: nothing of it was taken, because the numbering goes on from
    `cursor`.
    """

    cursor: int
    happened: Mapping[str, Any] | None = None
    began: bool = False
    gap: bool = False


def take(store: Store, batch: Batch) -> TakenIn:
    """Blocks until it is on the disk. Raises Behind or Wrong."""
    try:
        if not batch.slices and not batch.events:
            state = store.read(replica_link.read)
            if state.epoch == batch.epoch and batch.first <= state.cursor + 1:
                return TakenIn(cursor=state.cursor, happened=state.happened)  # a sign of life
        return store.write(lambda tx: _take(tx, batch))
    except InvalidInput as exc:
        raise Wrong(exc.sentence) from exc
    except (sqlite3.IntegrityError, OverflowError) as exc:
        raise Wrong("A row that it told cannot be in a database of Balie.") from exc


def _take(tx: Tx, batch: Batch) -> TakenIn:
    state = replica_link.read(tx.conn)
    began = state.epoch != batch.epoch
    if began:
        state = _new_epoch(tx, state, batch)
    if batch.first > state.cursor + 1:
        if began and state.past:
            replica_link.write(tx, state)  # where the box goes on from is settled by now
            return _taken(state, state.cursor, began=True, gap=True)
        raise Behind(state.cursor)
    known = [each for each in batch.events if each.seq <= state.cursor]
    otherwise = replica_rows.told_otherwise(tx.conn, [each.as_json() for each in known])
    if otherwise is not None:
        raise Wrong(f"The event {otherwise} was told before with other content.")
    if batch.last < state.cursor or (batch.last == state.cursor and batch.events):
        if began:
            replica_link.write(tx, state)
        return _taken(state, state.cursor, began=began)
    _put(tx, state, batch, [each for each in batch.events if each.seq > state.cursor])
    return _taken(state, max(batch.last, state.cursor), began=began)


def _taken(state: LinkState, cursor: int, *, began: bool, gap: bool = False) -> TakenIn:
    return TakenIn(cursor=cursor, happened=state.happened, began=began, gap=gap)


def _put(tx: Tx, state: LinkState, batch: Batch, events: Collection[ToldEvent]) -> None:
    done = replica_rows.put(tx, batch.slices)
    unknown = replica_rows.put_events(tx, [each.as_json() for each in events])
    if done.unknown or unknown or batch.slices:
        replica_link.keep_unknown(tx, batch.slices, done.unknown, unknown)
    told = {each.conversation_id for each in events if each.conversation_id is not None}
    replica_link.touch(tx, done.conversations | told)
    replica_link.write(
        tx,
        replace(
            state,
            cursor=max(batch.last, state.cursor),
            directory=state.directory + done.directory,
        ),
    )


def _new_epoch(tx: Tx, state: LinkState, batch: Batch) -> LinkState:
    """Raises Wrong for a numbering that does not go on from the one that is here."""
    if not state.epoch:
        return replace(state, epoch=batch.epoch, happened=_unknown(batch))
    if batch.epoch in {each.epoch for each in state.past}:
        raise Wrong(
            "It goes on with a numbering that ended with a restore: two machines may speak as this"
            " box.",
            conflict=True,
        )
    shared = [
        min(each.seq, known)
        for each in batch.ancestors
        if (known := state.shared_with(each.epoch)) is not None
    ]
    if not shared:
        raise Wrong(
            "It has a new numbering, and nobody knows from which copy it was put back.",
            conflict=True,
        )
    # The copy may hold what never came here: then nothing happened beyond it.
    after = max(shared)
    beyond = replica_descent.beyond(tx.conn, after)
    happened = {"epoch": state.epoch, "after": after, **beyond}
    replica_link.touch(tx, replica_descent.forget(tx, after))
    return LinkState(
        epoch=batch.epoch,
        cursor=after,
        directory=state.directory,
        past=(*state.past, PastEpoch(epoch=state.epoch, seq=after)),
        happened=happened,
    )


def _unknown(batch: Batch) -> Mapping[str, Any] | None:
    """A box that was put back starts no number before it was told what happened; where nothing is
    known here it is told so.
    """
    before = next(iter(batch.ancestors), None)
    return None if before is None else {"epoch": before.epoch, "after": before.seq}
