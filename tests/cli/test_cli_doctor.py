"""`balie doctor`: what it says of phones, modems and lines."""

import json
import os
import pty
from pathlib import Path

import pytest

from appliance.box.keeper.state import Phase, StateFile, UpdateOutcome
from appliance.desk.intake.reception import Reception
from appliance.devices.modem import doctor as modem_doctor
from appliance.devices.modem_protocol import Balance
from appliance.devices.protocol import DeviceState, Status
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.store import lines
from appliance.store.store import Store
from tests.cli.shell import NUMBER, a_line, balie, data, running, told
from tests.language_model import proposing, settings_of
from tests.webhook_receiver import Say, receiving

__all__ = ["data", "running"]  # the fixtures: every verb finds its own data directory


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


def test_the_doctor_tells_of_copies_that_do_not_come(running: Store) -> None:
    """Also where no Balie runs that would notice."""
    running.write(
        lambda tx: tx.conn.execute("INSERT INTO copy_place (place, began_ms) VALUES ('stick', 0)")
    )
    items = json.loads(balie("doctor", "--json").stdout)["items"]
    (found,) = (each for each in items if each["about"] == "copies")
    assert found["sentence"] == "For two days no copy came to the stick BALIE-BACKUP."
    assert found["remedy"].startswith("Plug the stick in")


def test_the_doctor_says_in_a_sentence_why_a_line_was_stopped(running: Store) -> None:
    """The same as the page of the devices, where the stop has a code."""
    told("branch", "add", "Utrecht")
    line = a_line()
    running.write(lambda tx: lines.stop_line(tx, line["id"], Reason.NO_CREDIT))
    items = json.loads(balie("doctor", "--json").stdout)["items"]
    (found,) = (each for each in items if each["about"] == "+31 6 12345678")
    assert found["sentence"].startswith("Nothing is sent from it: The SIM card has no credit left")
    assert found["remedy"].endswith("Then start the number again.")


def test_the_doctor_tells_which_version_came_back_and_why(
    running: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until a later one is good."""
    monkeypatch.setenv("BALIE_UPDATES", json.dumps({"folder": str(tmp_path)}))
    file = StateFile(tmp_path)
    for phase in (Phase.WAITING, Phase.HOLDING, Phase.INSTALLING, Phase.GOING_BACK):
        file.move(phase, version="1.1", mark="m", before="1.0")
    file.end(UpdateOutcome.CAME_BACK, "room")
    items = json.loads(balie("doctor", "--json").stdout)["items"]
    (found,) = (each for each in items if each["about"] == "updates")
    assert found["sentence"] == (
        "Version 1.1 was tried and came back. There was too little room left on the disk."
    )


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


def test_the_doctor_warns_of_low_credit(running: Store) -> None:
    """Below what the lines of a modem want to be warned of, once for all of them."""
    told("branch", "add", "Utrecht")
    shared = ("--fallback-modem", "/dev/ttyUSB0")
    for number, adb in ((NUMBER, "R58M123"), ("+31687654321", "R58")):
        device = told(
            "line", "add", "--branch", "Utrecht", "--number", number, "--adb", adb, *shared
        )
        told("line", "set", number, "--credit-warning", "5")
    reception = Reception(running, ConsentGate())
    reception.balance(device["fallback"], Balance(cents=499, at_ms=running.clock.now_ms()))
    assert balie("doctor").stdout.count("4.99 euros are left") == 1
    reception.balance(device["fallback"], Balance(cents=500, at_ms=running.clock.now_ms()))
    assert "euros are left" not in balie("doctor").stdout


def test_a_branch_of_modems_needs_no_adb(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor asks for adb where there are phones, or nothing yet."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nothing listens there
    assert "adb" in balie("doctor").stdout
    told("device", "enrol", "--modem", "/dev/ttyUSB7")
    assert "adb" not in balie("doctor").stdout


def test_the_doctor_asks_the_language_model_that_the_settings_name(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> list[str]:
        items = json.loads(balie("doctor", "--json").stdout)["items"]
        return [each["sentence"] for each in items if each["about"] == "language model"]

    with receiving() as model:
        model.says = proposing("Hoi")
        monkeypatch.setenv("BALIE_SUGGESTIONS", settings_of(model).model_dump_json())
        assert said() == []
        assert model.got[0].path == "/hook/v1/models"
        model.says = lambda _: Say(status=401)
        assert said() == ["It answered 401."]
    assert said() == ["It cannot be had (ConnectionRefusedError)."]
    monkeypatch.setenv("BALIE_SUGGESTIONS", '{"url": "http://8.8.8.8/v1", "model": "big"}')
    assert "neither of this machine" in said()[0]
