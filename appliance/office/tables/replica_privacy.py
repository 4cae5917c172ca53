"""As which choice of privacy the rows of a replica were told: the widest one."""

import sqlite3

from appliance.slices import Privacy
from appliance.store.store import Tx


def told(conn: sqlite3.Connection) -> Privacy | None:
    """None where nothing was."""
    row = conn.execute("SELECT told FROM replica_privacy").fetchone()
    return None if row is None else Privacy(row["told"])


def is_wider(conn: sqlite3.Connection, than: Privacy) -> bool:
    """Whether something may be here that this choice does not allow."""
    known = told(conn)
    return known is not None and known.narrower(than) is not known


def widen(tx: Tx, privacy: Privacy) -> None:
    """Something is told as this choice allows it."""
    known = told(tx.conn)
    if known is None or privacy.narrower(known) is not privacy:
        note(tx, privacy, is_clean=not is_unclean(tx.conn))


def note(tx: Tx, privacy: Privacy, *, is_clean: bool) -> None:
    tx.conn.execute(
        "INSERT INTO replica_privacy (id, told, is_clean) VALUES (1, ?, ?) ON CONFLICT (id)"
        " DO UPDATE SET told = excluded.told, is_clean = excluded.is_clean",
        (privacy, is_clean),
    )


def is_unclean(conn: sqlite3.Connection) -> bool:
    row = conn.execute("SELECT 1 FROM replica_privacy WHERE is_clean = 0").fetchone()
    return row is not None


def note_clean(tx: Tx) -> None:
    tx.conn.execute("UPDATE replica_privacy SET is_clean = 1")
