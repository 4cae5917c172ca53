"""One GET, or one POST, to an address that was judged: no redirect is followed, no proxy asked.

The connection goes to the address that was judged, and its certificate is that of the name.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import h11

from appliance.desk.webhooks.looking_up import addresses_asked
from appliance.desk.webhooks.url_policy import UrlPlace, UrlPolicy
from appliance.relay.connecting import CONNECT_S, USER_AGENT, OpenConnection, first_open

_READ = 64 * 1024
_END = (h11.EndOfMessage, h11.ConnectionClosed)


class AskFailed(Exception):
    """Nothing could be had from there; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What goes along: a POST where there is a body. No header is shown, for one may be a key."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None


NOTHING = Sent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """The head of the answer; names of `headers` are in small letters. `pieces` is its body, to be
    read once.
    """

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]

    async def text(self, most: int) -> str:
        """The first so many bytes of the body."""
        body = b""
        async for piece in self.pieces:
            body += piece
            if len(body) >= most:
                break
        return body[:most].decode(errors="replace")


@contextlib.asynccontextmanager
async def asking(
    policy: UrlPolicy, url: str, *, by: str, within_s: float, sent: Sent = NOTHING
) -> AsyncIterator[Got]:
    """`by` is the id of who asks. Raises InvalidInput for an address that the policy refuses, and
    AskFailed.
    """
    place = policy.place(url)
    try:
        async with asyncio.timeout(within_s):
            found = await addresses_asked(place, by=by, within_s=CONNECT_S)
            addresses = policy.reachable(place, found)
            async with asyncio.timeout(CONNECT_S):
                opened = await first_open(place, addresses, _tls() if place.is_tls else None)
            try:
                yield await _asked(place, opened, sent)
            finally:
                opened.writer.transport.abort()  # closing waits for the last word of the other end
    except TimeoutError:
        raise AskFailed("It did not answer in time.") from None
    except (OSError, EOFError, h11.ProtocolError) as exc:
        raise AskFailed(f"It cannot be had ({type(exc).__name__}).") from exc


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _request(place: UrlPlace, sent: Sent) -> Sequence[h11.Event]:
    own = {"Host": place.authority, "User-Agent": USER_AGENT, "Connection": "close"}
    headers = {**sent.headers, **own}
    if sent.body is None:
        head = h11.Request(method="GET", target=place.target, headers=list(headers.items()))
        return [head, h11.EndOfMessage()]
    headers["Content-Length"] = str(len(sent.body))
    head = h11.Request(method="POST", target=place.target, headers=list(headers.items()))
    return [head, h11.Data(data=sent.body), h11.EndOfMessage()]


async def _asked(place: UrlPlace, opened: OpenConnection, sent: Sent) -> Got:
    http, reader = h11.Connection(h11.CLIENT), opened.reader
    for each in _request(place, sent):
        opened.writer.write(http.send(each) or b"")
    while True:
        event = await _next(http, reader)
        if isinstance(event, h11.Response):
            told = {name.decode(): value.decode("latin-1") for name, value in event.headers}
            return Got(status=event.status_code, headers=told, pieces=_pieces(http, reader))
        if isinstance(event, _END):
            raise EOFError  # noqa: TRY004 -- it ended before its head came


async def _pieces(http: h11.Connection, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while not isinstance(event := await _next(http, reader), _END):
        if isinstance(event, h11.Data):
            yield bytes(event.data)


async def _next(http: h11.Connection, reader: asyncio.StreamReader) -> object:
    while (event := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await reader.read(_READ))
    return event
