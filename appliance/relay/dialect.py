"""How one kind of receiver is told: which deliveries an event makes, their bytes, their signature.

The delivery itself (the cursor, order, retries, the policy of addresses) is the same for all. Of an
event that the endpoint may not see, a dialect is not asked.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from appliance.events import Event
from appliance.store.webhook_deliveries import Delivery
from appliance.store.webhooks import WebhookEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDelivery:
    """One delivery that an event makes. `type` is what the log of deliveries shows, `part` tells
    several of one event apart.
    """

    type: str
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """What signs: `secrets` are the endpoint's own, the newest first, as they were shown;
    `signing_keys` are its token's, each of 64 hexadecimal digits, the newest first.
    """

    secrets: Sequence[str] = ()
    signing_keys: Sequence[str] = ()

    def signing(self, delivery: Delivery) -> bytes:
        """The token's key for this try, where there is room for one signature: for the first try
        the newest, and after a no the one of before for as long as both sign.
        """
        if not self.signing_keys:
            return b""
        return self.signing_keys[delivery.tries % len(self.signing_keys)].encode()


class AnswerMeaning(Enum):
    TAKEN = "taken"
    #: It may work at another time.
    AGAIN = "again"
    #: This one will never be taken, and the endpoint takes others.
    REFUSED = "refused"
    #: The endpoint wants nothing any more: it is switched off.
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverAnswer:
    """Names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Dialect(Protocol):
    """`name` stands in the rows of its endpoints. `waits_s` are the seconds from each failed try
    to the next; after the last one a delivery has failed for good.

    `keeps_bytes`: what it says could not be said in the same bytes again later, so they are kept
    before the first try. All are called in the thread `relay`: they return within milliseconds.
    """

    @property
    def name(self) -> str: ...

    @property
    def waits_s(self) -> Sequence[float]: ...

    def keeps_bytes(self, endpoint: WebhookEndpoint) -> bool: ...

    def planned(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event
    ) -> Sequence[PlannedDelivery]:
        """What this event makes for this endpoint; nothing of most."""
        ...

    def body(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, delivery: Delivery, event: Event
    ) -> bytes | None:
        """Made at the first try, from what the database says then. None: nothing is left to say."""
        ...

    def headers(
        self, endpoint: WebhookEndpoint, keys: Keys, delivery: Delivery, body: bytes, at_s: int
    ) -> Mapping[str, str]:
        """Of one try, the signature among them; `at_s` is the real time, in seconds. Those
        of every post, such as `User-Agent`, come to them.
        """
        ...

    def meaning(self, answer: ReceiverAnswer) -> AnswerMeaning: ...
