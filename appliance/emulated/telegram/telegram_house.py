"""A Bot API with bots and the people who write to them, beside the emulated phones."""

from collections.abc import Callable

from appliance.clock import MS_PER_S
from appliance.emulated.telegram.bot_people import BotPeople
from appliance.emulated.telegram.bot_server import BotServer
from appliance.emulated.telegram.bot_world import BotWorld, Json


class TelegramHouse:
    """`rhythm_s` is the mean time between two messages that people begin, in the world's seconds,
    of which a real one has `pace`.
    """

    def __init__(
        self, *, bots: int, seed: int, rhythm_s: float, pace: float, now_ms: Callable[[], int]
    ) -> None:
        self._world = BotWorld(now_s=lambda: now_ms() / MS_PER_S)
        names = [f"balie_demo{place or ''}_bot" for place in range(bots)]
        self._bots = [self._world.add_bot(name, "Balie") for name in names]
        self._server = BotServer(self._world)
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
