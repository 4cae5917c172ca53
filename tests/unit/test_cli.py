"""The verbs of the command line, on a data directory beside a running Balie."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.desk import tokens
from appliance.desk.receive import Reception
from appliance.desk.staff import link_owner
from appliance.devices.protocol import DeviceState, Reason, Status
from appliance.ids import is_id
from appliance.queue.gate import ConsentGate
from appliance.store import lines
from appliance.store.store import Store

ROOT = Path(__file__).parents[2]
NUMBER = "+31612345678"
WITHIN_S = 30


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory that every verb finds by itself."""
    folder = tmp_path / "data"
    monkeypatch.setenv("BALIE_DATA", str(folder))
    return folder


@pytest.fixture
def running(data: Path) -> Iterator[Store]:
    """The store as a running Balie holds it."""
    store = Store(data / "balie.db", SystemClock())
    yield store
    store.close()


def balie(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=stdin)


def told(*words: str, stdin: str | None = None) -> dict[str, Any]:
    """The one JSON object that a verb answers with."""
    done = balie(*words, "--json", stdin=stdin)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def refused(*words: str, stdin: str | None = None) -> str:
    """The sentence on stderr of a verb that could not do it."""
    done = balie(*words, stdin=stdin)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("balie: ")
    return done.stderr


def a_line(number: str = NUMBER, adb: str = "R58M123") -> dict[str, Any]:
    return told("line", "add", "--branch", "Utrecht", "--number", number, "--adb", adb)


def test_a_branch_is_added_and_listed() -> None:
    """With its id and its name, tidied."""
    added = told("branch", "add", " Den   Haag ", "--language", "en")
    assert is_id(added["id"])
    assert told("branch", "list") == {
        "items": [{"id": added["id"], "name": "Den Haag", "language": "en"}]
    }


def test_a_branch_s_name_may_be_an_option() -> None:
    """`--name` says the same as the plain word."""
    assert told("branch", "add", "--name", "Utrecht")["name"] == "Utrecht"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["branch", "add", "utrecht"], "There is a branch “utrecht” already"),
        (["branch", "add", "  "], "Give the branch a name"),
        (["branch", "add", "Gent", "--language", "fr"], "choose nl or en"),
        (["line", "add", "--branch", "Mars", "--number", NUMBER, "--adb", "x"], "no such branch"),
        (["line", "add", "--branch", "Utrecht", "--number", "12", "--adb", "x"], "Write it like"),
        (["line", "add", "--branch", "Utrecht", "--number", NUMBER], "--adb SERIAL"),
        (
            ["line", "add", "--branch", "Utrecht", "--number", NUMBER, "--modem", "/dev/tty"],
            "drives phones only",
        ),
        (["line", "remove", "+31600000000"], "no such line"),
        (["staff", "add", "--name", "Jo", "--role", "king"], "king"),
        (["staff", "add", "--name", " ", "--role", "staff"], "Write the person's name"),
        (["staff", "add", "--name", "Jo", "--role", "staff", "--branch", "Mars"], "no such branch"),
        (["token", "add", "--name", "x", "--scope", "all"], "“all” is no scope"),
        (["token", "revoke", "nothing"], "no such token"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_status_1(words: list[str], says: str) -> None:
    """On stderr, nothing on stdout, and nothing half done."""
    told("branch", "add", "Utrecht")
    assert says in refused(*words)
    for kind in ("line", "staff", "token"):
        assert told(kind, "list") == {"items": []}


@pytest.mark.parametrize(
    "words",
    [
        ["branch", "add", "a", "b"],
        ["branch", "fly"],
        ["line", "add"],
        ["staff", "add", "--name", "Jo"],
        ["token", "add"],
        ["branch", "list", "--loud"],
        ["fly"],
    ],
)
def test_wrong_usage_is_status_2(words: list[str]) -> None:
    """With a hint on stderr."""
    done = balie(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_a_line_has_its_phone_and_its_routes(running: Store) -> None:
    """WhatsApp first, then SMS; the number may be written as people do."""
    told("branch", "add", "Utrecht")
    added = a_line("06 1234 5678")
    assert added["number"] == NUMBER
    routes = running.read(lambda conn: lines.routes_of_line(conn, added["id"]))
    assert [route.channel.value for route in routes] == ["whatsapp", "sms"]
    assert {route.device_id for route in routes} == {added["device"]}
    assert told("line", "list")["items"] == [
        {"id": added["id"], "number": NUMBER, "branch": "Utrecht"}
    ]


def test_a_number_has_one_line_and_a_phone_carries_one() -> None:
    """One SIM, one number: a second line on the same phone would send from the first's."""
    told("branch", "add", "Utrecht")
    a_line()
    again = ("line", "add", "--branch", "Utrecht", "--number")
    assert f"There is a line {NUMBER} already" in refused(*again, NUMBER, "--adb", "R58M999")
    assert f"carries the line {NUMBER} already" in refused(
        *again, "+31687654321", "--adb", "R58M123"
    )
    assert len(told("line", "list")["items"]) == 1


def test_a_removed_line_s_number_and_phone_are_free_again() -> None:
    """It can be removed by its number, and added as new."""
    told("branch", "add", "Utrecht")
    first = a_line()
    assert told("line", "remove", NUMBER) == {"id": first["id"]}
    assert told("line", "list") == {"items": []}
    assert a_line()["id"] != first["id"]


def test_a_person_gets_a_link_that_opens_once(running: Store) -> None:
    """The link's secret is on stdout this once, and belongs to the new person."""
    told("branch", "add", "Utrecht")
    added = told("staff", "add", "--name", "Jo Smit", "--role", "lead", "--branch", "utrecht")
    secret = added["login"].rsplit("/", 1)[1]
    now_ms = running.clock.now_ms()
    owner = running.read(lambda conn: link_owner(conn, secret, now_ms))
    assert (owner.id, owner.name) == (added["id"], "Jo Smit")
    assert told("staff", "list")["items"] == [
        {
            "id": added["id"],
            "name": "Jo Smit",
            "roles": [{"role": "lead", "branch": "Utrecht"}],
            "disabled": False,
        }
    ]


def test_a_password_can_come_over_stdin() -> None:
    """Then there is no link; a short one is refused, and nobody is added."""
    add = ("staff", "add", "--name", "Jo", "--role", "admin", "--password-stdin")
    assert "at least 10 characters" in refused(*add, stdin="short\n")
    assert told("staff", "list") == {"items": []}
    assert "login" not in told(*add, stdin="correct horse battery\n")


def test_a_token_is_shown_once_and_opens_until_revoked(running: Store) -> None:
    """The secret is in no list; revoked it opens nothing."""
    added = told("token", "add", "--name", "planning", "--scope", "messages:read")
    found = running.read(lambda conn: tokens.find(conn, added["token"]))
    assert found
    assert found.id == added["id"]
    listed = told("token", "list")
    assert added["token"] not in json.dumps(listed)
    assert listed["items"][0]["scopes"] == ["messages:read"]
    told("token", "revoke", added["id"])
    assert running.read(lambda conn: tokens.find(conn, added["token"])) is None
    assert told("token", "list")["items"][0]["revoked"] is True


def test_a_person_reads_sentences(running: Store) -> None:
    """Without `--json` each verb answers in words."""
    assert balie("branch", "add", "Utrecht").stdout.startswith("Added branch Utrecht (")
    assert balie("branch", "list").stdout.startswith("Utrecht\t")
    assert "shown this once: balie_" in balie("token", "add", "--name", "x").stdout
    assert "/login/" in balie("staff", "add", "--name", "Jo", "--role", "staff").stdout


def test_a_locked_database_is_a_sentence(running: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb beside a Balie that is busy for too long says so and changes nothing."""
    monkeypatch.setattr(Store.__init__, "__kwdefaults__", {"busy_timeout_s": 0.05})

    def beside(tx: object) -> str:
        del tx
        return refused("branch", "add", "Gent")

    assert "locked by another program" in running.write(beside)
    assert told("branch", "list") == {"items": []}


def process(*words: str, data: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "appliance", *words],
        cwd=ROOT,
        env={**os.environ, "BALIE_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def test_a_process_of_its_own_works_beside_a_running_balie(running: Store, data: Path) -> None:
    """What it adds is there for the running one, which sees that something was committed."""
    before = running.data_version()
    done = process("branch", "add", "Utrecht", "--json", data=data)
    assert (done.returncode, done.stderr) == (0, "")
    assert [each.id for each in running.read(lines.branches)] == [json.loads(done.stdout)["id"]]
    assert running.data_version() != before


def test_a_process_answers_for_the_shell(data: Path) -> None:
    """Exit status and the two streams are what scripts rely on; no stack of calls for a person."""
    wrong = process("line", "remove", "+31600000000", data=data)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "balie: There is no such line.\n"
    usage = process("line", "add", data=data)
    assert usage.returncode == 2
    damaged = data / "balie.db"
    damaged.write_bytes(b"junk" * 2_000)
    for each in data.glob("balie.db-*"):
        each.unlink()
    broken = process("branch", "list", data=data)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert broken.stderr.startswith(f"balie: {damaged} is damaged")
    assert broken.stderr.count("\n") == 1


def test_the_doctor_tells_what_balie_found(running: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone with another SIM and a line that stopped are named, each with what to do."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nothing listens there
    told("branch", "add", "Utrecht")
    line = a_line()
    quarantined = Status(state=DeviceState.DEGRADED, reason=Reason.OTHER_SIM)
    Reception(running, ConsentGate()).status(line["device"], quarantined)
    running.write(lambda tx: lines.stop_line(tx, line["id"], "WhatsApp shows a ban."))
    done = balie("doctor", "--json")
    assert done.exit_code == 1
    found = {each["about"]: each for each in json.loads(done.stdout)["items"]}
    assert "Another SIM card" in found["R58M123"]["sentence"]
    assert "WhatsApp shows a ban" in found["+31 6 12345678"]["sentence"]
    assert all(each["remedy"] for each in found.values())
