"""The report on how much like a person a line has sent, from what the database knows."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from appliance.devices.protocol import Proof, Tick
from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.profile import DAY_MS, DEFAULT_PROFILE
from appliance.queue.study.report import LineReport, report_on
from appliance.store import consent, lines
from tests.queue.counter import ANNA, BART, MONDAY, Counter, tapping


def report(
    counter: Counter, from_ms: int = MONDAY - DAY_MS, to_ms: int = MONDAY + DAY_MS
) -> LineReport:
    def read(conn: sqlite3.Connection) -> LineReport:
        line = lines.line(conn, counter.line_id)
        return report_on(conn, line, DEFAULT_PROFILE, from_ms=from_ms, to_ms=to_ms)

    return counter.store.read(read)


def sends_after(counter: Counter, seconds: float, **about: Any) -> None:
    counter.clock.advance(s=seconds)
    counter.queues(**about)
    counter.sends()


def shares(found: LineReport) -> Iterator[tuple[str, float]]:
    return ((each.label, each.share) for each in found.gaps if each.share)


def test_a_line_that_sent_nothing_has_an_empty_report(counter: Counter) -> None:
    """The report divides nothing by zero and claims nothing."""
    found = report(counter)
    assert (found.sent, found.replies_share, found.overlaps) == (0, 0.0, 0)
    assert sum(each.share for each in found.gaps) == 0


def test_sends_are_counted_against_the_ceilings(counter: Counter) -> None:
    """It names the fullest minute, hour and day beside the ceiling of then, and the pauses."""
    counter.knows(ANNA, BART)
    for seconds in (0, 15, 40, 300):
        sends_after(counter, seconds)
    found = report(counter)
    assert (found.sent, found.parts, found.replies_share) == (4, 4, 1.0)
    used = {each.window: (each.most, each.ceiling) for each in found.windows}
    assert used == {"minute": (3, 6), "hour": (4, 80), "day": (0, 20)}
    assert dict(shares(found)) == pytest.approx(
        {"10-30 s": 1 / 3, "30-60 s": 1 / 3, "2-10 min": 1 / 3}
    )
    assert (found.overlaps, found.same_second, found.too_quick) == (0, 0, 0)


def test_what_nobody_asked_for_is_no_answer(counter: Counter) -> None:
    """Messages that Balie began count in the day's budget and lower the share of answers."""
    counter.knows(ANNA, BART)
    counter.clock.advance(s=26 * 3600)
    counter.queues("lijst", kind=MessageClass.LIST, typed=False)
    counter.clock.advance(s=120)
    counter.sends()
    counter.hears(sender=BART)
    sends_after(counter, 60, to=BART)
    found = report(counter, to_ms=MONDAY + 3 * DAY_MS)
    assert found.replies_share == 0.5
    assert [(each.most, each.window) for each in found.windows][2] == (1, "day")


def test_another_period_is_another_report(counter: Counter) -> None:
    """A period includes its first millisecond and excludes its last."""
    counter.knows(ANNA)
    sends_after(counter, 0)
    assert report(counter, from_ms=MONDAY, to_ms=MONDAY + 1).sent == 1
    assert report(counter, from_ms=MONDAY - 1, to_ms=MONDAY).sent == 0
    assert report(counter, from_ms=MONDAY + 1).sent == 0


def test_sends_in_one_another_are_told(counter: Counter) -> None:
    """The report looks even for what must never happen: here the rows were changed by hand."""
    counter.knows(ANNA)
    counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.clock.advance(s=5)
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    sends_after(counter, 60)
    assert report(counter).overlaps == 0
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE attempt SET started_ms = ?1, tapped_ms = ?1 WHERE started_ms > ?1",
            (MONDAY + 400,),
        )
    )
    found = report(counter)
    assert (found.overlaps, found.same_second) == (1, 1)


def test_two_lines_on_one_sim_are_one_person(counter: Counter) -> None:
    """Each line's report holds what left its SIM against the ceilings, and counts its own."""
    other, device_id = counter.add_line("+31687654322", "R58M999")
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE route SET device_id = ? WHERE device_id = ?", (counter.device_id, device_id)
        )
    )
    counter.knows(ANNA, BART)
    counter.store.write(
        lambda tx: consent.record(
            tx,
            identity=tel(ANNA),
            contact_id=counter.contact_id(),
            line_id=other,
            kind=consent.ConsentKind.WROTE_FIRST,
            recorded_by="test",
        )
    )
    sends_after(counter, 0)
    sends_after(counter, 10, line_id=other, kind=MessageClass.REPLY)
    found = report(counter)
    assert (found.sent, found.windows[0].most) == (1, 2)
    assert dict(shares(found)) == {"10-30 s": 1.0}
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE attempt SET ended_ms = ended_ms + 20000")
    )
    assert report(counter).overlaps == 1


def test_what_nobody_could_have_typed_in_the_time_is_told(counter: Counter) -> None:
    """Sends beyond 62 words a minute that no person typed are reported."""
    counter.knows(ANNA)
    sends_after(counter, 0)
    sends_after(counter, 10, text="x" * 900)
    assert report(counter).too_quick == 0
    counter.store.write(lambda tx: tx.conn.execute("UPDATE message SET typed = 0"))
    assert report(counter).too_quick == 1


def test_the_yardstick_is_a_distribution(counter: Counter) -> None:
    """A person's shares add up to one, with a long tail."""
    person = {each.label: each.person for each in report(counter).gaps}
    assert sum(person.values()) == pytest.approx(1)
    assert person["under 10 s"] == 0
    assert person["over 8 h"] > 0.001
