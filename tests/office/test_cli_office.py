"""`balie office` beside an office that runs."""

import json
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.desk.team import staff
from appliance.office.head import broker_keys
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


def test_servers_of_a_broker_are_started_with_what_is_written(tmp_path: Path) -> None:
    """A real server takes each; written again, for other servers, the keys stay, and the authority
    where it may speak for them. Two servers are no cluster.
    """
    data, folder = tmp_path / "data", tmp_path / "servers"
    config = ("office", "nats-config", str(folder), "--data", str(data), "--json")
    three = [f"--server=127.0.0.{each}" for each in (1, 2, 3)]
    written = CliRunner().invoke(app, [*config, *three])
    assert written.exit_code == 0, written.output
    items = json.loads(written.stdout)["items"]
    assert [each["url"] for each in items] == [f"tls://127.0.0.{each}:4222" for each in (1, 2, 3)]
    server = Path(sys.executable).with_name("nats-server")
    for each in items:
        tried = subprocess.run(
            [server, "-t", "--config", each["config"]], check=False, capture_output=True
        )
        assert tried.returncode == 0, tried.stderr
    keys = broker_keys.known(data)
    assert keys is not None
    assert (data / broker_keys.FILE).stat().st_mode & 0o077 == 0
    assert CliRunner().invoke(app, [*config, *three]).exit_code == 0
    assert broker_keys.known(data) == keys
    other = CliRunner().invoke(app, [*config, "--server=nats.example:7000"])
    assert other.exit_code == 0, other.output
    found = broker_keys.known(data)
    assert found is not None
    assert (found.seeds, found.urls) == (keys.seeds, ["tls://nats.example:7000"])
    assert found.authority != keys.authority
    for wrong in (three[:2], [*three[:2], three[0]], ["--server=x:y"], []):
        assert CliRunner().invoke(app, [*config, *wrong]).exit_code != 0
