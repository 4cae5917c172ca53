"""The verbs of the command line, on a data directory beside a running Balie."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.ids import is_id
from appliance.store import branches, devices, lines, routes
from appliance.store.store import Store
from tests.cli.shell import NUMBER, a_line, balie, data, refused, running, told

__all__ = ["data", "running"]  # the fixtures: every verb finds its own data directory

ROOT = Path(__file__).parents[2]
WITHIN_S = 120
_IN_UTRECHT = ("--branch", "Utrecht")


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
        (["device", "enrol", "--adb", "R58M", "--modem", "COM1"], "not both"),
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
        ["branch", "add"],
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


def test_a_person_reads_sentences(running: Store) -> None:
    """Without `--json` each verb answers in words."""
    assert balie("branch", "add", "Utrecht").stdout.startswith("Added branch Utrecht (")
    assert balie("branch", "list").stdout.startswith("Utrecht\t")
    assert "shown this once: balie_" in balie("token", "add", "--name", "x").stdout
    assert "/login/" in balie("staff", "add", "--name", "Jo", "--role", "staff").stdout


def test_a_locked_database_is_a_sentence(running: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb beside a Balie that is busy for too long says so and changes nothing."""
    usual = Store.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(Store.__init__, "__kwdefaults__", {**usual, "busy_timeout_s": 0.05})

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
        "after_done": None,
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
        "after_done": None,
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
