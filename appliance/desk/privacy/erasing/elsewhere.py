"""Erasures that head office knows and a copy that was put back does not."""

import sqlite3
from collections.abc import Collection, Sequence

from appliance.desk.privacy.erasing import again
from appliance.slices import Privacy
from appliance.store import contacts
from appliance.store.slice_privacy import Mask
from appliance.store.store import Tx


def ask_again(tx: Tx, told: Collection[str], key: bytes) -> int:
    """How many people are to be erased once more: `told` are their ids, or what stands for those.
    Who is erased here already is nobody, and so is who is not known.
    """
    here = [each for each in _known_as(tx.conn, told, key) if not _is_nobody(tx.conn, each)]
    for contact_id in here:
        again.ask_again(tx, contact_id)
    return len(here)


def _known_as(conn: sqlite3.Connection, told: Collection[str], key: bytes) -> Sequence[str]:
    known = {each for each in told if contacts.find(conn, each) is not None}
    if strange := set(told) - known:
        mask = Mask(conn=conn, privacy=Privacy.FIGURES, key=key)
        rows = conn.execute("SELECT id FROM contact").fetchall()
        known |= {row["id"] for row in rows if mask.contact_id(row["id"]) in strange}
    return sorted(known)


def _is_nobody(conn: sqlite3.Connection, contact_id: str) -> bool:
    found = conn.execute("SELECT 1 FROM contact WHERE id = ?1 AND joined_into = ?1", (contact_id,))
    return found.fetchone() is not None
