"""What a round shows: who answered what, how long it took, and what waits for a person."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.errors import NotFound
from appliance.messages import MessageState
from appliance.queue.pacing import MINUTE_MS
from appliance.reasons import Reason
from appliance.store import rounds
from appliance.store.care_marks import not_shown
from appliance.store.rounds import PersonState, Round, RoundState

_P = PersonState


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundContact:
    """`id` is None for a number that nobody here is known by; `number` is as it was named then."""

    id: str | None
    number: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPerson:
    """One row of the board. `question` is the state of the message that asks; `asked_ms` is when it
    left, `expected_ms` when it is expected to. `answer` is what they wrote last of it.
    """

    contact: RoundContact
    state: PersonState
    why: Reason | None
    since_ms: int
    line_id: str | None = None
    conversation_id: str | None = None
    question: MessageState | None = None
    asked_ms: int | None = None
    expected_ms: int | None = None
    answer: str | None = None
    answered_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`people` in the order in which they are asked, strangers behind them: those whom the reader
    sees. `taken` are all seats that somebody has.
    """

    about: Round
    people: Sequence[BoardPerson]
    taken: int

    @property
    def id(self) -> str:
        return self.about.id

    def who_are(self, *states: PersonState) -> Sequence[BoardPerson]:
        return [each for each in self.people if each.state in states]

    @property
    def asked(self) -> Sequence[BoardPerson]:
        """Whose question left or waits to; one that was withdrawn asked nobody."""
        unasked = (None, MessageState.CANCELLED)
        return [each for each in self.people if each.question not in unasked]

    @property
    def yes(self) -> Sequence[BoardPerson]:
        return sorted(self.who_are(_P.YES), key=_since)

    @property
    def reserve(self) -> Sequence[BoardPerson]:
        """The first one moves up first."""
        return sorted(self.who_are(_P.RESERVE), key=_since)

    @property
    def no(self) -> Sequence[BoardPerson]:
        return self.who_are(_P.NO)

    @property
    def unclear(self) -> Sequence[BoardPerson]:
        return self.who_are(_P.UNCLEAR)

    @property
    def not_asked(self) -> Sequence[BoardPerson]:
        return self.who_are(_P.NOT_ASKED)

    @property
    def refused(self) -> Sequence[BoardPerson]:
        return self.who_are(_P.REFUSED)

    @property
    def silent(self) -> Sequence[BoardPerson]:
        """Who was asked and has not answered, for however long."""
        return self.who_are(_P.ASKED, _P.SILENT)

    @property
    def free(self) -> int:
        return max(0, self.about.seats - self.taken)

    @property
    def minutes_to_filled(self) -> int | None:
        """From its beginning to the last seat; None while one is free."""
        if self.about.filled_ms is None or self.free:
            return None
        return round((self.about.filled_ms - self.about.created_ms) / MINUTE_MS)

    def nameless(self) -> "Board":
        """For software that may write and not read: ids, and neither numbers nor words."""
        return replace(self, people=[_nameless(each) for each in self.people])

    @property
    def is_over(self) -> bool:
        return self.about.state in (RoundState.CLOSED, RoundState.CANCELLED)


def board(conn: sqlite3.Connection, sight: Sight, round_id: str) -> Board:
    """Raises NotFound for a round of a branch that they do not see."""
    about = rounds.one(conn, round_id.lower())
    if not sight.sees_branch(about.branch_id):
        raise NotFound("round")
    return _board(conn, sight, about)


def listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[Board]:
    """The newest first; `after` is the last of the page before."""
    values = {"branches": sight.json, "after": page.after or _LAST, "limit": page.limit}
    rows = conn.execute(_ALL if sight.branches is None else _OF_BRANCHES, values).fetchall()
    return [_board(conn, sight, rounds.from_row(conn, row)) for row in rows]


def running(conn: sqlite3.Connection, sight: Sight, now_ms: int) -> Sequence[Board]:
    """Those that still ask, or have their people for work that is not over; the newest first."""
    rows = conn.execute(
        "SELECT * FROM round WHERE ends_ms > ?2 AND state IN ('running', 'filled')"
        " AND (?1 IS NULL OR branch_id IN (SELECT value FROM json_each(?1))) ORDER BY id DESC",
        (sight.json, now_ms),
    ).fetchall()
    return [_board(conn, sight, rounds.from_row(conn, row)) for row in rows]


def names_of(conn: sqlite3.Connection, contact_ids: Sequence[str]) -> Mapping[str, RoundContact]:
    """Of people who are in no round yet."""
    rows = conn.execute(_NAMES, (json.dumps(list(contact_ids)),))
    return {row["contact_id"]: _contact(row) for row in rows}


def _board(conn: sqlite3.Connection, sight: Sight, about: Round) -> Board:
    """As far as this reader sees its people."""
    rows = conn.execute(_PEOPLE, (about.id,)).fetchall()
    seen = set(sight.seen_contacts(conn, [row["contact_id"] for row in rows]))
    people = [_person(row) for row in rows if row["contact_id"] in seen]
    strangers = [
        BoardPerson(
            contact=RoundContact(id=None, number=named, name=None),
            state=_P.REFUSED,
            why=why,
            since_ms=about.created_ms,
        )
        for named, why in rounds.strangers(conn, about.id)
    ]
    return Board(
        about=about,
        people=[*people, *strangers],
        taken=rounds.count(conn, about.id, _P.YES),
    )


def _person(row: sqlite3.Row) -> BoardPerson:
    return BoardPerson(
        contact=_contact(row),
        state=PersonState(row["state"]),
        why=Reason.of(row["why"]),
        since_ms=row["changed_ms"],
        line_id=row["line_id"],
        conversation_id=row["conversation_id"],
        question=MessageState(row["question"]) if row["question"] else None,
        asked_ms=row["asked_ms"],
        expected_ms=row["expected_ms"],
        answer=row["answer"],
        answered_ms=row["answered_ms"],
    )


def _contact(row: sqlite3.Row) -> RoundContact:
    return RoundContact(id=row["contact_id"], number=row["number"] or "", name=row["name"])


def without_name(contact: RoundContact) -> RoundContact:
    """Of whom nobody knows it stays how they were named."""
    return contact if contact.id is None else replace(contact, number="", name=None)


def _nameless(each: BoardPerson) -> BoardPerson:
    return replace(each, contact=without_name(each.contact), answer=None)


def _since(each: BoardPerson) -> int:
    return each.since_ms


_LAST = "g"
"""Sorts behind every id."""
_ALL = "SELECT * FROM round WHERE id < :after ORDER BY id DESC LIMIT :limit"
_OF_BRANCHES = """
SELECT r.* FROM json_each(:branches) asked CROSS JOIN round r INDEXED BY round_of_branch
ON r.branch_id = asked.value AND r.id < :after ORDER BY r.id DESC LIMIT :limit
"""
_WHO = """
  coalesce(c.office_name, c.chosen_name) AS name,
  (SELECT n.value FROM contact_identity n WHERE n.contact_id = c.id
   ORDER BY n.created_ms, n.value, n.scheme LIMIT 1) AS number
"""
_PEOPLE = f"""
SELECT p.*, q.conversation_id, q.state AS question, q.expected_ms,
  iif({not_shown("a")}, '', coalesce(
    a.text, (SELECT emoji FROM reaction x WHERE x.message_id = q.id LIMIT 1))) AS answer,
  a.happened_ms AS answered_ms, {_WHO}
FROM round_person p JOIN contact c ON c.id = p.contact_id
LEFT JOIN message q ON q.id = p.question_id LEFT JOIN message a ON a.id = p.answer_id
WHERE p.round_id = ? ORDER BY p.position
"""  # noqa: S608 -- our own words
_NAMES = f"""
SELECT c.id AS contact_id, {_WHO} FROM contact c WHERE c.id IN (SELECT value FROM json_each(?))
"""  # noqa: S608 -- our own words
