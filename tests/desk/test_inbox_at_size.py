"""The inbox looks at what it shows, however many conversations there are."""

import sqlite3
from collections.abc import Mapping

from appliance.desk.access.rights import rights_of
from appliance.desk.inbox import overview, view_counts
from appliance.desk.inbox.overview import Filter, Order, Query
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases
from appliance.events import EventKind
from appliance.store import casework
from appliance.store.store import Tx
from tests.queue.counter import Counter
from tests.queue.inbox_reader import Colleague
from tests.sqlite_steps import steps

FEW, MANY = 30, 150
SHOWN = 10


def hear_from(counter: Counter, people: range) -> None:
    for place in people:
        counter.clock.advance(ms=10)
        counter.knows(f"+31612{place:06d}")
        counter.hears("En morgen?", sender=f"+31612{place:06d}")


def costs(counter: Counter, staff_id: str) -> Mapping[str, int]:
    tabs = [(which, order) for which in Filter for order in Order]

    def measured(conn: sqlite3.Connection) -> Mapping[str, int]:
        rights = rights_of(conn, staff_id)
        found = {"badges": steps(conn, lambda: overview.lines(conn, rights, staff_id))}
        for which, order in tabs:
            query = Query(line_ids=[counter.line_id], which=which, order=order, limit=SHOWN)
            read = lambda query=query: overview.conversations(conn, staff_id, query)  # noqa: E731
            found[f"{which.value}, {order.value}"] = steps(conn, read)
        return found

    return counter.store.read(measured)


def test_five_times_as_many_conversations_cost_no_more(counter: Counter) -> None:
    """In each tab, and for the numbers beside the lines."""
    colleague = Colleague(counter)
    hear_from(counter, range(FEW))
    before = costs(counter, colleague.id)
    hear_from(counter, range(FEW, MANY))
    after = costs(counter, colleague.id)
    assert colleague.unread_on_line() == MANY
    for what, cost in after.items():
        assert cost <= before[what] * 1.1 + 10, what


def test_a_read_message_is_passed_over_in_the_index(counter: Counter) -> None:
    """Of a conversation's newest messages those before one's mark are not read to be counted."""
    colleague = Colleague(counter)
    counter.hears("En morgen?")
    seen: list[str] = []

    def plan(conn: sqlite3.Connection) -> list[str]:
        conn.set_trace_callback(seen.append)
        overview.conversations(conn, colleague.id, Query(line_ids=[counter.line_id]))
        conn.set_trace_callback(None)
        (rows,) = [each for each in seen if "AS preview" in each]
        return [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {rows}")]

    found = counter.store.read(plan)
    newest = "SEARCH message USING COVERING INDEX message_thread (conversation_id=?)"
    assert newest in found
    assert found[found.index(newest) + 1] == "SCAN newest"


def test_the_numbers_beside_the_views_are_counted_in_indexes(counter: Counter) -> None:
    """Of a million messages only those are looked at that are counted, and not more than are
    drawn.
    """
    seen: list[str] = []

    def plan(conn: sqlite3.Connection) -> list[str]:
        conn.set_trace_callback(seen.append)
        view_counts.view_counts(conn, "somebody", [counter.line_id], ())
        conn.set_trace_callback(None)
        return [
            row["detail"]
            for each in seen
            for row in conn.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()
        ]

    found = counter.store.read(plan)
    for index in ("not_arrived_line", "casework_open", "conversation_waiting"):
        assert any(f"INDEX {index} " in each for each in found), index
    scans = {each.split()[1] for each in found if each.startswith("SCAN")}
    assert {each for each in scans if "subquery" not in each} == {"line", "json_each"}


def test_what_one_has_closed_costs_nothing_in_mine(counter: Counter) -> None:
    """Whoever closes a hundred conversations keeps their name on them."""
    colleague = Colleague(counter)
    hear_from(counter, range(FEW))
    query = Query(line_ids=[counter.line_id], which=Filter.MINE, limit=SHOWN)

    def cost() -> int:
        return counter.store.read(
            lambda conn: steps(conn, lambda: overview.conversations(conn, colleague.id, query))
        )

    before = cost()

    def close_all(tx: Tx) -> None:
        me = Author(staff_id=colleague.id)
        for row in tx.conn.execute("SELECT id FROM conversation").fetchall():
            casework.change(
                tx,
                casework.of(tx.conn, row["id"]),
                EventKind.CONVERSATION_ASSIGNED,
                facts={},
                assignee_id=colleague.id,
            )
            cases.close(tx, row["id"], me)

    counter.store.write(close_all)
    assert cost() <= before * 1.1 + 10
