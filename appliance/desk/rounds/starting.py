"""A round begins: who is in it, in which order, and what each text says."""

import json
import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.characters import is_blank
from appliance.desk.access.sight import Sight
from appliance.desk.rounds import following, round_texts, seats
from appliance.desk.rounds.judging import Judged, RoundJudge
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.ids import is_id, new_id
from appliance.phone_numbers import parse_number
from appliance.queue.pacing import DAY_MS
from appliance.reasons import Reason
from appliance.store import rounds
from appliance.store.lines import Line
from appliance.store.rounds import Round, RoundAuthor, RoundState
from appliance.store.store import Tx

MOST_PEOPLE = 2_000
MOST_SEATS = 500
MOST_AT_ONCE = 500
MOST_AT_FIRST = 36
"""Questions that are kept with the round: those for twelve seats. The others follow at once, but
not in one transaction.
"""
FARTHEST_MS = 366 * DAY_MS
"""From now to the work; also what can be written as a time at all."""
QUESTIONS_A_SEAT = 3
"""Asked for each free seat unless the planner says otherwise: not everybody answers."""


class RoundOrder(Enum):
    """In which order people are asked."""

    #: As the planner has them.
    GIVEN = "given"
    #: Whose last yes to a round is longest ago, and before them who never had one.
    LONGEST = "longest-without-work"
    #: Who has the label that the planner names.
    LABEL = "label"
    #: By lot.
    SHUFFLE = "shuffle"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """`contacts` are ids, or numbers as people write them. `starts_ms` and `ends_ms` are the hours
    of the work; nobody is asked after `closes_ms`.
    """

    lines: Sequence[Line]
    contacts: Sequence[str]
    variants: Sequence[str]
    seats: int
    starts_ms: int
    ends_ms: int
    closes_ms: int
    confirm_text: str
    by: RoundAuthor
    reserve_text: str | None = None
    filled_text: str | None = None
    at_once: int | None = None
    order: RoundOrder = RoundOrder.GIVEN
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A round that is not kept yet. `strangers` are those whom nobody here knows."""

    about: Round
    judged: Sequence[Judged]
    strangers: Sequence[tuple[str, Reason]]


def foresee(
    conn: sqlite3.Connection, sight: Sight, ask: Callable[[], StartRequest], *, now_ms: int
) -> Draft | None:
    """A draft for `start`, read while others may write; None where it will be refused anyway."""
    try:
        return draft(conn, sight, ask(), round_id=new_id(now_ms), now_ms=now_ms)
    except (InvalidInput, NotFound):
        return None


def draft(
    conn: sqlite3.Connection,
    sight: Sight,
    request: StartRequest,
    *,
    round_id: str,
    now_ms: int,
    foreseen: Draft | None = None,
) -> Draft:
    """Who would be asked, in their order, and who would not. Nothing is kept. Whom another draft
    has judged already is not judged again.

    Raises InvalidInput, or NotFound for the id of nobody.
    """
    _check(request, now_ms)
    about = _round(request, round_id, now_ms)
    round_texts.check_braces(about)
    found, strangers = _known(conn, sight, request.contacts)
    judge = RoundJudge.of(conn, about, now_ms=now_ms)
    ordered = _ordered(conn, about, found, now_ms)
    known = {each.contact_id: each for each in foreseen.judged} if foreseen else {}
    judged = [
        known.get(contact_id) or judge.judge(contact_id, place)
        for place, contact_id in enumerate(ordered)
    ]
    return Draft(about=about, judged=judged, strangers=strangers)


def start(tx: Tx, sight: Sight, request: StartRequest, foreseen: Draft | None = None) -> str:
    """Keeps the round and its first questions; gives its id. Raises as `draft` does.

    `foreseen` saves the writer the time to judge everybody: who is asked is judged again then.
    """
    new = draft(tx.conn, sight, request, round_id=tx.new_id(), now_ms=tx.now_ms, foreseen=foreseen)
    about = new.about
    following.begin_here(tx)
    rounds.add(tx, about)
    rounds.add_people(tx, about.id, [(each.contact_id, each.refusal) for each in new.judged])
    rounds.add_strangers(tx, about.id, new.strangers)
    refused = sum(each.refusal is not None for each in new.judged)
    facts = {
        "seats": about.seats,
        "people": len(new.judged) - refused,
        "refused": refused + len(new.strangers),
    }
    rounds.tell(
        tx, EventKind.ROUND_STARTED, about, by=request.by, facts=facts, line_id=about.line_ids[0]
    )
    seats.advance(tx, about.id, most=MOST_AT_FIRST)
    return about.id


def _check(request: StartRequest, now_ms: int) -> None:
    _check_size(request)
    _check_times(request, now_ms)
    if (request.order is RoundOrder.LABEL) is not bool(request.label):
        raise InvalidInput("label", "Name a label if those who have it are asked first, else none.")


def _check_size(request: StartRequest) -> None:
    if not request.lines:
        raise InvalidInput("lines", "Name the line to ask from.")
    if not 1 <= len(request.contacts) <= MOST_PEOPLE:
        raise InvalidInput("contacts", f"A round has 1 to {MOST_PEOPLE} people.")
    if not 1 <= request.seats <= MOST_SEATS:
        raise InvalidInput("seats", f"A round has 1 to {MOST_SEATS} seats.")
    if request.at_once is not None and not 1 <= request.at_once <= MOST_AT_ONCE:
        raise InvalidInput("at_once", f"Ask 1 to {MOST_AT_ONCE} people at a time.")
    if any(map(is_blank, request.contacts)):
        raise InvalidInput("contacts", "Name each person by a number or an id.")


def _check_times(request: StartRequest, now_ms: int) -> None:
    if request.starts_ms < now_ms - FARTHEST_MS:
        raise InvalidInput("starts_at", "The work would have begun more than a year ago.")
    if request.ends_ms > now_ms + FARTHEST_MS:
        raise InvalidInput("ends_at", "The work would end more than a year from now.")
    if request.ends_ms <= request.starts_ms:
        raise InvalidInput("ends_at", "The work would end before it starts.")
    if request.ends_ms <= now_ms:
        raise InvalidInput("ends_at", "The work would be over already.")
    if request.closes_ms <= now_ms:
        raise InvalidInput("closes_at", "The round would be closed already.")
    if request.closes_ms > request.ends_ms:
        raise InvalidInput("closes_at", "The round would close after the work has ended.")


def _round(request: StartRequest, round_id: str, now_ms: int) -> Round:
    return Round(
        id=round_id,
        branch_id=request.lines[0].branch_id,
        line_ids=list(dict.fromkeys(line.id for line in request.lines)),
        state=RoundState.RUNNING,
        seats=request.seats,
        at_once=request.at_once or min(request.seats * QUESTIONS_A_SEAT, MOST_AT_ONCE),
        starts_ms=request.starts_ms,
        ends_ms=request.ends_ms,
        closes_ms=request.closes_ms,
        variants=request.variants,
        confirm_text=request.confirm_text,
        reserve_text=request.reserve_text,
        filled_text=request.filled_text,
        ordering=request.order.value,
        label=request.label,
        seed=int(round_id.replace("-", "")[-8:], 16),
        staff_id=request.by.staff_id,
        token_id=request.by.token_id,
        created_ms=now_ms,
    )


def _known(
    conn: sqlite3.Connection, sight: Sight, named: Sequence[str]
) -> tuple[Sequence[str], Sequence[tuple[str, Reason]]]:
    """Each person once. Of a number that nobody has, it is kept that it was named."""
    found: dict[str, None] = {}
    strangers: dict[str, Reason] = {}
    for name in named:
        try:
            found[sight.contact(conn, name).id] = None
        except NotFound:
            if is_id(name):
                raise
            strangers[name] = _why_unknown(name)
    return list(found), list(strangers.items())


def _why_unknown(name: str) -> Reason:
    try:
        parse_number(name)
    except InvalidInput:
        return Reason.INVALID_NUMBER
    return Reason.CONSENT_REQUIRED


def _ordered(
    conn: sqlite3.Connection, about: Round, found: Sequence[str], now_ms: int
) -> Sequence[str]:
    """The same round shuffles in the same way, so a dry run does not bind but a crash does."""
    match RoundOrder(about.ordering):
        case RoundOrder.GIVEN:
            return found
        case RoundOrder.SHUFFLE:
            mixed = list(found)
            random.Random(about.seed).shuffle(mixed)  # noqa: S311 -- a lot, no secret
            return mixed
        case RoundOrder.LABEL:
            having = _having(conn, about, found)
            return sorted(found, key=lambda each: each not in having)
        case RoundOrder.LONGEST:
            worked = dict(conn.execute(_WORKED, (json.dumps(found), now_ms)).fetchall())
            return sorted(found, key=lambda each: worked.get(each, 0))


def _having(conn: sqlite3.Connection, about: Round, found: Sequence[str]) -> set[str]:
    """Raises InvalidInput where there is no such label."""
    ids = conn.execute(_LABEL, (about.label, about.branch_id)).fetchall()
    if not ids:
        raise InvalidInput("label", f"There is no label “{about.label}”.")
    values = (json.dumps(found), json.dumps([row["id"] for row in ids]))
    return {row["contact_id"] for row in conn.execute(_LABELLED, values)}


_LABEL = """
SELECT id FROM label WHERE name = ? COLLATE NOCASE AND (branch_id IS NULL OR branch_id = ?)
"""
_LABELLED = """
SELECT contact_id FROM contact_label WHERE contact_id IN (SELECT value FROM json_each(?))
AND label_id IN (SELECT value FROM json_each(?))
"""
_WORKED = """
SELECT p.contact_id, max(r.starts_ms) FROM json_each(?) who
CROSS JOIN round_person p INDEXED BY round_person_contact
  ON p.contact_id = who.value AND p.state = 'yes'
CROSS JOIN round r ON r.id = p.round_id AND r.starts_ms <= ? GROUP BY 1
"""
