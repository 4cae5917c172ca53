"""Which steps to try with a modem that stopped answering, gentlest first; the driver does them.

A rung is tried only after the waits of those below it. When the modem answers, the ladder starts
from the bottom again. A pure state machine: time and rights are arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Rung(Enum):
    #: Take an open prompt back and say AT (ESC, never Ctrl-Z: that would send what is typed).
    ESCAPE = "escape"
    #: Close the port and open it.
    REOPEN = "reopen"
    #: AT+CFUN=1,1 (27.007 §8.2): the modem starts anew.
    RESTART = "restart"
    #: Reset the USB device, as if it were unplugged.
    USB_RESET = "usb-reset"
    #: A person must pull it out. Until then the port is tried now and then.
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRights:
    """What Balie may do to this modem."""

    may_restart: bool
    can_reset_usb: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    rung: Rung
    #: Seconds of the real clock from the step until the next one may be tried.
    wait_s: float


#: A modem needs 10 to 20 seconds to start, with SIM and network; USB is back in 5.
_WAITS_S = {
    Rung.ESCAPE: 1.0,
    Rung.REOPEN: 3.0,
    Rung.RESTART: 25.0,
    Rung.USB_RESET: 15.0,
    Rung.PERSON: 60.0,
}


def steps(rights: LadderRights) -> Sequence[LadderStep]:
    """The ladder for these rights, from the first rung to the person."""
    barred = set()
    if not rights.may_restart:
        barred.add(Rung.RESTART)
    if not rights.can_reset_usb:
        barred.add(Rung.USB_RESET)
    return [LadderStep(rung=rung, wait_s=_WAITS_S[rung]) for rung in Rung if rung not in barred]


class Ladder:
    """One modem's place on it. `now_s` is `time.monotonic()`, or a test's own."""

    def __init__(self) -> None:
        self._tried: list[Rung] = []
        self._not_before_s = 0.0

    @property
    def rung(self) -> Rung | None:
        """The last rung tried; None: all is well."""
        return self._tried[-1] if self._tried else None

    @property
    def ask_every_s(self) -> float:
        """Seconds between two tries of its port: 0 until only a person can help."""
        return _WAITS_S[Rung.PERSON] if self.rung is Rung.PERSON else 0.0

    def answered(self) -> None:
        """The modem answers again."""
        self._tried.clear()
        self._not_before_s = 0.0

    def next(self, now_s: float, rights: LadderRights) -> Rung | None:
        """What to do now, which counts as tried; None while the last step still has time."""
        if now_s < self._not_before_s:
            return None
        step = next(
            (step for step in steps(rights) if step.rung not in self._tried),
            LadderStep(rung=Rung.PERSON, wait_s=_WAITS_S[Rung.PERSON]),
        )
        if self.rung is not step.rung:
            self._tried.append(step.rung)
        self._not_before_s = now_s + step.wait_s
        return step.rung
