"""Makes the messages of a send that was accepted for many, piece by piece.

Time has gone by since each was judged, a moment or, after a crash, days. So each is asked for again
what may have changed: consent, whose number it is, other lists, their words that may mean STOP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.lists import sends
from appliance.desk.lists.sends import Send
from appliance.errors import NotFound
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue import list_days, undecided
from appliance.queue.permission import permission_of
from appliance.reasons import Reason
from appliance.store import consent, contacts, conversations, lines, media, messages, unmade
from appliance.store.consent import Standing
from appliance.store.lines import Line
from appliance.store.store import Store, Tx
from appliance.store.unmade import Unmade

PIECE = 10
"""Messages in a transaction: whoever writes to a person meanwhile waits a few milliseconds."""


class Maker:
    """Used by one thread. Of several sends each gets its turn: the first messages of all of them
    are soon due.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last = ""

    def make_some(self) -> bool:
        """Makes the next piece; False when nothing is left."""
        found = self._store.read(lambda conn: unmade.next_send(conn, after=self._last))
        if found is None:
            return False
        self._last = found
        # A power cut that takes the messages back takes their rows back, too: they are made again.
        self._store.write(partial(make_next, send_id=found), durable=False)
        return True


def make_next(tx: Tx, send_id: str) -> None:
    """The next piece of this send; nothing where another process made it, or it was cancelled."""
    if not (piece := unmade.first(tx.conn, send_id, limit=PIECE)):
        return
    send = sends.one(tx.conn, Sight(None), send_id)
    try:
        line = lines.line(tx.conn, send.line_id)
    except NotFound:
        unmade.withdraw(tx, send_id, Reason.LINE_REMOVED)
        return
    _make(tx, send, line, piece)
    unmade.made(tx, send_id, until=piece[-1].position)


def _make(tx: Tx, send: Send, line: Line, piece: Sequence[Unmade]) -> None:
    asked = _AskedAgain.of(tx, send, line, piece)
    whys = [asked.why_not(each) for each in piece]
    going = [each for each, why in zip(piece, whys, strict=True) if why is None]
    ids = iter(messages.enqueue_all(tx, [_outgoing(tx, send, each, asked) for each in going]))
    kept = [
        (send.id, each.position, each.contact_id, None if why else next(ids), why)
        for each, why in zip(piece, whys, strict=True)
    ]
    tx.conn.executemany(
        "INSERT INTO list_send_item (send_id, position, contact_id, message_id, why)"
        " VALUES (?, ?, ?, ?, ?)",
        kept,
    )
    for _, _, _, message_id, _ in kept if send.media else ():
        if message_id is not None:
            media.attach(tx.conn, message_id, send.media)


@dataclass(slots=True, kw_only=True)
class _AskedAgain:
    """What is read at once for a piece, who of it has got theirs, and over which channel alone."""

    tx: Tx
    is_over: bool
    people: Mapping[str, str]
    standings: Mapping[Identity, Standing]
    listed: frozenset[str]
    undecided: Mapping[str, str]
    seen: set[str] = field(default_factory=set)
    wanted: dict[int, Channel | None] = field(default_factory=dict)

    @classmethod
    def of(cls, tx: Tx, send: Send, line: Line, piece: Sequence[Unmade]) -> "_AskedAgain":
        people = contacts.joined(tx.conn, [each.contact_id for each in piece])
        begins_ms = max(tx.now_ms, send.not_before_ms or 0)
        span = (begins_ms, max(begins_ms + 1, send.until_ms))
        found = list(people.values())
        return cls(
            tx=tx,
            is_over=begins_ms >= send.until_ms and not tx.clock_is_wrong,
            people=people,
            standings=consent.standings(tx.conn, send.line_id, [each.identity for each in piece]),
            listed=list_days.listed(tx.conn, line, found, span, before=send.id),
            undecided=undecided.asked(tx.conn, send.line_id),
        )

    def why_not(self, each: Unmade) -> Reason | None:
        """Why it is not made after all."""
        standing, contact_id = self.standings[each.identity], self.people.get(each.contact_id)
        if contact_id is None:
            return Reason.ERASED
        if self.is_over:
            return Reason.TOO_LATE
        if standing.contact_id != contact_id:
            return Reason.CONSENT_REQUIRED  # somebody else has the number now
        permission = permission_of(
            self.tx.conn, standing, channel=each.wanted, kind=MessageClass.LIST
        )
        if permission.refusal is not None:
            return permission.refusal.code
        if contact_id in self.seen:
            return Reason.TWICE
        self.seen.add(contact_id)
        self.wanted[each.position] = each.wanted or permission.left
        return Reason.LISTED_TODAY if contact_id in self.listed else None


def _outgoing(tx: Tx, send: Send, each: Unmade, asked: _AskedAgain) -> messages.NewOutgoing:
    contact_id = asked.people[each.contact_id]
    reason, expected_ms = each.reason, each.expected_ms
    if held := _held(tx, send, contact_id, asked):
        reason, expected_ms = held, None
    return messages.NewOutgoing(
        conversation_id=conversations.with_contact(tx, send.line_id, contact_id),
        line_id=send.line_id,
        contact_id=contact_id,
        identity=each.identity,
        text=each.text,
        kind=MessageClass.LIST,
        wanted=asked.wanted[each.position],
        answering=each.answering,
        staff_id=send.staff_id,
        token_id=send.token_id,
        not_before_ms=send.not_before_ms,
        expires_ms=send.until_ms,
        expected_ms=expected_ms,
        reason=reason,
    )


def _held(tx: Tx, send: Send, contact_id: str, asked: _AskedAgain) -> Reason | None:
    """What it waits for, where nobody can know until when."""
    if tx.clock_is_wrong:
        return Reason.CLOCK_WRONG
    if contact_id in asked.undecided:
        return Reason.NEAR_STOP
    return Reason.PAUSED if send.state == "paused" else None
