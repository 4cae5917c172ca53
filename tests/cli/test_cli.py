"""The verbs of the command line, on a data directory beside a running Balie."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.desk.access import sessions, tokens
from appliance.desk.intake.reception import Reception
from appliance.desk.team import staff
from appliance.desk.team.accounts import email_of
from appliance.desk.team.staff import link_owner
from appliance.devices.modem import doctor as modem_doctor
from appliance.devices.modem_protocol import Balance
from appliance.devices.protocol import DeviceState, Status
from appliance.errors import NotFound
from appliance.ids import is_id
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.store import branches, devices, events, lines, routes
from appliance.store.store import Store

ROOT = Path(__file__).parents[2]
NUMBER = "+31612345678"
WITHIN_S = 120
_IN_UTRECHT = ("--branch", "Utrecht")


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
            [
                "line",
                "add",
                "--branch",
                "Utrecht",
                "--number",
                NUMBER,
                "--modem",
                "a",
                "--adb",
                "b",
            ],
            "not both",
        ),
        (
            [
                *("line", "add", *_IN_UTRECHT, "--number", NUMBER),
                *("--modem", "/dev/ttyUSB0", "--fallback-modem", "/dev/ttyUSB0"),
            ],
            "over the modem /dev/ttyUSB0 already",
        ),
        (["device", "enrol"], "--modem PORT"),
        (["line", "remove", "+31600000000"], "no such line"),
        (["line", "accept-profile", "+31600000000"], "no such line"),
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
        ["staff", "disable"],
        ["staff", "role", "Mieke"],
        ["staff", "sessions", "Mieke", "--stop"],
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
    ways = running.read(lambda conn: routes.routes_of_line(conn, added["id"]))
    assert [route.channel.name for route in ways] == ["whatsapp", "sms"]
    assert {route.device_id for route in ways} == {added["device"]}
    listed = told("line", "list")["items"]
    assert [(each["id"], each["number"], each["branch"]) for each in listed] == [
        (added["id"], NUMBER, "Utrecht")
    ]
    assert [each["channel"] for each in listed[0]["routes"]] == ["whatsapp", "sms"]
    assert {each["address"] for each in listed[0]["routes"]} == {"R58M123"}


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


def test_a_person_may_have_an_address_for_another_log_in(running: Store) -> None:
    """Two people have two."""
    add = ("staff", "add", "--role", "staff", "--email", "jo@example.com")
    added = told(*add, "--name", "Jo")
    assert added["email"] == "jo@example.com"
    assert running.read(lambda conn: email_of(conn, added["id"])) == "jo@example.com"
    assert "has this address" in refused(*add, "--name", "Kim")
    assert [each["name"] for each in told("staff", "list")["items"]] == ["Jo"]


def test_a_password_can_come_over_stdin() -> None:
    """Then there is no link; a short one is refused, and nobody is added."""
    add = ("staff", "add", "--name", "Jo", "--role", "admin", "--password-stdin")
    assert "at least 10 characters" in refused(*add, stdin="short\n")
    assert told("staff", "list") == {"items": []}
    assert "login" not in told(*add, stdin="correct horse battery\n")


def people(running: Store) -> dict[str, staff.Member]:
    return {each.name: each for each in running.read(staff.members)}


def test_a_colleague_is_let_go_and_let_back_in(running: Store) -> None:
    """By name in any case, or by id; their sessions and links end; a second time is no mistake."""
    told("staff", "add", "--name", "Beheer", "--role", "admin")
    added = told("staff", "add", "--name", "Mieke", "--role", "staff")
    session = running.write(lambda tx: sessions.begin(tx, added["id"]))
    gone = told("staff", "disable", " mieke ")
    assert gone == {"id": added["id"], "name": "Mieke", "disabled": True, "sessions_ended": 1}
    assert told("staff", "disable", added["id"])["sessions_ended"] == 0
    assert people(running)["Mieke"].disabled
    assert "may not log in" in refused("staff", "link", "Mieke")
    back = told("staff", "enable", "Mieke")
    assert back == {"id": added["id"], "name": "Mieke", "disabled": False}
    told("staff", "enable", "Mieke")
    assert not people(running)["Mieke"].disabled
    now_ms = SystemClock().now_ms()
    assert running.read(lambda conn: sessions.find(conn, session.token, now_ms)) is None
    link = added["login"].removeprefix("/login/")
    with pytest.raises(NotFound):
        running.read(lambda conn: link_owner(conn, link, now_ms))
    changes = running.read(lambda conn: events.after(conn, 0, limit=100))
    said = [each.facts.get("changed") for each in changes if each.staff_id == added["id"]]
    assert [each for each in said if each in ("disabled", "enabled")] == ["disabled", "enabled"]


def test_a_forgotten_password_gets_a_new_link(running: Store) -> None:
    """It replaces the one before; with it a new password is chosen."""
    told("staff", "add", "--name", "Mieke", "--role", "staff", "--password-stdin", stdin="x" * 12)
    links = [told("staff", "link", "Mieke")["login"].removeprefix("/login/") for _ in range(2)]
    now_ms = SystemClock().now_ms()
    assert running.read(lambda conn: link_owner(conn, links[1], now_ms)).name == "Mieke"
    with pytest.raises(NotFound):
        running.read(lambda conn: link_owner(conn, links[0], now_ms))
    assert "72 hours" in balie("staff", "link", "Mieke").stdout


def test_a_role_replaces_what_was_there(running: Store) -> None:
    told("branch", "add", "Utrecht")
    told("staff", "add", "--name", "Mieke", "--role", "admin")
    told("staff", "add", "--name", "Beheer", "--role", "admin")
    given = told("staff", "role", "Mieke", "--role", "lead", "--branch", "utrecht")
    assert (given["name"], given["role"], given["branch"]) == ("Mieke", "lead", "Utrecht")
    listed = {each["name"]: each["roles"] for each in told("staff", "list")["items"]}
    assert listed["Mieke"] == [{"role": "lead", "branch": "Utrecht"}]
    assert told("staff", "role", "Mieke", "--role", "privacy")["branch"] is None


def test_a_role_stands_beside_those_in_other_branches(running: Store) -> None:
    for name in ("Utrecht", "Breda"):
        told("branch", "add", name)
    told("staff", "add", "--name", "Mieke", "--role", "staff", "--branch", "Utrecht")
    for role in ("lead", "branch-it"):
        told("staff", "role", "Mieke", "--role", role, "--branch", "Breda", "--also")
    roles = told("staff", "list")["items"][0]["roles"]
    assert sorted((each["role"], each["branch"]) for each in roles) == [
        ("branch-it", "Breda"),
        ("staff", "Utrecht"),
    ]


def test_sessions_are_listed_and_ended(running: Store) -> None:
    added = told("staff", "add", "--name", "Mieke", "--role", "staff")
    assert told("staff", "sessions", "Mieke")["items"] == []
    assert "logged in nowhere" in balie("staff", "sessions", "Mieke").stdout
    for _ in range(2):
        running.write(lambda tx: sessions.begin(tx, added["id"]))
    items = told("staff", "sessions", "Mieke")["items"]
    assert [sorted(each) for each in items] == [["since", "until", "used"]] * 2
    ended = told("staff", "sessions", "Mieke", "--end")
    assert ended == {"id": added["id"], "name": "Mieke", "ended": 2}
    assert told("staff", "sessions", "Mieke")["items"] == []
    assert not people(running)["Mieke"].disabled


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("disable", "Beheer"), "Beheer is the only administrator"),
        (("role", "Beheer", "--role", "staff"), "balie staff role NAME --role admin"),
        (("role", "Beheer", "--role", "admin", "--branch", "Utrecht"), "only administrator"),
        (("role", "Mieke", "--role", "king"), "“king” is no role"),
        (("role", "Mieke", "--role", "staff", "--branch", "Mars"), "no such branch"),
        *(((verb, "Niemand"), "balie staff list") for verb in ("disable", "enable", "link")),
        (("role", "Niemand", "--role", "staff"), "Nobody of the staff is called “Niemand”"),
        (("sessions", "Niemand", "--end"), "Nobody of the staff is called “Niemand”"),
    ],
)
def test_what_cannot_be_done_with_a_colleague(
    running: Store, words: tuple[str, ...], says: str
) -> None:
    """One sentence, and everybody keeps what they had; somebody who may not log in is no
    administrator who is left.
    """
    told("branch", "add", "Utrecht")
    told("staff", "add", "--name", "Beheer", "--role", "admin")
    told("staff", "add", "--name", "Vertrokken", "--role", "admin")
    told("staff", "disable", "Vertrokken")
    told("staff", "add", "--name", "Mieke", "--role", "staff", "--branch", "Utrecht")
    before = people(running)
    assert says in refused("staff", *words)
    assert people(running) == before


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
    assert [each.id for each in running.read(branches.branches)] == [json.loads(done.stdout)["id"]]
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


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.OTHER_SIM, "Another SIM card"),
        (Reason.TWO_SIMS, "Two SIM cards are in the phone, and Balie cannot tell"),
        (Reason.SMS_SIM, "it sends SMS from the other one"),
        (Reason.SMS_UNREADABLE, "SMS cannot be read"),
    ],
)
def test_the_doctor_tells_what_balie_found(
    running: Store, monkeypatch: pytest.MonkeyPatch, reason: Reason, said: str
) -> None:
    """A phone with another SIM and a line that stopped are named, each with what to do."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nothing listens there
    told("branch", "add", "Utrecht")
    line = a_line()
    quarantined = Status(state=DeviceState.DEGRADED, reason=reason)
    Reception(running, ConsentGate()).status(line["device"], quarantined)
    running.write(lambda tx: lines.stop_line(tx, line["id"], "WhatsApp shows a ban."))
    done = balie("doctor", "--json")
    assert done.exit_code == 1
    found = {each["about"]: each for each in json.loads(done.stdout)["items"]}
    assert said in found["R58M123"]["sentence"]
    assert "WhatsApp shows a ban" in found["+31 6 12345678"]["sentence"]
    assert all(each["remedy"] for each in found.values())


def test_the_doctor_says_in_a_sentence_why_a_line_was_stopped(running: Store) -> None:
    """The same as the page of the devices, where the stop has a code."""
    told("branch", "add", "Utrecht")
    line = a_line()
    running.write(lambda tx: lines.stop_line(tx, line["id"], Reason.NO_CREDIT))
    items = json.loads(balie("doctor", "--json").stdout)["items"]
    (found,) = (each for each in items if each["about"] == "+31 6 12345678")
    assert found["sentence"].startswith("Nothing is sent from it: The SIM card has no credit left")
    assert found["remedy"].endswith("Then start the number again.")


def test_a_modem_takes_over_for_many_lines(running: Store) -> None:
    """A line's phone comes first, then the modem that it shares with others, by SMS only."""
    told("branch", "add", "Utrecht")
    shared = ("--fallback-modem", "/dev/ttyUSB0")
    first = told("line", "add", *_IN_UTRECHT, "--number", NUMBER, "--adb", "R58M123", *shared)
    other = told("line", "add", *_IN_UTRECHT, "--number", "+31687654321", "--adb", "R58", *shared)
    assert first["fallback"] == other["fallback"]
    ways = running.read(lambda conn: routes.routes_of_line(conn, first["id"]))
    assert [(route.device_id == first["device"], route.channel.name) for route in ways] == [
        (True, "whatsapp"),
        (True, "sms"),
        (False, "sms"),
    ]
    devices = {each["address"]: each["kind"] for each in told("device", "list")["items"]}
    assert devices.items() >= {"R58M123": "phone", "R58": "phone", "/dev/ttyUSB0": "modem"}.items()


def test_a_line_may_be_a_modem_alone(running: Store) -> None:
    """It sends SMS; a second line cannot have the same SIM, but may fall back on it."""
    told("branch", "add", "Utrecht")
    port = "/dev/serial/by-id/usb-HUAWEI"
    enrolled = told("device", "enrol", "--modem", port)
    added = told("line", "add", *_IN_UTRECHT, "--number", NUMBER, "--modem", port)
    assert added["device"] == enrolled["id"]
    ways = running.read(lambda conn: routes.routes_of_line(conn, added["id"]))
    assert [route.channel.name for route in ways] == ["sms"]
    again = (*_IN_UTRECHT, "--number", "+31687654321")
    assert f"Modem {port} carries the line" in refused("line", "add", *again, "--modem", port)
    told("line", "add", *again, "--adb", "R58M123", "--fallback-modem", port)


def test_the_doctor_knows_modems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that is gone or closed is named with what to do; one that is fine is not."""
    monkeypatch.setattr(os, "access", lambda port, _: not port.endswith("closed"))
    monkeypatch.setattr(modem_doctor, "_PROC", tmp_path)
    ports = [tmp_path / name for name in ("gone", "closed", "fine", "moved")]
    for port in ports[1:3]:
        port.touch()
    known = [modem_doctor.KnownModem(port=str(port)) for port in ports]
    known[3] = modem_doctor.KnownModem(port=str(ports[3]), found_at=str(ports[2]))
    found = {each.about: each for each in modem_doctor.doctor(known)}
    assert set(found) == {str(ports[0]), str(ports[1])}
    assert "There is no modem at" in found[str(ports[0])].sentence
    assert "usermod" in found[str(ports[1])].remedy


def test_the_doctor_knows_what_takes_modems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ModemManager beside Balie is named where there is a modem to take, and only there."""
    (tmp_path / "77").mkdir()
    (tmp_path / "77" / "comm").write_text("ModemManager\n")
    monkeypatch.setattr(modem_doctor, "_PROC", tmp_path)
    modem = modem_doctor.KnownModem(port=os.ttyname(pty.openpty()[1]))
    assert [each.about for each in modem_doctor.doctor([modem])] == ["ModemManager"]
    assert modem_doctor.doctor([]) == []


def test_a_branch_of_modems_needs_no_adb(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor asks for adb where there are phones, or nothing yet."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nothing listens there
    assert "adb" in balie("doctor").stdout
    told("device", "enrol", "--modem", "/dev/ttyUSB7")
    assert "adb" not in balie("doctor").stdout


def test_a_line_is_told_what_to_do(running: Store) -> None:
    """What is given changes, what is left out stays, and the list shows all of it."""
    told("branch", "add", "Utrecht")
    line = a_line()
    first = told("line", "set", NUMBER, "--fallback-after", "3", "--lists-fall-back")
    assert first["settings"] == {
        "fallback_after_min": 3,
        "fallback_classes": ["automatic", "confirmation", "list", "reply"],
        "call_answer": None,
        "without_files": None,
        "credit_warn_cents": None,
    }
    answer = "Bel ons op {line}."
    told("line", "set", line["id"], "--call-answer", answer, "--credit-warning", "2.50")
    told("line", "set", NUMBER, "--lists-wait")
    settings = told("line", "list")["items"][0]["settings"]
    assert settings == {
        "fallback_after_min": 3,
        "fallback_classes": ["automatic", "confirmation", "reply"],
        "call_answer": answer,
        "without_files": None,
        "credit_warn_cents": 250,
    }
    off = told("line", "set", NUMBER, "--call-answer", "", "--credit-warning", "0")["settings"]
    assert (off["call_answer"], off["credit_warn_cents"]) == (None, None)
    assert "falls back after 3 minutes" in balie("line", "set", NUMBER, "--lists-wait").stdout


def test_lines_are_listed_with_what_they_were_told(running: Store) -> None:
    """For a person, too: when a line falls back, what callers are sent, and its id."""
    assert running.read(lines.lines) == []
    assert "no lines yet" in balie("line", "list").stdout
    told("branch", "add", "Utrecht")
    line = a_line()
    told("line", "set", NUMBER, "--fallback-after", "1", "--call-answer", "Schrijf ons.")
    listed = balie("line", "list").stdout
    for said in ("of Utrecht: whatsapp on R58M123", "after 1 minute:", "Schrijf ons.", line["id"]):
        assert said in listed


def test_a_port_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A modem may be plugged in later; a typing error would wait for it for ever."""
    there = tmp_path / "ttyUSB0"
    there.touch()
    assert "not there" not in balie("device", "enrol", "--modem", str(there)).stdout
    assert (
        "/dev/ttyNOPE is not there now"
        in balie("device", "enrol", "--modem", "/dev/ttyNOPE").stdout
    )
    told("branch", "add", "Utrecht")
    a_line()
    ways = balie("line", "set", NUMBER, "--fallback-modem", "/dev/ttyNOPE").stdout
    assert "/dev/ttyNOPE is not there now" in ways
    assert "none" not in balie("device", "list").stdout


def test_a_line_gets_another_fallback(running: Store) -> None:
    """The new modem replaces the old one, which goes when no other line has it; '' takes it off."""
    told("branch", "add", "Utrecht")
    a_line()

    def addresses() -> set[str]:
        return {each.address for each in running.read(devices.devices)}

    set_it = ("line", "set", NUMBER, "--fallback-modem")
    told(*set_it, "/dev/ttyUSB0")
    assert addresses() == {"R58M123", "/dev/ttyUSB0"}
    ways = told(*set_it, "/dev/ttyUSB1")["routes"]
    assert [(each["channel"], each["address"]) for each in ways] == [
        ("whatsapp", "R58M123"),
        ("sms", "R58M123"),
        ("sms", "/dev/ttyUSB1"),
    ]
    assert addresses() == {"R58M123", "/dev/ttyUSB1"}
    assert len(told(*set_it, "")["routes"]) == 2
    assert addresses() == {"R58M123"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Say what to change"),
        (("--fallback-after", "-1"), "minutes until the fallback"),
        (("--call-answer", "x" * 1600), "more than 10 SMS"),
        (("--credit-warning", "-1"), "0 to 9999 euros"),
        (("--credit-warning", "nan"), "0 to 9999 euros"),
        (("--credit-warning", "inf"), "0 to 9999 euros"),
    ],
)
def test_what_a_line_cannot_be_told(words: tuple[str, ...], says: str) -> None:
    """One sentence, and nothing changes."""
    told("branch", "add", "Utrecht")
    a_line()
    before = told("line", "list")
    assert says in refused("line", "set", NUMBER, *words)
    assert told("line", "list") == before


def test_the_doctor_warns_of_low_credit(running: Store) -> None:
    """Below what the lines of a modem want to be warned of, once for all of them."""
    told("branch", "add", "Utrecht")
    shared = ("--fallback-modem", "/dev/ttyUSB0")
    for number, adb in ((NUMBER, "R58M123"), ("+31687654321", "R58")):
        device = told("line", "add", *_IN_UTRECHT, "--number", number, "--adb", adb, *shared)
        told("line", "set", number, "--credit-warning", "5")
    reception = Reception(running, ConsentGate())
    reception.balance(device["fallback"], Balance(cents=499, at_ms=running.clock.now_ms()))
    assert balie("doctor").stdout.count("4.99 euros are left") == 1
    reception.balance(device["fallback"], Balance(cents=500, at_ms=running.clock.now_ms()))
    assert "euros are left" not in balie("doctor").stdout
