"""One box with something bad in it is that box's trouble: the others are listed, told and heard."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.desk.access import tokens
from appliance.desk.team import staff
from appliance.office.head import foreign, joining
from appliance.office.head.readable import WHY
from appliance.office.link import CommandKind
from appliance.office.tables import boxes, commands, office_log
from appliance.office.tables.boxes import Alarm
from appliance.slices import Slice
from appliance.store.store import Tx
from tests.api.office import Caller
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import closed, followed
from tests.office.plain_box import PlainBox, new_id
from tests.office.real_box import RealBox, boxes_of

ANNA, BRAM = "+31655500301", "+31655500302"


@pytest.fixture
def pair(office: HeadOffice, tmp_path: Path) -> Iterator[Sequence[RealBox]]:
    with boxes_of(office, tmp_path, ("Tilburg", "Breda")) as found:
        for box, number in zip(found, (ANNA, BRAM), strict=True):
            box.hears(number)
            box.tells()
        followed(office, found)
        yield found


@pytest.fixture
def planning(office: HeadOffice) -> Iterator[Caller]:
    with httpx.Client(base_url=office.url, timeout=60) as client:
        yield Caller(client, office.store.write(lambda tx: tokens.add(tx, "planning")))


def odd_row(office: HeadOffice, box: RealBox) -> None:
    """What should be JSON is none: each column has its type, and the row cannot be read."""

    def read(conn: sqlite3.Connection) -> Slice:
        row = dict(conn.execute("SELECT * FROM contact").fetchone())
        return Slice(table="contact", of={"id": row["id"]}, rows=[{**row, "fields": "{"}])

    odd = box.branch.store.read(read)
    batch = box.told(box.plain.cursor + 1, box.plain.cursor, [], [odd])
    assert box.plain.push(batch.as_json()).status_code == 200


def odd_time(office: HeadOffice, box: RealBox) -> None:
    """It is read, and cannot be told."""
    with closing(sqlite3.connect(_file(office, box))) as conn:
        conn.execute("UPDATE message SET created_ms = ?, happened_ms = ?", (2**60, 2**60))
        conn.execute("UPDATE conversation SET last_ms = ?", (2**60,))
        conn.commit()


def lost_table(office: HeadOffice, box: RealBox) -> None:
    with closing(sqlite3.connect(_file(office, box))) as conn:
        conn.execute("DROP TABLE conversation")


def damaged_file(office: HeadOffice, box: RealBox) -> None:
    """Each page but the first is garbage."""
    closed(office, box.id)
    path = _file(office, box)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(1024)
        file.write(b"\x5a" * (size - 1024))
    closed(office, box.id)


def _file(office: HeadOffice, box: RealBox) -> Path:
    return office.data / "boxes" / f"{box.id}.db"


@pytest.mark.parametrize("spoil", [odd_row, odd_time, lost_table, damaged_file])
def test_a_replica_that_cannot_be_read_is_missing_in_lists(
    office: HeadOffice,
    pair: Sequence[RealBox],
    planning: Caller,
    spoil: Callable[[HeadOffice, RealBox], None],
) -> None:
    """It is held with an alarm. Taken in again it tells everything anew, and no event twice."""
    tilburg, breda = pair
    (message,) = planning.get("/messages", line=tilburg.desk.number, direction="in").json()["items"]
    spoil(office, tilburg)
    for path in ("/contacts", "/conversations", "/messages", "/conversations?sort=recent"):
        found = planning.get(path)
        assert found.status_code == 200, (path, found.text)
    assert found.headers["balie-missing"] == tilburg.id
    assert {each["line"] for each in found.json()["items"]} == {breda.desk.line_id}
    office.head.upkeep.look()
    assert (office.box(tilburg.plain).held, office.box(tilburg.plain).alarm) == (WHY, Alarm.HELD)
    assert planning.get(f"/messages/{message['id']}").status_code == 503
    assert tilburg.plain.push().status_code == 422
    breda.hears(ANNA)
    breda.tells()
    office.store.write(lambda tx: joining.settle(tx, tilburg.id, None))
    assert planning.get("/messages").headers["balie-missing"] == tilburg.id
    tilburg.plain.cursor = 0
    tilburg.tells_all()
    followed(office, pair)
    again = planning.get("/messages")
    assert "balie-missing" not in again.headers
    assert {each["line"] for each in again.json()["items"]} == {each.desk.line_id for each in pair}
    assert office.store.read(partial(_logged, box_id=tilburg.id)) == [
        each for each, _ in office.told(tilburg.plain)
    ]


def _logged(conn: sqlite3.Connection, *, box_id: str) -> list[int]:
    """How many events of the box have a number at the office, counted out."""
    rows = [each for each in office_log.after(conn, 0, limit=1000) if each.box_id == box_id]
    return list(range(rows[0].first, rows[0].first + sum(each.many for each in rows)))


def test_a_mistake_of_ours_holds_no_box(
    office: HeadOffice, pair: Sequence[RealBox], planning: Caller
) -> None:
    """What can be read from none of them is not the boxes' own."""
    for box in pair:
        odd_row(office, box)
    assert planning.client.get("/api/v1/contacts", headers=planning.headers).status_code == 503
    assert [office.box(each.plain).held for each in pair] == [None, None]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"id": new_id(), "created_ms": float("1e308") * 10},
        {"id": new_id(), "created_ms": "today"},
        {"id": new_id(), "created_ms": [1]},
        {"id": new_id(), "created_ms": 2**62},
    ],
)
def test_a_row_that_no_table_can_hold_holds_its_box(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox, row: dict[str, Any]
) -> None:
    told = {"table": "contact", "of": {}, "rows": [row]}
    raw = json.dumps(tilburg.log.batch(0, slices=[told])).replace("Infinity", "1e999")
    assert tilburg.push_raw(raw.encode(), zipped=False).status_code == 422
    assert office.box(tilburg).held
    breda.push_all()


def test_a_box_has_so_many_branches_and_lines_and_no_more(
    office: HeadOffice, tilburg: PlainBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "MOST_THINGS", 4)
    tilburg.push_all()
    for _ in range(2):
        tilburg.log.tell("line.added", line_id=new_id(), branch_id=tilburg.log.branch_id)
    tilburg.push_all()
    tilburg.log.tell("line.added", line_id=new_id(), branch_id=tilburg.log.branch_id)
    assert tilburg.push().status_code == 422
    assert "more than 4 branches and lines" in str(office.box(tilburg).held)


def test_colleagues_are_told_to_each_box_by_itself(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox
) -> None:
    """One of which nothing can be written holds up no other, and is told later; so it is with who
    was seen.
    """
    office.store.write(partial(_run, said=_NOTHING_OF.format(box=tilburg.box)))
    office.store.write(lambda tx: staff.add(tx, "Sanne", role="lead", branch_id=None))
    for each in (tilburg, breda):
        each.push_all()
    office.until(partial(_is_told, box=breda.box))
    office.until(lambda conn: boxes.one(conn, breda.box).seen_ms)
    assert not office.store.read(partial(_is_told, box=tilburg.box))
    assert office.box(tilburg).seen_ms is None
    office.store.write(partial(_run, said="DROP TRIGGER nothing_of"))
    office.until(partial(_is_told, box=tilburg.box))


_NOTHING_OF = """
CREATE TRIGGER nothing_of BEFORE UPDATE OF next_n, seen_ms ON box WHEN old.id = '{box}'
BEGIN SELECT RAISE(ABORT, 'nothing of it'); END
"""


def _run(tx: Tx, *, said: str) -> None:
    tx.conn.execute(said)


def _is_told(conn: sqlite3.Connection, *, box: str) -> bool | None:
    kinds = {each.kind for each in commands.waiting(conn, box, 0)}
    return True if CommandKind.STAFF in kinds else None


def test_who_follows_all_boxes_hears_that_one_was_put_back(
    office: HeadOffice, pair: Sequence[RealBox], planning: Caller
) -> None:
    """What the copy had is told; for what is no more there is a reset of that box; nothing else is
    passed over, and nothing is told twice.
    """
    tilburg, breda = pair
    kept, many = tilburg.plain.cursor, len(office.told(tilburg.plain))
    tilburg.hears(BRAM)
    tilburg.tells()
    followed(office, pair)
    descent = {"epoch": tilburg.plain.log.epoch, "seq": kept}
    tilburg.plain.log.epoch, tilburg.plain.cursor = new_id(), kept
    hello = tilburg.told(kept + 1, kept, [], []).as_json()
    assert tilburg.plain.push({**hello, "descent": descent}).status_code == 200
    breda.hears(ANNA)
    breda.tells()
    followed(office, [breda])
    told = list(_told_up_to(planning, "message.received", breda.id, 2))
    of_tilburg = [each["kind"] for each in told if each["box"] == tilburg.id]
    assert of_tilburg.count("reset") == 1
    assert len(of_tilburg) == many + 1
    seen = [each["seq"] for each in told]
    assert seen == sorted(set(seen))


def _told_up_to(caller: Caller, kind: str, box: str, many: int) -> Iterator[dict[str, Any]]:
    """From the beginning on, until so many of these."""
    headers = {**caller.headers, "Last-Event-ID": "0"}
    with caller.client.stream("GET", "/api/v1/events", headers=headers) as answer:
        for line in answer.iter_lines():
            name, _, said = line.partition(": ")
            if name == "event":
                event = said
            elif name == "data" and event != "hello":
                found = {"kind": event, **json.loads(said)}
                yield found
                many -= (event, found["box"]) == (kind, box)
                if not many:
                    return
