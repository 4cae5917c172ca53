"""Calls to the modem's number. Nobody answers them, and nobody hangs up.

Hanging up would tell the caller *busy* and stop a diversion that the office has set. Letting it
ring costs nothing, because SMS travel beside a call.
"""

import time

from appliance.devices.modem.arrivals import in_e164
from appliance.devices.modem.at.urc import CallEnded, CallerId, Ring, Urc
from appliance.devices.modem.modem import Modem
from appliance.devices.news_protocol import MissedCall

# A modem rings every 5 to 6 seconds; after this long without a ring the caller has given up.
_STILL_RINGS_S = 12.0


class CallWatch:
    """Tells a call when its number is known; nobody can write to a caller who withholds it."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._told: str | None = None
        self._last_ring_s = float("-inf")

    def hear(self, news: Urc) -> None:
        if isinstance(news, CallEnded):
            self._told = None
        elif isinstance(news, Ring | CallerId):
            if time.monotonic() - self._last_ring_s > _STILL_RINGS_S:
                self._told = None
            self._last_ring_s = time.monotonic()
            if isinstance(news, CallerId) and news.number:
                self._tell(in_e164(news.number))

    def _tell(self, number: str) -> None:
        if number == self._told:
            return
        at_ms = self._modem.clock.now_ms()
        call = MissedCall(key=f"call:{number}:{at_ms}", number=number, at_ms=at_ms)
        self._modem.listener.missed_calls(self._modem.device_id, [call])
        self._told = number
