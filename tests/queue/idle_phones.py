"""Phones that lie there with nothing to do, as their drivers tell of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from appliance.desk.lines import line_codes
from appliance.devices.device_facts import DeviceFacts, SmsLimitFacts
from appliance.devices.protocol import DeviceState, Sim, Status
from appliance.devices.worker import Rhythm
from tests.queue.counter import BOTH, HOUR_S, Counter

PHONES = 16
EXAMINED_EVERY_S = int(Rhythm().probe_s)
WARMER_EVERY = 3
"""Examinations until a battery is a tenth of a degree warmer: of all phones ten a minute are."""


@dataclass(slots=True)
class IdlePhones:
    counter: Counter
    _told: dict[str, Status] = field(default_factory=dict)

    def plug_in(self) -> None:
        for at in range(PHONES):
            _, device_id = self.counter.add_line(_number(at), f"idle-{at}")
            self._told[device_id] = Status(state=DeviceState.ABSENT)
        self._look(0)

    def lie(self, *, hours: int = 1) -> None:
        """Each phone is examined as often as one that is well, and only its battery changes."""
        for nth in range(1, hours * HOUR_S // EXAMINED_EVERY_S + 1):
            self.counter.clock.advance(s=EXAMINED_EVERY_S)
            self._look(nth)
            line_codes.forget_old(self.counter.store)
            self.counter.reception.show_incomplete()

    def _look(self, nth: int) -> None:
        """The SIM is told each time, the state where it is news."""
        for at, (device_id, told) in enumerate(self._told.items()):
            sim = Sim(iccid=f"89314400000000000{at:02}", number=_number(at))
            assert self.counter.reception.sim_seen(device_id, sim)
            status = _status(tenths=(nth + at) // WARMER_EVERY)
            if status != told:
                self.counter.reception.status(device_id, status)
                self._told[device_id] = status

    def told(self) -> Mapping[str, DeviceFacts]:
        """What each phone told last, by the id of its device."""
        return {device_id: status.facts for device_id, status in self._told.items()}


def _number(at: int) -> str:
    return f"+316876500{at:02}"


def _status(*, tenths: int) -> Status:
    own = {"awake": False, "battery_percent": 100, "battery_celsius": 25 + tenths % 100 / 10}
    limit = SmsLimitFacts(sms_parts=30, sms_window_ms=1_800_000)
    facts = DeviceFacts(sms_limit=limit, own=own)
    return Status(state=DeviceState.READY, channels=BOTH, facts=facts)
