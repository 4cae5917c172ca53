"""Takes from a copy of a box's database what a narrower choice of privacy does not allow.

Each value becomes what the box itself would tell of it (`slice_privacy.py`), with another key: it
cannot be found here by anything that was told before.
"""

import json
import sqlite3
from collections.abc import Mapping
from functools import partial
from typing import Any

from appliance.slices import Privacy
from appliance.store import slice_tables
from appliance.store.slice_privacy import Mask
from appliance.store.store import Store, Tx

PIECE = 5_000
"""Rows of one transaction."""


def narrow(store: Store, privacy: Privacy, key: bytes) -> Mapping[str, str]:
    """Gives the ids of people that are other now. Blocks; may be done again after a crash."""
    renamed = store.read(lambda conn: _renamed(Mask(conn=conn, privacy=privacy, key=key)))
    if renamed:
        _in_pieces(store, "event", partial(_narrow_events, renamed=renamed))
    for table in sorted(slice_tables.named_tables()):
        if store.read(lambda conn, table=table: _is_changed(conn, privacy, table)):  # type: ignore[misc]
            work = partial(_narrow_rows, table=table, privacy=privacy, key=key)
            _in_pieces(store, table, work)
    return renamed


def _renamed(mask: Mask) -> Mapping[str, str]:
    if mask.privacy is not Privacy.FIGURES:
        return {}
    rows = mask.conn.execute("SELECT id FROM contact")
    return {row["id"]: str(mask.told("contact", "id", row["id"])) for row in rows}


def _is_changed(conn: sqlite3.Connection, privacy: Privacy, table: str) -> bool:
    mask = Mask(conn=conn, privacy=privacy, key=b"")
    return not mask.shows(table) or bool(mask.changed(table))


def _in_pieces(store: Store, table: str, work: Any) -> None:
    """`work` takes a condition and its values; tables without row ids are small."""
    if store.read(lambda conn: _has_rowids(conn, table)):
        last = store.read(lambda conn: _last(conn, table))
        for start in range(0, last + 1, PIECE):
            store.write(
                partial(work, where=f"rowid BETWEEN {start} AND {start + PIECE - 1}"),
                durable=False,
            )
    else:
        store.write(partial(work, where="true"), durable=False)


def _has_rowids(conn: sqlite3.Connection, table: str) -> bool:
    row = conn.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (table,)).fetchone()
    return not row["wr"]


def _last(conn: sqlite3.Connection, table: str) -> int:
    return int(conn.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0])  # noqa: S608 -- a name of ours


def _narrow_rows(tx: Tx, *, table: str, privacy: Privacy, key: bytes, where: str) -> None:
    mask = Mask(conn=tx.conn, privacy=privacy, key=key)
    if not mask.shows(table):
        tx.conn.execute(f"DELETE FROM {table} WHERE {where}")  # noqa: S608 -- names of ours
        return
    changed = mask.changed(table)
    tx.conn.create_function("told_as", 2, lambda name, value: mask.told(table, name, value))
    sets = ", ".join(f"{name} = told_as('{name}', {name})" for name in changed)
    tx.conn.execute(f"UPDATE {table} SET {sets} WHERE {where}")  # noqa: S608 -- names of ours


def _narrow_events(tx: Tx, *, renamed: Mapping[str, str], where: str) -> None:
    def facts(told: str) -> str:
        return json.dumps(_with_names(json.loads(told), renamed), separators=(",", ":"))

    tx.conn.create_function("told_id", 1, lambda told: renamed.get(told, told))
    tx.conn.create_function("told_facts", 1, facts)
    tx.conn.execute(
        "UPDATE event SET contact_id = told_id(contact_id), facts = told_facts(facts)"  # noqa: S608 -- ours
        f" WHERE {where}"
    )


def _with_names(told: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(told, dict):
        return {name: _with_names(each, renamed) for name, each in told.items()}
    if isinstance(told, list):
        return [_with_names(each, renamed) for each in told]
    return renamed.get(told, told) if isinstance(told, str) else told
