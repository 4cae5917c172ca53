"""The boxes of the office, at the SQL edge."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from appliance.errors import NotFound
from appliance.office.batch import BoxFacts
from appliance.slices import Privacy
from appliance.store.store import Tx


class Alarm(StrEnum):
    """What somebody should look at; the gravest of a box."""

    #: Two machines speak as this box, or it was put back from nobody knows where.
    CONFLICT = "conflict"
    #: Nothing is taken from it.
    HELD = "held"
    #: It has not been heard of for some minutes.
    SILENT = "silent"
    #: A line of it cannot send.
    LINES_ILL = "lines-ill"
    DISK = "disk"
    CLOCK = "clock"
    #: A number of it is one of another box's as well.
    NUMBER_TWICE = "number-twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeBox:
    """`epoch` is the one that is believed, empty since it was let in again until it says which it
    has. `facts` are what it last told of itself (`BoxFacts`), empty before that. `behind` counts
    events that are not here yet. `clock_off_ms`: so much its clock is ahead of the office's.
    `unreadable`: nothing of its replica is shown, and the box tells it anew once it is not held.
    """

    id: str
    name: str
    key: bytes
    version: str
    epoch: str
    fresh_epoch: str | None
    cursor: int
    seen_ms: int | None
    clock_off_ms: int
    address: str | None
    privacy: Privacy
    held: str | None
    held_ms: int | None
    conflict: bool
    unreadable: bool
    number_twice: bool
    alarm: Alarm | None
    joined_ms: int
    struck_off_ms: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def behind(self) -> int:
        return max(0, int(self.facts.get("head", 0)) - self.cursor)

    @property
    def waiting_ms(self) -> int | None:
        """Since when somebody waits there for an answer."""
        return self.facts.get("oldest_waiting_ms")

    @property
    def struck_off(self) -> bool:
        return self.struck_off_ms is not None


_BOX = (
    "SELECT id, name, key, version, epoch, fresh_epoch, cursor, seen_ms, clock_off_ms, address,"
    " privacy, held, held_ms, conflict, unreadable, number_twice, alarm, joined_ms, struck_off_ms,"
    " facts FROM box"
)


def every(conn: sqlite3.Connection) -> Sequence[OfficeBox]:
    """Without those that are struck off, by name."""
    found = conn.execute(f"{_BOX} WHERE struck_off_ms IS NULL ORDER BY name COLLATE NOCASE, id")
    return [_box(row) for row in found]


def choices(conn: sqlite3.Connection) -> Mapping[str, Privacy]:
    """What each box lets the office have at most, those that are struck off included."""
    rows = conn.execute("SELECT id, privacy FROM box")
    return {row["id"]: Privacy(row["privacy"]) for row in rows}


def choose(tx: Tx, box_id: str, privacy: Privacy) -> None:
    """What the box itself lets the office have from now on."""
    tx.conn.execute("UPDATE box SET privacy = ? WHERE id = ?", (privacy, box_id))


def one(conn: sqlite3.Connection, box_id: str) -> OfficeBox:
    """Also one that is struck off. Raises NotFound."""
    row = conn.execute(f"{_BOX} WHERE id = ?", (box_id,)).fetchone()
    if row is None:
        raise NotFound("box")
    return _box(row)


def named(conn: sqlite3.Connection, name_or_id: str) -> OfficeBox:
    """By id, or by a name that only one of them has. Raises NotFound."""
    found = [
        each
        for each in every(conn)
        if name_or_id == each.id or name_or_id.casefold() == each.name.casefold()
    ]
    if len(found) != 1:
        raise NotFound("box")
    return found[0]


def ever_named(conn: sqlite3.Connection, name_or_id: str) -> OfficeBox:
    """As `named`, and also one that is struck off, where no other one has the name. Raises
    NotFound.
    """
    try:
        return named(conn, name_or_id)
    except NotFound:
        rows = conn.execute(
            f"{_BOX} WHERE struck_off_ms IS NOT NULL AND (id = ?1 OR name = ?1 COLLATE NOCASE)",
            (name_or_id,),
        ).fetchall()
    if len(rows) != 1:
        raise NotFound("box")
    return _box(rows[0])


def of_branch(conn: sqlite3.Connection, branch_id: str) -> str | None:
    """Whose this branch is, or this line."""
    row = conn.execute("SELECT box_id FROM box_thing WHERE id = ?", (branch_id,)).fetchone()
    return None if row is None else str(row["box_id"])


def add(tx: Tx, *, name: str, key: bytes, version: str, epoch: str) -> str:
    box_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO box (id, name, key, version, epoch, privacy, joined_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (box_id, name, key, version, epoch, Privacy.ON_DEMAND, tx.now_ms),
    )
    return box_id


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSeen:
    """What a box showed when it last asked for something."""

    at_ms: int
    cursor: int | None = None
    sent_ms: int | None = None
    facts: BoxFacts | None = None


def note_seen(tx: Tx, box_id: str, seen: BoxSeen) -> None:
    tx.conn.execute("UPDATE box SET seen_ms = ? WHERE id = ?", (seen.at_ms, box_id))
    if seen.facts is None:
        return
    tx.conn.execute(
        "UPDATE box SET cursor = ?, clock_off_ms = ?, version = ?, address = ?, facts = ?"
        " WHERE id = ?",
        (
            seen.cursor,
            (seen.sent_ms or seen.at_ms) - seen.at_ms,
            seen.facts.version,
            seen.facts.address,
            json.dumps(seen.facts.as_json()),
            box_id,
        ),
    )


def hold(tx: Tx, box_id: str, why: str, *, conflict: bool = False) -> None:
    """Nothing is taken from it until a person has looked. The first reason stays."""
    tx.conn.execute(
        "UPDATE box SET held = coalesce(held, ?), held_ms = coalesce(held_ms, ?),"
        " conflict = max(conflict, ?) WHERE id = ?",
        (why, tx.now_ms, conflict, box_id),
    )


def hold_unreadable(tx: Tx, box_id: str, why: str) -> None:
    """Once: who takes it in again knows it, and its replica is made anew then."""
    found = tx.conn.execute(
        "UPDATE box SET unreadable = 1 WHERE id = ? AND unreadable = 0", (box_id,)
    )
    if found.rowcount:
        hold(tx, box_id, why)


def note_made_anew(tx: Tx, box_id: str) -> None:
    tx.conn.execute("UPDATE box SET unreadable = 0 WHERE id = ?", (box_id,))


def release(tx: Tx, box_id: str) -> None:
    tx.conn.execute(
        "UPDATE box SET held = NULL, held_ms = NULL, conflict = 0 WHERE id = ?", (box_id,)
    )


def strike_off(tx: Tx, box_id: str) -> None:
    tx.conn.execute("UPDATE box SET struck_off_ms = ? WHERE id = ?", (tx.now_ms, box_id))


def take_back(tx: Tx, box_id: str, *, key: bytes, version: str) -> None:
    """It may come in again, by this key. Its next batch is as the first of its epoch."""
    tx.conn.execute(
        "UPDATE box SET struck_off_ms = NULL, key = ?, version = ?, epoch = '' WHERE id = ?",
        (key, version, box_id),
    )


def believe(tx: Tx, box_id: str, epoch: str, *, fresh: bool = False) -> None:
    """`fresh`: whatever another numbering brought into its replica goes."""
    tx.conn.execute(
        "UPDATE box SET epoch = ?, fresh_epoch = ? WHERE id = ?",
        (epoch, epoch if fresh else None, box_id),
    )


def note_alarm(tx: Tx, box_id: str, alarm: Alarm | None) -> None:
    tx.conn.execute("UPDATE box SET alarm = ? WHERE id = ?", (alarm, box_id))


def note_numbers(tx: Tx, box_id: str, *, twice: bool) -> None:
    tx.conn.execute("UPDATE box SET number_twice = ? WHERE id = ?", (twice, box_id))


def claim(tx: Tx, box_id: str, ids: Collection[str]) -> str | None:
    """These branches and lines are this box's from now on. Gives one that is another's, and then
    claims none; what a box had that is struck off is free.
    """
    for each in ids:
        row = tx.conn.execute(_OTHERS, (each, box_id)).fetchone()
        if row is not None:
            return str(each)
    tx.conn.executemany(
        "INSERT INTO box_thing (id, box_id) VALUES (?, ?)"
        " ON CONFLICT (id) DO UPDATE SET box_id = excluded.box_id",
        [(each, box_id) for each in ids],
    )
    return None


def things_of(conn: sqlite3.Connection, box_id: str) -> Sequence[str]:
    rows = conn.execute("SELECT id FROM box_thing WHERE box_id = ?", (box_id,))
    return [row["id"] for row in rows]


def counts(conn: sqlite3.Connection) -> tuple[int, int]:
    """How many boxes there are, and how many branches and lines they have together."""
    row = conn.execute("SELECT (SELECT count(*) FROM box), (SELECT count(*) FROM box_thing)")
    many, things = row.fetchone()
    return many, things


_OTHERS = """
SELECT 1 FROM box_thing t JOIN box ON box.id = t.box_id
WHERE t.id = ? AND t.box_id <> ? AND box.struck_off_ms IS NULL
"""


def _box(row: sqlite3.Row) -> OfficeBox:
    values = dict(row)
    return OfficeBox(
        **{
            **values,
            "privacy": Privacy(values["privacy"]),
            "conflict": bool(values["conflict"]),
            "unreadable": bool(values["unreadable"]),
            "number_twice": bool(values["number_twice"]),
            "alarm": None if values["alarm"] is None else Alarm(values["alarm"]),
            "facts": json.loads(values["facts"]),
        }
    )
