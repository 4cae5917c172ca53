"""What a visitor of the demo finds: three weeks of two branches, made by the house itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.demo.children import Emulation, ModemChild, PhoneChild
from appliance.demo.life import live
from appliance.demo.seed import ADMINISTRATOR, VISITOR
from appliance.desk.access.sight import Sight
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import ConversationRow, Filter, Order, Query
from appliance.desk.rounds import board
from appliance.desk.team import staff
from appliance.messages import MessageState
from appliance.queue.pacing import DAY_MS, HOUR_MS
from appliance.store import lines
from appliance.store.rounds import RoundState
from appliance.store.store import Store
from tests.queue.counter import MONDAY

EMULATED = Emulation(
    phones=[
        PhoneChild(serial="127.0.0.1:7001", number="+31612345601"),
        PhoneChild(serial="127.0.0.1:7002", number="+31612345602"),
    ],
    modems=[ModemChild(port="/dev/pts/9", number="+31612345701")],
    control="",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("demo") / "balie.db"
    live(path, EMULATED, seed_of_world=1, now_ms=MONDAY)
    with closing(Store(path, ManualClock(at_ms=MONDAY))) as opened:
        yield opened


def rows(store: Store, *, name: str = ADMINISTRATOR, **about: Any) -> list[ConversationRow]:
    def read(conn: sqlite3.Connection) -> list[ConversationRow]:
        every = [each.id for each in lines.lines(conn)]
        query = Query(line_ids=every, limit=200, **about)
        return list(overview.conversations(conn, staff.named(conn, name).id, query).rows)

    return store.read(read)


def found(store: Store, statement: str) -> list[tuple[object, ...]]:
    return store.read(lambda conn: [tuple(row) for row in conn.execute(statement)])


def test_the_inbox_is_three_weeks_old_and_mostly_done(store: Store) -> None:
    """About sixty conversations of people with names; a few wait, for minutes to hours."""
    shown = rows(store)
    waiting = rows(store, order=Order.WAITING)
    assert 55 <= len(shown) <= 65
    assert 8 <= len(waiting) <= 15
    assert min(row.last_ms for row in shown) < MONDAY - 10 * DAY_MS
    assert MONDAY - HOUR_MS < max(row.last_ms for row in shown) <= MONDAY
    assert not [row for row in shown if row.title.startswith("+")]
    unread = rows(store, which=Filter.UNREAD)
    assert {row.id for row in unread} == {row.id for row in waiting}
    assert {row.unread for row in unread} == {1}


def test_a_visitor_finds_one_of_each_kind(store: Store) -> None:
    """Over the modem, failed, opted out, perhaps about to, a draft of theirs, and a group."""
    assert found(store, "SELECT 1 FROM attempt WHERE signature IS NOT NULL AND outcome = 'sent'")
    assert found(store, "SELECT 1 FROM message WHERE state = 'failed'")
    assert found(store, "SELECT 1 FROM consent WHERE kind = 'opted_out'")
    assert [row for row in rows(store) if row.near_stop]
    assert [row for row in rows(store, name=VISITOR) if row.draft]
    assert rows(store, which=Filter.GROUPS)
    (numbers,) = found(store, "SELECT count(personnel_number) FROM contact")[0]
    assert isinstance(numbers, int)
    assert numbers > 30


def test_nothing_of_it_waits_to_be_sent(store: Store) -> None:
    """What was answered has left, and the phones are still to be found."""
    states = {row[0] for row in found(store, "SELECT state FROM message")}
    left = {MessageState.RECEIVED, MessageState.READ, MessageState.SENT, MessageState.FAILED}
    assert states == {each.value for each in left}
    assert {row[0] for row in found(store, "SELECT state FROM device")} == {"absent"}


def test_a_round_is_half_filled(store: Store) -> None:
    """Some have a seat, one said no, one is unclear, and it goes on."""
    (shown,) = store.read(lambda conn: board.running(conn, Sight(None), MONDAY))
    assert shown.about.state is RoundState.RUNNING
    assert (len(shown.yes), len(shown.no), len(shown.unclear)) == (2, 1, 1)
    assert shown.free == 2
    assert len(shown.silent) + len(shown.not_asked) == 5
