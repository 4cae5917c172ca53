"""People who mail by themselves, and answer what they are mailed."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial

from appliance.emulated.mail import mail_letters
from appliance.emulated.mail.mail_world import EmulatedMailbox, MailPerson, MailWorld
from appliance.emulated.world import small_talk

_NAMES = ("Lotte Kuiper", "Marek Zielinski", "Femke Bos", "Ali Demir")
_SUBJECTS = ("Rooster", "Vraag over mijn uren", "Loonstrook", "Werk volgende week", "Beschikbaar")
_HOST = "post.example"
_FIRST_S = 6.0
_ANSWERS_AFTER_S = 15.0
_ANSWERS = 0.6
"""Of what is mailed to them, the share that they answer."""


class MailPeople:
    """One thread. Spans are seconds of the world; `pace` says how many of them a real one has."""

    def __init__(
        self, world: MailWorld, box: EmulatedMailbox, *, seed: int, rhythm_s: float, pace: float
    ) -> None:
        self._world, self._box = world, box
        self._rng = random.Random(f"mail people {seed}")
        self._rhythm_s, self._pace = rhythm_s, pace
        self._people = [world.add_person(_address(name), name) for name in _NAMES]
        self._heard = 0
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail-people", daemon=True)

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
            person = self._world.person(str(told["to"]))
            if person in self._people and self._rng.random() < _ANSWERS:
                self._after(_ANSWERS_AFTER_S, partial(self._answer, person))

    def _begin(self, person: MailPerson) -> None:
        text = small_talk.opening(self._rng, awkward=False, sms=False)
        subject = self._rng.choice(_SUBJECTS)
        to = self._box.address
        mail = mail_letters.begun(self._world, person, to, text, subject=subject)
        self._world.arrive(self._box, mail)
        again_s = self._rng.expovariate(1 / (self._rhythm_s * len(self._people)))
        self._after(again_s + self._rhythm_s, partial(self._begin, person))

    def _answer(self, person: MailPerson) -> None:
        text = small_talk.answer(self._rng, awkward=False)
        mail = mail_letters.answering(self._world, person, self._box.address, text)
        self._world.arrive(self._box, mail)

    def _after(self, span_s: float, call: Callable[[], None]) -> None:
        self._due.append((time.monotonic() + span_s / self._pace, call))


def _address(name: str) -> str:
    return f"{name.replace(' ', '.').casefold()}@{_HOST}"
