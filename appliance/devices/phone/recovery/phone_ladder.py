"""Which steps to try with a phone that cannot be read, gentlest first; the rescue does them.

A rung is tried only after the wait of the one below it. When the phone can be read, the ladder
starts from the bottom again. A pure state machine: time and rights are arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class PhoneRung(Enum):
    #: End the on-device server: the next examination starts another.
    SERVER = "its control server was ended"
    #: The daemon on the phone drops the connection and makes another.
    DEVICE = "it was told to connect anew"
    #: The adb server drops the connection and makes another.
    LINK = "its connection was dropped"
    #: Its USB port is switched off and on.
    POWER = "its USB port was switched off and on"
    REBOOT = "it was restarted"
    #: Nothing is left but a person.
    PERSON = "a person was asked"


#: Seconds of the real clock until the next one may be tried. Android starts in a minute or two,
#: and is given time to find its SIM.
WAITS_S: Mapping[PhoneRung, float] = {
    PhoneRung.SERVER: 10.0,
    PhoneRung.DEVICE: 15.0,
    PhoneRung.LINK: 15.0,
    PhoneRung.POWER: 45.0,
    PhoneRung.REBOOT: 240.0,
    PhoneRung.PERSON: 3600.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRights:
    """What Balie may do to this phone."""

    may_switch_port: bool
    may_reboot: bool

    def allow(self, rung: PhoneRung) -> bool:
        match rung:
            case PhoneRung.POWER:
                return self.may_switch_port
            case PhoneRung.REBOOT:
                return self.may_reboot
            case _:
                return True


class PhoneLadder:
    """One phone's place on it. `now_s` is `time.monotonic()`, or a test's own."""

    def __init__(self) -> None:
        self._tried: list[PhoneRung] = []
        self._not_before_s = 0.0

    @property
    def rung(self) -> PhoneRung | None:
        """The last rung tried; None: all is well."""
        return self._tried[-1] if self._tried else None

    def answered(self) -> None:
        self._tried.clear()
        self._not_before_s = 0.0

    def next(self, now_s: float, rights: PhoneRights) -> PhoneRung | None:
        """What to do now, which counts as tried; None while the last step still has time, and once
        a person was asked.
        """
        if now_s < self._not_before_s or self.rung is PhoneRung.PERSON:
            return None
        rung = next(r for r in PhoneRung if r not in self._tried and rights.allow(r))
        self._tried.append(rung)
        self._not_before_s = now_s + WAITS_S[rung]
        return rung
