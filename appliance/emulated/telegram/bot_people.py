"""People who write to a bot by themselves, and answer it."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial

from appliance.emulated.telegram.bot_world import BotWorld, EmulatedBot, TelegramPerson
from appliance.emulated.world import small_talk

_NAMES = (
    ("Sanne", "sanne_v"),
    ("Milan", "milan88"),
    ("Agnieszka", "agakow"),
    ("Yusuf", None),
    ("Oksana", "oksana_k"),
)
_FIRST_S = 3.0
_ANSWERS_AFTER_S = 8.0
_ANSWERS = 0.6
"""Of what is said to them, the share that they answer."""


class BotPeople:
    """One thread. Spans are seconds of the world; `pace` says how many of them a real one has."""

    def __init__(
        self, world: BotWorld, bot: EmulatedBot, *, seed: int, rhythm_s: float, pace: float
    ) -> None:
        self._world, self._bot = world, bot
        self._rng = random.Random(f"bot people {seed}")
        self._rhythm_s, self._pace = rhythm_s, pace
        self._people = [world.add_person(name, username) for name, username in _NAMES]
        self._heard = 0
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bot-people", daemon=True)

    def start(self) -> None:
        for place, person in enumerate(self._people):
            self._after(_FIRST_S * (place + 1) ** 2, partial(self._begin, person))
        self._thread.start()

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(0.2):
            self._listen()
            now = time.monotonic()
            ready = [call for at, call in self._due if at <= now]
            self._due = [each for each in self._due if each[0] > now]
            for call in ready:
                call()

    def _listen(self) -> None:
        new, self._heard = self._world.truth[self._heard :], len(self._world.truth)
        for told in new:
            person = self._world.people[told["to"]]
            if self._rng.random() < _ANSWERS:
                self._after(_ANSWERS_AFTER_S, partial(self._answer, person))

    def _begin(self, person: TelegramPerson) -> None:
        text = small_talk.opening(self._rng, awkward=False, sms=False)
        if person.id not in self._bot.met:
            self._world.write(self._bot, person, "/start")
        self._world.write(self._bot, person, text)
        again_s = self._rng.expovariate(1 / (self._rhythm_s * len(self._people)))
        self._after(again_s + self._rhythm_s, partial(self._begin, person))

    def _answer(self, person: TelegramPerson) -> None:
        self._world.write(self._bot, person, small_talk.answer(self._rng, awkward=False))

    def _after(self, span_s: float, call: Callable[[], None]) -> None:
        self._due.append((time.monotonic() + span_s / self._pace, call))
