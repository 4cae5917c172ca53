"""Messages are found by every filter and combination that the API has, and no others looked at."""

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.inbox import message_search, records
from appliance.desk.inbox.message_search import MessageFilter
from appliance.messages import Direction, MessageState
from appliance.store import branches
from tests.desk.test_inbox_at_size import FEW, MANY, hear_from
from tests.desk.test_listed import Office
from tests.queue.counter import Counter
from tests.sqlite_steps import steps

LIFE, PAGE = 60, 3
SOME = (None, MessageState.QUEUED, MessageState.READ, MessageState.SENT, MessageState.RECEIVED)
EVERY_STATE = (None, *MessageState)
EVERY = Sight(None)


def filters(
    lines: Sequence[str], contacts: Sequence[str], states: Sequence[MessageState | None]
) -> Iterator[MessageFilter]:
    for direction, state, line_id, contact_id, newest_first in product(
        (None, *Direction), states, (None, *lines), (None, *contacts), (False, True)
    ):
        yield MessageFilter(
            direction=direction,
            state=state,
            line_id=line_id,
            contact_id=contact_id,
            newest_first=newest_first,
            limit=PAGE,
        )


def looked_up(counter: Counter, wanted: MessageFilter) -> Sequence[str]:
    """The ids of the first page, among all messages."""
    given = {
        "direction": wanted.direction and wanted.direction.value,
        "state": wanted.state and wanted.state.value,
        "line_id": wanted.line_id,
        "contact_id": wanted.contact_id,
    }

    def fits(row: Mapping[str, object]) -> bool:
        return all(value in (None, row[name]) for name, value in given.items())

    rows = counter.all("SELECT * FROM message ORDER BY id")
    found = [row["id"] for row in rows if fits(row) and _is_behind(row["id"], wanted)]
    return (found[::-1] if wanted.newest_first else found)[:PAGE]


def _is_behind(message_id: str, wanted: MessageFilter) -> bool:
    if wanted.after is None:
        return True
    return message_id < wanted.after if wanted.newest_first else message_id > wanted.after


@pytest.mark.parametrize("seed", range(3))
def test_each_page_has_what_was_asked_for(counter: Counter, seed: int) -> None:
    """In the order in which the messages came; a page goes on behind any id."""
    office = Office(counter, random.Random(seed))
    for _ in range(LIFE):
        office.happens()
    ids = [row["id"] for row in counter.all("SELECT id FROM message ORDER BY id")]
    people = [row["id"] for row in counter.all("SELECT id FROM contact")]
    for first in filters([line_id for line_id, _ in office.lines], people, EVERY_STATE):
        for after in (None, ids[len(ids) // 2]):
            wanted = _from(first, after)
            found = counter.store.read(partial(records.search, sight=EVERY, wanted=wanted))
            assert [each.id for each in found] == looked_up(counter, wanted), wanted


def _from(wanted: MessageFilter, after: str | None) -> MessageFilter:
    values = {name: getattr(wanted, name) for name in wanted.__slots__}
    return MessageFilter(**values | {"after": after})


def test_who_sees_one_branch_gets_whole_pages_of_its_messages(counter: Counter) -> None:
    """What other branches have does not take their place."""
    hear_from(counter, range(FEW))
    other = counter.store.write(lambda tx: branches.add_branch(tx, "Zwolle"))
    for branch_id, expected in ((counter.branch_id, PAGE), (other, 0)):
        sight = Sight(frozenset({branch_id}))
        for wanted in filters((), (), (None, MessageState.RECEIVED)):
            search = partial(message_search.found, sight=sight, wanted=wanted)
            found = counter.store.read(search)
            if wanted.direction is not Direction.OUT:
                assert len(found) == expected


def test_five_times_as_many_messages_cost_a_page_no_more(counter: Counter) -> None:
    """With every combination of filters, for who sees all and for who sees one branch."""
    hear_from(counter, range(FEW))
    (first,) = counter.all("SELECT contact_id FROM message ORDER BY seq LIMIT 1")
    before = costs(counter, first["contact_id"])
    hear_from(counter, range(FEW, MANY))
    for what, cost in costs(counter, first["contact_id"]).items():
        assert cost <= before[what] * 1.1 + 20, what


def costs(counter: Counter, contact_id: str) -> Mapping[tuple[MessageFilter, Sight], int]:
    sights = (EVERY, Sight(frozenset({counter.branch_id})))
    every = list(product(filters([counter.line_id], [contact_id], SOME), sights))
    return counter.store.read(
        lambda conn: {
            (wanted, sight): steps(conn, partial(records.search, conn, sight, wanted))
            for wanted, sight in every
        }
    )
