"""Whom the box of a replica erased, and what is yet to be done about it here."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class UncleanErasure:
    """`sought` is None once it stands nowhere but perhaps in bytes that no row has any more."""

    contact_id: str
    sought: Mapping[str, Any] | None


def ids(conn: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row["contact_id"] for row in conn.execute(_IDS))


def among(conn: sqlite3.Connection, contact_ids: Collection[str]) -> frozenset[str]:
    """Which of these were erased."""
    if not contact_ids:
        return frozenset()
    rows = conn.execute(f"{_IDS} {_THESE}", _json(contact_ids))
    return frozenset(row["contact_id"] for row in rows)


def note(tx: Tx, contact_ids: Iterable[str], sought: Mapping[str, Any] | None) -> None:
    """`sought` None: nothing was known of them here."""
    told = None if sought is None else json.dumps(sought)
    tx.conn.executemany(
        "INSERT INTO replica_erased (contact_id, at_ms, sought, is_clean) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET sought = excluded.sought, is_clean = excluded.is_clean",
        [(each, tx.now_ms, told, told is None) for each in contact_ids],
    )


def unclean(conn: sqlite3.Connection) -> Collection[UncleanErasure]:
    rows = conn.execute("SELECT contact_id, sought FROM replica_erased WHERE is_clean = 0")
    return [
        UncleanErasure(
            contact_id=row["contact_id"], sought=row["sought"] and json.loads(row["sought"])
        )
        for row in rows
    ]


def rename(tx: Tx, renamed: Mapping[str, str]) -> None:
    """People have other ids here now."""
    tx.conn.executemany(
        "UPDATE OR REPLACE replica_erased SET contact_id = ? WHERE contact_id = ?",
        [(renamed[each], each) for each in ids(tx.conn) if each in renamed],
    )


def forget_sought(tx: Tx, contact_ids: Collection[str]) -> None:
    tx.conn.execute(f"UPDATE replica_erased SET sought = NULL {_THESE}", _json(contact_ids))  # noqa: S608 -- ours


def note_clean(tx: Tx, contact_ids: Collection[str]) -> None:
    tx.conn.execute(f"UPDATE replica_erased SET is_clean = 1 {_THESE}", _json(contact_ids))  # noqa: S608 -- ours


def _json(contact_ids: Collection[str]) -> tuple[str]:
    return (json.dumps(list(contact_ids)),)


_IDS = "SELECT contact_id FROM replica_erased"
_THESE = "WHERE contact_id IN (SELECT value FROM json_each(?))"
