"""The brake on guessing passwords, after OWASP's "Slow Down Online Guessing Attacks with Device
Cookies".

A browser that logged in once carries a device cookie and has its own count; all others are counted
by name and by address. So somebody who guesses at a colleague's name slows down only strangers
under that name, by a minute at most, and never the colleague's own browser. A try during a wait is
refused without a look and does not lengthen the wait.
"""

import threading
from dataclasses import dataclass

from appliance.addresses import network_of
from appliance.errors import Refused
from appliance.reasons import Reason

FREE_BY_NAME = 5
"""Mistakes before the first wait: a person may search for the right password."""
FREE_BY_ADDRESS = 20
"""The same for one address, which may be a whole branch behind one router."""
FIRST_WAIT_MS = 2_000
LONGEST_WAIT_MS = 60_000
FORGET_MS = 15 * 60_000
"""After so long without a mistake the count starts again."""
MAX_COUNTS = 10_000
"""Names and addresses kept; somebody who tries many names must not fill the memory."""


class TooManyTries(Refused):
    """`wait_ms`: how long the next try must wait."""

    def __init__(self, wait_ms: int) -> None:
        seconds = -(-wait_ms // 1000)
        super().__init__(
            Reason.TOO_MANY_TRIES,
            f"Too many wrong passwords. Try again in {seconds} seconds.",
            remedy="Wait, or ask a colleague with the right to manage staff for a log-in link.",
        )
        self.wait_ms = wait_ms
        self.retry_after_s = seconds


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last_ms: int = 0
    open_ms: int = 0


class Throttle:
    """Kept in memory: for an attacker, a restart costs as much as a minute's wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], _Count] = {}

    def admit(self, *, name: str | None, address: str, device: str | None, now_ms: int) -> None:
        """`device` is a device cookie that is proven to be this person's, else None. `name` None:
        counted by address alone.

        Raises TooManyTries when it is too soon.
        """
        with self._lock:
            opens = [
                count.open_ms
                for key, _ in _keys(name, address, device)
                if (count := self._counts.get(key)) is not None
            ]
        waits_ms = (open_ms - now_ms for open_ms in opens)
        # A wait beyond the longest was set by a clock that was ahead, so it does not count.
        wait_ms = max((each for each in waits_ms if each <= LONGEST_WAIT_MS), default=0)
        if wait_ms > 0:
            raise TooManyTries(wait_ms)

    def failed(self, *, name: str | None, address: str, device: str | None, now_ms: int) -> None:
        with self._lock:
            for key, free in _keys(name, address, device):
                self._count(key, free, now_ms)
            if len(self._counts) > MAX_COUNTS:
                self._forget_oldest()

    def succeeded(self, *, name: str, device: str | None) -> None:
        """Forgets the mistakes of the name, not of the address: others may guess from there."""
        with self._lock:
            self._counts.pop(_keys(name, "", device)[0][0], None)

    def _count(self, key: tuple[str, str], free: int, now_ms: int) -> None:
        count = self._counts.pop(key, None) or _Count()
        if now_ms - count.last_ms > FORGET_MS:
            count.failures = 0
        count.failures += 1
        count.last_ms = now_ms
        if count.failures >= free:
            doublings = min(count.failures - free, 16)
            count.open_ms = now_ms + min(FIRST_WAIT_MS << doublings, LONGEST_WAIT_MS)
        self._counts[key] = count

    def _forget_oldest(self) -> None:
        """The dict is in the order of the last mistake."""
        for key in list(self._counts)[: MAX_COUNTS // 10]:
            del self._counts[key]


def _keys(name: str | None, address: str, device: str | None) -> list[tuple[tuple[str, str], int]]:
    """The counts that a try belongs to, each with its number of free mistakes."""
    if device is not None:
        return [(("device", device), FREE_BY_NAME)]
    by_address = (("address", network_of(address)), FREE_BY_ADDRESS)
    if name is None:
        return [by_address]
    return [(("name", name.casefold()), FREE_BY_NAME), by_address]
