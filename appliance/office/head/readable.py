"""A replica that cannot be read is the trouble of its box alone: nothing is taken from that box,
with an alarm, until a person has looked, and then it tells everything anew.
"""

import logging
import sqlite3
from collections.abc import Mapping

from appliance.errors import StoreCorrupt, StoreError
from appliance.office.tables import boxes
from appliance.store.store import Store

log = logging.getLogger(__name__)

WHY = "The office's copy of it cannot be read. Once it is taken in again, it tells everything anew."


def judge(store: Store, failed: Mapping[str, Exception], *, well: int) -> None:
    """One question could not be read from the replicas of some boxes, and from `well` others it
    could. What is damaged is held. What our own code cannot read is held only where it can read as
    many others: else the mistake is ours.

    `store` is office.db. Blocks; raises StoreError.
    """
    for box_id, exc in failed.items():
        log.error("the copy of the box %s cannot be read: %s", box_id, exc, exc_info=exc)
        if is_damage(exc) or (len(failed) <= well and not isinstance(exc, StoreError)):
            _hold(store, box_id)


def hold_if_damaged(store: Store, box_id: str, exc: Exception) -> bool:
    """Whether it is. Blocks; raises StoreError."""
    if is_damage(exc):
        judge(store, {box_id: exc}, well=0)
    return is_damage(exc)


def is_damage(exc: Exception) -> bool:
    """A page that cannot be read, or a table that is not there. Other errors of SQLite may come of
    what was asked.
    """
    lacks_table = isinstance(exc, sqlite3.OperationalError) and "no such table" in str(exc)
    return isinstance(exc, StoreCorrupt) or lacks_table


def _hold(store: Store, box_id: str) -> None:
    store.write(lambda tx: boxes.hold_unreadable(tx, box_id, WHY))
