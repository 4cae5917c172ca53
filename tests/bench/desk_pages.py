"""Open pages of the inbox, each with a session of its own, that do as `static/live.js` does.

Each holds the stream of hints, and the row of a message comes with it. Only after the hint *list* a
page asks for its whole list, after a moment in which more hints may come, and never twice at the
same time.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PART = "/list"
"""What a page asks for after the hint that more than rows changed."""
SOON_S = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A session, and the lines whose messages its person may read."""

    cookie: str
    lines: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Page:
    """`heard` and `shown`: when the hint about a message came, and when the row or the list that
    shows it; `among`: the conversation of each; `largest`: bytes of the largest row or list.
    Without `asks` it only listens.
    """

    reader: Reader
    port: int
    cursor: str
    asks: bool
    heard: dict[str, float] = field(default_factory=dict)
    among: dict[str, str] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)
    largest: int = 0
    _hinted: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        writer.write(request("GET", f"/live?after={self.cursor}", cookie=self.reader.cookie))
        asking = asyncio.ensure_future(self._ask()) if self.asks else None
        try:
            name = b""
            while line := await reader.readline():
                if line.startswith(b"event:"):
                    name = line[6:].strip()
                elif line.startswith(b"data:"):
                    self._hear(name, line[5:])
        finally:
            if asking is not None:
                asking.cancel()
            writer.close()

    def _hear(self, name: bytes, data: bytes) -> None:
        now_s, about = time.perf_counter(), json.loads(data)
        if name == b"message":
            self.heard.setdefault(about["message"], now_s)
            self.among[about["message"]] = about["conversation"]
        elif name == b"list":
            self._hinted.set()
        elif name == b"rows":
            drawn = " ".join(about["rows"])
            self.largest = max(self.largest, len(data))
            came = [each for each, where in self.among.items() if f'"r-{where}"' in drawn]
            self.shown = dict.fromkeys(came, now_s) | self.shown

    async def _ask(self) -> None:
        """Each time over a connection of its own: Balie ends one that was idle for some seconds."""
        while True:
            await self._hinted.wait()
            await asyncio.sleep(SOON_S)
            self._hinted.clear()
            asked = [message for message in self.heard if message not in self.shown]
            reader, writer = await asyncio.open_connection(HOST, self.port)
            writer.write(request("GET", PART, cookie=self.reader.cookie))
            part = await answer(reader)
            writer.close()
            self.largest = max(self.largest, len(part))
            self.shown |= dict.fromkeys(asked, time.perf_counter())


@asynccontextmanager
async def open_pages(
    readers: Sequence[Reader], *, port: int, cursor: str, asks: bool
) -> AsyncIterator[Sequence[Page]]:
    pages = [Page(reader=reader, port=port, cursor=cursor, asks=asks) for reader in readers]
    following = [asyncio.ensure_future(page.follow()) for page in pages]
    try:
        await asyncio.sleep(1.0)  # all streams have begun
        yield pages
    finally:
        for each in following:
            each.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*following)


def request(method: str, path: str, *, body: bytes = b"", **headers: str) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name.title()}: {value}\r\n" for name, value in headers.items())
    return f"{head}\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The body. Raises RuntimeError for what is no success."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    if head[9] != "2":
        raise RuntimeError(head)
    (length,) = (
        int(line.partition(":")[2])
        for line in head.splitlines()
        if line.lower().startswith("content-length:")
    )
    return await reader.readexactly(length)
