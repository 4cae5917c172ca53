"""One connection to head office, for one question after the other; no redirect, no proxy.

TLS trusts the office's own authority and no other, so a captive portal, a proxy that reads along or
another server under the name is nobody.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import h11

from appliance.office.troubles import LinkAway
from appliance.relay.connecting import USER_AGENT

CONNECT_S = 8.0
_NEXT_ADDRESS_S = 0.25
"""Until the next address of a name is tried beside one that does not answer. A connection that is
given up meanwhile may leave its socket to the collector, so an address alone goes without.
"""
_READ = 64 * 1024
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneQuestion:
    """`most` bytes of the answer's body are read; a longer one is none of an office."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    within_s: float = 20.0
    most: int = 64 * 1024


def trusting(authority: str) -> ssl.SSLContext:
    """PEM. Raises LinkAway where that is no certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        tls.load_verify_locations(cadata=authority)
    except (ssl.SSLError, ValueError):
        raise LinkAway("tls") from None
    return tls


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        ip_address(host)
        return True
    return False


class LinkLane:
    """For one event loop and one question at a time."""

    def __init__(self, url: str, tls: ssl.SSLContext | None) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._authority = parts.netloc
        self._tls = tls if parts.scheme == "https" else None
        self._open: _OpenQuestion | None = None

    async def ask(self, question: LaneQuestion) -> Reply:
        """Raises LinkAway."""
        try:
            async with asyncio.timeout(question.within_s):
                return await self._asked(question)
        except TimeoutError:
            raise LinkAway("timeout") from None
        except ssl.SSLError:
            raise LinkAway("tls") from None
        except (OSError, EOFError):
            raise LinkAway("connection") from None
        except h11.ProtocolError:
            raise LinkAway("no-office") from None

    async def close(self) -> None:
        """The loop has a turn to close the socket: it may end right after."""
        if self._open is not None:
            self._open.close()
            self._open = None
        await asyncio.sleep(0)

    async def _asked(self, question: LaneQuestion) -> Reply:
        """A kept connection may have been closed at the other end meanwhile: then nothing of an
        answer came, and a fresh one is asked once.
        """
        kept, self._open = self._open, None
        if kept is not None:
            with contextlib.suppress(OSError, EOFError, h11.RemoteProtocolError):
                return await self._over(kept, question)
        return await self._over(await self._connected(), question)

    async def _connected(self) -> "_OpenQuestion":
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(
                self._host,
                self._port,
                ssl=self._tls,
                server_hostname=self._host if self._tls else None,
                happy_eyeballs_delay=None if _is_address(self._host) else _NEXT_ADDRESS_S,
            )
        return _OpenQuestion(reader, writer)

    async def _over(self, connection: "_OpenQuestion", question: LaneQuestion) -> Reply:
        if connection.reader.at_eof():
            connection.close()
            raise EOFError
        try:
            connection.send(question, self._authority)
            reply = await connection.reply(question.most)
        except BaseException:
            connection.close()
            raise
        if connection.may_be_kept():
            self._open = connection
        else:
            connection.close()
        return reply


class _OpenQuestion:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)

    def send(self, question: LaneQuestion, authority: str) -> None:
        own = {
            "Host": authority,
            "User-Agent": USER_AGENT,
            "Content-Length": str(len(question.body)),
        }
        headers = list({**question.headers, **own}.items())
        request = h11.Request(method=question.method, target=question.target, headers=headers)
        for each in (request, h11.Data(data=question.body), h11.EndOfMessage()):
            self._writer.write(self._http.send(each) or b"")

    async def reply(self, most: int) -> Reply:
        status, headers, body = 0, dict[str, str](), bytearray()
        while True:
            event = self._http.next_event()
            match event:
                case h11.NEED_DATA:
                    self._http.receive_data(await self.reader.read(_READ))
                case h11.InformationalResponse():
                    pass
                case h11.Response():
                    status = event.status_code
                    headers = {
                        name.decode().lower(): value.decode("latin-1")
                        for name, value in event.headers
                    }
                case h11.Data():
                    body += event.data
                    if len(body) > most:
                        raise h11.RemoteProtocolError("too long")
                case h11.EndOfMessage():
                    return Reply(status=status, headers=headers, body=bytes(body))
                case _:
                    raise EOFError

    def may_be_kept(self) -> bool:
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        return False

    def close(self) -> None:
        """At once: nothing is left to be said."""
        self._writer.transport.abort()
