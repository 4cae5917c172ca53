"""A phone that is away for long: Balie asks, root's program switches, and both are told of.

Root's program and Balie's own door to it are the real ones; only the hub and `uhubctl` are not.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.box import port_wish
from appliance.box.port_power import PortPlaces, fulfil
from appliance.box.port_wish import WITHIN_S
from appliance.clock import MS_PER_S
from appliance.desk.lines.port_care import AGAIN_MS, AWAY_MS, DAY_MS, PortCare
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.protocol import DeviceState, Status
from appliance.events import EventKind
from appliance.queue.work import QueueWork
from appliance.reasons import Reason
from appliance.runtime.port_wishes import PortWishes
from appliance.store import device_ports
from tests.box.usb_ports import UsbPorts
from tests.queue.counter import ANNA, BOTH, Counter

SERIAL = "R58M123"
ABSENT, READY = DeviceState.ABSENT, DeviceState.READY


class Root:
    """The unit of a box, which runs when it is told to; its clock is the counter's."""

    def __init__(self, counter: Counter, folder: Path) -> None:
        self.usb = UsbPorts(folder / "usb")
        self.data = folder / "data"
        self.data.mkdir()
        self._counter = counter
        self.places = PortPlaces(
            run=folder / "run",
            devices=self.usb.devices,
            now_s=self.now_s,
            since_boot_s=self.now_s,
        )

    def now_s(self) -> float:
        return self._counter.clock.now_ms() / MS_PER_S

    def runs(self) -> None:
        fulfil(self.data / port_wish.FILE, self.places)

    def care(self) -> PortCare:
        door = PortWishes(self.data, self.places.answer, self.now_s)
        return PortCare(self._counter.store, door, lambda device: device.address)


@pytest.fixture
def root(counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Root:
    made = Root(counter, tmp_path)
    monkeypatch.setenv("PATH", str(made.usb.bin), prepend=":")
    made.usb.plug(SERIAL, 2)
    made.runs()
    return made


def told(counter: Counter) -> list[str]:
    return [event.facts["what"] for event in counter.events(EventKind.DEVICE_PORT)]


def test_it_is_asked_for_once_it_was_away_for_long_and_told(counter: Counter, root: Root) -> None:
    """While the port is being switched the device is given nothing to do."""
    care = root.care()
    counter.work = QueueWork(
        counter.store, counter.gate, counter.profile, evidence=counter.evidence, holds=care.holds
    )
    counter.phone_is(ABSENT, Reason.NOT_PLUGGED_IN)
    counter.clock.advance(ms=AWAY_MS - 1)
    care.look()
    assert told(counter) == []
    counter.clock.advance(ms=1)
    care.look()
    assert told(counter) == ["asked"]
    counter.phone_is(READY, channels=BOTH)
    counter.knows(ANNA)
    counter.queues()
    assert counter.task() is None, "its port may lose its power any moment"
    root.runs()
    care.look()
    assert told(counter) == ["asked", "switched"]
    assert root.usb.noted == ["-l 1-1.4 -p 2 -a cycle -d 5"]
    assert not (root.data / port_wish.FILE).exists()
    counter.attempt()
    newest = counter.store.read(
        lambda conn: device_ports.told(conn, counter.device_id, since_ms=0)
    )[0]
    assert newest.what == "switched"


def test_what_did_not_help_is_not_done_for_ever(counter: Counter, root: Root) -> None:
    """Twice, an hour apart; once it was back it may be done again, three times a day at most."""
    care = root.care()

    def an_hour_of(state: DeviceState, times: int = 1) -> None:
        for _ in range(times):
            counter.phone_is(state, channels=BOTH if state is READY else frozenset())
            counter.clock.advance(ms=AGAIN_MS)
            care.look()
            root.runs()
            care.look()

    an_hour_of(ABSENT, times=5)
    assert told(counter).count("switched") == 2
    an_hour_of(READY)
    an_hour_of(DeviceState.UNAUTHORIZED, times=3)
    assert told(counter).count("switched") == 3
    an_hour_of(READY)
    counter.clock.advance(ms=DAY_MS)
    an_hour_of(DeviceState.OFFLINE)
    assert told(counter).count("switched") == 4


def test_a_phone_that_hangs_on_its_cable_is_as_good_as_away(counter: Counter, root: Root) -> None:
    """Once its driver has tried all that it can; before that it is not."""
    care = root.care()
    for own, said in (({}, []), ({"needs_person": True}, ["asked"])):
        status = Status(
            state=DeviceState.DEGRADED,
            reason=Reason.NOT_ANSWERING,
            facts=DeviceFacts(own=own),
        )
        counter.reception.status(counter.device_id, status)
        counter.clock.advance(ms=AWAY_MS)
        care.look()
        assert told(counter) == said


def test_no_message_is_in_the_hands_of_a_phone_whose_port_is_switched(
    counter: Counter, root: Root
) -> None:
    """One that went away in the middle of an attempt is left alone until that is over."""
    care = root.care()
    counter.knows(ANNA)
    counter.queues()
    counter.attempt()
    counter.phone_is(ABSENT, Reason.NOT_PLUGGED_IN)
    counter.clock.advance(ms=AWAY_MS)
    care.look()
    assert told(counter) == []
    assert not care.holds(counter.device_id)


def nobody_answers(root: Root) -> None:
    """The unit does not run."""


def no_unit(root: Root) -> None:
    root.places.answer.unlink()


@pytest.mark.parametrize(
    ("happens", "said"), [(nobody_answers, ["asked", "no-answer"]), (no_unit, [])]
)
def test_without_an_answer_the_device_is_not_held_for_ever(
    counter: Counter, root: Root, happens: Callable[[Root], None], said: list[str]
) -> None:
    care = root.care()
    counter.phone_is(ABSENT, Reason.NOT_PLUGGED_IN)
    counter.clock.advance(ms=AWAY_MS)
    happens(root)
    care.look()
    counter.clock.advance(ms=2 * WITHIN_S * MS_PER_S + MS_PER_S)
    care.look()
    assert told(counter) == said
    assert not care.holds(counter.device_id)
    assert not (root.data / port_wish.FILE).exists()
