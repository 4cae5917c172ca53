"""Head office's search, whatever the order in which boxes tell."""

import sqlite3
from collections.abc import Sequence

from appliance.slices import Slice
from tests.api.office import Caller
from tests.office.head_office import HeadOffice
from tests.office.real_box import RealBox

ANNA = "+31655500301"


def test_messages_that_come_out_of_order_are_found(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """And what is told again without an event is found as it is now."""
    tilburg = boxes[1]
    tilburg.hears(ANNA)
    tilburg.tells()
    for text in ("Zaagmachine", "Betonmolen"):
        tilburg.hears(ANNA, text)
    early, late = tilburg.branch.store.read(_last_two)
    cursor = tilburg.plain.cursor
    for each in (late, early):
        batch = tilburg.told(cursor + 1, cursor, [], [each])
        assert tilburg.plain.push(batch.as_json()).status_code == 200
        _indexed(head, tilburg)
    for word in ("zaagmachine", "betonmolen"):
        assert len(planning.get("/search", q=word).json()["items"]) == 1, word
    other = Slice(table="message", of=early.of, rows=[{**early.rows[0], "text": "Kraanwagen"}])
    assert tilburg.plain.push(tilburg.told(cursor + 1, cursor, [], [other]).as_json()).is_success
    _indexed(head, tilburg)
    assert planning.get("/search", q="zaagmachine").json()["items"] == []
    assert len(planning.get("/search", q="kraanwagen").json()["items"]) == 1


def _last_two(conn: sqlite3.Connection) -> list[Slice]:
    rows = conn.execute("SELECT * FROM message ORDER BY seq DESC LIMIT 2").fetchall()
    names = {row["name"] for row in conn.execute("PRAGMA table_info(message)")}
    told = [{name: row[name] for name in names} for row in rows[::-1]]
    return [Slice(table="message", of={"id": row["id"]}, rows=[row]) for row in told]


def _indexed(head: HeadOffice, box: RealBox) -> None:
    while head.head.indexer.catch_up(box.id):
        pass
