"""People who mail by themselves, and answer what they are mailed."""

from typing import Any

from appliance.emulated.mail import mail_letters
from appliance.emulated.mail.mail_world import EmulatedMailbox, MailPerson, MailWorld
from appliance.emulated.world import small_talk
from appliance.emulated.world.writing_people import WritingPeople, WritingRhythm

_NAMES = ("Lotte Kuiper", "Marek Zielinski", "Femke Bos", "Ali Demir")
_SUBJECTS = ("Rooster", "Vraag over mijn uren", "Loonstrook", "Werk volgende week", "Beschikbaar")
_HOST = "post.example"
_FIRST_S = 6.0
_ANSWERS_AFTER_S = 15.0


class MailPeople(WritingPeople[MailPerson]):
    def __init__(
        self, world: MailWorld, box: EmulatedMailbox, *, seed: int, rhythm_s: float, pace: float
    ) -> None:
        people = [world.add_person(_address(name), name) for name in _NAMES]
        rhythm = WritingRhythm(
            first_s=_FIRST_S, again_s=rhythm_s, answers_after_s=_ANSWERS_AFTER_S, pace=pace
        )
        super().__init__(people, world.truth, rhythm, name="mail people", seed=seed)
        self._world, self._box = world, box

    def _write(self, person: MailPerson) -> None:
        text = small_talk.opening(self._rng, awkward=False, sms=False)
        subject = self._rng.choice(_SUBJECTS)
        to = self._box.address
        mail = mail_letters.begun(self._world, person, to, text, subject=subject)
        self._world.arrive(self._box, mail)

    def _answer(self, person: MailPerson) -> None:
        text = small_talk.answer(self._rng, awkward=False)
        mail = mail_letters.answering(self._world, person, self._box.address, text)
        self._world.arrive(self._box, mail)

    def _told(self, told: dict[str, Any]) -> MailPerson | None:
        person = self._world.person(str(told["to"]))
        return person if person in self._people else None


def _address(name: str) -> str:
    return f"{name.replace(' ', '.').casefold()}@{_HOST}"
