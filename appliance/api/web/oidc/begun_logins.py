"""Log-ins that are under way at a provider: kept here, each for one return of one browser.

What a browser keeps it can send again, so it keeps only the key. A restart ends them all; people
then begin once more.
"""

from dataclasses import dataclass
from typing import Any

from appliance.clock import Clock
from appliance.desk.access.bearer import new_token, token_hash

LIFE_MS = 10 * 60_000
"""To look for a telephone and type its code."""
MOST = 1_000
"""Under way at once; somebody who only begins must not fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunLogin:
    """`session` is what Authlib keeps of it: state, nonce and verifier. `back` is where to go
    afterwards; `link` the log-in link that the person came with.
    """

    session: dict[str, Any]
    back: str
    link: str
    ends_ms: int


class BegunLogins:
    """For the event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, BegunLogin] = {}

    def keep(self, session: dict[str, Any], *, back: str, link: str) -> str:
        """The key of it, for the browser's cookie."""
        key, now_ms = new_token(), self._clock.now_ms()
        kept = {each: begun for each, begun in self._kept.items() if begun.ends_ms > now_ms}
        self._kept = dict(list(kept.items())[-(MOST - 1) :])
        self._kept[token_hash(key)] = BegunLogin(
            session=session, back=back, link=link, ends_ms=now_ms + LIFE_MS
        )
        return key

    def take(self, key: str) -> BegunLogin | None:
        """Once; None when it is not there, or too old."""
        begun = self._kept.pop(token_hash(key), None)
        return begun if begun and begun.ends_ms > self._clock.now_ms() else None
