"""`Idempotency-Key`: a request that comes again gets the first answer again.

The row of the key is written in the same transaction as the work, so one never exists without the
other. There is one writer, so two requests at the same time are handled one after the other. The
answer to a readable request is kept, accepted or refused. A 5xx rolls the transaction back, so it
is never kept.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from appliance.api.problems import MEDIA_TYPE, problem_of
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.reasons import Reason
from appliance.store import idempotency
from appliance.store.idempotency import KeptAnswer
from appliance.store.store import Tx

_KEY = re.compile("[\x21-\x7e]{1,255}")
_ACCEPTED = 202
_FIRST_ERROR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    status: int
    content: str
    replayed: bool = False

    @property
    def media_type(self) -> str:
        return MEDIA_TYPE if self.status >= _FIRST_ERROR else "application/json"

    def sent(self) -> Response:
        headers = {"Idempotency-Replayed": "true"} if self.replayed else None
        return Response(self.content, self.status, headers, self.media_type)


def checked(key: str | None) -> str | None:
    """Raises InvalidInput for a key that is not allowed in a header."""
    if key is not None and not _KEY.fullmatch(key):
        sentence = "An Idempotency-Key has 1 to 255 visible ASCII characters."
        raise InvalidInput("Idempotency-Key", sentence)
    return key


def once(
    tx: Tx,
    token_id: str,
    key: str | None,
    body: bytes,
    work: Callable[[Tx], Mapping[str, Any] | str],
    *,
    status: int = _ACCEPTED,
) -> StoredResponse:
    """The first answer for this key, or that of `work`, which is then kept; without a key, that of
    `work`. A long answer may be JSON already, so that nobody waits while it is written.

    Raises Refused (`idempotency-mismatch`) when the key came with another body.
    """
    if key is None:
        return _accepted(work(tx), status)
    body_hash = hashlib.sha256(body).hexdigest()
    kept = idempotency.find(tx, token_id, key)
    if kept is not None:
        if kept.body_hash != body_hash:
            raise _mismatch()
        return StoredResponse(status=kept.status, content=kept.response, replayed=True)
    answer = _attempt(tx, work, status)
    idempotency.keep(
        tx,
        token_id,
        key,
        KeptAnswer(body_hash=body_hash, status=answer.status, response=answer.content),
    )
    return answer


def _accepted(body: Mapping[str, Any] | str, status: int) -> StoredResponse:
    content = body if isinstance(body, str) else json.dumps(body)
    return StoredResponse(status=status, content=content)


def _attempt(tx: Tx, work: Callable[[Tx], Mapping[str, Any] | str], status: int) -> StoredResponse:
    """A refusal undoes what `work` wrote before it, and is kept as an answer, too."""
    try:
        with tx.whole():
            return _accepted(work(tx), status)
    except (InvalidInput, NotFound, Refused) as exc:
        refusal = problem_of(exc)
        return StoredResponse(status=refusal.status, content=json.dumps(refusal.body()))


def _mismatch() -> Refused:
    return Refused(
        Reason.IDEMPOTENCY_MISMATCH,
        "This Idempotency-Key came with another body before.",
        remedy="Use a new key for a new message, or send the first body again.",
    )
