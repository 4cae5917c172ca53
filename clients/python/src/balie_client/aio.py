"""The client for asyncio: the same methods as `Balie` has."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast

import httpx

from balie_client import stream, wire
from balie_client.models import Accepted, Contact, Conversation, Event, Line, Message
from balie_client.problems import problem_of

_OK = 200


class AsyncBalie:
    """As `Balie`."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = httpx.AsyncClient(**wire.settings(url, token))
        self._pause = pause

    @classmethod
    def from_env(cls) -> Self:
        """Of `BALIE_URL` and `BALIE_TOKEN`."""
        return cls(os.environ["BALIE_URL"], os.environ["BALIE_TOKEN"])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def send(
        self,
        *,
        line: str,
        to: str | None = None,
        text: str = "",
        group: str | None = None,
        channel: str | None = None,
        media: Sequence[str] | None = None,
        quotes: str | None = None,
        not_before: datetime | None = None,
        ttl_s: int | None = None,
        key: str | None = None,
    ) -> Accepted:
        """Once, however often this is tried: each call has a key of its own. A `key` that you give
        and keep makes it once over restarts of your program, too.
        """
        body = wire.message(
            {
                "line": line,
                "to": to,
                "text": text,
                "group": group,
                "channel": channel,
                "media": media and list(media),
                "quotes": quotes,
                "not_before": not_before and not_before.isoformat(),
                "ttl_s": ttl_s,
            }
        )
        answer = await self.request("POST", "/messages", json=body, headers=wire.new_key(key))
        return wire.accepted(answer.json())

    async def cancel(self, message_id: str) -> None:
        await self.request("DELETE", f"/messages/{message_id}")

    async def message(self, message_id: str) -> Message:
        return cast("Message", (await self.request("GET", f"/messages/{message_id}")).json())

    def messages(self, **asked: Any) -> AsyncIterator[Message]:
        """Oldest first; `asked` as the API has it: `contact`, `line`, `state`, `order`, …"""
        return cast("AsyncIterator[Message]", self.items("/messages", **asked))

    def lines(self) -> AsyncIterator[Line]:
        return cast("AsyncIterator[Line]", self.items("/lines"))

    def contacts(self, **asked: Any) -> AsyncIterator[Contact]:
        return cast("AsyncIterator[Contact]", self.items("/contacts", **asked))

    def conversations(self, **asked: Any) -> AsyncIterator[Conversation]:
        return cast("AsyncIterator[Conversation]", self.items("/conversations", **asked))

    async def items(self, path: str, **asked: Any) -> AsyncIterator[Any]:
        """Of any list of the API, page after page."""
        while True:
            page = (await self.request("GET", path, params=wire.message(asked))).json()
            for item in page["items"]:
                yield item
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    async def events(self, after: str | None = None) -> AsyncIterator[Event]:
        """Everything that happens from now on, or after the `cursor` of an event; it does not end,
        and connects again by itself.
        """
        place = stream.Place(after)
        while True:
            with contextlib.suppress(httpx.TransportError):
                async for event in self._listen(place):
                    yield event
            await self._pause(place.pause_s())

    async def _listen(self, place: stream.Place) -> AsyncIterator[Event]:
        place.begins()
        said = {"headers": stream.headers(place.cursor), "timeout": stream.TIMEOUT}
        async with self._http.stream("GET", "/events", **said) as response:  # type: ignore[arg-type]
            if response.status_code != _OK:
                await response.aread()
                if wire.wait_s(response, 0) is None:
                    raise problem_of(response)
                return
            async for line in response.aiter_lines():
                event = place.take(line)
                if event is not None:
                    yield event

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Any request of the API; tries again what Balie cannot do now, where that is safe."""
        headers, attempt = headers or {}, 0
        while True:
            attempt += 1
            response = None
            try:
                response = await self._http.request(method, path, headers=headers, **more)
            except httpx.TransportError:
                if not wire.is_safe(method, headers) or attempt >= wire.TRIES:
                    raise
            wait_s = wire.wait_s(response, attempt)
            is_final = wait_s is None or wire.is_in_doubt(method, headers, response)
            if is_final and response is not None:
                return wire.checked(response)
            await self._pause(wait_s or 0)
