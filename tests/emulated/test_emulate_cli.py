"""The emulator as a program: its first line, its control address, its end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.emulated.world.control_examples import EXAMPLES
from tests.emulated.emulator_process import EmulatorProcess

PHONE = "+31612345601"
ANNA = "+31612345699"


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorProcess]:
    with EmulatorProcess("--phones", "2", "--no-traffic") as process:
        yield process


def test_the_first_line_names_phones_and_control(emulator: EmulatorProcess) -> None:
    """Serials as adb connects them, numbers, no modems unless asked for, and an HTTP address."""
    assert list(emulator.first) == ["phones", "modems", "control"]
    assert [phone["number"] for phone in emulator.first["phones"]] == [PHONE, "+31612345602"]
    assert emulator.serial.startswith("127.0.0.1:")
    assert emulator.first["modems"] == []
    assert emulator.first["control"].startswith("http://127.0.0.1:")


def test_modems_stand_in_the_first_line_too() -> None:
    """With port, number and IMEI; numbers that were not said are in a row. The ports go with it."""
    with EmulatorProcess(
        *("--phones", "0", "--modems", "2", "--modem-number", "+31611111111", "--no-traffic")
    ) as process:
        first, second = process.first["modems"]
        assert (first["number"], second["number"]) == ("+31611111111", "+31612345802")
        assert (Path(first["port"]).name, Path(second["port"]).name) == ("ttyUSB0", "ttyUSB1")
        assert Path(second["port"]).is_char_device()
        assert len(first["imei"]) == 15
        assert process.ask("/modems")[1]["items"][1]["imei"] == second["imei"]
        assert process.terminate() == 0
    assert not Path(first["port"]).parent.exists()


def test_the_control_address_describes_itself(emulator: EmulatorProcess) -> None:
    """Each example in it is a body that works."""
    status, described = emulator.ask("/")
    assert status == 200
    assert described["examples"] == EXAMPLES
    assert "tick-pending" in described["faults"]


@pytest.mark.parametrize("name", ["inject", "fault", "truth"])
def test_all_examples_work(name: str) -> None:
    """On a phone of their own, since they leave it without power."""
    with EmulatorProcess("--phones", "1", "--no-traffic") as alone:
        for example in EXAMPLES[name]:
            status, answer = alone.ask(f"/{name}", example)
            assert status == 200, (example, answer)


def test_a_message_is_injected_and_seen_in_the_state(emulator: EmulatorProcess) -> None:
    """By serial or by number, by path or by key."""
    for body in (
        {"phone": emulator.serial, "channel": "whatsapp", "from": ANNA, "text": "een"},
        {"phone": PHONE, "channel": "whatsapp", "from": "06 12345699", "text": "twee"},
    ):
        assert emulator.ask("/inject", body)[0] == 200
        assert emulator.ask("/", {"inject": body})[0] == 200
    state = emulator.ask("/phones")[1]["items"][0]
    assert state["unread"]["whatsapp"] == {"31612345699@s.whatsapp.net": 4}
    assert state["taps"] == 0
    assert emulator.ask("/", {"truth": {}}) == (200, {"items": [], "parts": []})


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/inject", b"{", 400, "The body is no JSON."),
        ("/inject", {"channel": "sms", "from": ANNA}, 422, "must name a phone"),
        ("/inject", {"phone": "x", "channel": "sms", "from": ANNA}, 404, "There is no phone 'x'"),
        ("/inject", {"phone": PHONE, "channel": "fax", "from": ANNA}, 422, "message.channel: "),
        (
            "/inject",
            {"phone": PHONE, "channel": "call", "from": "KPN"},
            422,
            "from: KPN is no phone number",
        ),
        ("/inject", {"phone": PHONE, "kind": "read", "from": "abc"}, 422, "is no phone number"),
        ("/inject", {"phone": PHONE, "kind": "unlock", "more": 1}, 422, "unlock.more: "),
        ("/fault", {"phone": PHONE, "fault": "fire"}, 422, "fault: Input should be "),
        ("/fault", [], 422, "body: "),
        ("/", {"inject": {}, "fault": {}}, 422, "exactly one key"),
        ("/truth?since=x", None, 422, ""),
    ],
)
def test_bad_input_is_a_sentence(
    emulator: EmulatorProcess, path: str, body: Any, status: int, sentence: str
) -> None:
    """A 4xx that says what is wrong with which field."""
    got, answer = emulator.ask(path, body)
    assert got == status
    assert sentence in str(answer.get("error", answer))


def test_it_ends_cleanly_on_sigterm() -> None:
    """With status 0."""
    assert EmulatorProcess("--no-traffic").terminate() == 0


def test_it_ends_when_its_input_closes() -> None:
    """So that it does not outlive a parent that was killed."""
    assert EmulatorProcess("--no-traffic", "--until-stdin-closes").close_input() == 0


def test_the_truth_file_is_there_from_the_start(tmp_path: Path) -> None:
    """Empty until something leaves."""
    truth = tmp_path / "truth.jsonl"
    with EmulatorProcess("--no-traffic", "--truth", str(truth)):
        assert truth.read_text() == ""
