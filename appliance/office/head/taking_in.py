"""Takes a batch into the replica of its box: rows, events and cursor in one transaction.

What the office has already is passed over, so a batch that is told again, after a second or after a
week, changes nothing. Rows of a batch that lies wholly in the past are older than what is here.
"""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from appliance.errors import BalieError, InvalidInput
from appliance.events import EventKind
from appliance.office.batch import Batch, ToldEvent
from appliance.office.head import erasing
from appliance.office.link import CommandKind, CommandOutcome
from appliance.office.tables import replica_link, replica_privacy
from appliance.office.tables.replica_link import LinkState, PastEpoch
from appliance.slices import Privacy
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
    `cursor`. `forgot`: something that may be in memory is gone.
    """

    cursor: int
    happened: Mapping[str, Any] | None = None
    began: bool = False
    gap: bool = False
    forgot: bool = False


def take(store: Store, batch: Batch, counts: Privacy) -> TakenIn:
    """Blocks until it is on the disk. What was told as a wider choice than the one that counts is
    not taken: the box hears of the choice, and tells it as that allows. Raises Behind or Wrong.
    """
    try:
        if not batch.slices and not batch.events:
            state = store.read(replica_link.read)
            if state.epoch == batch.epoch and batch.first <= state.cursor + 1:
                return TakenIn(cursor=state.cursor, happened=state.happened)  # a sign of life
        return store.write(lambda tx: _take(tx, batch, counts))
    except InvalidInput as exc:
        raise Wrong(exc.sentence) from exc
    except (sqlite3.IntegrityError, OverflowError) as exc:
        raise Wrong("A row that it told cannot be in a database of Balie.") from exc


def _take(tx: Tx, batch: Batch, counts: Privacy) -> TakenIn:
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
    told_as = batch.told_as or counts
    is_older = batch.last < state.cursor or (batch.last == state.cursor and batch.events)
    if is_older or told_as.narrower(counts) is not told_as:
        if began:
            replica_link.write(tx, state)
        return _taken(state, state.cursor, began=began)
    new = [each for each in batch.events if each.seq > state.cursor]
    replica_privacy.widen(tx, told_as)
    forgot = _put(tx, state, batch, new)
    return replace(_taken(state, max(batch.last, state.cursor), began=began), forgot=forgot)


def _taken(state: LinkState, cursor: int, *, began: bool, gap: bool = False) -> TakenIn:
    return TakenIn(cursor=cursor, happened=state.happened, began=began, gap=gap)


def _put(tx: Tx, state: LinkState, batch: Batch, events: Collection[ToldEvent]) -> bool:
    """Whether something may stand in memory that is to stand nowhere now."""
    forgot = erasing.erase(tx, batch)
    told = erasing.without_erased(tx, batch.slices)
    done = replica_rows.put(tx, told)
    unknown = replica_rows.put_events(tx, [each.as_json() for each in events])
    if done.unknown or unknown or told:
        replica_link.keep_unknown(tx, told, done.unknown, unknown)
    talks = {each.conversation_id for each in events if each.conversation_id is not None}
    replica_link.touch(tx, done.conversations | talks)
    replica_link.write(
        tx,
        replace(
            state,
            cursor=max(batch.last, state.cursor),
            directory=state.directory + done.directory,
            happened=_still_to_say(state, events),
        ),
    )
    return erasing.let_go(tx, events) or forgot


def _still_to_say(state: LinkState, events: Collection[ToldEvent]) -> Mapping[str, Any] | None:
    """Whom it names has no place here once the box has done what it says."""
    if state.happened is None or not any(map(_did_what_happened, events)):
        return state.happened
    return {name: [] if isinstance(each, list) else each for name, each in state.happened.items()}


def _did_what_happened(event: ToldEvent) -> bool:
    said = event.facts.get("kind"), event.facts.get("outcome")
    return event.kind == EventKind.OFFICE_COMMAND.value and said == (
        CommandKind.HAPPENED,
        CommandOutcome.DONE,
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
