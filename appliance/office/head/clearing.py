"""What is left beside the rows of somebody who was erased, or of what may not be known any more."""

from collections.abc import Collection, Mapping
from typing import Any

from appliance.desk.privacy.erasing import rows
from appliance.desk.search import forgetting as search_forgetting
from appliance.office.tables import commands, replica_erased, replica_privacy
from appliance.office.tables.replica_erased import UncleanErasure
from appliance.store import cleaning
from appliance.store.store import Store, Tx


def clear(store: Store, box_id: str, replica: Store) -> None:
    """In office.db, in the index of the search, in free pages and logs. May be done again. Raises
    Unclean where some of it has to wait. Blocks.
    """
    if erased := replica.read(replica_erased.unclean):
        _clear_erased(store, box_id, replica, erased)
    if replica.read(replica_privacy.is_unclean):
        cleaning.write_anew(replica, by_day=True)
        replica.write(replica_privacy.note_clean)


def _clear_erased(
    store: Store, box_id: str, replica: Store, erased: Collection[UncleanErasure]
) -> None:
    ids = [each.contact_id for each in erased]
    sought = [each.sought for each in erased if each.sought is not None]
    needles = sorted({needle for each in sought for needle in each["needles"]})
    if sought:
        store.write(lambda tx: _forget_here(tx, box_id, sought))
        cleaning.clean(store, needles)
    search_forgetting.forget(replica, ids)
    replica.write(lambda tx: replica_erased.forget_sought(tx, ids))
    if len(sought) == len(erased):
        cleaning.clean(replica, needles)
    else:  # by what they were known, nobody knows any more
        cleaning.write_anew(replica)
    replica.write(lambda tx: replica_erased.note_clean(tx, ids))


def _forget_here(tx: Tx, box_id: str, sought: Collection[Mapping[str, Any]]) -> None:
    for each in sought:
        talks, said = each["conversations"], each["said"]
        commands.forget_person(tx, box_id, talks, said)
        rows.forget_answers(tx, [*talks, *said])
