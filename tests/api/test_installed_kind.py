"""A kind of device from an installed package, with its own channel."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from appliance import channels
from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import new_line
from appliance.devices import kind as device_kinds
from appliance.devices.kind import Kind
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.errors import InvalidInput
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from appliance.runtime import kinds
from appliance.runtime.complaints import complaints_of
from appliance.runtime.drivers import driver_for
from appliance.runtime.fleet import Fleet
from appliance.runtime.plugged_in import plugged_in
from appliance.store import branches
from appliance.store.devices import Device
from appliance.store.store import Tx
from tests.api.office import Caller, Office, WebServer, run_web_server
from tests.running_demo import eventually

ANNA = "+31611111111"
LINE = "+31612345678"
TURN_MS = 5_000
OWN = ["phone", "modem", "telegram", "mail"]
QUICK = Rhythm(poll_s=0.05)

# The loft is a folder: incoming messages lie in `in`, outgoing ones are put into `out`.
PIGEONS = """
import threading
from pathlib import Path

from appliance.channels import Channel
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.kind import Kind, Seen
from appliance.devices.protocol import (
    DeviceState,
    Finding,
    Found,
    Incoming,
    Proof,
    Status,
    Tick,
    Ticks,
)

LETTER = Channel(name="letter", label="Letter", needs_own_message=True, longest=40)
HERE = Path(__file__).parent


class Pigeon:
    def __init__(self, device, listener, clock):
        self.device_id, self._listener, self._clock = device.id, listener, clock
        self._loft = Path(device.address)
        self._roused = threading.Event()

    def probe(self):
        return Status(
            state=DeviceState.READY,
            channels=frozenset({LETTER}),
            facts=DeviceFacts(own={"grains": 7}),
        )

    def receive(self):
        come = [
            Incoming(
                channel=LETTER, key=letter.name, sender=letter.name, text=letter.read_text("utf-8"),
                at_ms=self._clock.now_ms(),
            )
            for letter in (self._loft / "in").iterdir()
        ]
        self._listener.received(self.device_id, come)
        return bool(come)

    def send(self, attempt):
        with attempt.clear_to_send({}):
            left = self._loft / "out" / attempt.outgoing.attempt_id
            left.write_text(attempt.outgoing.text, encoding="utf-8")
        return Proof(tick=Tick.SENT)

    def look(self, look):
        there = (self._loft / "out" / look.outgoing.attempt_id).exists()
        return Found(finding=Finding.PRESENT if there else Finding.ABSENT)

    def visit(self, visit):
        return Ticks(by_message={})

    def rest(self, timeout_s):
        self._roused.wait(timeout_s)
        self._roused.clear()

    def rouse(self):
        self._roused.set()

    def close(self):
        pass


KIND = Kind(
    name="pigeon",
    label="Pigeon",
    channels=(LETTER,),
    make_driver=lambda device, *, listener, clock, settings: Pigeon(device, listener, clock),
    plugged_in=lambda: [Seen(address=str(HERE / "loft"), state="ready")],
)
NO_KIND = "a word"
TAKEN = Kind(name="modem", label="Another")
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, points: str) -> None:
    """Installs a package as an installer does: its module, its metadata and its entry points."""
    about = folder / "pigeons-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "pigeons.py").write_text(PIGEONS, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeons\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{kinds.GROUP}]\n{points}\n")
    monkeypatch.syspath_prepend(str(folder))


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    """Its app has made no document yet: that one would keep the channels of earlier tests."""
    with run_web_server() as running:
        yield running


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has loaded no package; what it loads is forgotten after the test."""
    monkeypatch.setattr(device_kinds, "_KNOWN", dict(device_kinds._KNOWN))
    monkeypatch.setattr(channels, "_KNOWN", dict(channels._KNOWN))
    monkeypatch.delitem(sys.modules, "pigeons", raising=False)


@pytest.fixture
def loft(tmp_path: Path, fresh: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packages"
    install(folder, monkeypatch, "pigeon = pigeons:KIND")
    kinds.load()
    for name in ("in", "out"):
        (folder / "loft" / name).mkdir(parents=True)
    return folder / "loft"


@contextmanager
def flying(office: Office) -> Iterator[None]:
    """Each device that carries a line gets its worker, as the runtime does it."""
    listener = Reception(office.store, office.gate)
    profile, evidence = replace(DEFAULT_PROFILE, headroom=1.0), office.store.path.parent
    work = QueueWork(office.store, office.gate, profile, evidence=evidence)

    def make_worker(device: Device) -> DeviceWorker:
        driver = driver_for(device, listener=listener, clock=office.clock, settings={})
        return DeviceWorker(driver, listener, work, QUICK)

    fleet = Fleet(office.store, make_worker, {})
    fleet.start()
    try:
        yield
    finally:
        fleet.stop()


def added(office: Office, loft: Path, *, number: str = LINE) -> None:
    def work(tx: Tx) -> None:
        wanted = new_line.NewLine(
            branch_id=branches.add_branch(tx, f"Loft of {number}"),
            number=number,
            kind="pigeon",
            address=str(loft),
        )
        new_line.add(tx, wanted)

    office.store.write(work)


def state_of(planning: Caller, message_id: str) -> str:
    return str(planning.get(f"/messages/{message_id}").json()["state"])


def posted(office: Office, planning: Caller, loft: Path) -> str:
    """The id of a message that a new line's pigeon carried to Anna, who wrote first."""
    (loft / "in" / ANNA).write_text("Is er werk?", encoding="utf-8")
    added(office, loft)
    with flying(office):
        eventually(lambda: office.count("consent") == 1, "Anna's letter came")
        body = {"line": LINE, "to": ANNA, "text": "Ja, morgen.", "channel": "letter"}
        answer = planning.post(body)
        assert answer.status_code == 202, answer.text
        message_id = str(answer.json()["id"])
        assert isinstance(office.clock, ManualClock)
        clock = office.clock

        def has_left() -> bool:
            clock.advance(ms=TURN_MS)
            return state_of(planning, message_id) == "sent"

        eventually(has_left, "the pigeon left")
    return message_id


def test_a_kind_from_a_package_carries_a_message(
    office: Office, planning: Caller, loft: Path
) -> None:
    """It receives one and sends one with proof, over a channel that Balie did not know."""
    posted(office, planning, loft)
    assert [letter.read_text("utf-8") for letter in (loft / "out").iterdir()] == ["Ja, morgen."]


def test_what_only_an_installed_kind_knows_of_its_device_is_shown(
    office: Office, planning: Caller, loft: Path
) -> None:
    """The house has no name for it and passes it through."""
    added(office, loft)
    with flying(office):
        told = partial(planning.get, "/devices")
        eventually(lambda: told().json()["items"][0]["facts"] == {"grains": 7}, "it has eaten")


def test_what_a_channel_can_do_holds_for_an_installed_one(
    office: Office, planning: Caller, loft: Path
) -> None:
    """A text too long for it is refused, and so is a message to a person who did not write."""
    body = {"line": LINE, "to": ANNA, "text": "a" * 41, "channel": "letter"}
    added(office, loft)
    answer = planning.post(body)
    assert (answer.status_code, answer.json()["field"]) == (422, "text")
    answer = planning.post({**body, "text": "Hoi"})
    assert (answer.status_code, answer.json()["code"]) == (409, "consent-required")


def test_an_installed_kind_is_found_and_documented(
    office: Office, loft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its device is offered for a new number; the document names its channel."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nothing listens there
    assert [(each.kind, each.address) for each in plugged_in() if each.kind == "pigeon"] == [
        ("pigeon", str(loft))
    ]
    schemas = office.client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    channel = schemas["MessageIn"]["properties"]["channel"]
    assert channel["enum"] == ["auto", "whatsapp", "sms", "telegram", "mail", "letter"]
    assert schemas["Device"]["properties"]["kind"]["enum"] == [*OWN, "pigeon"]


def test_what_a_kind_carried_is_shown_after_its_package_went(
    office: Office, planning: Caller, loft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No driver exists for its device any more: other devices go on, and `balie doctor` says so."""
    message_id = posted(office, planning, loft)
    del device_kinds._KNOWN["pigeon"], channels._KNOWN["letter"]
    shown = planning.get(f"/messages/{message_id}").json()
    assert (shown["channel"], shown["state"]) == ("letter", "sent")
    assert planning.get("/devices").json()["items"][0]["kind"] == "pigeon"
    assert [each.about for each in complaints_of(office.store)] == [str(loft)]
    with flying(office):
        assert office.count("attempt") == 1
    with pytest.raises(InvalidInput, match="drives a pigeon"):
        added(office, loft / "another", number="+31612345679")


@pytest.mark.parametrize(
    "point", ["pigeon = nowhere:KIND", "pigeon = pigeons:NO_KIND", "modem = pigeons:TAKEN"]
)
def test_a_broken_package_costs_no_other_kind(
    tmp_path: Path,
    fresh: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    point: str,
) -> None:
    """The fault is logged, and Balie's own kinds stay as they were."""
    before = list(Kind.known())
    install(tmp_path / "packages", monkeypatch, f"{point}\nbird = pigeons:KIND")
    kinds.load()
    assert [each.name for each in Kind.known()] == [*OWN, "pigeon"]
    assert list(Kind.known())[: len(OWN)] == before
    assert "cannot be used" in caplog.text
    assert Channel.named("letter") in Channel.known()
