"""Calls of the Bot API, and what their answers mean.

A call that is answered was done, or was not, and the answer says which. Of one that is not answered
nobody knows: a bot cannot read what it has sent. The token stands in each address, so no address
stands in a log, an error or a piece of evidence.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from appliance.devices.stored_json import is_whole

# It writes each address at INFO.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_CONNECT_S = 10.0
_CALL_S = 30.0
"""Seconds of the real clock for what is no upload."""
_UPLOAD_S = 180.0
POLL_S = 25
"""So long Telegram holds a call that asks for news; some routers end what is silent for longer."""
_HELD_S = POLL_S + 15.0
_PIECE = 1 << 16

_ENDPOINT_GONE = 404
_SERVER = 500


class NotReached(Exception):
    """No connection: Telegram has got nothing of it."""


class NotAnswered(Exception):
    """It was sent, or a part of it, and no answer came that says what became of it."""


@dataclass(eq=False)
class SaidNo(Exception):
    """Telegram did not do it. `description` is its own sentence, in English, without contents."""

    code: int
    description: str
    retry_after_s: float | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.description}"

    @property
    def is_shut(self) -> bool:
        """The token is not, or no more, one of a bot."""
        return self.code in (401, _ENDPOINT_GONE)

    @property
    def is_conflict(self) -> bool:
        return self.code == 409  # noqa: PLR2004 -- Conflict

    @property
    def is_left(self) -> bool:
        """They blocked the bot, never began to talk to it, or are gone."""
        return self.code == 403  # noqa: PLR2004 -- Forbidden

    @property
    def is_too_fast(self) -> bool:
        return self.code == 429  # noqa: PLR2004 -- Too Many Requests


class BotApi:
    """One bot. Usable from every thread. Each call is a connection of its own: one that was kept
    open may be dead, and what is sent into it is in doubt.
    """

    def __init__(self, address: str, token: str) -> None:
        self._calls = f"{address}/bot{token}/"
        self._files = f"{address}/file/bot{token}/"
        self._client = httpx2.Client(
            follow_redirects=False,
            limits=httpx2.Limits(max_keepalive_connections=0),
            timeout=httpx2.Timeout(_CALL_S, connect=_CONNECT_S),
        )

    def call(self, method: str, **values: Any) -> Any:
        """What is answered under `result`. Raises NotReached, NotAnswered, SaidNo."""
        given = {name: value for name, value in values.items() if value is not None}
        return self._call(method, json=given)

    def news(self, offset: int | None) -> list[dict[str, Any]]:
        """Waits up to `POLL_S` seconds for some. What is below the offset never comes again."""
        timeout = httpx2.Timeout(_HELD_S, connect=_CONNECT_S)
        wanted = {"timeout": POLL_S, "allowed_updates": ASKED_FOR}
        if offset is not None:
            wanted["offset"] = offset
        found = self._call("getUpdates", json=wanted, timeout=timeout)
        if not isinstance(found, list):
            raise NotAnswered("news that are no list")
        return [
            each for each in found if isinstance(each, dict) and is_whole(each.get("update_id"))
        ]

    def upload(
        self, method: str, field: str, path: Path, name: str, media_type: str, **values: Any
    ) -> Any:
        """As `call`, with a file beside the values."""
        given = {key: str(value) for key, value in values.items() if value is not None}
        timeout = httpx2.Timeout(_UPLOAD_S, connect=_CONNECT_S)
        with path.open("rb") as file:
            files = {field: (name, file, media_type)}
            return self._call(method, data=given, files=files, timeout=timeout)

    @contextmanager
    def download(self, path: str) -> Iterator[Iterator[bytes]]:
        """The pieces of a file whose place `getFile` told. Raises as `call` does."""
        with _told(), self._client.stream("GET", self._files + path) as answer:
            if answer.status_code != httpx2.codes.OK:
                raise SaidNo(answer.status_code, "the file is not given")
            yield answer.iter_bytes(_PIECE)

    def close(self) -> None:
        """Calls that wait end soon."""
        self._client.close()

    def _call(self, method: str, **how: Any) -> Any:
        with _told():
            answer = self._client.post(self._calls + method, **how)
        return _result(answer)


ASKED_FOR = ["message", "edited_message", "my_chat_member"]
"""The kinds of news that mean something to Balie."""


@contextmanager
def _told() -> Iterator[None]:
    """Only that no connection was made proves that nothing arrived."""
    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol) as exc:
        raise NotReached(type(exc).__name__) from None
    except (httpx2.HTTPError, httpx2.StreamError, RuntimeError) as exc:
        raise NotAnswered(type(exc).__name__) from None


def _result(answer: httpx2.Response) -> Any:
    """Raises SaidNo for a no that is Telegram's own, and NotAnswered for what a machine on the way
    may have said, or a server that stumbled over the call.
    """
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or answer.status_code >= _SERVER:
        raise NotAnswered(f"status {answer.status_code}")
    if told.get("ok") is True and "result" in told:
        return told["result"]
    code = told.get("error_code")
    if not is_whole(code) or code >= _SERVER:
        raise NotAnswered(f"status {answer.status_code}")
    raise _refusal(code, told)


def _refusal(code: int, told: Mapping[str, Any]) -> SaidNo:
    parameters = told.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    description = told.get("description")
    return SaidNo(
        code,
        description[:200] if isinstance(description, str) else "",
        float(wait) if is_whole(wait) else None,
    )
