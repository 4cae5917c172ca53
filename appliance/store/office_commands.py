"""What head office asked of this box and what became of it, at the SQL edge."""

import sqlite3

from appliance.store.store import Tx


def is_known(conn: sqlite3.Connection, command_id: str) -> bool:
    found = conn.execute("SELECT 1 FROM office_command WHERE id = ?", (command_id,))
    return found.fetchone() is not None


def keep(tx: Tx, command_id: str, n: int, kind: str, *, outcome: str, why: str | None) -> None:
    tx.conn.execute(
        "INSERT INTO office_command (id, n, kind, outcome, why, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (command_id, n, kind, outcome, why, tx.now_ms),
    )
    came_to(tx, n)


def came_to(tx: Tx, n: int) -> None:
    tx.conn.execute("UPDATE office_link SET command_n = max(command_n, ?)", (n,))


def staff_ids(conn: sqlite3.Connection) -> frozenset[str]:
    """Colleagues whom the office sent."""
    return frozenset(row["staff_id"] for row in conn.execute("SELECT staff_id FROM office_staff"))


def add_staff(tx: Tx, staff_id: str) -> None:
    tx.conn.execute(
        "INSERT INTO office_staff (staff_id) VALUES (?) ON CONFLICT DO NOTHING", (staff_id,)
    )


def is_of_office(
    conn: sqlite3.Connection, *, staff_id: str | None = None, token_id: str | None = None
) -> bool:
    """Whether the office sent this colleague, or has this program; a program that no row here has
    is new. No colleague or token of the box itself is.
    """
    if staff_id is not None:
        return staff_id in staff_ids(conn)
    own = "SELECT 1 FROM api_token WHERE id = ?1 AND token_hash <> 'office:' || ?1"
    return token_id is not None and conn.execute(own, (token_id,)).fetchone() is None


def ensure_token(tx: Tx, token_id: str, name: str) -> None:
    """A program of the office writes here under its name; with this row nobody comes in: nothing
    has that hash, and it is revoked.
    """
    tx.conn.execute(
        "INSERT INTO api_token (id, name, token_hash, scopes, created_ms, revoked_ms)"
        " VALUES (?1, ?2, 'office:' || ?1, '[]', ?3, ?3)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE token_hash = 'office:' || ?1",
        (token_id, name, tx.now_ms),
    )
