"""The program of root that looks after a running box: its light, its time, its set-up point.

It knows Balie from outside, and goes on when Balie does not.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.box import console, home_wish, saved_time
from appliance.box.asking_balie import BalieSays, ask
from appliance.box.button import Button, open_all
from appliance.box.handed_files import read_handed
from appliance.box.light import STARTS_WITHIN_S, BoxHealth, Light
from appliance.box.point_keeper import PointKeeper
from appliance.box.reset_unit import start_reset
from appliance.box.service_manager import ServiceManager
from appliance.clock import CLOCK_UNSURE
from appliance.errors import SetupError
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 5.0
BUTTON_S = 0.5
SAVE_S = 600.0
"""So far the clock is behind after a power cut, at most."""
FINDINGS = Path("/run/balie-box/findings.json")
"""What the start of the machine found that a person should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlaces:
    """Files of the machine; others in tests only."""

    data: Path
    findings: Path = FINDINGS
    home: Path = home_wish.ANSWER
    unsure: Path = CLOCK_UNSURE
    saved: Path = saved_time.SAVED
    issue: Path = console.ISSUE


@dataclass(slots=True, kw_only=True)
class Care:
    """`look` is called every few seconds by one thread. `now_s` never leaps."""

    places: CarePlaces
    light: Light
    point: PointKeeper
    ask: Callable[[], BalieSays]
    manager: ServiceManager = field(default_factory=ServiceManager)
    now_s: Callable[[], float] = time.monotonic
    _well_s: float = field(init=False)
    _saved_s: float = field(init=False)
    _troubles: dict[str, Trouble] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._well_s = self._saved_s = self.now_s()

    def look(self) -> None:
        says = self.ask()
        self._quietly("the light cannot be set", lambda: self._show(says))
        self._quietly("the time cannot be saved", self._keep_time)
        self._quietly(
            "the set-up point cannot be made", lambda: self.point.look(is_set_up=says.is_set_up)
        )
        self._quietly(
            "the screen cannot show the set-up code",
            lambda: console.show(self.places.issue, self.places.data, is_set_up=says.is_set_up),
        )
        self.manager.lives()

    def end(self) -> None:
        """At the end of the machine, too: the time is saved once more."""
        self.manager.stops()
        self._quietly("the time cannot be saved", self._save)
        self._quietly("the set-up point cannot be taken away", self.point.take_away)
        self.light.give_back()

    def _show(self, says: BalieSays) -> None:
        now_s = self.now_s()
        if says.is_ready:
            self._well_s = now_s
        unwell_s = now_s - self._well_s
        self.light.show(
            BoxHealth(
                is_ready=says.is_ready, needs=says.incidents + self._needs(), unwell_s=unwell_s
            ).blinking
        )

    def _needs(self) -> int:
        """What a person should look at beside Balie's own incidents."""
        answer = home_wish.answered(self.places.home)
        waits_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        return sum(
            (
                len(_found(self.places.findings)),
                bool(answer and answer.trouble),
                self.places.unsure.exists() and waits_s > STARTS_WITHIN_S,
            )
        )

    def _keep_time(self) -> None:
        saved_time.note_if_known(self.places.unsure)
        if self.now_s() - self._saved_s >= SAVE_S:
            self._save()

    def _save(self) -> None:
        self.places.saved.parent.mkdir(parents=True, exist_ok=True)
        saved_time.save(self.places.saved, self.places.unsure)
        self._saved_s = self.now_s()

    def _quietly(self, about: str, work: Callable[[], object]) -> None:
        """One of its duties that fails costs no other."""
        trouble = self._troubles.setdefault(about, Trouble(log, about))
        try:
            work()
        except (OSError, SetupError) as exc:
            trouble.met(exc)
        else:
            trouble.over()


def go_on(care: Care, button: Button, ended: threading.Event) -> None:
    """Until `ended`."""
    care.manager.serves()
    next_s = 0.0
    while not ended.wait(BUTTON_S):
        button.look(care.now_s())
        if care.now_s() >= next_s:
            care.look()
            next_s = care.now_s() + LOOK_S
    care.end()


def button_of_box() -> Button:
    """Held for ten seconds it starts the reset."""
    return Button(open_all(), _ask_for_reset)


def _ask_for_reset() -> None:
    log.warning("somebody held the button: this box is being reset")
    try:
        start_reset()
    except SetupError as exc:
        log.error("the reset did not begin: %s", exc)  # noqa: TRY400 -- the sentence says all


def care_for(data: Path, port: int, manager: ServiceManager) -> Care:
    return Care(
        places=CarePlaces(data=data),
        light=Light(),
        point=PointKeeper(data),
        ask=lambda: ask(port),
        manager=manager,
    )


def _found(path: Path) -> Sequence[object]:
    try:
        told = json.loads(read_handed(path) or b"[]")
    except ValueError:
        return ()
    return told if isinstance(told, list) else ()
