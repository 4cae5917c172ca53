"""Switches the USB port of a phone off and on, as a wish of Balie's has it.

For the unit `balie-port.service`. Each time that it runs it notes where phones are plugged in, and
only a port in which it saw that phone is switched: while the phone is in it, or nothing is. Other
ports have power all the time, and those that a hub switches together too.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.box import hub_ports, port_wish, usb_phones
from appliance.box.handed_files import read_handed
from appliance.box.port_wish import ANSWER, PortAnswer, PortOutcome, PortWish
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

log = logging.getLogger(__name__)

IN_A_DAY = 3
BETWEEN_S = 600.0
_DAY_S = 86_400.0
_MOST_PHONES = 64
_MEMORY = "usb-places.json"


def _since_boot_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortPlaces:
    """Files of the machine, and its clocks; others in tests only."""

    run: Path = ANSWER.parent
    devices: Path = usb_phones.DEVICES
    now_s: Callable[[], float] = time.time
    since_boot_s: Callable[[], float] = _since_boot_s

    @property
    def answer(self) -> Path:
        return self.run / ANSWER.name

    @property
    def memory(self) -> Path:
        return self.run / _MEMORY


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMemory:
    """Since the machine started: where each phone was seen, and when each port was switched."""

    seen: Mapping[str, str] = field(default_factory=dict)
    switched_s: Mapping[str, Sequence[float]] = field(default_factory=dict)


def fulfil(wish_file: Path, places: PortPlaces | None = None) -> PortAnswer:
    """What was answered last, which stands where there is no new wish. Raises OSError."""
    places = places or PortPlaces()
    places.run.mkdir(mode=0o755, parents=True, exist_ok=True)
    there = usb_phones.plugged_in(places.devices)
    memory = _noted(_kept(places.memory), there)
    answer = port_wish.answered(places.answer) or PortAnswer(id="", outcome=None)
    wish = _wish(wish_file, places)
    if wish is not None and wish.id != answer.id:
        outcome, memory = _do(wish, memory, places, there=there)
        answer = PortAnswer(id=wish.id, outcome=outcome)
        log.info("the port of a phone was asked for: %s", outcome)
    put_whole(places.memory, _written(memory))
    put_whole(places.answer, port_wish.answer_written(answer), mode=0o644)
    return answer


def _wish(wish_file: Path, places: PortPlaces) -> PortWish | None:
    """None for what makes no sense, and for one that came too late: it may be wrong by now."""
    content = read_handed(wish_file)
    if content is None:
        return None
    try:
        wish = port_wish.read(content)
    except SetupError as exc:
        log.warning("%s", exc)
        return None
    is_timely = 0 <= wish.until_s - places.now_s() <= port_wish.WITHIN_S
    return wish if is_timely else None


def _do(
    wish: PortWish, memory: PortMemory, places: PortPlaces, *, there: Mapping[str, str]
) -> tuple[PortOutcome, PortMemory]:
    place = memory.seen.get(wish.serial)
    if place is None:
        return PortOutcome.UNSEEN, memory
    if wish.serial not in there and not usb_phones.is_empty(place, places.devices):
        return PortOutcome.TAKEN, memory
    port, now_s = usb_phones.port_at(place), places.since_boot_s()
    if not _switches_alone(port):
        return PortOutcome.SHARED, memory
    times = [each for each in memory.switched_s.get(place, ()) if now_s - each < _DAY_S]
    if len(times) >= IN_A_DAY or (times and now_s - times[-1] < BETWEEN_S):
        return PortOutcome.OFTEN, memory
    switched = {**memory.switched_s, place: [*times, now_s]}
    return _switch(port), PortMemory(seen=memory.seen, switched_s=switched)


def _switches_alone(port: hub_ports.HubPort) -> bool:
    try:
        hub_ports.is_on(port)
    except SetupError:
        return False
    return True


def _switch(port: hub_ports.HubPort) -> PortOutcome:
    """However it goes, the port has power in the end, as far as its hub obeys."""
    try:
        hub_ports.cycle(port)
        if not hub_ports.is_on(port):
            hub_ports.switch(port, on=True)
    except SetupError as exc:
        log.warning("%s", exc)
        hub_ports.switch_all_on()
        return PortOutcome.FAILED
    return PortOutcome.SWITCHED


def _noted(memory: PortMemory, there: Mapping[str, str]) -> PortMemory:
    """Who was seen in a port in which somebody else is now is nowhere."""
    elsewhere = {
        serial: place for serial, place in memory.seen.items() if place not in there.values()
    }
    newest = list({**elsewhere, **there}.items())[-_MOST_PHONES:]
    return PortMemory(seen=dict(newest), switched_s=memory.switched_s)


def _kept(path: Path) -> PortMemory:
    try:
        told = json.loads(read_handed(path) or b"{}")
        return PortMemory(seen=told.get("seen", {}), switched_s=told.get("switched_s", {}))
    except (ValueError, AttributeError):
        return PortMemory()


def _written(memory: PortMemory) -> bytes:
    return json.dumps({"seen": memory.seen, "switched_s": memory.switched_s}).encode()
