"""Puts what a box tells into the office's copy of its database.

A replica is a copy: its box counted, checked and guarded. So rows of append-only tables are taken
away and put again here as well, references may lead to what is not told, and a row that has the
place of another one (a number that another person has now) takes it.
"""

import json
import sqlite3
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.ids import is_id
from appliance.slices import Slice, Value
from appliance.store.store import Tx

NEVER = frozenset({"meta", "event", "event_kind", "event_retention"})
"""Tables that no slice may name: the log comes as events, and the rest is this database's own."""

_NEVER_LIKE = ("sqlite_", "replica_", "search_", "_")
_DIRECTORY = frozenset({"branch", "line", "group_right"})
"""What the office has of each box in its own database (`mirrored.py`); rights are told whenever a
group is held, or is so no more.
"""
_KINDS = frozenset(kind.value for kind in EventKind)
_MADE = 8
_IDS = ("branch_id", "line_id", "conversation_id", "contact_id", "device_id", "staff_id")

_COLUMNS = """
SELECT t.name AS "table", c.name AS "column", c.hidden <> 0 AS follows
FROM pragma_table_list t, pragma_table_xinfo(t.name) c
WHERE t.type = 'table' AND t.schema = 'main' AND t.strict = 1
"""

_NOTED_IN = """
SELECT conversation_id FROM note WHERE id IN (SELECT value FROM json_each(?))
"""

_PUT_EVENT = """
INSERT INTO event (seq, at_ms, kind, message_seq, branch_id, line_id, conversation_id, contact_id,
  device_id, staff_id, facts)
VALUES (?, ?, (SELECT code FROM event_kind WHERE name = ?), (SELECT seq FROM message WHERE id = ?),
  ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class _Table:
    """`following`: columns that are made of the others by themselves."""

    columns: frozenset[str] = frozenset()
    following: frozenset[str] = frozenset()


@dataclass(slots=True)
class PutDown:
    """What slices did here. `unknown` are the parts that only a newer office understands."""

    conversations: set[str] = field(default_factory=set)
    directory: bool = False
    unknown: list[Slice] = field(default_factory=list)


def put(tx: Tx, slices: Sequence[Slice]) -> PutDown:
    """Raises InvalidInput for a table that no slice may name, and sqlite3.IntegrityError for rows
    that cannot be.
    """
    done, tables = PutDown(), _tables(tx)
    alike: dict[tuple[str, tuple[str, ...]], dict[tuple[Value, ...], Slice]] = {}
    for each in slices:
        if each.table in NEVER or each.table.startswith(_NEVER_LIKE):
            raise InvalidInput("slices", f"No slice may be of the table “{each.table[:40]}”.")
        table = tables.get(each.table, _Table())
        if table.columns and each.of.keys() <= table.columns:
            names = tuple(sorted(each.of))
            of = tuple(each.of[name] for name in names)
            alike.setdefault((each.table, names), {})[of] = each
        known = table.columns | table.following
        if not known or any(not row.keys() <= known for row in (each.of, *each.rows)):
            done.unknown.append(each)
    for (name, names), found in alike.items():
        _put_alike(tx, _Alike(name, names, found), tables[name].columns, done)
    return done


@dataclass(frozen=True, slots=True)
class _Alike:
    """Slices of one table by the same columns: a batch has thousands of few kinds, and a statement
    for each would cost most of the time. `found` is by what each is of.
    """

    table: str
    names: Sequence[str]
    found: Mapping[tuple[Value, ...], Slice]


def _put_alike(tx: Tx, given: _Alike, known: frozenset[str], done: PutDown) -> None:
    where = " AND ".join(f"{name} IS ?" for name in given.names) or "true"
    if given.table == "conversation":
        for of in given.found:
            found = tx.conn.execute(f"SELECT id FROM conversation WHERE {where}", of)  # noqa: S608 -- columns of the schema
            done.conversations.update(row["id"] for row in found)
    tx.conn.executemany(f"DELETE FROM {given.table} WHERE {where}", list(given.found))  # noqa: S608 -- names of the schema
    rows: dict[tuple[str, ...], list[tuple[Value, ...]]] = {}
    for each in given.found.values():
        for row in each.rows:
            if names := tuple(name for name in row if name in known):
                rows.setdefault(names, []).append(tuple(row[name] for name in names))
        done.conversations.update(_conversations(each))
    for names, values in rows.items():
        _insert(tx.conn, given.table, names, values)
    if given.table == "note_mention":
        done.conversations.update(_of_notes(tx.conn, given))
    done.directory |= given.table in _DIRECTORY


def _insert(
    conn: sqlite3.Connection,
    table: str,
    names: Sequence[str],
    values: Sequence[tuple[Value, ...]],
) -> None:
    places = ", ".join("?" * len(names))
    conn.executemany(
        f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({places})",  # noqa: S608 -- names of the schema
        values,
    )


def _conversations(given: Slice) -> Iterable[str]:
    name = "id" if given.table == "conversation" else "conversation_id"
    for row in (given.of, *given.rows):
        if isinstance(found := row.get(name), str):
            yield found


def _of_notes(conn: sqlite3.Connection, given: _Alike) -> Iterable[str]:
    """Whom a note names a list shows, and these rows do not say in which conversation it is."""
    ids = [each.of.get("note_id") for each in given.found.values()]
    rows = conn.execute(_NOTED_IN, (json.dumps(ids),)).fetchall()
    return (row["conversation_id"] for row in rows)


def _tables(tx: Tx) -> Mapping[str, _Table]:
    """The schema stays the same while a store is open."""
    kept: dict[str, _Table] | None = tx.memory.get("replica.tables")
    if kept is None:
        rows = tx.conn.execute(_COLUMNS).fetchall()
        kept = tx.memory["replica.tables"] = {
            name: _Table(
                frozenset(each["column"] for each in of_it if not each["follows"]),
                frozenset(each["column"] for each in of_it if each["follows"]),
            )
            for name, of_it in _by_table(rows).items()
        }
    return kept


def _by_table(rows: Iterable[sqlite3.Row]) -> Mapping[str, Sequence[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        found.setdefault(row["table"], []).append(row)
    return found


def put_events(tx: Tx, told: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """After the slices. `told` as on the wire; gives those of a kind that nobody knows here."""
    kinds = {each["kind"] for each in told if each["kind"] in _KINDS}
    tx.conn.executemany(
        "INSERT OR IGNORE INTO event_kind (name) VALUES (?)", [(kind,) for kind in sorted(kinds)]
    )
    tx.conn.executemany(_PUT_EVENT, [_event_row(each) for each in told if each["kind"] in kinds])
    return [each for each in told if each["kind"] not in kinds]


def _event_row(told: Mapping[str, Any]) -> tuple[Any, ...]:
    said = json.dumps(told["facts"], separators=(",", ":"))
    about = (told[name] for name in _IDS)
    return (told["seq"], told["at_ms"], told["kind"], told["message_id"], *about, said)


def told_otherwise(conn: sqlite3.Connection, told: Sequence[Mapping[str, Any]]) -> int | None:
    """The first of these events that is here with other content; None: all are the same.

    Where an event belongs follows its message and its person, and what an erased message was called
    is gone; the rest of an event never changes.
    """
    rows = conn.execute(
        "SELECT seq, at_ms, kind, message_id, device_id, staff_id, facts FROM event_log"
        " WHERE seq BETWEEN ? AND ?",
        (told[0]["seq"], told[-1]["seq"]) if told else (0, -1),
    )
    here = {row["seq"]: row for row in rows}
    for each in told:
        row = here.get(each["seq"])
        if row is None:
            if each["kind"] in _KINDS:
                return int(each["seq"])
        elif _differs(row, each):
            return int(each["seq"])
    return None


def _differs(row: sqlite3.Row, told: Mapping[str, Any]) -> bool:
    if any(row[name] != told[name] for name in ("at_ms", "kind", "device_id", "staff_id")):
        return True
    if row["message_id"] and told["message_id"] and row["message_id"] != told["message_id"]:
        return True
    facts = json.loads(row["facts"])
    names = (facts.keys() | told["facts"].keys()) - {"attempt"}
    pairs = [(facts.get(name), told["facts"].get(name)) for name in names]
    return any(here != there for here, there in pairs if not _stands_for_one(here, there))


def _stands_for_one(*values: object) -> bool:
    """Where a box does not name people, ids of its own making (version 8) stand for them; the
    choice may have changed since.
    """
    ids = [each for each in values if isinstance(each, str) and is_id(each)]
    return len(ids) == len(values) and any(uuid.UUID(each).version == _MADE for each in ids)
