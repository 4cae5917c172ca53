"""Follows the log for all endpoints at once: finds out what each of them is to be told.

Endpoints that are at the end of the log share one reading of what comes. One that is behind,
because it has too much waiting or somebody asked for what was before, is read for apart and delays
nobody.
What an event makes and how far that endpoint was followed are written in one transaction.
"""

import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.desk.access.sight import Sight
from appliance.desk.webhooks.seeing import may_see, sights_of
from appliance.errors import StoreError
from appliance.events import Event, EventKind
from appliance.relay.dialect import Dialect
from appliance.store import events, webhook_deliveries, webhooks
from appliance.store.connection import is_damage
from appliance.store.feed import known_epoch
from appliance.store.store import Tx
from appliance.store.webhook_deliveries import UNPLANNED, NewDelivery
from appliance.store.webhooks import WebhookEndpoint
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

PIECE = 500
"""Events of one reading."""
RARELY = 500
"""How far it is stands in the database at least after so many events, also when nobody was told."""
MAX_WAITING = 10_000
"""An endpoint with so many that wait is followed for no further until some of them are over."""
_WEBHOOKS = frozenset({EventKind.WEBHOOK_CHANGED, EventKind.WEBHOOK_DISABLED})
_CHANGES = _WEBHOOKS | {EventKind.TOKEN_REVOKED, EventKind.TOKEN_SIGNS_ANEW}
"""After these the endpoints are read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPiece:
    """`cursors` by the ids of endpoints: the moves that were counted, and how far it was told.
    `changed`: endpoints are to be read anew, because of changes of these.
    """

    made: Sequence[NewDelivery] = ()
    cursors: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    must_write: bool = False
    changed: frozenset[str] | None = None
    more: bool = False

    def keep(self, tx: Tx) -> None:
        webhook_deliveries.add(tx, self.made)
        webhooks.follow_to(tx, self.cursors)


@dataclass(slots=True, kw_only=True)
class _Followed:
    """Where an endpoint stands in the log since its cursor was moved for the `moves`th time: it was
    told up to `seen`, of which the database knows up to `kept`. `waiting` deliveries are not over.
    """

    moves: int
    seen: int
    kept: int
    waiting: int = 0


class Follower:
    """Used by the thread `relay` alone. `next` reads, `keep` of what it found writes, then comes
    `kept`.
    """

    def __init__(self, dialects: Iterable[Dialect]) -> None:
        self.dialects = {each.name: each for each in dialects}
        self.endpoints: dict[str, WebhookEndpoint] = {}
        self._places: dict[str, _Followed] = {}
        self._epoch = ""
        self._trouble = Trouble(log, "a webhook cannot be told of an event")

    def load(self, conn: sqlite3.Connection, now_ms: int, *, counts: bool = True) -> None:
        """All that can be told; where somebody moved a cursor, it is there now. `counts`: what
        waits is counted anew, for others than new ones, too.
        """
        self._epoch = known_epoch(conn)
        live = [each for each in webhooks.endpoints(conn) if each.is_live(now_ms)]
        told = [each for each in live if each.dialect in self.dialects]
        self._places = {each.id: self._place(conn, each, counts=counts) for each in told}
        self.endpoints = {each.id: each for each in told}

    def _place(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, *, counts: bool
    ) -> _Followed:
        place = self._places.get(endpoint.id)
        if place is None or place.moves != endpoint.moves:
            seq, counts = endpoint.event_seq, True
            place = _Followed(moves=endpoint.moves, seen=seq, kept=seq)
        if counts:
            place.waiting = webhook_deliveries.waiting(conn, endpoint.id, most=MAX_WAITING)
        return place

    def next(self, conn: sqlite3.Connection) -> FollowedPiece:
        """What the next events make: first for those at the end, else for those that are behind."""
        if not self.endpoints:
            return FollowedPiece()
        head = max(each.seen for each in self._places.values())
        able = [
            each for each in self.endpoints.values() if self._places[each.id].waiting < MAX_WAITING
        ]
        ahead = [each for each in able if self._places[each.id].seen == head]
        behind = [each for each in able if self._places[each.id].seen < head]
        batch = events.after(conn, head, limit=PIECE) if ahead else ()
        if batch:
            return self._found(conn, ahead, batch, more=bool(behind) or len(batch) == PIECE)
        if not behind:
            return FollowedPiece()
        start = min(self._places[each.id].seen for each in behind)
        batch = [each for each in events.after(conn, start, limit=PIECE) if each.seq <= head]
        return self._found(conn, behind, batch, more=True, ends_at=None if batch else head)

    def kept(self, found: FollowedPiece) -> None:
        """It was written, or there was nothing to write."""
        for webhook_id, (_, to) in found.cursors.items():
            self._places[webhook_id].seen = to
            if found.must_write:
                self._places[webhook_id].kept = to
        for each in found.made:
            if each.part != UNPLANNED:
                self._places[each.webhook_id].waiting += 1

    def over(self, webhook_id: str) -> None:
        """One of what waited for it waits no more."""
        if webhook_id in self._places:
            self._places[webhook_id].waiting -= 1

    def _found(
        self,
        conn: sqlite3.Connection,
        whose: Sequence[WebhookEndpoint],
        batch: Sequence[Event],
        *,
        more: bool,
        ends_at: int | None = None,
    ) -> FollowedPiece:
        batch = _up_to_change(batch)
        last = batch[-1].seq if ends_at is None else ends_at
        sights = sights_of(conn, whose)
        made = [
            planned
            for event in batch
            for each in whose
            if event.seq > self._places[each.id].seen
            for planned in self._made(conn, each, sights[each.id], event)
        ]
        changed = _changed(batch)
        places = {each.id: self._places[each.id] for each in whose}
        reached = {name: place for name, place in places.items() if last > place.seen}
        cursors = {name: (place.moves, last) for name, place in reached.items()}
        far = any(last - place.kept >= RARELY for place in reached.values())
        must_write = bool(made) or changed is not None or far
        return FollowedPiece(
            made=made, cursors=cursors, must_write=must_write, changed=changed, more=more
        )

    def _made(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, sight: Sight, event: Event
    ) -> Sequence[NewDelivery]:
        """A mistake of ours about one event is a delivery that failed: the log goes on."""
        try:
            if not may_see(conn, endpoint, sight, event):
                return ()
            planned = self.dialects[endpoint.dialect].planned(conn, endpoint, event)
        except (sqlite3.OperationalError, StoreError):
            raise
        except Exception as exc:
            if isinstance(exc, sqlite3.DatabaseError) and is_damage(exc):
                raise
            self._trouble.met(f"event {event.seq} for {endpoint.id}", exc=exc)
            return [self._new(endpoint, event, UNPLANNED, event.kind.value)]
        return [self._new(endpoint, event, each.part, each.type) for each in planned]

    def _new(self, endpoint: WebhookEndpoint, event: Event, part: str, type_: str) -> NewDelivery:
        return NewDelivery(
            id=webhook_deliveries.id_of(self._epoch, event.seq, endpoint.id, part),
            webhook_id=endpoint.id,
            event_seq=event.seq,
            part=part,
            type=type_,
            lane=_lane(event),
            message_id=event.message_id,
        )


def _up_to_change(batch: Sequence[Event]) -> Sequence[Event]:
    """What comes after changes of endpoints is for those that there are then."""
    has_come = False
    for place, event in enumerate(batch):
        if event.kind in _CHANGES:
            has_come = True
        elif has_come:
            return batch[:place]
    return batch


def _changed(batch: Sequence[Event]) -> frozenset[str] | None:
    changes = [event for event in batch if event.kind in _CHANGES]
    if not changes:
        return None
    return frozenset(str(event.facts.get("webhook")) for event in changes)


def _lane(event: Event) -> str:
    """What is told in the order of the log: what is about one conversation, or else about one
    person or device.
    """
    return event.conversation_id or event.contact_id or event.device_id or event.line_id or ""
