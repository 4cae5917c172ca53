"""Asks a language model on this machine or its network for one answer: a proposal, no message.

Whatever is wrong there, whoever writes sees no proposal and nothing else; an incident and `balie
doctor` tell who looks after the machine.
"""

import asyncio
import hashlib
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from appliance.characters import without_hidden
from appliance.desk.texts.model_question import ModelQuestion
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.errors import InvalidInput, SetupError, StoreError
from appliance.messages import clean_text
from appliance.relay.asking import AskFailed, Sent, asking
from appliance.store import incidents
from appliance.store.incidents import IncidentKind
from appliance.store.store import Store
from appliance.suggestion_settings import SuggestionSettings
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Questions in hand: a small machine computes one after the other."""
KEPT = 64
"""Proposals in memory: a page that is drawn anew asks for the same one."""
MOST = 600
"""Characters of a proposal."""
TELLS_AFTER = 3
"""Questions without an answer, one after the other: a model that was just started is slow."""
_MOST_BYTES = 64 * 1024
_TOKENS = 220
_OK = 200
_BY = "suggestions"
_THOUGHT = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
"""What some models say to themselves before the answer."""
_ASKS = (
    "You help a colleague at a temp agency's branch who answers people by WhatsApp and SMS."
    " Propose one answer to the last message: plain text, at most three short sentences, in the"
    " language of that message. Promise no work, pay or times. Words in braces, such as {voornaam}"
    " or {tijd}, stand for what was taken out; where you do not know something, write such a word."
)

REMEDY = "Look at its server; its address and model stand in the config file, [suggestions]."
NEAR = UrlPolicy(only_near=True)


class ModelSilent(Exception):
    """It gave no proposal; the text says why, and holds nothing of what anybody wrote."""


class Suggester:
    """For one event loop. Raises SetupError for an address or a key that cannot be used."""

    def __init__(self, settings: SuggestionSettings, store: Store) -> None:
        check_place(settings)
        self.model = settings.model
        self.host = urlsplit(settings.url).hostname or ""
        self._settings = settings
        self._headers = headers_of(settings)
        self._store = store
        self._asked: OrderedDict[str, asyncio.Task[str | None]] = OrderedDict()
        self._trouble = Trouble(log, "the model gives no suggestions")
        self._silent = 0
        self._may_be_open = True  # an incident of before a start

    async def suggest(self, question: ModelQuestion) -> str | None:
        """None where it has nothing to say in time, or others are asking already. The same
        question is asked once.
        """
        body = self._body(question)
        key = hashlib.sha256(body).hexdigest()
        if key not in self._asked:
            if sum(not each.done() for each in self._asked.values()) >= AT_ONCE:
                return None
            self._asked[key] = asyncio.create_task(self._ask(body))
            self._forget_old()
        said = await asyncio.shield(self._asked[key])
        if said is None:
            self._asked.pop(key, None)
        return said

    def _forget_old(self) -> None:
        for key in [name for name, task in self._asked.items() if task.done()]:
            if len(self._asked) <= KEPT:
                return
            del self._asked[key]

    def _body(self, question: ModelQuestion) -> bytes:
        turns = [
            {"role": "assistant" if each.is_ours else "user", "content": each.text}
            for each in question.turns
        ]
        asked = {
            "model": self.model,
            "messages": [{"role": "system", "content": _ASKS}, *turns],
            "max_tokens": _TOKENS,
            "temperature": 0.3,
            "stream": False,
        }
        return json.dumps(asked).encode()

    async def _ask(self, body: bytes) -> str | None:
        sent = Sent(headers=self._headers, body=body)
        try:
            found = proposal_of(await _answered(self._settings, "chat/completions", sent))
        except ModelSilent as exc:
            self._trouble.met(exc)
            await self._note_silent()
            return None
        self._trouble.over()
        await self._note_answer()
        return found

    async def _note_silent(self) -> None:
        self._silent += 1
        if self._silent == TELLS_AFTER:
            self._may_be_open = True
            await self._tell(open_it=True)

    async def _note_answer(self) -> None:
        self._silent = 0
        if self._may_be_open:
            self._may_be_open = False
            await self._tell(open_it=False)

    async def _tell(self, *, open_it: bool) -> None:
        change = incidents.open_incident if open_it else incidents.close_incident
        try:
            await self._store.awrite(lambda tx: change(tx, IncidentKind.SUGGESTIONS))
        except StoreError as exc:  # a full disk has an incident of its own
            log.warning("it could not be noted how the model is: %s", exc)


def check_place(settings: SuggestionSettings) -> None:
    """As far as that can be seen without looking up its name. Raises SetupError."""
    try:
        NEAR.place(settings.url)
    except InvalidInput as exc:
        raise SetupError(f"Setting “suggestions.url”: {exc.sentence}") from exc


def headers_of(settings: SuggestionSettings) -> Mapping[str, str]:
    """Raises SetupError where the key cannot be read."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if settings.key_file is not None:
        try:
            key = settings.key_file.read_text("ascii").strip()
        except (OSError, ValueError) as exc:
            raise SetupError(f"Setting “suggestions.key_file” cannot be read: {exc}") from exc
        headers["Authorization"] = f"Bearer {key}"
    return headers


def none_is_named(store: Store) -> None:
    """The config names no model any more, so nothing is wrong with it."""
    if store.read(lambda conn: incidents.open_of(conn, IncidentKind.SUGGESTIONS)):
        store.write(lambda tx: incidents.close_incident(tx, IncidentKind.SUGGESTIONS))


async def look(settings: SuggestionSettings) -> None:
    """Whether its server answers now. Raises ModelSilent and SetupError."""
    check_place(settings)
    await _answered(settings, "models", Sent(headers=headers_of(settings)))


async def _answered(settings: SuggestionSettings, path: str, sent: Sent) -> bytes:
    """Raises ModelSilent."""
    url = f"{settings.url.rstrip('/')}/{path}"
    try:
        async with asking(NEAR, url, by=_BY, within_s=settings.within_s, sent=sent) as got:
            if got.status != _OK:
                raise ModelSilent(f"It answered {got.status}.")
            return (await got.text(_MOST_BYTES)).encode()
    except AskFailed as exc:
        raise ModelSilent(str(exc)) from exc
    except InvalidInput as exc:
        raise ModelSilent(exc.sentence) from exc


def proposal_of(said: bytes) -> str:
    """Plain text of at most MOST characters. Raises ModelSilent for what is no proposal."""
    try:
        found: Any = json.loads(said)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ModelSilent("Its answer is no chat completion.") from None
    if not isinstance(found, str):
        raise ModelSilent("Its answer holds no text.")
    shown = without_hidden(_THOUGHT.sub("", found, count=1))
    lines = [" ".join(line.split()) for line in shown.strip().splitlines()]
    try:
        return _cut(clean_text("\n".join(lines)[: 4 * MOST]))
    except InvalidInput:
        raise ModelSilent("Its answer holds no text.") from None


def _cut(text: str) -> str:
    """At the end of a word."""
    if len(text) <= MOST:
        return text
    return f"{text[:MOST].rpartition(' ')[0] or text[:MOST]}…"
