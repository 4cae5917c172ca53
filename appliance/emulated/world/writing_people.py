"""People who write by themselves, each again and again, and answer what they are told."""

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

_LOOKS_S = 0.2
_ANSWERS = 0.6
"""Of what they are told, the share that they answer."""
Who = TypeVar("Who")


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingRhythm:
    """Spans are seconds of the world; `pace` says how many of them a real one has.

    The first person begins after `first_s` and the others ever later. One writes again after
    `again_s`, and as much more as there are people on the mean.
    """

    first_s: float
    again_s: float
    answers_after_s: float
    pace: float


class WritingPeople(ABC, Generic[Who]):
    """One thread. `truth` is what came to all people of this world, and grows."""

    def __init__(
        self,
        people: Sequence[Who],
        truth: Sequence[dict[str, Any]],
        rhythm: WritingRhythm,
        *,
        name: str,
        seed: int,
    ) -> None:
        self._people, self._truth, self._rhythm = people, truth, rhythm
        self._rng = random.Random(f"{name} {seed}")
        self._heard = 0
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name.replace(" ", "-"), daemon=True)

    @abstractmethod
    def _write(self, person: Who) -> None: ...

    @abstractmethod
    def _answer(self, person: Who) -> None: ...

    @abstractmethod
    def _told(self, told: dict[str, Any]) -> Who | None:
        """Who heard it; None where that is nobody who answers."""

    def start(self) -> None:
        for place, person in enumerate(self._people):
            self._after(self._rhythm.first_s * (place + 1) ** 2, partial(self._begin, person))
        self._thread.start()

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(_LOOKS_S):
            self._listen()
            now = time.monotonic()
            ready = [call for at, call in self._due if at <= now]
            self._due = [each for each in self._due if each[0] > now]
            for call in ready:
                call()

    def _listen(self) -> None:
        new = self._truth[self._heard :]
        self._heard += len(new)
        for each in new:
            person = self._told(each)
            if person is not None and self._rng.random() < _ANSWERS:
                self._after(self._rhythm.answers_after_s, partial(self._answer, person))

    def _begin(self, person: Who) -> None:
        self._write(person)
        more_s = self._rng.expovariate(1 / (self._rhythm.again_s * len(self._people)))
        self._after(more_s + self._rhythm.again_s, partial(self._begin, person))

    def _after(self, span_s: float, call: Callable[[], None]) -> None:
        self._due.append((time.monotonic() + span_s / self._rhythm.pace, call))
