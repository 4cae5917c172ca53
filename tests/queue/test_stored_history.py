"""What is kept of a SIM's history says the same as the attempts themselves."""

import sqlite3
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.queue import attempt_row
from appliance.queue.history import History
from appliance.queue.stored_history import RECENT_MS, SETTLED_MS, SETTLED_READ_MS, Histories
from appliance.runtime import memories
from appliance.store import lines
from tests.queue.counter import ANNA, MONDAY, Counter

MINUTE_MS = 60_000
STEP = st.tuples(
    st.integers(0, 90), st.integers(-3 * 24 * 60, 10), st.sampled_from((None, 0, 1, 3))
)
"""Minutes that pass; when the attempt that is noted then had left, in minutes from there; and after
how many steps it is known that it left, None: from the start.
"""


@dataclass
class Sim:
    """One SIM, and what a process keeps of it."""

    counter: Counter
    message_id: str
    kept: Histories = field(default_factory=Histories)
    noted: int = 0

    def leaves(self, at_ms: int, outcome: str = "sent") -> int:
        """Notes an attempt that left then; gives its number."""
        self.noted += 1
        values = (f"a-{self.noted}", self.message_id, self.counter.device_id, at_ms, outcome)
        return self.counter.store.write(lambda tx: _note(tx.conn, values))

    def proves(self, number: int) -> None:
        """This attempt left after all."""
        self.counter.store.write(lambda tx: attempt_row.prove_sent(tx, f"a-{number}", {}))

    def history(self, histories: Histories) -> History:
        counter = self.counter
        line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
        now_ms = counter.clock.now_ms()
        return counter.store.read(
            lambda conn: histories.of(conn, counter.device_id, line, now_ms=now_ms)
        )

    @property
    def times(self) -> list[int]:
        return [each.at_ms for each in self.history(self.kept).left]


def _note(conn: sqlite3.Connection, values: tuple[str, str, str, int, str]) -> int:
    row = conn.execute(
        "INSERT INTO attempt (id, message_id, device_id, channel, started_ms, tapped_ms, ended_ms,"
        " outcome) VALUES (?1, ?2, ?3, 'whatsapp', ?4, ?4, ?4, ?5) RETURNING seq",
        values,
    ).fetchone()
    return int(row["seq"])


@pytest.fixture
def sim(counter: Counter) -> Sim:
    counter.knows(ANNA)
    return Sim(counter, counter.queues())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=12))
def test_what_is_kept_says_the_same_as_what_is_read_anew(
    sim: Sim, steps: list[tuple[int, int, int | None]]
) -> None:
    """Whenever something left, however late that was noted, and however long it was said not to
    have left: in each window as much is used.
    """
    clock = sim.counter.clock
    clock.at_ms = MONDAY
    sim.counter.store.write(lambda tx: tx.conn.execute("DELETE FROM attempt"))
    sim.kept = Histories()
    first = sim.noted + 1
    for step, (passed, ago, late) in enumerate(steps):
        clock.advance(s=passed * 60)
        sim.leaves(clock.at_ms + ago * MINUTE_MS, "sent" if late is None else "not_sent")
        for before, (_, _, known) in enumerate(steps[: step + 1]):
            if known is not None and before + known == step:
                sim.proves(first + before)
        now_ms, kept, anew = clock.at_ms, sim.history(sim.kept), sim.history(Histories())
        assert kept.last_ms == anew.last_ms
        for span_ms in (MINUTE_MS, SETTLED_MS, RECENT_MS // 2):
            assert kept.all.used(now_ms, span_ms) == anew.all.used(now_ms, span_ms)


def test_what_left_hours_ago_and_is_noted_now_counts_at_once(sim: Sim) -> None:
    """A colleague typed it on the phone, and its chat was opened only later."""
    now_ms = sim.counter.clock.now_ms()
    sim.leaves(now_ms - 10 * MINUTE_MS)
    assert sim.times == [now_ms - 10 * MINUTE_MS]
    sim.leaves(now_ms - 5 * SETTLED_MS)
    assert sim.times == [now_ms - 5 * SETTLED_MS, now_ms - 10 * MINUTE_MS]


def test_an_old_doubt_that_is_settled_counts_for_some_minutes_more(sim: Sim) -> None:
    """That slows the SIM down, and never lets it be faster."""
    left_ms = sim.counter.clock.now_ms() - 2 * SETTLED_MS
    seq = sim.leaves(left_ms)
    assert sim.times == [left_ms]
    unsent = "UPDATE attempt SET outcome = 'not_sent' WHERE seq = ?"
    sim.counter.store.write(lambda tx: tx.conn.execute(unsent, (seq,)))
    assert sim.times == [left_ms]
    sim.counter.clock.advance(s=SETTLED_READ_MS // 1000)
    assert sim.times == []


def test_the_history_of_another_card_is_read_at_once(sim: Sim) -> None:
    """The device of a second card has sent: once it is known to be this card, all of it counts."""
    counter = sim.counter
    _, other = counter.add_line("+31612345699", "other")
    now_ms = counter.clock.now_ms()
    assert sim.times == []
    seq = sim.leaves(now_ms - 2 * SETTLED_MS)
    moved = "UPDATE attempt SET device_id = ? WHERE seq = ?"
    counter.store.write(lambda tx: tx.conn.execute(moved, (other, seq)))
    sim.counter.clock.advance(s=SETTLED_READ_MS // 1000)
    assert sim.times == []
    same = "UPDATE device SET iccid = '8931' WHERE id IN (?, ?)"
    counter.store.write(lambda tx: tx.conn.execute(same, (other, counter.device_id)))
    assert sim.times == [now_ms - 2 * SETTLED_MS]


def test_what_was_said_not_to_have_left_counts_as_soon_as_it_is_proven(sim: Sim) -> None:
    """A report of the network proves what its stick denied hours or days ago."""
    now_ms = sim.counter.clock.now_ms()
    for ago_ms in (2 * SETTLED_MS, 2 * RECENT_MS):
        sim.leaves(now_ms - ago_ms, "not_sent")
        assert now_ms - ago_ms not in sim.times
        sim.proves(sim.noted)
        assert now_ms - ago_ms in sim.times


def test_whom_it_wrote_to_is_not_kept_where_somebody_is_erased(sim: Sim) -> None:
    """Neither of the last hours nor of the month."""
    now_ms = sim.counter.clock.now_ms()
    for ago_ms in (2 * SETTLED_MS, 2 * RECENT_MS):
        sim.leaves(now_ms - ago_ms)
    assert {each.identity.value for each in sim.history(sim.kept).left} == {ANNA}
    sim.counter.store.write(lambda tx: tx.conn.execute("UPDATE message SET value = 'nobody'"))
    memories.forget(sim.kept)
    assert {each.identity.value for each in sim.history(sim.kept).left} == {"nobody"}
