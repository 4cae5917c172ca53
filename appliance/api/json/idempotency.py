"""`Idempotency-Key`: a request that comes again gets the first answer again.

The key's row is written in the transaction of what it did, so there is never the one without the
other, and the one writer makes two at the same time one. What is kept is the answer to a request
that could be read: accepted or refused. A 5xx rolls the transaction back, so it is never kept.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.api.problems import MEDIA_TYPE, problem_of
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store.store import Tx

KEPT_MS = 7 * 24 * 3_600_000
"""A client that has not heard in a week does not try again."""
_KEY = re.compile("[\x21-\x7e]{1,255}")
_ACCEPTED = 202
_FIRST_ERROR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    content: str
    replayed: bool = False

    @property
    def media_type(self) -> str:
        return MEDIA_TYPE if self.status >= _FIRST_ERROR else "application/json"


def checked(key: str | None) -> str | None:
    """Raises InvalidInput for a key that no header should hold."""
    if key is not None and not _KEY.fullmatch(key):
        sentence = "An Idempotency-Key has 1 to 255 visible ASCII characters."
        raise InvalidInput("Idempotency-Key", sentence)
    return key


def once(
    tx: Tx, token_id: str, key: str, body: bytes, work: Callable[[Tx], Mapping[str, Any]]
) -> Answer:
    """The first answer for this key, or that of `work`, which is then kept.

    Raises Refused (`idempotency-mismatch`) when the key came with another body.
    """
    body_hash = hashlib.sha256(body).hexdigest()
    row = tx.conn.execute(
        "SELECT body_hash, status, response FROM idempotency WHERE token_id = ? AND key = ?",
        (token_id, key),
    ).fetchone()
    if row is not None:
        if row["body_hash"] != body_hash:
            raise _mismatch()
        return Answer(status=row["status"], content=row["response"], replayed=True)
    answer = _attempt(tx, work)
    tx.conn.execute(
        "INSERT INTO idempotency (token_id, key, body_hash, status, response, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (token_id, key, body_hash, answer.status, answer.content, tx.now_ms),
    )
    return answer


def accepted(body: Mapping[str, Any]) -> Answer:
    return Answer(status=_ACCEPTED, content=json.dumps(body))


def forget_old(tx: Tx) -> int:
    """Drops the answers that nobody will ask for again; gives how many."""
    return tx.conn.execute(
        "DELETE FROM idempotency WHERE at_ms < ?", (tx.now_ms - KEPT_MS,)
    ).rowcount


def _attempt(tx: Tx, work: Callable[[Tx], Mapping[str, Any]]) -> Answer:
    """A refusal takes back what `work` wrote before it, and is an answer all the same."""
    tx.conn.execute("SAVEPOINT once")
    try:
        answer = accepted(work(tx))
    except (InvalidInput, NotFound, Refused) as exc:
        tx.conn.execute("ROLLBACK TO once")
        refusal = problem_of(exc)
        answer = Answer(status=refusal.status, content=json.dumps(refusal.body()))
    tx.conn.execute("RELEASE once")
    return answer


def _mismatch() -> Refused:
    return Refused(
        "idempotency-mismatch",
        "This Idempotency-Key came with another body before.",
        remedy="Use a new key for a new message, or send the first body again.",
    )
