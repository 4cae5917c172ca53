"""One POST to an address that was judged: no redirect is followed, no proxy asked, little is read.

Each endpoint has a `Postman` of its own, so a connection is used again for this endpoint alone, and
only while its address is still one that its name has.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import h11

from appliance.desk.webhooks.looking_up import Names
from appliance.desk.webhooks.url_policy import Unreachable, UrlPlace, UrlPolicy
from appliance.errors import InvalidInput
from appliance.relay.connecting import CONNECT_S, USER_AGENT, first_open
from appliance.relay.dialect import ReceiverAnswer

TOTAL_S = 15.0
MAX_BYTES = 64 * 1024
"""Of an answer no more is read; the status stands before that."""
IDLE_S = 20.0
"""A connection that was not used for so long may have been closed at the other end meanwhile."""
_READ = 16 * 1024


class PostFailed(Exception):
    """Nothing was answered; `error` is a code for the log of deliveries."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(slots=True)
class _Connection:
    address: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection
    used_s: float

    def close(self) -> None:
        """At once: nothing is left to be said, and a receiver that hangs would not listen."""
        self.writer.transport.abort()


class Postman:
    """For one endpoint, in one event loop. `names` looks up its host at each post: what a name
    leads to may have changed since it was judged. `tls` is asked at the first https.
    """

    def __init__(self, policy: UrlPolicy, names: Names, tls: Callable[[], ssl.SSLContext]) -> None:
        self._policy = policy
        self._names = names
        self._tls = tls
        self._idle: list[tuple[tuple[str, str, int], _Connection]] = []
        self._closed = False

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer:
        """Raises PostFailed."""
        try:
            async with asyncio.timeout(TOTAL_S):
                return await self._post(url, headers, body)
        except TimeoutError:
            raise PostFailed("timeout") from None
        except ssl.SSLError:
            raise PostFailed("tls") from None
        except (OSError, EOFError):
            raise PostFailed("connection") from None
        except h11.ProtocolError:
            raise PostFailed("no-http") from None

    def close(self) -> None:
        self._closed = True
        for _, each in self._idle:
            each.close()
        self._idle.clear()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverAnswer:
        try:
            place = self._policy.place(url)
            async with _connecting():
                addresses = self._policy.reachable(place, await self._names.addresses(place))
        except Unreachable:
            raise PostFailed("unknown-host") from None
        except InvalidInput:
            raise PostFailed("refused-address") from None
        sent = _request(place, headers, body)
        while (known := self._take(place, addresses)) is not None:
            with contextlib.suppress(OSError, EOFError, h11.RemoteProtocolError):
                return await self._asked(place, known, sent)
        return await self._asked(place, await self._connect(place, addresses), sent)

    async def _connect(self, place: UrlPlace, addresses: Sequence[str]) -> _Connection:
        tls = self._tls() if place.is_tls else None
        async with _connecting():
            found = await first_open(place, addresses, tls)
        http = h11.Connection(h11.CLIENT)
        return _Connection(found.address, found.reader, found.writer, http, time.monotonic())

    def _take(self, place: UrlPlace, addresses: Iterable[str]) -> _Connection | None:
        """One that is open to an address which the name still has."""
        while self._idle:
            key, found = self._idle.pop()
            fresh = time.monotonic() - found.used_s < IDLE_S and not found.reader.at_eof()
            if key == _key(place) and found.address in addresses and fresh:
                return found
            found.close()
        return None

    async def _asked(
        self, place: UrlPlace, connection: _Connection, sent: Sequence[h11.Event]
    ) -> ReceiverAnswer:
        try:
            for each in sent:
                connection.writer.write(connection.http.send(each) or b"")
            answer, is_whole = await _answer(connection)
        except BaseException:
            connection.close()
            raise
        http = connection.http
        is_done = http.our_state is h11.DONE and http.their_state is h11.DONE
        if is_whole and is_done and not self._closed:
            http.start_next_cycle()
            connection.used_s = time.monotonic()
            self._idle.append((_key(place), connection))
        else:
            connection.close()
        return answer


@contextlib.asynccontextmanager
async def _connecting() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(CONNECT_S):
            yield
    except TimeoutError:
        raise PostFailed("connect-timeout") from None


def _key(place: UrlPlace) -> tuple[str, str, int]:
    return place.scheme, place.host, place.port


def _request(place: UrlPlace, headers: Mapping[str, str], body: bytes) -> Sequence[h11.Event]:
    own = {"Host": place.authority, "User-Agent": USER_AGENT, "Content-Length": str(len(body))}
    all_headers = {**headers, **own}
    request = h11.Request(method="POST", target=place.target, headers=list(all_headers.items()))
    return [request, h11.Data(data=body), h11.EndOfMessage()]


async def _answer(connection: _Connection) -> tuple[ReceiverAnswer, bool]:
    """What was answered, and whether all of it was read."""
    status, headers, body = 0, dict[str, str](), b""
    while True:
        event = connection.http.next_event()
        match event:
            case h11.NEED_DATA:
                connection.http.receive_data(await connection.reader.read(_READ))
            case h11.InformationalResponse():
                pass
            case h11.Response():
                status = event.status_code
                headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
            case h11.Data():
                body += event.data
                if len(body) > MAX_BYTES:
                    body = body[:MAX_BYTES]
                    return ReceiverAnswer(status=status, headers=headers, body=body), False
            case h11.EndOfMessage():
                return ReceiverAnswer(status=status, headers=headers, body=body), True
            case _:
                raise EOFError
