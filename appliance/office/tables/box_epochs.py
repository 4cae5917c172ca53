"""Every numbering that came under the identity of a box, and how the office takes it."""

import sqlite3
from collections.abc import Mapping
from enum import Enum

from appliance.store.store import Tx


class EpochStanding(Enum):
    #: The one that is believed.
    PRESENT = "present"
    #: One before a restore.
    PAST = "past"
    #: Nobody knows where it comes from: a person decides.
    STRANGE = "strange"
    #: A person decided against it.
    DISOWNED = "disowned"


def of_box(conn: sqlite3.Connection, box_id: str) -> Mapping[str, EpochStanding]:
    rows = conn.execute(
        "SELECT epoch, standing FROM box_epoch WHERE box_id = ? ORDER BY since_ms, epoch", (box_id,)
    )
    return {row["epoch"]: EpochStanding(row["standing"]) for row in rows}


def note(tx: Tx, box_id: str, epoch: str, standing: EpochStanding) -> None:
    """There is one that is present: where this one is to be, the one of before is past."""
    if standing is EpochStanding.PRESENT:
        tx.conn.execute(
            "UPDATE box_epoch SET standing = 'past'"
            " WHERE box_id = ? AND standing = 'present' AND epoch <> ?",
            (box_id, epoch),
        )
    tx.conn.execute(
        "INSERT INTO box_epoch (box_id, epoch, standing, since_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (box_id, epoch) DO UPDATE SET standing = excluded.standing,"
        " since_ms = excluded.since_ms WHERE standing <> excluded.standing",
        (box_id, epoch, standing.value, tx.now_ms),
    )


def disown_others(tx: Tx, box_id: str, epoch: str) -> None:
    """All that are not this one and not before it by a restore."""
    tx.conn.execute(
        "UPDATE box_epoch SET standing = 'disowned', since_ms = ?"
        " WHERE box_id = ? AND epoch <> ? AND standing <> 'disowned'",
        (tx.now_ms, box_id, epoch),
    )
