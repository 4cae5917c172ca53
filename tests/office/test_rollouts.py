"""Updates of all boxes in rings, which stop by themselves when a ring gets ill."""

import json
from collections.abc import Iterator, Sequence

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.office.head import rollouts as rings
from appliance.office.head.joining import OFFICE
from appliance.office.tables import rollouts
from appliance.office.tables.rollouts import RolloutState
from tests.api.browser import Browser, log_in
from tests.office.head_office import HeadOffice
from tests.office.plain_box import PlainBox, Row

STEP_MS = 100_000
"""Shorter than a box may be silent."""


@pytest.fixture
def fleet(office: HeadOffice, monkeypatch: pytest.MonkeyPatch) -> Sequence[PlainBox]:
    """Four boxes, in rings of one, two and one."""
    monkeypatch.setattr(rings, "NEXT", 2)
    found = [office.joined(each) for each in ("Assen", "Breda", "Delft", "Ede")]
    live(office, found)
    return found


@pytest.fixture
def admin(office: HeadOffice) -> Iterator[Browser]:
    browser = log_in(office, "Marit Hoekstra", role="admin", branch_id=None)
    yield browser
    browser.client.close()


def live(office: HeadOffice, fleet: Sequence[PlainBox], **versions: str) -> None:
    """Each gives a sign of life, with the version that it runs from now on."""
    for each in fleet:
        batch = each.log.batch(each.cursor, sent_ms=office.clock.at_ms)
        running = office.box(each).version
        batch["facts"]["version"] = versions.get(each.log.name, running)
        assert each.push(batch).status_code == 200
    office.head.upkeep.look()
    rings.look(office.store)


def pass_time(office: HeadOffice, fleet: Sequence[PlainBox], ms: int) -> None:
    for _ in range(ms // STEP_MS + 1):
        office.clock.at_ms += STEP_MS
        live(office, fleet)


def asked(office: HeadOffice) -> dict[str, Row]:
    """The newest update that each box was asked for, by its name."""
    rows = office.store.read(
        lambda conn: conn.execute(
            "SELECT box.name, c.id, c.n, c.body FROM command c JOIN box ON box.id = c.box_id"
            " WHERE c.kind = 'update' ORDER BY c.seq"
        ).fetchall()
    )
    return {row["name"]: {**dict(row), "body": json.loads(row["body"])} for row in rows}


def state(office: HeadOffice) -> tuple[str, int]:
    found = office.store.read(rollouts.newest)
    assert found is not None
    return found.state.value, found.ring


def refuses(office: HeadOffice, box: PlainBox, why: str) -> None:
    box.says_over(asked(office)[box.log.name], "refused", why=why)
    box.push_all()
    command = asked(office)[box.log.name]["id"]
    over = "SELECT 1 FROM command WHERE id = ? AND outcome IS NOT NULL"
    office.until(lambda conn: conn.execute(over, (command,)).fetchone())
    rings.look(office.store)


def test_a_ring_has_its_turn_once_the_one_before_is_well(
    office: HeadOffice, fleet: Sequence[PlainBox]
) -> None:
    """All are asked for the version that the first one found; the last ring ends it."""
    office.store.write(lambda tx: rings.begin(tx, OFFICE))
    live(office, fleet)
    assert list(asked(office)) == ["Assen"]
    assert asked(office)["Assen"]["body"] == {}
    live(office, fleet, Assen="2.0")
    pass_time(office, fleet, rings.WELL_MS // 2)
    assert list(asked(office)) == ["Assen"]
    pass_time(office, fleet, rings.WELL_MS)
    assert list(asked(office)) == ["Assen", "Breda", "Delft"]
    assert asked(office)["Delft"]["body"] == {"version": "2.0"}
    live(office, fleet, Breda="2.0")
    refuses(office, fleet[2], "same")
    pass_time(office, fleet, rings.WELL_MS)
    assert list(asked(office)) == ["Assen", "Breda", "Delft", "Ede"]
    live(office, fleet, Ede="2.0")
    pass_time(office, fleet, rings.WELL_MS)
    assert state(office) == (RolloutState.OVER.value, 2)


def test_it_stops_by_itself_where_a_box_is_not_well_and_goes_on_when_somebody_says(
    office: HeadOffice, fleet: Sequence[PlainBox], admin: Browser
) -> None:
    assert admin.post("/boxes/update", {"do": "go-on"}).status_code == 404
    first = {"do": "begin", "version": "2.0", "first": fleet[3].box}
    assert admin.post("/boxes/update", first, part=False).status_code == 303
    assert admin.post("/boxes/update", first, part=False).status_code == 422
    live(office, fleet)
    assert list(asked(office)) == ["Ede"]
    refuses(office, fleet[3], "no-way")
    assert state(office) == (RolloutState.STOPPED.value, 0)
    page = admin.get("/boxes/update").text
    assert "Deze Balie" in page
    assert "staat stil" in page
    live(office, fleet)
    assert list(asked(office)) == ["Ede"]
    assert admin.post("/boxes/update", {"do": "go-on"}, part=False).status_code == 303
    live(office, fleet)
    assert list(asked(office)) == ["Ede", "Assen", "Breda"]
    live(office, fleet, Assen="2.0")
    pass_time(office, fleet, rings.PATIENCE_MS)
    assert state(office) == (RolloutState.STOPPED.value, 1)
    assert "niet binnen twee uur" in admin.get("/boxes/update").text
    before = asked(office)["Breda"]["id"]
    assert admin.post("/boxes/update", {"do": "again"}, part=False).status_code == 303
    live(office, fleet)
    assert asked(office)["Breda"]["id"] != before
    assert admin.post("/boxes/update", {"do": "end"}, part=False).status_code == 303
    pass_time(office, fleet, rings.WELL_MS)
    assert state(office) == (RolloutState.ENDED.value, 1)
    lead = log_in(office, "Joris Lead", role="lead", branch_id=None)
    assert lead.get("/boxes/update").status_code == 404
    assert lead.post("/boxes/update", {"do": "begin"}).status_code == 404
    lead.client.close()


def test_a_box_that_falls_ill_with_the_new_version_stops_it(
    office: HeadOffice, fleet: Sequence[PlainBox]
) -> None:
    """What was wrong with it before does not."""
    office.store.write(lambda tx: rings.begin(tx, OFFICE, version="2.0"))
    live(office, fleet, Assen="2.0")
    sick = fleet[0].log.batch(fleet[0].cursor)
    sick["facts"] |= {"version": "2.0", "ill": 1}
    for _ in range(rings.WELL_MS // STEP_MS + 2):
        office.clock.at_ms += STEP_MS
        sick["sent_ms"] = office.clock.at_ms
        assert fleet[0].push(sick).status_code == 200
        office.head.upkeep.look()
        rings.look(office.store)
    assert state(office) == (RolloutState.STOPPED.value, 0)
    (why,) = {
        each.why
        for each in office.store.read(lambda conn: rollouts.boxes_of(conn, _newest(conn)))
        if each.why
    }
    assert why == "box-lines-ill"


def _newest(conn: object) -> str:
    found = rollouts.newest(conn)  # type: ignore[arg-type]
    assert found is not None
    return found.id


def test_the_command_line_begins_shows_and_ends_it(
    office: HeadOffice, fleet: Sequence[PlainBox]
) -> None:
    def told(*words: str) -> Row:
        args = ["office", "update", *words, "--data", str(office.data), "--json"]
        answer = CliRunner().invoke(app, args)
        assert answer.exit_code == 0, answer.stderr
        found: Row = json.loads(answer.stdout)
        return found

    assert told() == {"state": None, "version": None, "ring": None, "boxes": []}
    begun = told("begin", "--version", "2.0", "--first", "Delft")
    assert (begun["state"], begun["version"], begun["ring"]) == ("running", "2.0", 1)
    assert [(each["name"], each["ring"]) for each in begun["boxes"]] == [
        *(("Delft", 1), ("Assen", 2), ("Breda", 2), ("Ede", 3)),
    ]
    assert told("end")["state"] == "ended"
