"""The channel that CHANNELS.md writes, word for word: without a number, beside a line."""

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from appliance import channels, identities
from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import beside, new_line
from appliance.desk.lines.beside import NewBeside
from appliance.devices import kind as device_kinds
from appliance.devices.kind import Kind, learn
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.errors import Refused
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from appliance.runtime.drivers import account_of, driver_for
from appliance.runtime.fleet import Fleet
from appliance.store import device_accounts
from appliance.store.devices import Device
from appliance.store.house_key import HouseKey
from appliance.store.store import Tx
from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office
from tests.running_demo import eventually

ROOT = Path(__file__).parents[2]
NUMBER = "+31612345678"
ANNA = "note:anna"
PHONE_OF_ANNA = "+31611111111"
TURN_MS = 5_000
WINDOW = timedelta(hours=24)
TEMPLATE = "Er staat werk voor je klaar. Wil je het weten?"


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kind:
    """The kind as the page has it; what the process learns of it is forgotten after the test."""
    monkeypatch.setattr(device_kinds, "_KNOWN", dict(device_kinds._KNOWN))
    monkeypatch.setattr(channels, "_KNOWN", dict(channels._KNOWN))
    for name in ("_READS", "_LABELS"):
        monkeypatch.setattr(identities, name, dict(getattr(identities, name)))
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```", (ROOT / "CHANNELS.md").read_text("utf-8"))
    assert len(blocks) == 1
    (tmp_path / "balie_notes.py").write_text(blocks[0], "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "balie_notes", raising=False)
    kind = importlib.import_module("balie_notes").KIND
    assert isinstance(kind, Kind)
    for folder in ("in", "out"):
        (tmp_path / "notes" / folder).mkdir(parents=True)
    return kind


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@contextmanager
def driven(office: Office) -> Iterator[None]:
    """Each device without a SIM gets its worker, as the runtime does it."""
    listener = Reception(office.store, office.gate)
    profile = replace(DEFAULT_PROFILE, headroom=1.0)
    work = QueueWork(office.store, office.gate, profile, evidence=office.store.path.parent)

    def make_worker(device: Device) -> DeviceWorker:
        account = account_of(office.store, device.id)
        driver = driver_for(
            device, listener=listener, clock=office.clock, settings={}, account=account
        )
        return DeviceWorker(driver, listener, work, Rhythm(poll_s=0.05))

    phones = {kind.name: kind for kind in Kind.known() if kind.has_sim}
    for name in phones:
        del device_kinds._KNOWN[name]
    fleet = Fleet(office.store, make_worker, {})
    fleet.start()
    try:
        yield
    finally:
        fleet.stop()
        device_kinds._KNOWN.update(phones)


def put(office: Office, desk: Desk, folder: Path, secret: str = "") -> str:
    key = HouseKey.of(office.store.path.parent)
    wanted = NewBeside(kind="notes", address=str(folder), settings={}, secret=secret)
    return office.store.write(lambda tx: beside.put(tx, desk.line_id, wanted, key=key, by="cli"))


def comes(office: Office, folder: Path, text: str, name: str = "anna.1") -> None:
    """A note is put down and read."""
    before = office.count("message")
    (folder / "in" / name).write_text(text, "utf-8")
    eventually(lambda: office.count("message") > before, "the note was read")


def left(office: Office, planning: Caller, folder: Path, body: dict[str, str]) -> str:
    """The file that carries this message."""
    answer = planning.post({"line": NUMBER, **body})
    assert answer.status_code == 202, answer.text
    clock = office.clock
    assert isinstance(clock, ManualClock)

    def is_sent() -> bool:
        clock.advance(ms=TURN_MS)
        told = planning.get(f"/messages/{answer.json()['id']}").json()
        return bool(told["state"] == "sent")

    eventually(is_sent, "it left")
    files = [each for each in (folder / "out").iterdir() if each.read_text() == body["text"]]
    return files[0].name.partition(".")[0]


def test_who_has_no_number_is_written_to_by_what_the_channel_calls_them(
    office: Office, planning: Caller, notes: Kind, folder: Path
) -> None:
    """It came under `note:anna`, and goes to it by that name, by the contact, or by `auto`."""
    learn(notes)
    desk = office.desk("Utrecht", NUMBER)
    put(office, desk, folder)
    with driven(office):
        comes(office, folder, "Is er werk?")
        told = messages(planning)[0]
        assert (told["channel"], told["contact"]["number"]) == ("notes", ANNA)
        assert left(office, planning, folder, {"to": ANNA, "text": "Ja, morgen."}) == "anna"
        whom = told["contact"]["id"]
        assert left(office, planning, folder, {"to": whom, "text": "Om acht uur."}) == "anna"
        bea = planning.post({"line": NUMBER, "to": "note:bea", "text": "Hoi"})
        assert (bea.status_code, bea.json()["code"]) == (409, "consent-required")
        comes(office, folder, "STOP", "anna.2")
        answer = planning.post({"line": NUMBER, "to": ANNA, "text": "Toch?"})
        assert (answer.status_code, answer.json()["code"]) == (409, "opted-out")


def test_one_person_is_answered_where_they_wrote_last(
    office: Office, planning: Caller, sanne: Browser, tilburg: Desk, notes: Kind, folder: Path
) -> None:
    """Joined, a number and a channel are one person: the page offers both, `auto` takes the last,
    and a channel that is named reaches what it writes to of them.
    """
    learn(notes)
    put(office, tilburg, folder)
    office.writes(PHONE_OF_ANNA, tilburg, name="Anna")
    with driven(office):
        comes(office, folder, "Ik ben het, Anna.")
        whose = {each["contact"]["number"]: each["contact"]["id"] for each in messages(planning)}
        of_number = whose[PHONE_OF_ANNA]
        joined = office.client.post(
            f"/api/v1/contacts/{of_number}/merge",
            json={"other": whose[ANNA]},
            headers=planning.headers,
        )
        assert joined.status_code == 200, joined.text
        assert left(office, planning, folder, {"to": of_number, "text": "Dag Anna."}) == "anna"
        body = {"to": PHONE_OF_ANNA, "channel": "notes", "text": "Op je briefje."}
        assert left(office, planning, folder, body) == "anna"
        (thread,) = planning.get("/conversations").json()["items"]
        page = sanne.get(f"/c/{thread['id']}").text
        assert 'value="note:anna"' in page
        assert "Notes anna" in page


def test_a_device_without_a_sim_is_no_fallback(office: Office, notes: Kind, folder: Path) -> None:
    """Giving the line a modem, or taking that away, leaves it; its lists may go over it."""
    learn(notes)
    desk = office.desk("Utrecht", NUMBER)
    device_id = put(office, desk, folder)
    for port in ("/dev/ttyUSB0", None):
        fall_back = partial(new_line.set_fallback, line_id=desk.line_id, port=port, by="cli")
        office.store.write(fall_back)
        still = office.store.read(lambda conn: beside.of_line(conn, desk.line_id, "notes"))
        assert still == device_id
    assert office.store.read(lambda conn: new_line.sims_of(conn, desk.line_id)) == [desk.device_id]


def test_a_secret_is_sealed_and_goes_with_its_device(
    office: Office, notes: Kind, folder: Path
) -> None:
    """The database alone tells nothing of it; the driver gets it opened, and another one when it
    was changed.
    """
    learn(notes)
    desk = office.desk("Utrecht", NUMBER)
    device_id = put(office, desk, folder, "open sesame")
    kept = office.store.read(lambda conn: device_accounts.of(conn, device_id))
    assert kept is not None
    assert "sesame" not in kept.secret + repr(kept)
    account = account_of(office.store, device_id)
    assert account is not None
    assert account.secret == "open sesame"
    assert put(office, desk, folder, "another") == device_id
    again = office.store.read(lambda conn: device_accounts.of(conn, device_id))
    assert again is not None
    assert again.changed_ms != kept.changed_ms
    office.store.write(lambda tx: beside.remove(tx, desk.line_id, "notes", by="cli"))
    assert office.count("device_account") == 0


def test_after_its_window_only_a_template_may_go(
    office: Office, planning: Caller, notes: Kind, folder: Path
) -> None:
    """A day after their last message a free text is refused with the way out, and one that waited
    meanwhile does not leave; the approved text goes.
    """
    with_window = replace(
        notes.channels[0],
        answer_window_ms=int(WINDOW.total_seconds() * 1000),
        is_template=lambda text: text == TEMPLATE,
    )
    learn(replace(notes, channels=(with_window,)))
    desk = office.desk("Utrecht", NUMBER)
    device_id = put(office, desk, folder)
    with driven(office):
        comes(office, folder, "Is er werk?")
        assert left(office, planning, folder, {"to": ANNA, "text": "Ja, morgen."}) == "anna"
        office.store.write(lambda tx: gone(tx, device_id))
        waiting = planning.post({"line": NUMBER, "to": ANNA, "text": "En nu?", "ttl_s": 300_000})
        assert waiting.status_code == 202
    clock = office.clock
    assert isinstance(clock, ManualClock)
    clock.advance(ms=int(WINDOW.total_seconds() * 1000) + 1)
    late = planning.post({"line": NUMBER, "to": ANNA, "text": "Nog interesse?"})
    assert (late.status_code, late.json()["code"]) == (409, "window-closed")
    assert "template" in late.json()["remedy"]
    with driven(office):
        assert left(office, planning, folder, {"to": ANNA, "text": TEMPLATE}) == "anna"
        told = planning.get(f"/messages/{waiting.json()['id']}").json()
        assert (told["state"], told["reason"]) == ("cancelled", "window-closed")


def messages(planning: Caller) -> list[dict[str, Any]]:
    return list(planning.get("/messages").json()["items"])


def gone(tx: Tx, device_id: str) -> None:
    tx.conn.execute(
        "UPDATE device SET state = 'absent', channels = '[]' WHERE id = ?", (device_id,)
    )


def test_another_line_cannot_have_the_same_account(
    office: Office, notes: Kind, folder: Path
) -> None:
    """What somebody writes to a bot is for one line."""
    learn(notes)
    put(office, office.desk("Utrecht", NUMBER), folder)
    with pytest.raises(Refused, match="belongs to the line"):
        put(office, office.desk("Breda", "+31612345679"), folder)
    assert Channel.named("notes").has_templates is False
