"""What the office said of each box's last batch that came over the broker, until it is asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appliance.api.problems import ProblemError
from appliance.office.broker import AGAIN, NOT_YET


@dataclass(frozen=True, slots=True)
class OfficeSaid:
    """As over HTTPS: a status and a JSON object."""

    status: int
    body: Mapping[str, Any]

    @classmethod
    def of(cls, exc: ProblemError) -> "OfficeSaid":
        told = exc.problem
        body = {"code": told.code, "title": told.title, "detail": told.detail, **told.extra}
        return cls(told.status, body)

    def as_json(self) -> dict[str, Any]:
        return {"status": self.status, "body": dict(self.body)}


TOLD_AGAIN = OfficeSaid(410, {"code": AGAIN, "detail": "Tell it again."})
WAITS = OfficeSaid(202, {"code": NOT_YET, "detail": "The office has not come so far."})


class BrokerAnswers:
    """For one event loop. Kept in memory alone: what is not known any more is told again. `place`:
    the office has taken in everything in the stream up to there.
    """

    def __init__(self) -> None:
        self.place = 0
        self._last: dict[str, tuple[int, OfficeSaid]] = {}
        self._bells: dict[str, asyncio.Event] = {}

    def note(self, who: str, place: int, said: OfficeSaid) -> None:
        """`who`: the box and its key."""
        self._last[who] = (place, said)
        if (bell := self._bells.pop(who, None)) is not None:
            bell.set()

    def forget(self) -> None:
        """The stream is another one."""
        self.place = 0
        self._last.clear()

    async def of(self, who: str, place: int, within_s: float) -> OfficeSaid:
        """WAITS where nothing came within that time."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + within_s
        while True:
            last, said = self._last.get(who, (0, TOLD_AGAIN))
            if last >= place or self.place >= place:
                return said if last == place else TOLD_AGAIN
            bell = self._bells.setdefault(who, asyncio.Event())
            try:
                async with asyncio.timeout_at(until_s):
                    await bell.wait()
            except TimeoutError:
                return WAITS
