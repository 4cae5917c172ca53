"""Three weeks of two branches, so that the demo shows its use at once."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.clock import ManualClock
from appliance.demo import half_round, talks
from appliance.demo.children import Emulation
from appliance.demo.past import Office, Past, PastStore
from appliance.demo.seed import ADMINISTRATOR, COLLEAGUES, VISITOR, found
from appliance.desk.access.rights import rights_of
from appliance.desk.contacts import editing
from appliance.desk.inbox import marks, overview, thread, window
from appliance.desk.inbox.overview import ConversationRow, Filter, Query
from appliance.desk.outgoing import drafts
from appliance.desk.team import staff
from appliance.devices.kind import Kind
from appliance.devices.protocol import Group
from appliance.emulated.world.people import Person, make_people
from appliance.identities import tel
from appliance.queue.pacing import DAY_MS, HOUR_MS, MINUTE_MS
from appliance.runtime import kinds
from appliance.store import branches, contacts, devices, lines, routes
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx

PEOPLE_PER_PHONE = 30
DAYS = 21
_FIRST_PERSONNEL_NUMBER = 40_112
_MOST = 200
_BEFORE_THE_ROUND = next(
    place for place, (minutes, _) in enumerate(talks.WAITING) if minutes < half_round.MINUTES_AGO
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said in a conversation at one moment: by the worker, or by the counter."""

    at_ms: int
    office: Office
    person: Person
    text: str
    by_worker: bool


def live(database: Path, emulated: Emulation, *, seed_of_world: int, now_ms: int) -> None:
    """Fills a new database; what it ends with is a few minutes ago."""
    kinds.load()
    clock = ManualClock(at_ms=now_ms - DAYS * DAY_MS)
    store = PastStore(database, clock)
    try:
        found(store, emulated)
        offices = store.write(lambda tx: _open(tx, emulated.branches))
        past = Past(store, clock)
        people = make_people(
            [each.number for each in offices],
            seed=seed_of_world,
            per_office=PEOPLE_PER_PHONE,
        )
        _go_through(past, offices, people, now_ms)
        store.write(lambda tx: _tidy(tx, people))
        for office in offices:
            past.closes(office)
    finally:
        store.close()


def _open(tx: Tx, names: Sequence[str]) -> Sequence[Office]:
    """The branches with a simulated colleague each; the last one has all that are left."""
    by_name = {each.name: each.id for each in branches.branches(tx.conn)}
    colleagues = {}
    for name, place in COLLEAGUES:
        branch_id = by_name[names[min(place, len(names) - 1)]]
        colleagues[branch_id] = staff.add(tx, name, role="staff", branch_id=branch_id)
    return [_office(tx, line, colleagues[line.branch_id]) for line in lines.lines(tx.conn)]


def _office(tx: Tx, line: lines.Line, staff_id: str) -> Office:
    ids = dict.fromkeys(each.device_id for each in routes.routes_of_line(tx.conn, line.id))
    shared = {each: Kind.named(devices.device(tx.conn, each).kind).is_shared for each in ids}
    return Office(
        line_id=line.id,
        number=line.number,
        phone_id=next(each for each in ids if not shared[each]),
        modem_id=next((each for each in ids if shared[each]), None),
        staff_id=staff_id,
    )


def _go_through(past: Past, offices: Sequence[Office], people: list[Person], now_ms: int) -> None:
    for office in offices:
        past.opens(office)
    for turn in sorted(_turns(offices, people, now_ms), key=lambda each: each.at_ms):
        past.is_at(turn.at_ms)
        if turn.by_worker:
            past.hears(turn.office, turn.person, turn.text)
        else:
            past.answers(turn.office, turn.person, turn.text)
    past.is_at(now_ms - 20 * HOUR_MS)
    past.store.write(_read_answered)
    crew = _crew(offices[0], people)
    half_round.they_wrote(past, offices[0], crew)
    _special(past, offices[0], _of(offices[0], people))
    past.store.write(_read_answered)
    for place, (minutes, text) in enumerate(talks.WAITING):
        if place == _BEFORE_THE_ROUND:
            half_round.half_filled(past, offices[0], crew, now_ms)
            past.store.write(_read_answered)
        for office in offices:
            past.is_at(now_ms - minutes * MINUTE_MS)
            past.hears(office, _waiting(office, people)[place], text)


def _of(office: Office, people: Sequence[Person]) -> Sequence[Person]:
    return [each for each in people if each.office == office.number]


def _crew(office: Office, people: Sequence[Person]) -> Sequence[Person]:
    """Who is asked in the round; the first of the office have stories of their own."""
    taken = {each.number for each in _waiting(office, people)}
    others = [each for each in _of(office, people) if each.on_whatsapp and not each.stops]
    return [each for each in others if each.number not in taken][-half_round.CREW :]


def _waiting(office: Office, people: Sequence[Person]) -> Sequence[Person]:
    """Who still waits: people who will react to what the visitor answers."""
    return [each for each in _of(office, people) if each.answers and not each.stops][
        : len(talks.WAITING)
    ]


def _turns(offices: Sequence[Office], people: Sequence[Person], now_ms: int) -> Iterator[Said]:
    rng = random.Random("life")  # noqa: S311 -- a story, no secret
    for office in offices:
        for place, person in enumerate(_of(office, people)):
            at_ms = _begins_ms(rng, now_ms)
            for step, text in enumerate(talks.DONE[place % len(talks.DONE)]):
                yield Said(
                    at_ms=at_ms, office=office, person=person, text=text, by_worker=step % 2 == 0
                )
                at_ms += rng.randint(3, 25) * MINUTE_MS


def _begins_ms(rng: random.Random, now_ms: int) -> int:
    """In the daytime of a working day of these weeks, never today."""
    zone = ZoneInfo(BranchSettings().zone)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
    day = today - timedelta(days=rng.randint(1, DAYS - 4))
    day -= timedelta(days=max(0, day.isoweekday() - 5))
    minute = rng.randint(8 * 60, 16 * 60 + 30)
    at = datetime.combine(day, datetime.min.time(), zone) + timedelta(minutes=minute)
    return int(at.timestamp() * 1000)


def _special(past: Past, office: Office, people: Sequence[Person]) -> None:
    """One over the modem, one that failed, one who left, one who may want to, and a group."""
    taken = [each.number for each in _waiting(office, people)]
    others = [each for each in people if each.number not in taken and each.on_whatsapp]
    over_modem, failed, stopped, near, *crew = others
    past.hears(office, over_modem, "Hoe laat begin ik morgen?")
    past.answers_over_the_modem(office, over_modem, talks.MODEM)
    past.hears(office, failed, "Waar vind ik mijn rooster?")
    past.fails_to_answer(office, failed, talks.FAILED)
    past.hears(office, stopped, "STOP")
    past.hears(office, near, talks.NEAR_STOP)
    group = Group(jid="31612345601-1@g.us", name="Ploeg Nieuwegein")
    for member, text in zip(crew, talks.GROUP, strict=False):
        past.hears(office, member, text, group)


def _tidy(tx: Tx, people: Sequence[Person]) -> None:
    """The office knows most of them by name and number, and the visitor was writing to one."""
    visitor = staff.named(tx.conn, VISITOR).id
    for place, person in enumerate(people):
        _name(tx, person, place, visitor)
    begun = next(row for row in _listed(tx, VISITOR) if row.preview == talks.WAITING[1][1])
    drafts.save(tx, staff_id=visitor, conversation_id=begun.id, text=talks.DRAFT)


def _read_answered(tx: Tx) -> None:
    """Everybody has read what was answered until now."""
    for row in _listed(tx, ADMINISTRATOR):
        if row.waiting_ms is None:
            _read(tx, row.id)


def _listed(tx: Tx, name: str) -> Sequence[ConversationRow]:
    """All that somebody sees, groups too."""
    staff_id = staff.named(tx.conn, name).id
    seen = overview.lines(tx.conn, rights_of(tx.conn, staff_id), staff_id)
    query = Query(line_ids=[each.id for each in seen], limit=_MOST)
    groups = replace(query, which=Filter.GROUPS)
    found = (overview.conversations(tx.conn, staff_id, each).rows for each in (query, groups))
    return [row for rows in found for row in rows]


def _name(tx: Tx, person: Person, place: int, staff_id: str) -> None:
    """Some are known by the name they chose alone; an SMS brings none."""
    contact = contacts.by_identity(tx.conn, tel(person.number))
    if contact is not None and (place % 3 or not person.on_whatsapp):
        editing.rename(
            tx,
            contact.id,
            office_name=person.name,
            personnel_number=str(_FIRST_PERSONNEL_NUMBER + 7 * place),
            staff_id=staff_id,
        )


def _read(tx: Tx, conversation_id: str) -> None:
    admin = staff.named(tx.conn, ADMINISTRATOR).id
    about = thread.conversation(tx.conn, rights_of(tx.conn, admin), conversation_id)
    newest = window.newest(tx.conn, about).newest_id
    for each in staff.members(tx.conn):
        marks.mark_read(tx, staff_id=each.id, conversation_id=conversation_id, message_id=newest)
