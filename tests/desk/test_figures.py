"""The figures of `/metrics` are what the messages say, and a reading does not look at them all."""

import random
from collections.abc import Mapping

import pytest

from appliance.desk.reports.figures import Figures, read_figures
from appliance.desk.reports.message_counts import MessageCounts
from tests.desk.test_inbox_at_size import FEW, MANY, hear_from
from tests.desk.test_listed import Office
from tests.queue.counter import Counter
from tests.sqlite_steps import steps

LIFE = 60


def read(counter: Counter, counts: MessageCounts) -> Figures:
    now_ms = counter.clock.now_ms()
    return counter.store.read(lambda conn: read_figures(conn, now_ms, counts))


def counted_anew(counter: Counter) -> Mapping[tuple[str, str], int]:
    rows = counter.all("SELECT direction, state, count(*) AS n FROM message GROUP BY 1, 2")
    return {(row["direction"], row["state"]): row["n"] for row in rows}


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_are_what_the_messages_say(counter: Counter, seed: int) -> None:
    """After each thing that may happen, and in another process that counts later."""
    office = Office(counter, random.Random(seed))
    counts = MessageCounts()
    for _ in range(LIFE):
        what = office.happens()
        for each in (counts, MessageCounts()):
            found = read(counter, each)
            told = {(direction, state): count for direction, state, count in found.messages}
            assert told == counted_anew(counter), what
            oldest = "SELECT min(created_ms) AS at_ms FROM message WHERE state = 'queued'"
            assert found.oldest_ms == counter.one(oldest)["at_ms"], what


def test_five_times_as_many_messages_cost_a_reading_no_more(counter: Counter) -> None:
    """Once they have been counted, it looks at what happened since."""

    def cost(counts: MessageCounts) -> int:
        hear_from(counter, range(MANY, MANY + 1))
        return counter.store.read(lambda conn: steps(conn, lambda: read_figures(conn, 0, counts)))

    counts = MessageCounts()
    hear_from(counter, range(FEW))
    read(counter, counts)
    before = cost(counts)
    hear_from(counter, range(FEW, MANY))
    read(counter, counts)
    assert cost(counts) <= before * 1.1 + 10
