"""One text to many: what each would get and when, and then all of it in one transaction.

A list makes individual messages. The preview and the sending look at each recipient by the same
rules; a refused recipient has a reason and costs the others nothing. The time of each follows from
the line's steady rate, in the list's own order. The planner, soon after, puts people first who are
being answered, and draws each pause.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from appliance.channels import Channel
from appliance.desk.outgoing import list_people
from appliance.desk.outgoing.attaching import channel_for, check_files, may_go_without
from appliance.desk.outgoing.beginnings import Beginnings, SimBeginnings
from appliance.desk.outgoing.list_people import Begun, ListPerson, number_in
from appliance.desk.outgoing.list_request import ListRequest, Recipient
from appliance.desk.outgoing.rhythm import rhythm_of
from appliance.desk.outgoing.wording import Wording
from appliance.errors import InvalidInput
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue import list_days, undecided
from appliance.queue.estimate import LIST_ECHO, SteadyRate
from appliance.queue.lanes import Lane
from appliance.queue.pacing import ANSWER_WINDOW_MS
from appliance.queue.permission import permission_of
from appliance.queue.routing import Parcel, Way, Ways
from appliance.reasons import Reason
from appliance.store import branches, conversations, high_water, lines, media, messages
from appliance.store.consent import Standing
from appliance.store.lines import Line
from appliance.store.store import Tx

__all__ = ["MAX_RECIPIENTS", "ListRequest", "Recipient", "accept_list", "expires_ms", "preview"]

MAX_RECIPIENTS = 10_000

MANY = 10
"""The same words may go to so many; to more people, never twice in a row."""

AT_ONCE = 10
"""People who are judged before something else may go first: a third of a millisecond of work."""

SHORT = 500
"""Characters of a text that every channel takes, with whatever is added on a way."""


def preview(
    conn: sqlite3.Connection,
    request: ListRequest,
    *,
    now_ms: int,
    give_way: Callable[[], None] = lambda: None,
) -> Sequence[Recipient]:
    """A dry run: who would get what and when, and who would not, in the order of the list.

    `give_way` is called between small pieces, as `Store.give_way` wants it. Raises InvalidInput for
    texts that cannot be sent, or that many would get word for word.
    """
    wrong = high_water.is_wrong(conn, now_ms)
    return _Look.at(conn, request, now_ms=now_ms, clock_is_wrong=wrong, give_way=give_way).all()


def expires_ms(conn: sqlite3.Connection, request: ListRequest, *, now_ms: int) -> int:
    """From when on what waits of it is too old: by itself at the end of the day."""
    begins_ms = max(now_ms, request.not_before_ms or 0)
    if request.ttl_ms:
        return begins_ms + request.ttl_ms
    zone = branches.branch(conn, lines.line(conn, request.line_id).branch_id).settings.zone
    return request.until_ms or list_days.day_around(zone, begins_ms)[1]


def accept_list(tx: Tx, request: ListRequest) -> Sequence[Recipient]:
    """Keeps a message for each who may have one. Raises what `preview` does, and LineFull."""
    look = _Look.at(tx.conn, request, now_ms=tx.now_ms, clock_is_wrong=tx.clock_is_wrong)
    found = look.all()
    accepted = sum(not each.refusal for each in found)
    if request.room is not None:
        request.room.take(tx, look.line.id, accepted)
    new = [
        _outgoing(tx, each, each.identity, look)
        for each in found
        if each.refusal is None and each.identity is not None
    ]
    ids = iter(messages.enqueue_all(tx, new))
    kept = [each if each.refusal else replace(each, message_id=next(ids)) for each in found]
    for each in kept if request.media else ():
        if each.message_id:
            media.attach(tx.conn, each.message_id, request.media)
    return kept


def _outgoing(
    tx: Tx, recipient: Recipient, identity: Identity, look: "_Look"
) -> messages.NewOutgoing:
    author = look.request.author
    return messages.NewOutgoing(
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
    )


class _Wanted(NamedTuple):
    """A text for somebody who may be written to, and whether it answers them."""

    person: ListPerson
    identity: Identity
    text: str
    wanted: Channel | None
    answering: bool


_LANES = {answering: Lane(MessageClass.LIST, answering) for answering in (True, False)}


@dataclass(slots=True, kw_only=True)
class _Look:
    """One walk down a list: what is read once for all recipients, and what earlier ones used up."""

    conn: sqlite3.Connection
    request: ListRequest
    line: Line
    wording: Wording
    rhythm: SteadyRate
    beginnings: Beginnings
    ways: Ways
    now_ms: int
    begins_ms: int
    expires_ms: int
    clock_is_wrong: bool
    channel: Channel | None
    people: Mapping[str, ListPerson]
    standings: Mapping[Identity, Standing]
    said: Mapping[str, Begun]
    listed: Collection[str]
    undecided: Mapping[str, str]
    give_way: Callable[[], None]
    seen: set[str] = field(default_factory=set)
    taken: dict[tuple[str, str | None, bool | None], Way] = field(default_factory=dict)
    previous: str | None = None

    @classmethod
    def at(
        cls,
        conn: sqlite3.Connection,
        request: ListRequest,
        *,
        now_ms: int,
        clock_is_wrong: bool,
        give_way: Callable[[], None] = lambda: None,
    ) -> "_Look":
        if request.people is None and not 1 <= len(request.numbers) <= MAX_RECIPIENTS:
            raise InvalidInput("to", f"A list has 1 to {MAX_RECIPIENTS} numbers.")
        line = lines.line(conn, request.line_id)
        begins_ms = max(now_ms, request.not_before_ms or 0)
        too_old_ms = expires_ms(conn, request, now_ms=now_ms)
        give_way()
        people = _people(conn, request)
        here = people.values()
        give_way()
        standings = list_people.standings(conn, line.id, here)
        give_way()
        rhythm = rhythm_of(
            conn, line, request.profile, from_ms=begins_ms, now_ms=now_ms, echo=LIST_ECHO
        )
        return cls(
            conn=conn,
            request=request,
            line=line,
            wording=_wording(conn, request),
            rhythm=rhythm,
            beginnings=Beginnings.of(conn, line, rhythm.profile, now_ms=now_ms),
            ways=Ways.of(conn, line),
            now_ms=now_ms,
            begins_ms=begins_ms,
            clock_is_wrong=clock_is_wrong,
            channel=_channel(conn, line, request),
            people=people,
            standings=standings,
            said=list_people.said(conn, _silent(here, begins_ms)),
            listed=list_days.listed(
                conn, line, [each.contact_id for each in here], (begins_ms, too_old_ms)
            ),
            undecided=undecided.asked(conn, line.id),
            expires_ms=too_old_ms,
            give_way=give_way,
        )

    def all(self) -> Sequence[Recipient]:
        found: list[Recipient] = []
        for place, to in enumerate(self.request.recipients):
            if place % AT_ONCE == 0:
                self.give_way()
            found.append(self._one(to, place))
        texts = [each.text for each in found if not each.refusal]
        if self.request.people is not None or len(texts) <= MANY:
            return found
        if any(before == after for before, after in pairwise(texts)):
            raise InvalidInput(
                "texts",
                f"More than {MANY} people would get the same words one after another."
                " Write variants of the text, or use {naam}.",
            )
        return found

    def _one(self, to: str, place: int) -> Recipient:
        person = self.people.get(to)
        identity = person.identity if person else None
        if person is None or identity is None or not Channel.any_writes_to(identity):
            known = person is not None or number_in(to) is not None
            return Recipient(
                to=to, refusal=Reason.CONSENT_REQUIRED if known else Reason.INVALID_NUMBER
            )
        if not self.seen.isdisjoint(_known_by(person)):
            return Recipient(to=to, refusal=Reason.TWICE, contact_id=person.contact_id)
        permission = permission_of(
            self.conn, self.standings[identity], channel=self.channel, kind=MessageClass.LIST
        )
        words = self.wording.words_for(person.name, place, self.previous)
        wanted = self.channel or permission.left
        answering = _answers(person, self.begins_ms)
        refusal = permission.refusal.code if permission.refusal else None
        if refusal is None and person.contact_id in self.listed:
            refusal = Reason.LISTED_TODAY
        if refusal is None and words is None:
            refusal = Reason.NAME_UNKNOWN
        expected_ms: int | None = None
        reason: Reason | None = None
        if refusal is None and words is not None:
            parcel = _Wanted(person, identity, words.text, wanted, answering)
            refusal, expected_ms, reason = self._timed(parcel)
        return Recipient(
            to=to,
            refusal=refusal,
            identity=identity,
            contact_id=person.contact_id,
            conversation_id=person.conversation_id,
            text=words.text if words else "",
            variant=words.variant if words else "",
            wanted=wanted,
            answering=answering,
            expected_ms=expected_ms,
            reason=reason,
        )

    def _timed(self, it: "_Wanted") -> tuple[Reason | None, int | None, Reason | None]:
        """Why it does not go after all; else when it is expected, and what it waits for."""
        if it.wanted is not None and not it.wanted.fits(it.text):
            return Reason.TOO_LONG, None, None
        way = self._way(it)
        if way is None:
            return Reason.NO_ROUTE, None, None
        if it.person.contact_id in self.undecided:
            self._goes(it)
            return None, None, Reason.NEAR_STOP
        # Nothing of a list leaves before its route opens.
        self.rhythm.now_ms = max(self.rhythm.now_ms, way.from_ms)
        at_ms, brake = self._turn(it, way)
        if at_ms is None:
            return brake, None, None
        if at_ms >= self.expires_ms and not self.clock_is_wrong:
            return self.request.late, None, None
        self._goes(it)
        return None, *self._promise(way, at_ms, brake)

    def _goes(self, it: "_Wanted") -> None:
        self.previous = it.text
        self.seen.update(_known_by(it.person))

    def _way(self, it: "_Wanted") -> Way | None:
        """The way that it takes; None where nothing could carry it. While the best one is open,
        short texts take the same as others of whom the same is known.
        """
        channel = it.wanted.name if it.wanted else None
        key = (it.identity.scheme, channel, it.person.on_whatsapp)
        is_short = len(it.text) <= SHORT
        if is_short and key in self.taken:
            return self.taken[key]
        parcel = Parcel(
            identity=it.identity,
            text=it.text,
            kind=MessageClass.LIST,
            wanted=it.wanted,
            on_whatsapp=it.person.on_whatsapp,
            has_files=bool(self.request.media),
        )
        way = self.ways.choose(parcel) if self.ways.can_carry(parcel) else None
        if way is not None and way.obstacle is None and is_short:
            self.taken[key] = way
        return way

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

    def _turn(self, it: "_Wanted", way: Way) -> tuple[int | None, Reason | None]:
        lane, person, identity = _LANES[it.answering], it.person, it.identity
        if it.answering:
            return self.rhythm.next(lane, len(it.text))
        profile = self.rhythm.profile
        said = self.said.get(person.conversation_id or "", Begun())
        if said.unanswered >= profile.unanswered_in_a_row:
            return None, Reason.UNANSWERED
        route = way.route or self.ways.routes[0]
        sim = self.beginnings.on(route.device_id)
        new = person.last_in_ms is None and not said.all_of_it
        first = new and sim.is_first(identity)
        if first and not profile.first_contacts_per_day:
            return None, Reason.FIRST_CONTACTS
        sms = route.channel.counts_parts
        at_ms, brake = self._held(sim, identity, first=first, sms=sms)
        if brake is None:
            at_ms, brake = self.rhythm.next(lane, len(it.text))
        if at_ms < self.expires_ms:
            sim.promise(identity, at_ms, first=first, sms=sms)
        return at_ms, brake

    def _held(
        self, sim: SimBeginnings, identity: Identity, *, first: bool, sms: bool
    ) -> tuple[int, Reason | None]:
        """Until when what its SIM began holds it, and nobody behind it."""
        at_ms, brake = max(self.rhythm.now_ms, *self.rhythm.last_ms.values()), None
        if first and (free_ms := sim.first_ms(at_ms)) > at_ms:
            at_ms, brake = free_ms, Reason.FIRST_CONTACTS
        if sms and (free_ms := sim.sms_ms(identity, at_ms)) > at_ms:
            at_ms, brake = free_ms, Reason.CEILING_MONTH
        return at_ms, brake


def _people(conn: sqlite3.Connection, request: ListRequest) -> Mapping[str, ListPerson]:
    if request.people is None:
        return list_people.by_number(conn, request.line_id, request.numbers)
    return list_people.by_contact(conn, request.line_id, request.people)


def _silent(people: Iterable[ListPerson], begins_ms: int) -> Collection[str]:
    """The conversations with those who are not being answered by then."""
    return [
        each.conversation_id
        for each in people
        if each.conversation_id and not _answers(each, begins_ms)
    ]


def _answers(person: ListPerson, begins_ms: int) -> bool:
    last_in_ms = person.last_in_ms
    return last_in_ms is not None and begins_ms - last_in_ms <= ANSWER_WINDOW_MS


def _known_by(person: ListPerson) -> tuple[str, ...]:
    """What two contacts have in common that are one person, as in two branches."""
    if not person.personnel_number:
        return (person.contact_id,)
    return person.contact_id, f"personnel {person.personnel_number.casefold()}"


def _wording(conn: sqlite3.Connection, request: ListRequest) -> Wording:
    """Raises InvalidInput for texts or files that cannot be sent."""
    wording = Wording.of(request.texts, beside_files=bool(request.media))
    for text in wording.variants if request.media else ():
        check_files(conn, request.media, text)
    return wording


def _channel(conn: sqlite3.Connection, line: Line, request: ListRequest) -> Channel | None:
    """The only one that it may take. Raises InvalidInput for files that the line cannot send."""
    if not request.media:
        return request.channel
    carrying = channel_for(conn, line.id, None, request.channel)
    alone = request.channel is None and all(
        may_go_without(line, each) for each in request.texts or ("",)
    )
    return None if alone else carrying
