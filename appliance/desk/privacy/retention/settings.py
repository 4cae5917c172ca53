"""What an officer says about how long things are kept, tried out before it is said.

Terms are the company's: who may say them guards privacy in every branch. Who guards it in some
sees them, and what they mean for the people there.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.store import aging, contacts, holds, retention_runs, terms
from appliance.store.aging import Aged
from appliance.store.holds import Hold
from appliance.store.retention_runs import RetentionRun
from appliance.store.store import Tx
from appliance.store.terms import DAY_MS, HouseTerms, Terms

WEEK = 7
RUNS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPerson:
    hold: Hold
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    at_ms: int
    due: Aged


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseShown:
    """What the company said, who in sight is held, and the newest runs."""

    terms: HouseTerms
    held: Sequence[HeldPerson]
    runs: Sequence[RetentionRun]


def sight_of(rights: Rights) -> Sight:
    """Whose people an officer sees. Raises NotFound for who is none."""
    if not rights.has(Permission.PRIVACY_MANAGE):
        raise NotFound("page")
    return Sight(rights.branches(Permission.PRIVACY_MANAGE))


def must_be_of_the_company(sight: Sight) -> None:
    """Raises NotFound: terms are no branch's."""
    if sight.branches is not None:
        raise NotFound("page")


def tried(conn: sqlite3.Connection, sight: Sight, wanted: Terms, now_ms: int) -> Aged:
    """What a run now would let go of by these terms, of the people in sight."""
    return aging.due(conn, aging.walks(conn, wanted, branches=sight.json), now_ms)


def house(conn: sqlite3.Connection, sight: Sight) -> HouseShown:
    return HouseShown(
        terms=terms.house(conn),
        held=_held(conn, sight),
        runs=retention_runs.newest(conn, RUNS_SHOWN),
    )


def week(conn: sqlite3.Connection, sight: Sight, now_ms: int) -> Sequence[DayAhead]:
    """What goes on each of the next days, by the terms that hold; what is due now, on the first."""
    walks = aging.walks(conn, terms.house(conn).terms, branches=sight.json)
    return [
        DayAhead(at_ms=now_ms + n * DAY_MS, due=due)
        for n, due in enumerate(aging.ahead(conn, walks, now_ms, WEEK))
    ]


def change(tx: Tx, sight: Sight, wanted: Terms, by: Author) -> bool:
    """They hold from the next run on; False where all was so already. Raises NotFound."""
    must_be_of_the_company(sight)
    was = terms.house(tx.conn)
    if was.saved_ms is not None and was.terms == wanted:
        return False
    before, now = was.terms.named, wanted.named
    terms.put(tx, wanted, staff_id=by.staff_id, token_id=by.token_id)
    facts: dict[str, object] = {"fields": _other(before, now)}
    if by.token_id:
        facts["token"] = by.token_id
    tx.emit(EventKind.RETENTION_CHANGED, staff_id=by.staff_id, facts=facts)
    return True


def run_now(tx: Tx, sight: Sight, by: Author) -> RetentionRun:
    """The run that is under way from here on. Raises NotFound."""
    must_be_of_the_company(sight)
    run_id = retention_runs.begin(tx, staff_id=by.staff_id, token_id=by.token_id)
    found = retention_runs.one(tx.conn, run_id)
    if found is None:
        raise NotFound("run")
    return found


def run(conn: sqlite3.Connection, sight: Sight, run_id: str) -> RetentionRun:
    """Raises NotFound."""
    del sight  # it counts, and names nobody
    found = retention_runs.one(conn, run_id)
    if found is None:
        raise NotFound("run")
    return found


def _other(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def _held(conn: sqlite3.Connection, sight: Sight) -> Sequence[HeldPerson]:
    found = []
    for each in holds.all_open(conn):
        person = contacts.find(conn, each.contact_id)
        if person is not None and sight.sees_contact(conn, each.contact_id):
            found.append(HeldPerson(hold=each, name=person.name))
    return found
