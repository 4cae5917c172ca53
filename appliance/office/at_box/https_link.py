"""The link over HTTPS: what a box says and asks, as requests to its head office.

It keeps nothing and repeats nothing: who calls has the cursor. What answers and is none of an
office, such as the page of a captive portal, is nobody.
"""

import contextlib
import zlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from appliance.office import link
from appliance.office.at_box.lane import LaneQuestion, LinkLane, Reply, trusting
from appliance.office.batch import Batch, Pushed
from appliance.office.invitation import JoinAsk, JoinedOffice
from appliance.office.link import FetchAnswer, NewCredential, OfficeCommand, commands_from_json
from appliance.office.reading import Fields, Malformed, parsed, plain
from appliance.office.troubles import LinkAway, LinkBehind, LinkHeld, LinkUnknown, StruckOff
from appliance.reasons import Reason

T = TypeVar("T")
PUSH_S = 20.0
ANSWER_S = 15.0
_MORE_S = 10.0
"""Longer than the office holds a question, it may be on its way."""
_GZIP_FROM_BYTES = 1400
_MOST_COMMANDS = 8 * 1024 * 1024
_OK, _CREATED, _NOTHING = 200, 201, 204
_UNKNOWN, _FORBIDDEN, _BEHIND, _NOT_FOUND = 401, 403, 409, 404
_HELD = frozenset({400, 413, 422})
_BUSY = frozenset({429, 503})
_NOT_KNOWN = "unauthorized"
_MOST_WAIT_S = 25.0


class NotTaken(LinkAway):
    """The office does not let this box in: the invitation is used, too old or none of its own."""

    def __init__(self) -> None:
        super().__init__("refused")


class HttpsLink:
    """For one event loop: what is pushed, what is waited for, and the rest go apart."""

    def __init__(self, url: str, authority: str, credential: Callable[[], str | None]) -> None:
        """`credential` is asked at each request. Raises LinkAway for an authority that is none."""
        tls = trusting(authority) if authority else None
        self._up, self._down, self._aside = (LinkLane(url, tls) for _ in range(3))
        self._credential = credential

    async def push(self, batch: Batch) -> Pushed:
        body = plain(batch.as_json())
        headers = {"Content-Type": "application/json"}
        if len(body) >= _GZIP_FROM_BYTES:
            packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
            body = packer.compress(body) + packer.flush()
            headers["Content-Encoding"] = "gzip"
        asked = self._question("POST", link.EVENTS, headers, body, within_s=PUSH_S)
        return _read(await self._answered(self._up, asked), Pushed.from_json)

    async def commands(self, after: int, epoch: str) -> Sequence[OfficeCommand]:
        target = f"{link.COMMANDS}?after={after}&epoch={epoch}"
        asked = self._question(
            "GET", target, within_s=link.HELD_OPEN_S + _MORE_S, most=_MOST_COMMANDS
        )
        return _read(await self._answered(self._down, asked), commands_from_json)

    async def answer(self, ask: str, answer: FetchAnswer) -> None:
        asked = self._question(
            "POST",
            f"{link.ANSWERS}/{ask}",
            {"Content-Type": "application/json"},
            plain(answer.as_json()),
            within_s=ANSWER_S,
        )
        await self._answered(self._aside, asked, _NOT_FOUND)

    async def renew(self) -> NewCredential:
        asked = self._question("POST", link.CREDENTIAL, within_s=ANSWER_S)
        return _read(await self._answered(self._aside, asked), NewCredential.from_json)

    async def join(self, ask: JoinAsk) -> JoinedOffice:
        """Raises NotTaken, too."""
        asked = LaneQuestion(
            method="POST",
            target=link.JOIN,
            headers={"Content-Type": "application/json"},
            body=plain(ask.as_json()),
            within_s=ANSWER_S,
        )
        reply = await self._aside.ask(asked)
        if reply.status in (_FORBIDDEN, *_HELD) and _code(reply):
            raise NotTaken
        return _read(_checked(reply), JoinedOffice.from_json)

    async def close(self) -> None:
        for each in (self._up, self._down, self._aside):
            await each.close()

    def _question(
        self,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        **limits: Any,
    ) -> LaneQuestion:
        known = {"Authorization": f"Bearer {self._credential() or ''}", "Accept": "*/*"}
        return LaneQuestion(
            method=method, target=target, headers={**known, **(headers or {})}, body=body, **limits
        )

    async def _answered(self, lane: LinkLane, question: LaneQuestion, *also: int) -> Reply:
        return _checked(await lane.ask(question), *also)


async def fetched_authority(url: str) -> str:
    """The certificate that the office shows of itself, PEM, before anybody is trusted: only its
    fingerprint makes it one. Raises LinkAway.
    """
    import ssl

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    lane = LinkLane(url, tls)
    try:
        reply = await lane.ask(
            LaneQuestion(method="GET", target=link.CA, headers={}, within_s=15.0)
        )
    finally:
        await lane.close()
    if reply.status != _OK:
        raise LinkAway("no-office")
    return reply.body.decode("ascii", "replace")


def _checked(reply: Reply, *also: int) -> Reply:
    """Raises what the link may say instead of an answer."""
    status, code = reply.status, _code(reply)
    if status in (_OK, _CREATED, _NOTHING, *also):
        return reply
    if status == _UNKNOWN and code == Reason.STRUCK_OFF:
        raise StruckOff
    if status == _UNKNOWN and code == _NOT_KNOWN:
        raise LinkUnknown
    if status == _BEHIND:
        raise LinkBehind(_read(reply, lambda read: read.number("cursor")))
    if status in _HELD and code:
        raise LinkHeld(str(_problem(reply).get("detail", code))[:500])
    if status in _BUSY:
        raise LinkAway("busy", retry_after_s=_retry_after_s(reply))
    raise LinkAway("no-office")


def _read(reply: Reply, read: Callable[[Fields], T]) -> T:
    try:
        return read(parsed(reply.body))
    except Malformed:
        raise LinkAway("no-office") from None


def _problem(reply: Reply) -> dict[str, Any]:
    if reply.type != "application/problem+json":
        return {}
    with contextlib.suppress(Malformed):
        return dict(parsed(reply.body).all)
    return {}


def _code(reply: Reply) -> str:
    problem = _problem(reply)
    return str(problem.get("code") or str(problem.get("type", "")).rpartition(":")[2])


def _retry_after_s(reply: Reply) -> float | None:
    said = reply.headers.get("retry-after", "")
    return min(float(said), _MOST_WAIT_S) if said.isdigit() else None
