"""`balie office` beside an office that runs."""

import json

from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.desk.team import staff
from appliance.office.tables import boxes
from tests.office.head_office import HeadOffice
from tests.office.plain_box import PlainBox, Row, read_token


def balie(office: HeadOffice, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(office.data), "--json"])


def told(office: HeadOffice, *words: str) -> Row:
    answer = balie(office, *words)
    assert answer.exit_code == 0, answer.stderr
    found: Row = json.loads(answer.stdout)
    return found


def test_a_box_is_invited_listed_settled_and_struck_off(office: HeadOffice) -> None:
    """The branch of the invitation is what the box is called."""
    office.clock.advance(ms=SystemClock().now_ms() - office.clock.now_ms())
    assert told(office, "office", "boxes") == {"items": []}
    words = ("office", "invite", "--branch", "Utrecht", "--url", office.url)
    box = PlainBox.invited(str(told(office, *words)["token"]), "balie-7")
    office.opened.append(box)
    box.join()
    box.log.writes(box.log.person())
    assert box.push(box.log.batch(0, most=1)).status_code == 200
    office.until(lambda conn: boxes.one(conn, box.box).seen_ms)
    office.head.upkeep.look()
    (row,) = told(office, "office", "boxes")["items"]
    assert {"id", "name", "seen", "behind", "version", "alarm", "held", "conflict"} <= row.keys()
    assert (row["name"], row["version"], row["behind"]) == ("Utrecht", "1.2.3", 2)
    assert (row["held"], row["conflict"]) == (None, False)
    assert box.push_raw(b"{").status_code == 422
    (row,) = told(office, "office", "boxes")["items"]
    assert row["held"]
    assert row["held"] in row["alarm"]
    assert told(office, "office", "settle", box.box)["held"] is None
    assert box.push().status_code == 200
    assert told(office, "office", "strike-off", "utrecht")["id"] == box.box
    assert box.push().status_code == 401
    assert told(office, "office", "boxes") == {"items": []}
    assert balie(office, "office", "strike-off", box.box).exit_code == 1
    words = ("office", "invite", "--box", "utrecht", "--url", office.url)
    token = str(told(office, *words)["token"])
    assert read_token(token)["box"] == box.box
    assert balie(office, *words, "--branch", "Breda").exit_code == 1
    assert balie(office, "office", "invite", "--box", "Breda").exit_code == 1


def test_verbs_of_colleagues_look_after_those_of_the_office(office: HeadOffice) -> None:
    assert told(office, "staff", "add", "--name", "Sanne", "--role", "admin")["login"]
    assert not office.store.read(staff.is_fresh)
    assert told(office, "office", "privacy", "figures") == {"privacy": "figures"}
    assert balie(office, "office", "privacy", "nothing").exit_code == 1
