"""The client for plain code."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast

import httpx

from balie_client import stream, wire
from balie_client.models import Accepted, Contact, Conversation, Event, Line, Message
from balie_client.problems import problem_of

_OK = 200


class Balie:
    """`url` is Balie's own address, such as `https://balie.example`. Every method raises `Problem`
    for what Balie refuses, and httpx's `TransportError` when nothing answers after some tries.
    """

    def __init__(
        self, url: str, token: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._http = httpx.Client(**wire.settings(url, token))
        self._pause = pause

    @classmethod
    def from_env(cls) -> Self:
        """Of `BALIE_URL` and `BALIE_TOKEN`."""
        return cls(os.environ["BALIE_URL"], os.environ["BALIE_TOKEN"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def send(
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
        answer = self.request("POST", "/messages", json=body, headers=wire.new_key(key))
        return wire.accepted(answer.json())

    def cancel(self, message_id: str) -> None:
        self.request("DELETE", f"/messages/{message_id}")

    def message(self, message_id: str) -> Message:
        return cast("Message", self.request("GET", f"/messages/{message_id}").json())

    def messages(self, **asked: Any) -> Iterator[Message]:
        """Oldest first; `asked` as the API has it: `contact`, `line`, `state`, `order`, …"""
        return cast("Iterator[Message]", self.items("/messages", **asked))

    def lines(self) -> Iterator[Line]:
        return cast("Iterator[Line]", self.items("/lines"))

    def contacts(self, **asked: Any) -> Iterator[Contact]:
        return cast("Iterator[Contact]", self.items("/contacts", **asked))

    def conversations(self, **asked: Any) -> Iterator[Conversation]:
        return cast("Iterator[Conversation]", self.items("/conversations", **asked))

    def items(self, path: str, **asked: Any) -> Iterator[Any]:
        """Of any list of the API, page after page."""
        while True:
            page = self.request("GET", path, params=wire.message(asked)).json()
            yield from page["items"]
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    def events(self, after: str | None = None) -> Iterator[Event]:
        """Everything that happens from now on, or after the `cursor` of an event; it does not end,
        and connects again by itself.
        """
        place = stream.Place(after)
        while True:
            with contextlib.suppress(httpx.TransportError):
                yield from self._listen(place)
            self._pause(place.pause_s())

    def _listen(self, place: stream.Place) -> Iterator[Event]:
        place.begins()
        said = {"headers": stream.headers(place.cursor), "timeout": stream.TIMEOUT}
        with self._http.stream("GET", "/events", **said) as response:  # type: ignore[arg-type]
            if response.status_code != _OK:
                response.read()
                if wire.wait_s(response, 0) is None:
                    raise problem_of(response)
                return
            for line in response.iter_lines():
                event = place.take(line)
                if event is not None:
                    yield event

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Any request of the API; tries again what Balie cannot do now, where that is safe."""
        headers, attempt = headers or {}, 0
        while True:
            attempt += 1
            response = None
            try:
                response = self._http.request(method, path, headers=headers, **more)
            except httpx.TransportError:
                if not wire.is_safe(method, headers) or attempt >= wire.TRIES:
                    raise
            wait_s = wire.wait_s(response, attempt)
            is_final = wait_s is None or wire.is_in_doubt(method, headers, response)
            if is_final and response is not None:
                return wire.checked(response)
            self._pause(wait_s or 0)
