"""The link over HTTPS: what a box says and asks, as requests to its head office.

It keeps nothing and repeats nothing: who calls has the cursor. What answers and is none of an
office, such as the page of a captive portal, is nobody.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

from appliance.office import link
from appliance.office.at_box.answers import HELD, checked, code_of, told
from appliance.office.at_box.lane import LaneQuestion, LinkLane, Reply, trusting
from appliance.office.batch import Batch, Pushed
from appliance.office.invitation import JoinAsk, JoinedOffice
from appliance.office.link import FetchAnswer, NewCredential, OfficeCommand, commands_from_json
from appliance.office.reading import plain
from appliance.office.troubles import LinkAway

PUSH_S = 20.0
ANSWER_S = 15.0
_MORE_S = 10.0
"""Longer than the office holds a question, it may be on its way."""
_GZIP_FROM_BYTES = 1400
_MOST_COMMANDS = 8 * 1024 * 1024
_OK, _FORBIDDEN, _NOT_FOUND = 200, 403, 404


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
        return told(await self._answered(self._up, asked), Pushed.from_json)

    async def commands(self, after: int, epoch: str) -> Sequence[OfficeCommand]:
        target = f"{link.COMMANDS}?after={after}&epoch={epoch}"
        asked = self._question(
            "GET", target, within_s=link.HELD_OPEN_S + _MORE_S, most=_MOST_COMMANDS
        )
        return told(await self._answered(self._down, asked), commands_from_json)

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
        return told(await self._answered(self._aside, asked), NewCredential.from_json)

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
        if reply.status in (_FORBIDDEN, *HELD) and code_of(reply):
            raise NotTaken
        return told(checked(reply), JoinedOffice.from_json)

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
        return checked(await lane.ask(question), *also)


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
