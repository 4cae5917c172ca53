"""A colleague types on the phone that Balie writes with: whether each message is told as whose it
is, while taps are spoilt and all texts look alike.
"""

import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from appliance.demo.children import own_adb_server
from appliance.emulated.phone.spec import PhoneSpec
from tests.bench.benchmark import Measured, at_most
from tests.devices.phone.driver_kit import ANNA, OWN, Desk, World

_LIVES = 100
_STEPS = 10
_TEXTS = ("ok", "ja", "Tot zo 👍")
_LID = "9876543210@lid"
_SPOILT = ("never-answers", "stream-cut", "http-500-after-acting", "tap-lost")


@dataclass(slots=True)
class _Life:
    """One phone and one person, who hides their number in every other life."""

    desk: Desk
    rng: random.Random
    hidden: bool
    proven: Counter[str] = field(default_factory=Counter)

    @property
    def to(self) -> str:
        return _LID if self.hidden else ANNA

    def live(self) -> int:
        """How many messages were told wrongly: lost, doubled, or as somebody else's."""
        if self.hidden:
            self.desk.world.inject(kind="person", number=ANNA, lid=_LID)
        self._hear("Hoi")
        steps = (self._type, self._answer_in_shade, self._send, self._send_spoilt, self._ask)
        for _ in range(_STEPS):
            self.rng.choice(steps)()
        self._carry("einde")
        told = self.proven + Counter(each.text for each in self.desk.recorder.typed_ones)
        really = Counter(self.desk.world.truth())
        return (told - really).total() + (really - told).total()

    def _hear(self, text: str) -> None:
        self.desk.world.write(ANNA, text, name="Anna", saved=not self.hidden)
        self.desk.driver.receive()

    def _type(self, *, in_shade: bool = False) -> None:
        text = self.rng.choice(_TEXTS)
        self.desk.world.inject(kind="typed", to=self.to, text=text, in_shade=in_shade)

    def _answer_in_shade(self) -> None:
        self._type(in_shade=True)
        self.desk.driver.receive()

    def _ask(self) -> None:
        self._hear(f"En {self.rng.randrange(1000)}?")

    def _send(self) -> None:
        self._carry(self.rng.choice(_TEXTS))

    def _send_spoilt(self) -> None:
        self._carry(self.rng.choice(_TEXTS), spoilt=self.rng.choice(_SPOILT))

    def _carry(self, text: str, *, spoilt: str = "") -> None:
        attempt = self.desk.attempt(text, to=self.to)
        if spoilt:
            method = "send" if spoilt == "tap-lost" else "click"
            attempt.before_tap = lambda: self.desk.world.fault(spoilt, method=method)
        if self.desk.carry(attempt)[-1] in {"sent", "present"}:
            self.proven[text] += 1


@at_most(0, f"messages told wrongly in {_LIVES} lives of a phone that a colleague types on, too")
def typed_by_hand() -> Measured:
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, own_adb_server(Path(folder) / "adb"):
        for nth in range(_LIVES):
            wrong += _one(Path(folder) / str(nth), nth)
    return Measured(value=wrong)


def _one(folder: Path, nth: int) -> int:
    world = World(PhoneSpec(number=OWN, lookup_ms=40))
    try:
        world.connect()
        desk = Desk(world, folder)
        try:
            desk.driver.probe()
            return _Life(desk=desk, rng=random.Random(nth), hidden=nth % 2 == 1).live()
        finally:
            desk.driver.close()
    finally:
        world.close()
