"""Answers head office with what this box's own API says, where somebody there opens a thread.

The office has looked whether they may see it; here it is read as a whole but for groups that are
held to others, and who asked stands in the log of reading as for a request at this box. Only what
is read is answered, and nothing is kept.
"""

import asyncio
import contextlib
import logging
import re
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from appliance.api.json.callers import GIVEN, Caller
from appliance.api.problems import MEDIA_TYPE, problem
from appliance.api.services import Services
from appliance.desk.access import group_limits
from appliance.desk.access.accesses import Reader
from appliance.desk.access.rights import rights_of
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import ApiToken, Scope
from appliance.office.link import MAX_ANSWER_BYTES, FetchAnswer, Link, OfficeCommand
from appliance.office.reading import Fields, Malformed, plain
from appliance.office.troubles import LinkAway, LinkHeld

log = logging.getLogger(__name__)

WITHIN_S = 5.0
PREFIX = "/api/v1/"
_LONGEST = 2000
_LONGEST_RANGE = 60
_RANGE = re.compile(r"bytes=\d{1,18}-\d{1,18}", re.ASCII)


class Fetcher:
    """Used by the thread of the link; the app answers in its own event loop."""

    def __init__(self, link: Link, served: Callable[[], tuple[ASGIApp, Services] | None]) -> None:
        self._link = link
        self._served = served

    async def fetch(self, command: OfficeCommand) -> None:
        """Raises LinkAway. What cannot be answered is not: the office waits a moment, no more."""
        try:
            body = Fields(command.body, "the body")
            ask, path = body.id("ask"), body.text("path", most=_LONGEST)
            part = body.text_or_none("range", most=_LONGEST_RANGE)
        except Malformed:
            return
        served = self._served()
        if served is None or not ask.isascii() or not ask.replace("-", "").isalnum():
            return
        app, services = served
        if (loop := services.feed.loop) is None:
            return
        caller = _caller(services, command)
        asked = asyncio.run_coroutine_threadsafe(answered(app, path, caller, part), loop)
        try:
            async with asyncio.timeout(WITHIN_S):
                answer = await asyncio.wrap_future(asked)
        except TimeoutError:
            return
        except Exception:  # of whatever was asked for; the link goes on
            log.exception("what head office asked for could not be read")
            answer = problem_answer("internal-error")
        try:
            await self._link.answer(ask, answer)
        except (LinkAway, LinkHeld):
            return  # whoever asked has gone by the time that it is said again


def _caller(services: Services, command: OfficeCommand) -> Caller:
    by = command.by
    token = ApiToken(
        id=by.token or by.staff or "",
        name=by.name,
        scopes=frozenset(each for each in Scope if each.value.endswith(":read")),
        branch_id=None,
        created_ms=0,
        used_ms=None,
        revoked_ms=None,
    )
    who = Reader(staff_id=by.staff) if by.staff else Reader(token_id=by.token)
    return Caller(token, _sight(services, command), services, services.accesses(who))


def _sight(services: Services, command: OfficeCommand) -> Sight:
    """All but the groups that are held to others here."""
    by = command.by

    def read(conn: sqlite3.Connection) -> Sight:
        if by.staff is not None:
            return Sight(None, rights_of(conn, by.staff).groups)
        return Sight(None, group_limits.of_token(conn, by.token or ""))

    return services.store.read(read)


async def answered(app: ASGIApp, path: str, caller: Caller, part: str | None = None) -> FetchAnswer:
    """`part`: the stretch of a file, as `Range` names it."""
    parts = urlsplit(path)
    ranged = [(b"range", part.encode())] if part is not None and _RANGE.fullmatch(part) else []
    if not path.startswith(PREFIX) or parts.scheme or parts.netloc or not path.isprintable():
        return problem_answer("not-found")
    sent = _Sent()
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/json"), *ranged],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
        GIVEN: caller,
    }
    await app(scope, sent.receive, sent.send)
    return sent.answer()


class _Sent:
    """What the app says, up to what an answer may hold; of more nothing is kept, and the app is
    told that nobody listens.
    """

    def __init__(self) -> None:
        self._status = 0
        self._type = ""
        self._body = bytearray()
        self._asked = False
        self._full = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WITHIN_S):
                await self._full.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = {name.lower(): value for name, value in message["headers"]}
            self._type = headers.get(b"content-type", b"").decode("latin-1")
            length = headers.get(b"content-length", b"")
            if length.isdigit() and int(length) > MAX_ANSWER_BYTES:
                self._full.set()
        elif message["type"] == "http.response.body":
            self._add(message.get("body", b""))
            await asyncio.sleep(0)

    def _add(self, part: bytes) -> None:
        if len(self._body) + len(part) > MAX_ANSWER_BYTES:
            self._full.set()
        if self._full.is_set():
            self._body.clear()
        else:
            self._body += part

    def answer(self) -> FetchAnswer:
        if self._full.is_set():
            most = MAX_ANSWER_BYTES // 1024 // 1024
            said = f"Head office is given at most {most} megabytes at once: ask for less of it."
            return problem_answer("too-large", said)
        if not self._status:
            return problem_answer("not-found")
        return FetchAnswer(status=self._status, type=self._type, body=bytes(self._body))


def problem_answer(code: str, detail: str | None = None) -> FetchAnswer:
    found = problem(code, detail)
    return FetchAnswer(status=found.status, type=MEDIA_TYPE, body=plain(found.body()))
