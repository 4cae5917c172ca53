"""A clock that is known to be wrong sends nothing and loses nothing."""

import pytest

from appliance.clock import ManualClock
from appliance.messages import MessageState
from appliance.queue.planner import Planner
from appliance.store import high_water
from appliance.store.store import Store
from tests.queue.counter import ANNA, HOUR_S, MONDAY, Counter

DAY_S = 24 * HOUR_S


def at_boot(counter: Counter, at_ms: int) -> None:
    """A start with this clock: the planner remembers nothing."""
    counter.clock.at_ms = at_ms
    counter.planner = Planner(counter.store, counter.profile, counter.due.append)
    counter.planner.round()


@pytest.mark.parametrize("at_ms", [0, 1_500_000_000_000, MONDAY - 2 * 60_000])
def test_nothing_is_sent_by_a_clock_behind_what_was_seen(counter: Counter, at_ms: int) -> None:
    """A waiting message has that as its reason, and leaves when the clock is right."""
    counter.knows(ANNA)
    waiting = counter.queues()
    at_boot(counter, at_ms)
    assert counter.task() is None
    row = counter.row(waiting)
    assert (row["state"], row["reason"], row["expected_ms"]) == ("queued", "clock-wrong", None)
    counter.clock.at_ms = MONDAY + 1_000
    counter.planner.round()
    assert counter.sends() == waiting


def test_the_mark_outlasts_any_number_of_events(counter: Counter) -> None:
    """Any number of writes with the wrong clock does not make it right."""
    counter.clock.at_ms = MONDAY - DAY_S * 1000
    counter.knows(*(f"+316111222{place:02}" for place in range(90)))
    assert counter.last_seq() > 200
    counter.queues(to="+31611122201")
    assert counter.task() is None


def test_a_clock_that_was_never_set_sends_nothing(store: Store, counter: Counter) -> None:
    """The clock of a fresh box without a network shows some year before Balie was made."""
    counter.clock.at_ms = 1_400_000_000_000
    store.write(lambda tx: high_water.set_mark(tx.conn, 0))
    counter.knows(ANNA)
    waiting = counter.accepts(typed=True)
    assert (waiting.expected_ms, waiting.reason) == (None, "clock-wrong")
    assert counter.task() is None


@pytest.mark.parametrize("mark_ms", [0, MONDAY])
def test_what_was_accepted_by_a_wrong_clock_keeps_its_time_to_live(
    counter: Counter, mark_ms: int
) -> None:
    """The correction makes no message too old, because the wrong clock accepted it."""
    counter.knows(ANNA)
    counter.store.write(lambda tx: high_water.set_mark(tx.conn, mark_ms))
    at_boot(counter, 1_400_000_000_000)
    waiting = counter.queues(ttl_ms=HOUR_S * 1000)
    counter.planner.round()
    counter.clock.at_ms = MONDAY + 3 * DAY_S * 1000
    assert counter.task() is None  # the planner comes first
    counter.planner.round()
    assert counter.sends() == waiting


def test_what_became_too_old_meanwhile_is_not_sent(counter: Counter) -> None:
    """A message that was accepted before the power went keeps its expiry."""
    counter.knows(ANNA)
    old = counter.queues(ttl_ms=HOUR_S * 1000)
    counter.clock.advance(s=60)
    counter.hears(sender="+31633333333")
    at_boot(counter, 0)
    counter.clock.at_ms = MONDAY + DAY_S * 1000
    counter.planner.round()
    assert counter.state(old) is MessageState.EXPIRED


def test_time_stands_still_while_the_clock_is_behind(counter: Counter, clock: ManualClock) -> None:
    """Rows that are written meanwhile sort after the rows before."""
    counter.knows(ANNA)
    first = counter.row(counter.queues())
    clock.at_ms = 0
    second = counter.row(counter.queues())
    assert second["created_ms"] >= first["created_ms"]
    assert second["id"] > first["id"]
