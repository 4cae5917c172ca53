"""The rows of rounds: one question to many people for a number of seats.

Who is asked when and what an answer means is the desk's (`desk/rounds/`). Here are the rows, and
the two functions that move a round and a person in it, each with its event.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import listed
from appliance.store.store import Tx


class RoundState(Enum):
    #: It asks, and goes on while answers stay out.
    RUNNING = "running"
    #: Each seat is taken.
    FILLED = "filled"
    #: Nobody is asked any more; who has a seat keeps it.
    CLOSED = "closed"
    #: It was called off.
    CANCELLED = "cancelled"


class PersonState(Enum):
    NOT_ASKED = "not-asked"
    #: The question waits for its turn, or left a short while ago.
    ASKED = "asked"
    #: It left, and no answer came for so long that the next one is asked.
    SILENT = "silent"
    #: They wrote something that is neither a plain yes nor a plain no.
    UNCLEAR = "unclear"
    #: They have a seat.
    YES = "yes"
    #: They said yes, and every seat was taken.
    RESERVE = "reserve"
    NO = "no"
    #: They may not be asked; `why` says the reason.
    REFUSED = "refused"


_R, _P = RoundState, PersonState

ROUND_TRANSITIONS: Mapping[RoundState, frozenset[RoundState]] = {
    _R.RUNNING: frozenset({_R.FILLED, _R.CLOSED, _R.CANCELLED}),
    _R.FILLED: frozenset({_R.RUNNING, _R.CLOSED, _R.CANCELLED}),
    _R.CLOSED: frozenset({_R.CANCELLED}),
    _R.CANCELLED: frozenset(),
}

_ANSWERED = frozenset({_P.UNCLEAR, _P.YES, _P.RESERVE, _P.NO})
PERSON_TRANSITIONS: Mapping[PersonState, frozenset[PersonState]] = {
    _P.NOT_ASKED: frozenset({_P.ASKED, _P.REFUSED, _P.YES, _P.RESERVE, _P.NO}),
    _P.ASKED: _ANSWERED | {_P.SILENT, _P.NOT_ASKED, _P.REFUSED},
    _P.SILENT: _ANSWERED | {_P.REFUSED},
    _P.UNCLEAR: frozenset({_P.YES, _P.RESERVE, _P.NO, _P.REFUSED}),
    _P.YES: frozenset({_P.NO, _P.RESERVE}),
    _P.RESERVE: frozenset({_P.YES, _P.NO, _P.REFUSED}),
    _P.NO: frozenset({_P.YES, _P.RESERVE}),
    _P.REFUSED: frozenset(),
}

WERE_ASKED = frozenset(_P) - {_P.NOT_ASKED, _P.REFUSED}
"""The states of people who were asked, or said by themselves that they can or cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`starts_ms` and `ends_ms` are the hours of the work. `variants` are what is asked, in turns.

    `at_once` is how many questions may be open while all seats are free.
    """

    id: str
    branch_id: str
    line_ids: Sequence[str]
    state: RoundState
    seats: int
    at_once: int
    starts_ms: int
    ends_ms: int
    closes_ms: int
    variants: Sequence[str]
    confirm_text: str
    reserve_text: str | None
    filled_text: str | None
    ordering: str
    label: str | None
    seed: int
    staff_id: str | None
    token_id: str | None
    created_ms: int
    filled_ms: int | None = None
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPerson:
    """`line_id` asked them by `question_id`; `asked_ms` is when that left. `answer_id` is what they
    wrote last of it, `said_id` what Balie told them after that.
    """

    round_id: str
    contact_id: str
    position: int
    state: PersonState
    why: Reason | None
    line_id: str | None
    question_id: str | None
    answer_id: str | None
    said_id: str | None
    asked_ms: int | None
    changed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundAuthor:
    """Who decides: one of the staff, a program, or, where both are None, the round itself."""

    staff_id: str | None = None
    token_id: str | None = None


ITSELF = RoundAuthor()


def add(tx: Tx, new: Round) -> None:
    values = {
        **{name: getattr(new, name) for name in _COLUMNS},
        "state": new.state.value,
        "variants": json.dumps(list(new.variants), ensure_ascii=False),
    }
    names, marks = ", ".join(_COLUMNS), ", ".join(f":{name}" for name in _COLUMNS)
    tx.conn.execute(f"INSERT INTO round ({names}) VALUES ({marks})", values)  # noqa: S608 -- names of ours
    tx.conn.executemany(
        "INSERT INTO round_line (round_id, position, line_id) VALUES (?, ?, ?)",
        [(new.id, place, line_id) for place, line_id in enumerate(new.line_ids)],
    )


def add_people(
    tx: Tx, round_id: str, people: Sequence[tuple[str, Reason | None]], first: int = 0
) -> None:
    """Each by contact, with the reason why they may not be asked."""
    tx.conn.executemany(
        "INSERT INTO round_person (round_id, contact_id, position, state, why, changed_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                round_id,
                contact_id,
                first + place,
                (PersonState.REFUSED if why else PersonState.NOT_ASKED).value,
                why,
                tx.now_ms,
            )
            for place, (contact_id, why) in enumerate(people)
        ],
    )


def add_strangers(tx: Tx, round_id: str, strangers: Sequence[tuple[str, Reason]]) -> None:
    tx.conn.executemany(
        "INSERT INTO round_stranger (round_id, position, named, why) VALUES (?, ?, ?, ?)",
        [(round_id, place, named, why) for place, (named, why) in enumerate(strangers)],
    )


def one(conn: sqlite3.Connection, round_id: str) -> Round:
    """Raises NotFound."""
    row = conn.execute("SELECT * FROM round WHERE id = ?", (round_id,)).fetchone()
    if row is None:
        raise NotFound("round")
    return from_row(conn, row)


def from_row(conn: sqlite3.Connection, row: sqlite3.Row) -> Round:
    found = conn.execute(
        "SELECT line_id FROM round_line WHERE round_id = ? ORDER BY position", (row["id"],)
    )
    values = {
        **dict(row),
        "state": RoundState(row["state"]),
        "variants": json.loads(row["variants"]),
        "line_ids": [each["line_id"] for each in found],
    }
    return Round(**values)


def person(conn: sqlite3.Connection, round_id: str, contact_id: str) -> RoundPerson:
    """Raises NotFound."""
    row = conn.execute(
        "SELECT * FROM round_person WHERE round_id = ? AND contact_id = ?", (round_id, contact_id)
    ).fetchone()
    if row is None:
        raise NotFound("contact")
    return person_from(row)


def people(
    conn: sqlite3.Connection, round_id: str, states: Collection[PersonState] = frozenset(_P)
) -> Sequence[RoundPerson]:
    """In the order in which they are asked."""
    named = json.dumps([each.value for each in states])
    rows = conn.execute(
        "SELECT * FROM round_person WHERE round_id = ?"
        " AND state IN (SELECT value FROM json_each(?)) ORDER BY position",
        (round_id, named),
    )
    return [person_from(row) for row in rows]


def strangers(conn: sqlite3.Connection, round_id: str) -> Sequence[tuple[str, Reason]]:
    rows = conn.execute(
        "SELECT named, why FROM round_stranger WHERE round_id = ? ORDER BY position", (round_id,)
    )
    return [(row["named"], Reason(row["why"])) for row in rows]


def person_from(row: sqlite3.Row) -> RoundPerson:
    values = {name: row[name] for name in _PERSON_COLUMNS}
    return RoundPerson(
        **{**values, "state": PersonState(row["state"]), "why": Reason.of(row["why"])}
    )


def count(conn: sqlite3.Connection, round_id: str, state: PersonState) -> int:
    found = conn.execute(
        "SELECT count(*) FROM round_person WHERE round_id = ? AND state = ?",
        (round_id, state.value),
    )
    return int(found.fetchone()[0])


def move(
    tx: Tx,
    about: Round,
    to: RoundState,
    *,
    by: RoundAuthor = ITSELF,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """The only function that changes the state of a round: compare, set, and tell.

    False, and nothing written, when its present state may not become `to`.
    """
    before = tuple(each.value for each, after in ROUND_TRANSITIONS.items() if to in after)
    marks = ", ".join("?" * len(before))
    ends = to in (RoundState.CLOSED, RoundState.CANCELLED)
    done = tx.conn.execute(
        f"UPDATE round SET state = ?, ended_ms = ?,"  # noqa: S608 -- marks only
        f" filled_ms = iif(?, ?, filled_ms) WHERE id = ? AND state IN ({marks}) RETURNING id",
        (
            to.value,
            tx.now_ms if ends else None,
            to is RoundState.FILLED,
            tx.now_ms,
            about.id,
            *before,
        ),
    ).fetchone()
    if done is not None:
        told = dict(facts or {})
        if to is RoundState.FILLED:
            told["after_ms"] = tx.now_ms - about.created_ms
        tell(tx, _TOLD[to], about, by=by, facts=told)
    return done is not None


_TOLD = {
    RoundState.RUNNING: EventKind.ROUND_REOPENED,
    RoundState.FILLED: EventKind.ROUND_FILLED,
    RoundState.CLOSED: EventKind.ROUND_CLOSED,
    RoundState.CANCELLED: EventKind.ROUND_CANCELLED,
}


def move_person(
    tx: Tx,
    about: Round,
    who: RoundPerson,
    to: PersonState,
    *,
    why: Reason | None = None,
    by: RoundAuthor = ITSELF,
    **columns: Any,
) -> bool:
    """The only function that changes the state of somebody in a round, as `move` does."""
    if to not in PERSON_TRANSITIONS[who.state]:
        return False
    names = "".join(f", {name} = ?" for name in columns)
    done = tx.conn.execute(
        f"UPDATE round_person SET state = ?, why = ?, changed_ms = ?{names}"  # noqa: S608 -- column names are ours
        " WHERE round_id = ? AND contact_id = ? AND state = ? RETURNING line_id",
        (
            to.value,
            why,
            tx.now_ms,
            *columns.values(),
            about.id,
            who.contact_id,
            who.state.value,
        ),
    ).fetchone()
    if done is not None:
        facts = {"from": who.state.value, "to": to.value, **({"why": why} if why else {})}
        tell(
            tx,
            EventKind.ROUND_PERSON,
            about,
            by=by,
            facts=facts,
            contact_id=who.contact_id,
            line_id=done["line_id"],
        )
    return done is not None


def tell(
    tx: Tx,
    kind: EventKind,
    about: Round,
    *,
    by: RoundAuthor = ITSELF,
    facts: Mapping[str, Any] | None = None,
    **where: str | None,
) -> None:
    told = {"round": about.id, **({"token": by.token_id} if by.token_id else {}), **(facts or {})}
    tx.emit(kind, branch_id=about.branch_id, staff_id=by.staff_id, facts=told, **where)


def note(tx: Tx, who: RoundPerson, **columns: Any) -> None:
    """Keeps what is known of them otherwise than their state."""
    names = ", ".join(f"{name} = ?" for name in columns)
    tx.conn.execute(
        f"UPDATE round_person SET {names} WHERE round_id = ? AND contact_id = ?",  # noqa: S608 -- column names are ours
        (*columns.values(), who.round_id, who.contact_id),
    )


def note_answer(tx: Tx, message_id: str, round_id: str, reading: str) -> None:
    """A plain answer is no question: nobody has to answer it."""
    row = tx.conn.execute(
        "INSERT INTO round_answer (message_id, round_id, reading) VALUES (?, ?, ?)"
        " ON CONFLICT (message_id) DO UPDATE SET reading = excluded.reading"
        " RETURNING (SELECT conversation_id FROM message WHERE id = message_id) AS thread",
        (message_id, round_id, reading),
    ).fetchone()
    listed.settle_wait(tx.conn, row["thread"])


_COLUMNS = tuple(name for name in Round.__dataclass_fields__ if name != "line_ids")
_PERSON_COLUMNS = tuple(RoundPerson.__dataclass_fields__)
