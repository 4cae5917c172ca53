"""What a line says by itself to somebody who waits too long."""

import pytest

from appliance.desk.automatic import waiting
from appliance.desk.automatic.deciding import (
    Circumstances,
    RuleName,
    decide,
)
from appliance.desk.outgoing.sending import Author
from appliance.queue.pacing import DAY_MS, HOUR_MS
from tests.desk.automatic_line import ALL_ON, CHRIS, colleague, known, logs_in, said, told
from tests.queue.counter import BART, HOUR_S, Counter, at

__all__ = ["colleague", "known"]  # the fixtures


def test_who_waits_too_long_is_told_once(counter: Counter, known: None, colleague: Author) -> None:
    """While somebody is there; also after a restart, and not who waits since yesterday."""
    told(counter, welcome={"on": False}, all_busy={"on": True, "after_min": 10}, every_hours=0)
    counter.clock.advance(s=24 * HOUR_S)
    counter.hears("Is er plek?", CHRIS)
    counter.clock.advance(s=601)
    waiting.look(counter.store)
    assert said(counter, CHRIS) == []  # nobody is logged in
    logs_in(counter, colleague.staff_id or "")
    for _ in range(3):
        waiting.look(counter.store)
        counter.clock.advance(s=15)
    assert said(counter, CHRIS) == ["all-busy"]
    counter.hears("Hallo?", CHRIS)
    counter.clock.advance(s=1_200)
    waiting.look(counter.store)
    assert said(counter, CHRIS) == ["all-busy"]
    assert said(counter) == said(counter, BART) == []


def test_a_line_whose_branch_is_closed_is_not_busy(
    counter: Counter, known: None, colleague: Author
) -> None:
    """Whoever wrote just before the closing hour waits for tomorrow."""
    told(counter, all_busy={"on": True, "after_min": 15})
    logs_in(counter, colleague.staff_id or "")
    counter.clock.advance(s=(at("2026-06-15 17:25") - counter.clock.now_ms()) / 1000)
    counter.hears("Kan ik morgen?", CHRIS)
    counter.clock.advance(s=16 * 60)
    waiting.look(counter.store)
    assert said(counter, CHRIS) == ["welcome"]
    busy = decide(ALL_ON, Circumstances(now_ms=DAY_MS, waits_ms=HOUR_MS // 2))
    assert busy.rule is RuleName.ALL_BUSY
    closed = Circumstances(now_ms=DAY_MS, is_open=False, waits_ms=HOUR_MS // 2)
    assert decide(ALL_ON, closed).rule is None


def test_who_is_blocked_is_not_tried_at_each_look(
    counter: Counter, known: None, colleague: Author, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is written for them, nor do they keep others from their turn."""
    told(counter, all_busy={"on": True, "after_min": 10})
    logs_in(counter, colleague.staff_id or "")
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact SET blocked_ms = ? WHERE id = ?", (tx.now_ms, counter.contact_id())
        )
    )
    counter.clock.advance(s=601)
    for _ in range(3):
        waiting.look(counter.store)
    assert (said(counter), said(counter, BART)) == ([], ["all-busy"])
    assert "could not say" not in caplog.text


def test_a_busy_line_tells_nobody_who_has_an_answer(
    counter: Counter, known: None, colleague: Author
) -> None:
    told(counter, all_busy={"on": True, "after_min": 10})
    logs_in(counter, colleague.staff_id or "")
    counter.hears("Is er plek?")
    counter.hears("Voor mij ook?", BART)
    counter.queues("Ja hoor!", author=colleague)
    counter.clock.advance(s=601)
    waiting.look(counter.store)
    assert (said(counter), said(counter, BART)) == ([], ["all-busy"])
