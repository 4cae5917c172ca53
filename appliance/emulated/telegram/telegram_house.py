"""A Bot API with bots and the people who write to them, beside the emulated phones."""

from collections.abc import Callable

from appliance.clock import MS_PER_S
from appliance.emulated.telegram.bot_letters import BotLetters
from appliance.emulated.telegram.bot_people import BotPeople
from appliance.emulated.telegram.bot_server import BotServer
from appliance.emulated.telegram.bot_world import BotWorld, Json
from appliance.emulated.world.truth import Departure, TruthLog


class TelegramHouse:
    """`rhythm_s` is the mean time between two messages that people begin, in the world's seconds,
    of which a real one has `pace`. What bots send stands in `truth` beside what leaves phones.
    """

    def __init__(
        self,
        *,
        bots: int,
        seed: int,
        rhythm_s: float,
        pace: float,
        now_ms: Callable[[], int],
        truth: TruthLog,
    ) -> None:
        self._world = BotWorld(
            now_s=lambda: now_ms() / MS_PER_S, truth=lambda told: truth.record(_departure(told))
        )
        names = [f"balie_demo{place or ''}_bot" for place in range(bots)]
        self._bots = [self._world.add_bot(name, "Balie") for name in names]
        self._server = BotServer(self._world)
        self.control = BotLetters(self._server.control)
        self._people = [
            BotPeople(self._world, bot, seed=seed, rhythm_s=rhythm_s, pace=pace)
            for bot in self._bots
        ]

    def start(self, *, traffic: bool) -> None:
        self._server.start()
        for people in self._people if traffic else ():
            people.start()

    def stop(self) -> None:
        for people in self._people:
            people.stop()
        self._server.stop()

    def described(self) -> list[Json]:
        return [
            {
                "username": bot.username,
                "token": bot.token,
                "api": self._server.url,
                "control": f"{self._server.url}/control",
            }
            for bot in self._bots
        ]


def _departure(told: Json) -> Departure:
    return Departure(
        at_ms=told["at_s"] * MS_PER_S,
        phone=f"telegram:{told['bot']}",
        number=f"telegram:{told['bot']}",
        channel="telegram",
        to=f"telegram:{told['to']}",
        text=told["text"],
        id=str(told["message_id"]),
    )
