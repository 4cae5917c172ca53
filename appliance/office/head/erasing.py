"""Who was erased at a box is erased in its replica, in the transaction that takes that in.

The office knows it for good: a box that was put back to a day before tells them as they were then,
and what it tells of them stays empty here.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from appliance.desk.privacy.erasing import copied
from appliance.events import EventKind
from appliance.office.batch import Batch, ToldEvent
from appliance.office.tables import replica_erased
from appliance.slices import Privacy, Slice, Value
from appliance.store import conversations, forgetting
from appliance.store.care_marks import CareState
from appliance.store.slice_privacy import Mask, Row
from appliance.store.store import Tx

_REMOVED = CareState.REMOVED.value
_GONE = frozenset(
    {
        *(EventKind.CONTACT_ERASED.value, EventKind.ERASURE_COMPLETE.value),
        *(EventKind.CONVERSATION_LET_GO.value, EventKind.MESSAGE_CARE.value),
    }
)


def erase(tx: Tx, batch: Batch) -> bool:
    """Whoever this batch says was erased, before its rows are put. Whether anybody was."""
    told = set(_nobodies(batch.slices)) | set(_erased_in(batch))
    new = told - replica_erased.among(tx.conn, told)
    for contact_id in sorted(new):
        was = copied.erase(tx, contact_id)
        if was is None:
            replica_erased.note(tx, [contact_id], None)
            continue
        about = {
            "conversations": sorted(was.conversation_ids),
            "said": list(was.said),
            "needles": list(was.needles),
        }
        replica_erased.note(tx, {contact_id, *was.contact_ids}, about)
    return bool(new)


def let_go(tx: Tx, events: Iterable[ToldEvent]) -> bool:
    """Whether these say that something is gone which may stand in memory: it is to stand in no part
    of the index of the search either.
    """
    said = [each.kind for each in events if each.facts.get("what", _REMOVED) == _REMOVED]
    if _GONE.isdisjoint(said):
        return False
    forgetting.forget_in_index(tx)
    return True


def _nobodies(slices: Sequence[Slice]) -> Iterator[str]:
    """Who was erased is joined into nobody but themselves."""
    for each in slices:
        for row in each.rows if each.table == "contact" else ():
            if isinstance(row.get("id"), str) and row.get("joined_into") == row["id"]:
                yield str(row["id"])


def _erased_in(batch: Batch) -> Iterator[str]:
    for each in batch.events:
        if each.kind == EventKind.CONTACT_ERASED.value and each.contact_id is not None:
            yield each.contact_id


def without_erased(tx: Tx, slices: Sequence[Slice]) -> Sequence[Slice]:
    """As they are told, but for rows of people who were erased."""
    people = {_whose(tx, each.table, row) for each in slices for row in each.rows} - {None}
    erased = replica_erased.among(tx.conn, {each for each in people if isinstance(each, str)})
    if not erased:
        return slices
    # Nobody is to be known again by what stands for them here.
    mask = Mask(conn=tx.conn, privacy=Privacy.ALL, key=secrets.token_bytes(32))

    def told(table: str, row: Row) -> Row:
        return _blanked(mask, table, row) if _whose(tx, table, row) in erased else row

    return [replace(each, rows=[told(each.table, row) for row in each.rows]) for each in slices]


def _blanked(mask: Mask, table: str, row: Row) -> Row:
    empty = mask.blanked(table, row)
    return {**empty, "joined_into": row["id"]} if table == "contact" else empty


def _whose(tx: Tx, table: str, row: Row) -> Value:
    if table == "note" and isinstance(thread := row.get("conversation_id"), str):
        return conversations.contact_of(tx.conn, thread)
    return row.get("id" if table == "contact" else "contact_id")
