"""People who write to a bot by themselves, and answer it."""

from typing import Any

from appliance.emulated.telegram.bot_world import BotWorld, EmulatedBot, TelegramPerson
from appliance.emulated.world import small_talk
from appliance.emulated.world.writing_people import WritingPeople, WritingRhythm

_NAMES = (
    ("Sanne", "sanne_v"),
    ("Milan", "milan88"),
    ("Agnieszka", "agakow"),
    ("Yusuf", None),
    ("Oksana", "oksana_k"),
)
_FIRST_S = 3.0
_ANSWERS_AFTER_S = 8.0


class BotPeople(WritingPeople[TelegramPerson]):
    def __init__(
        self, world: BotWorld, bot: EmulatedBot, *, seed: int, rhythm_s: float, pace: float
    ) -> None:
        people = [world.add_person(name, username) for name, username in _NAMES]
        rhythm = WritingRhythm(
            first_s=_FIRST_S, again_s=rhythm_s, answers_after_s=_ANSWERS_AFTER_S, pace=pace
        )
        super().__init__(people, world.truth, rhythm, name="bot people", seed=seed)
        self._world, self._bot = world, bot

    def _write(self, person: TelegramPerson) -> None:
        text = small_talk.opening(self._rng, awkward=False, sms=False)
        if person.id not in self._bot.met:
            self._world.write(self._bot, person, "/start")
        self._world.write(self._bot, person, text)

    def _answer(self, person: TelegramPerson) -> None:
        self._world.write(self._bot, person, small_talk.answer(self._rng, awkward=False))

    def _told(self, told: dict[str, Any]) -> TelegramPerson:
        return self._world.people[told["to"]]
