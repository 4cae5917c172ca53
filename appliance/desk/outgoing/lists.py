"""One text to many: what each would get and when, and then all of it in one transaction.

A list makes individual messages. The preview and the sending look at each recipient by the same
rules; a refused recipient has a reason and costs the others nothing. The time of each follows from
the line's steady rate, in the list's own order. The planner, soon after, puts people first who are
being answered, and draws each pause.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from appliance.channels import Channel
from appliance.desk.outgoing.rhythm import rhythm_of
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.sending import Author
from appliance.desk.outgoing.wording import Wording
from appliance.errors import InvalidInput
from appliance.identities import TEL, Identity
from appliance.messages import MessageClass
from appliance.phone_numbers import parse_number
from appliance.queue import undecided
from appliance.queue.estimate import SteadyRate
from appliance.queue.heard import SINCE_HEARD
from appliance.queue.lanes import Lane
from appliance.queue.pacing import ANSWER_WINDOW_MS, DAY_MS, DEFAULT_PROFILE, Profile
from appliance.queue.permission import may_write
from appliance.queue.routing import Parcel, Way, Ways
from appliance.reasons import Reason
from appliance.store import branches, conversations, high_water, lines, messages
from appliance.store.contacts import identity_of
from appliance.store.lines import Line
from appliance.store.store import Tx

MAX_RECIPIENTS = 10_000

MANY = 10
"""The same words may go to so many; to more people, never twice in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """`numbers` as people write them. `texts` are variants, with {naam} or {voornaam} in them.

    `ttl_ms` None: until the end of the day. `room` is what the line has left for it.
    """

    line_id: str
    numbers: Sequence[str]
    texts: Sequence[str]
    author: Author
    channel: Channel | None = None
    ttl_ms: int | None = None
    not_before_ms: int | None = None
    room: Room | None = None
    profile: Profile = DEFAULT_PROFILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What becomes of one recipient. `refusal` is None for those who get a message.

    `to` is as the author wrote it, and so is `variant`, without a name in it. `expected_ms` None:
    nobody can know.
    """

    to: str
    refusal: Reason | None = None
    identity: Identity | None = None
    contact_id: str = ""
    conversation_id: str | None = None
    text: str = ""
    variant: str = ""
    wanted: Channel | None = None
    answering: bool = False
    expected_ms: int | None = None
    reason: Reason | None = None
    message_id: str | None = None


def preview(conn: sqlite3.Connection, request: ListRequest, *, now_ms: int) -> Sequence[Recipient]:
    """A dry run: who would get what and when, and who would not, in the order of the list.

    Raises InvalidInput for texts that cannot be sent, or that many would get word for word.
    """
    wrong = high_water.is_wrong(conn, now_ms)
    return _Look.at(conn, request, now_ms=now_ms, clock_is_wrong=wrong).all()


def accept_list(tx: Tx, request: ListRequest) -> Sequence[Recipient]:
    """Keeps a message for each who may have one. Raises what `preview` does, and LineFull."""
    look = _Look.at(tx.conn, request, now_ms=tx.now_ms, clock_is_wrong=tx.clock_is_wrong)
    found = look.all()
    accepted = sum(not each.refusal for each in found)
    if request.room is not None:
        request.room.take(tx, look.line.id, accepted)
    return [
        each if each.refusal or each.identity is None else _keep(tx, each, each.identity, look)
        for each in found
    ]


def _keep(tx: Tx, recipient: Recipient, identity: Identity, look: "_Look") -> Recipient:
    author = look.request.author
    message_id = messages.enqueue(
        tx,
        messages.NewOutgoing(
            conversation_id=recipient.conversation_id
            or conversations.with_contact(tx, look.line.id, recipient.contact_id),
            line_id=look.line.id,
            contact_id=recipient.contact_id,
            identity=identity,
            text=recipient.text,
            kind=MessageClass.LIST,
            wanted=recipient.wanted,
            answering=recipient.answering,
            staff_id=author.staff_id,
            token_id=author.token_id,
            rule=author.rule,
            not_before_ms=look.request.not_before_ms,
            expires_ms=look.expires_ms,
            expected_ms=recipient.expected_ms,
            reason=recipient.reason,
        ),
    )
    return replace(recipient, message_id=message_id)


_PERSON = """
SELECT n.scheme, n.value, n.contact_id, n.on_whatsapp, c.office_name, c.chosen_name,
       v.id AS conversation_id, v.last_in_ms
FROM contact_identity n JOIN contact c ON c.id = n.contact_id
LEFT JOIN conversation v ON v.line_id = ? AND v.contact_id = n.contact_id
WHERE n.value = ? ORDER BY n.scheme = ? DESC LIMIT 1
"""
_SAID = f"""
SELECT count(*) AS all_of_them, total({SINCE_HEARD}) AS unanswered
FROM conversation c CROSS JOIN message b ON b.conversation_id = c.id
WHERE c.id = ? AND b.direction = 'out' AND b.answering = 0 AND b.sent_ms IS NOT NULL
"""  # noqa: S608 -- our own words


@dataclass(slots=True, kw_only=True)
class _Look:
    """One walk down a list: what is read once for all recipients, and what earlier ones used up."""

    conn: sqlite3.Connection
    request: ListRequest
    line: Line
    wording: Wording
    rhythm: SteadyRate
    ways: Ways
    now_ms: int
    begins_ms: int
    expires_ms: int
    clock_is_wrong: bool
    undecided: Mapping[str, str]
    seen: set[str] = field(default_factory=set)
    previous: str | None = None
    first_contacts: int = 0

    @classmethod
    def at(
        cls, conn: sqlite3.Connection, request: ListRequest, *, now_ms: int, clock_is_wrong: bool
    ) -> "_Look":
        if not 1 <= len(request.numbers) <= MAX_RECIPIENTS:
            raise InvalidInput("to", f"A list has 1 to {MAX_RECIPIENTS} numbers.")
        line = lines.line(conn, request.line_id)
        begins_ms = max(now_ms, request.not_before_ms or 0)
        return cls(
            conn=conn,
            request=request,
            line=line,
            wording=Wording.of(request.texts),
            rhythm=rhythm_of(conn, line, request.profile, from_ms=begins_ms, now_ms=now_ms),
            ways=Ways.of(conn, line),
            now_ms=now_ms,
            begins_ms=begins_ms,
            clock_is_wrong=clock_is_wrong,
            undecided=undecided.asked(conn, line.id),
            expires_ms=begins_ms + request.ttl_ms
            if request.ttl_ms
            else _end_of_day(branches.branch(conn, line.branch_id).settings.zone, begins_ms),
        )

    def all(self) -> Sequence[Recipient]:
        found = [self._one(to, place) for place, to in enumerate(self.request.numbers)]
        texts = [each.text for each in found if not each.refusal]
        if len(texts) > MANY and any(before == after for before, after in pairwise(texts)):
            raise InvalidInput(
                "texts",
                f"More than {MANY} people would get the same words one after another."
                " Write variants of the text, or use {naam}.",
            )
        return found

    def _one(self, to: str, place: int) -> Recipient:
        person = self._person(to)
        if person is None or not Channel.any_writes_to(identity_of(person)):
            known = person is not None or _is_number(to)
            return Recipient(
                to=to, refusal=Reason.CONSENT_REQUIRED if known else Reason.INVALID_NUMBER
            )
        if person["contact_id"] in self.seen:
            return Recipient(to=to, refusal=Reason.TWICE)
        recipient = self._described(to, place, person)
        if refusal := recipient.refusal or self._unsendable(recipient, person):
            return replace(recipient, refusal=refusal)
        return self._timed(recipient, person)

    def _person(self, to: str) -> sqlite3.Row | None:
        """Looked up as it is written first: reading a number costs more than all the rest."""
        found = self._known(to)
        if found is None and (number := _number(to)) not in (None, to):
            found = self._known(number)
        return found

    def _known(self, value: str | None) -> sqlite3.Row | None:
        found = self.conn.execute(_PERSON, (self.line.id, value, TEL))
        row: sqlite3.Row | None = found.fetchone()
        return row

    def _described(self, to: str, place: int, person: sqlite3.Row) -> Recipient:
        """The person, the answer of the gate, and the words for them."""
        permission = may_write(
            self.conn,
            line_id=self.line.id,
            identity=identity_of(person),
            channel=self.request.channel,
            kind=MessageClass.LIST,
        )
        name = person["office_name"] or person["chosen_name"]
        last_in_ms = person["last_in_ms"]
        words = self.wording.words_for(name and str(name).strip(), place, self.previous)
        refused = permission.refusal.code if permission.refusal else None
        return Recipient(
            to=to,
            refusal=refused or (None if words else Reason.NAME_UNKNOWN),
            identity=identity_of(person),
            contact_id=person["contact_id"],
            conversation_id=person["conversation_id"],
            text=words.text if words else "",
            variant=words.variant if words else "",
            wanted=self.request.channel or permission.left,
            answering=last_in_ms is not None and self.begins_ms - last_in_ms <= ANSWER_WINDOW_MS,
        )

    def _unsendable(self, recipient: Recipient, person: sqlite3.Row) -> Reason | None:
        if recipient.wanted is not None and not recipient.wanted.fits(recipient.text):
            return Reason.TOO_LONG
        return None if self.ways.can_carry(_parcel(recipient, person)) else Reason.NO_ROUTE

    def _timed(self, recipient: Recipient, person: sqlite3.Row) -> Recipient:
        if recipient.contact_id in self.undecided:
            self.previous = recipient.text
            self.seen.add(recipient.contact_id)
            return replace(recipient, reason=Reason.NEAR_STOP)
        way = self.ways.choose(_parcel(recipient, person))
        # Nothing of a list leaves before its route opens.
        self.rhythm.now_ms = max(self.rhythm.now_ms, way.from_ms)
        at_ms, brake = self._turn(recipient, person)
        if at_ms is None:
            return replace(recipient, refusal=brake)
        if at_ms >= self.expires_ms and not self.clock_is_wrong:
            return replace(recipient, refusal=Reason.DOES_NOT_FIT)
        self.previous = recipient.text
        self.seen.add(recipient.contact_id)
        expected_ms, reason = self._promise(way, at_ms, brake)
        return replace(recipient, expected_ms=expected_ms, reason=reason)

    def _promise(
        self, way: Way, at_ms: int, brake: Reason | None
    ) -> tuple[int | None, Reason | None]:
        """The same as the queue will promise; None when nobody can know."""
        if self.clock_is_wrong:
            return None, Reason.CLOCK_WRONG
        if way.route is None:
            return None, way.obstacle
        if self.ways.is_abroad(way.route):
            return None, Reason.ROAMING
        waits = way.from_ms > self.now_ms and brake in (None, Reason.NOT_BEFORE)
        return at_ms, way.obstacle if waits else brake

    def _turn(self, recipient: Recipient, person: sqlite3.Row) -> tuple[int | None, Reason | None]:
        later_ms = 0
        profile = self.rhythm.profile
        if not recipient.answering:
            said = self.conn.execute(_SAID, (person["conversation_id"],)).fetchone()
            if said["unanswered"] >= profile.unanswered_in_a_row:
                return None, Reason.UNANSWERED
            if person["last_in_ms"] is None and not said["all_of_them"]:
                if not profile.first_contacts_per_day:
                    return None, Reason.FIRST_CONTACTS
                later_ms = self.first_contacts // profile.first_contacts_per_day * DAY_MS
                self.first_contacts += 1
        lane = Lane(MessageClass.LIST, recipient.answering)
        if later_ms:
            return self.rhythm.now_ms + later_ms, Reason.FIRST_CONTACTS
        return self.rhythm.next(lane, len(recipient.text))


def _parcel(recipient: Recipient, person: sqlite3.Row) -> Parcel:
    known = person["on_whatsapp"]
    return Parcel(
        identity=recipient.identity,
        text=recipient.text,
        kind=MessageClass.LIST,
        wanted=recipient.wanted,
        on_whatsapp=None if known is None else bool(known),
    )


def _end_of_day(zone: str, at_ms: int) -> int:
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), local.tzinfo)
    return int(midnight.timestamp() * 1000)


def _number(to: str) -> str | None:
    try:
        return parse_number(to)
    except InvalidInput:
        return None


def _is_number(to: str) -> bool:
    return _number(to) is not None
