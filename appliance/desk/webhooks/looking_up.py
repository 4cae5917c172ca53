"""Looks up names of hosts, in threads that nothing else waits for: a resolver may hang for long."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial

from appliance.desk.webhooks.url_policy import UrlPlace, is_address
from appliance.errors import InvalidInput

_AT_ONCE, _EACH = 16, 4
_BUSY = "Balie is still looking up other names of hosts. Try again in a minute."


class NamesBusy(InvalidInput):
    """Too many look-ups are in hand already; of the address itself nothing is known."""

    def __init__(self) -> None:
        super().__init__("url", _BUSY)


class Names:
    """For any event loop. Each name is looked up once at a time, and whoever asks for it meanwhile
    waits for the same answer. `each`: one asker has so many in hand at most, and all together
    no more than there are threads; without it the rest waits in line.
    """

    def __init__(self, threads: int, prefix: str, *, each: int | None = None) -> None:
        self._most, self._each = threads, each
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=prefix)
        self._lock = threading.RLock()
        self._in_hand: dict[str, Future[Sequence[str]]] = {}
        self._by: Counter[str] = Counter()

    async def addresses(self, place: UrlPlace, by: str = "") -> Sequence[str]:
        """Those that the name has now; none where it is not known. Raises NamesBusy."""
        if is_address(place.host):
            return [place.host]
        with self._lock:
            found = self._in_hand.get(place.host) or self._begun(place, by)
        return await asyncio.shield(asyncio.wrap_future(found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begun(self, place: UrlPlace, by: str) -> Future[Sequence[str]]:
        if self._each is not None:
            if self._by[by] >= self._each or len(self._in_hand) >= self._most:
                raise NamesBusy
            self._by[by] += 1
        begun = self._threads.submit(_look_up, place.host, place.port)
        self._in_hand[place.host] = begun
        begun.add_done_callback(partial(self._over, place.host, by))
        return begun

    def _over(self, host: str, by: str, done: Future[Sequence[str]]) -> None:
        del done
        with self._lock:
            self._in_hand.pop(host, None)
            self._by[by] -= 1
            if self._by[by] <= 0:
                del self._by[by]


async def addresses_asked(place: UrlPlace, *, by: str, within_s: float) -> Sequence[str]:
    """For what somebody asks of the server, who waits for the answer; `by` is their id. None where
    the name is not known, or that takes too long. Raises NamesBusy.
    """
    try:
        async with asyncio.timeout(within_s):
            return await _of_server().addresses(place, by)
    except TimeoutError:
        return ()


@cache
def _of_server() -> Names:
    return Names(_AT_ONCE, "names", each=_EACH)


def _look_up(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return list(dict.fromkeys(str(each[4][0]) for each in found))
