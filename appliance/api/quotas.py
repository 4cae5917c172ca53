"""How often a token may ask: a bucket for each, which is full at first and fills by itself.

The headers are those of the IETF's draft “RateLimit header fields for HTTP”
(draft-ietf-httpapi-ratelimit-headers-10): `RateLimit-Policy: "token";q=30000;w=60` says what is
allowed, `RateLimit: "token";r=29999;t=1` what is left and in how many seconds all of it is there
again. Each request passes here, so this counts by itself: `limits` 5.8 takes ten times as long, and
a thread.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from appliance.api.problems import Problem, ProblemError, problem
from appliance.desk.access.tokens import USUAL_PER_MINUTE

WINDOW_S = 60
MAX_KEPT = 1000
_SEEN = "balie.quota"
"""Where the middleware of headers finds, in a request's scope, what its answer says."""

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class _Bucket:
    """`left` requests at `at_s`."""

    per_minute: int
    left: float
    at_s: float
    policy: bytes


class Quotas:
    """For the event loop. After a start all buckets are full."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._buckets: dict[str, _Bucket] = {}

    def take(self, scope: Scope, token_id: str, per_minute: int | None) -> None:
        """Counts one request, and leaves in `scope` what its answer says of it.

        Raises ProblemError (429) when nothing is left: then nothing is counted.
        """
        bucket = self._bucket(token_id, per_minute or USUAL_PER_MINUTE)
        has_one = bucket.left >= 1
        if has_one:
            bucket.left -= 1
        per_s = bucket.per_minute / WINDOW_S
        full_s = -int((bucket.left - bucket.per_minute) // per_s)
        left = f'"token";r={int(bucket.left)};t={full_s}'
        scope[_SEEN] = [(b"ratelimit-policy", bucket.policy), (b"ratelimit", left.encode())]
        if not has_one:
            raise ProblemError(_too_many(bucket.per_minute, -int((bucket.left - 1) // per_s)))

    def _bucket(self, token_id: str, per_minute: int) -> _Bucket:
        now_s = self._now_s()
        bucket = self._buckets.get(token_id)
        if bucket is None or bucket.per_minute != per_minute:
            if len(self._buckets) >= MAX_KEPT:
                self._buckets.clear()
            policy = f'"token";q={per_minute};w={WINDOW_S}'.encode()
            bucket = _Bucket(per_minute, per_minute, now_s, policy)
            self._buckets[token_id] = bucket
        else:
            more = (now_s - bucket.at_s) * per_minute / WINDOW_S
            bucket.left = min(per_minute, bucket.left + more)
            bucket.at_s = now_s
        return bucket


def headers_of(scope: Scope) -> Headers:
    """What the answer says; nothing for a request without a token."""
    found: Headers = scope.get(_SEEN, [])
    return found


def _too_many(per_minute: int, wait_s: int) -> Problem:
    sentence = (
        f"This token asks too often: {per_minute} requests a minute. Ask again in {wait_s} s."
    )
    return problem("too-many-requests", sentence, headers={"Retry-After": str(wait_s)})
