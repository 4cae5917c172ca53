"""The brake on what anybody may ask without a name: so often a minute from one address."""

import time
from collections import OrderedDict
from collections.abc import Callable

from appliance.addresses import network_of

A_MINUTE_S = 60.0
MOST_A_MINUTE = 60
"""From one address; behind one router many people may open the same website."""
MOST_ADDRESSES = 10_000
"""Kept; somebody with many addresses must not fill the memory."""


class AddressBrake:
    """For the event loop. Kept in memory, in the order of the last question."""

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._asked: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, address: str) -> int:
        """Seconds until this address may ask again; 0: it may, and is counted."""
        whose, now_s = network_of(address), self._now_s()
        began_s, count = self._asked.pop(whose, (now_s, 0))
        if now_s - began_s >= A_MINUTE_S:
            began_s, count = now_s, 0
        self._asked[whose] = (began_s, count + 1)
        if len(self._asked) > MOST_ADDRESSES:
            self._asked.popitem(last=False)
        return 0 if count < MOST_A_MINUTE else max(1, round(began_s + A_MINUTE_S - now_s))
