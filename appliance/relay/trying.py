"""One try of one delivery: what is said, with which signature, and what the answer means."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.desk.access.accesses import Accessed, Reader
from appliance.errors import NotFound, SetupError
from appliance.events import Event
from appliance.relay.dialect import AnswerMeaning, Dialect, ReceiverAnswer
from appliance.relay.keyring import Keyring
from appliance.relay.outcomes import Result
from appliance.relay.posting import PostFailed, Postman
from appliance.relay.waits import due_again_ms
from appliance.store import events, webhook_deliveries
from appliance.store.readings import ReadingKind
from appliance.store.store import Store, Tx
from appliance.store.webhook_deliveries import (
    Delivery,
    DeliveryAttempt,
    DeliveryOutcome,
    DeliveryState,
)
from appliance.store.webhooks import Content, WebhookEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """`is_kept`: these bytes stand in the row."""

    body: bytes
    contact_id: str | None = None
    is_kept: bool = False


class Trier:
    """For the event loop of the thread `relay`."""

    def __init__(
        self,
        store: Store,
        dialects: Mapping[str, Dialect],
        accessed: Callable[[Accessed], None] | None,
    ) -> None:
        self._store = store
        self._dialects = dialects
        self._accessed = accessed
        self._keys = Keyring(store)

    def forget(self, webhook_id: str) -> None:
        self._keys.forget(webhook_id)

    async def tried(
        self, poster: Postman, endpoint: WebhookEndpoint, delivery: Delivery
    ) -> Result | None:
        """None: nothing is left to say, and the delivery is gone."""
        dialect = self._dialects[endpoint.dialect]
        said = await self._said(dialect, endpoint, delivery)
        if said is None:
            await self._written(lambda tx: webhook_deliveries.drop(tx, delivery.seq))
            return None
        began_s, at_ms = time.monotonic(), self._store.clock.now_ms()
        answer, error = await self._posted(poster, dialect, endpoint, delivery, said.body)
        attempt = DeliveryAttempt(
            at_ms=at_ms,
            status=answer.status if answer else None,
            error=error,
            took_ms=round((time.monotonic() - began_s) * 1000),
        )
        meaning = AnswerMeaning.AGAIN if answer is None else dialect.meaning(answer)
        outcome = self._outcome(dialect, delivery, meaning, answer, attempt, said)
        return Result(webhook_id=endpoint.id, outcome=outcome, meaning=meaning)

    async def _posted(
        self,
        poster: Postman,
        dialect: Dialect,
        endpoint: WebhookEndpoint,
        delivery: Delivery,
        body: bytes,
    ) -> tuple[ReceiverAnswer | None, str | None]:
        """The answer, or why there was none. What is signed is the real time, also where Balie's
        own clock is faster.
        """
        try:
            keys = self._keys.of(endpoint)
            headers = dialect.headers(endpoint, keys, delivery, body, int(time.time()))
            return await poster.post(endpoint.url, headers, body), None
        except (SetupError, NotFound, ValueError):
            return None, "no-key"
        except PostFailed as exc:
            return None, exc.error

    def _outcome(
        self,
        dialect: Dialect,
        delivery: Delivery,
        meaning: AnswerMeaning,
        answer: ReceiverAnswer | None,
        attempt: DeliveryAttempt,
        said: _Said,
    ) -> DeliveryOutcome:
        state, due_ms = DeliveryState.FAILED, None
        if meaning is AnswerMeaning.TAKEN:
            state = DeliveryState.DELIVERED
        elif meaning is AnswerMeaning.AGAIN:
            due_ms = due_again_ms(self._store.clock, dialect, delivery, answer)
            state = DeliveryState.FAILED if due_ms is None else DeliveryState.PENDING
        return DeliveryOutcome(
            seq=delivery.seq,
            state=state,
            attempt=attempt,
            due_ms=due_ms or 0,
            body=None if said.is_kept else said.body,
            contact_id=said.contact_id,
        )

    async def _said(
        self, dialect: Dialect, endpoint: WebhookEndpoint, delivery: Delivery
    ) -> _Said | None:
        """What earlier tries said, unless it has been taken out of the row since."""
        if delivery.body is not None:
            kept = self._store.read(lambda conn: webhook_deliveries.body_of(conn, delivery.seq))
            if kept is not None:
                return _Said(body=kept, is_kept=True)
        event = self._store.read(lambda conn: events.one(conn, delivery.event_seq))
        if event is None:
            return None
        self._note_reading(endpoint, event)
        if not dialect.keeps_bytes(endpoint):
            body = self._store.read(lambda conn: dialect.body(conn, endpoint, delivery, event))
            return None if body is None else _Said(body=body, contact_id=event.contact_id)

        def made(tx: Tx) -> _Said | None:
            """In one transaction with what it is made of: nobody is erased between."""
            now = events.one(tx.conn, delivery.event_seq)
            body = None if now is None else dialect.body(tx.conn, endpoint, delivery, now)
            if body is None:
                return None
            webhook_deliveries.keep_body(tx, delivery.seq, body)
            return _Said(body=body, is_kept=True)

        return await asyncio.wrap_future(self._store.submit(made, durable=False))

    def _note_reading(self, endpoint: WebhookEndpoint, event: Event) -> None:
        """A program that gets texts reads them."""
        if self._accessed is None or endpoint.content is not Content.FULL:
            return
        if event.message_id is not None:
            who = Reader(token_id=endpoint.token_id, staff_id=endpoint.staff_id)
            self._accessed(
                Accessed(
                    who=who,
                    what=ReadingKind.READ,
                    contact_id=event.contact_id,
                    conversation_id=event.conversation_id,
                )
            )

    async def _written(self, work: Callable[[Tx], None]) -> None:
        await asyncio.wrap_future(self._store.submit(work, durable=False))
