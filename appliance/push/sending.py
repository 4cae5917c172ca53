"""One notification to one browser: encrypted for it (RFC 8291), given to its push service."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from appliance.push.keys import key_of

log = logging.getLogger(__name__)

_VALID_S = 12 * 3600
TTL_S = 3600
"""How long a push service keeps it for a browser that is off: later nobody wants to be told."""
WITHIN_S = 10.0
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_REFUSED = 400
_SERVER = 500


class PushAnswer(Enum):
    TAKEN = "taken"
    #: The browser does not want them any more.
    GONE = "gone"
    #: It may work at another time.
    LATER = "later"
    #: It will never work.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMessage:
    """`topic`: a later one takes the place of one that the push service still has."""

    endpoint: str
    public_key: str
    secret: str
    content: Mapping[str, str]
    topic: str


class PushSender:
    """Blocks while it sends; for one thread. `trust` is a file of certificates in place of those
    that the system trusts.
    """

    def __init__(self, data_dir: Path, *, trust: Path | None = None) -> None:
        self._data_dir = data_dir
        self._trust = trust

    def send(self, message: PushMessage, *, contact: str, now_ms: int) -> PushAnswer:
        """Raises SetupError where the key cannot be used. `contact`: an address of e-mail."""
        import requests
        from pywebpush import WebPusher

        claims = {
            "sub": f"mailto:{contact}",
            "aud": _origin(message.endpoint),
            "exp": now_ms // 1000 + _VALID_S,
        }
        headers = {**key_of(self._data_dir).sign(claims), "Topic": message.topic, "Urgency": "high"}
        keys = {"p256dh": message.public_key, "auth": message.secret}
        with requests.Session() as session:
            session.max_redirects = 0  # it would lead to a host that nobody has named
            if self._trust is not None:
                session.verify = str(self._trust)
                session.trust_env = False  # what the environment trusts would win
            try:
                pusher = WebPusher({"endpoint": message.endpoint, "keys": keys}, session)
                data = json.dumps(message.content)
                answer = pusher.send(data, headers, ttl=TTL_S, timeout=WITHIN_S)
            except requests.RequestException as exc:
                log.debug("a push service did not answer: %s", type(exc).__name__)
                return PushAnswer.LATER
            except Exception as exc:  # keys that are none: the library raises whatever it meets
                log.warning("a browser's keys for notifications are of no use: %s", exc)
                return PushAnswer.GONE
        return _answer(answer.status_code)


def _origin(endpoint: str) -> str:
    return "/".join(endpoint.split("/", 3)[:3])


def _answer(status: int) -> PushAnswer:
    if status in _GONE:
        return PushAnswer.GONE
    if status in _LATER or status >= _SERVER:
        return PushAnswer.LATER
    return PushAnswer.REFUSED if status >= _REFUSED else PushAnswer.TAKEN
