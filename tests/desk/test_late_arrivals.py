"""Messages that were long under way: a phone was off, or a network or service centre was slow."""

import pytest

from appliance.channels import Channel
from appliance.desk.inbox.overview import Order
from appliance.desk.outgoing.sending import Author
from tests.queue.counter import ANNA, BART, SMS, WHATSAPP, Counter
from tests.queue.inbox_reader import Colleague

HOUR_MS = 3_600_000
CHANNELS = pytest.mark.parametrize("channel", [WHATSAPP, SMS])


def answers(counter: Counter, colleague: Colleague) -> None:
    counter.queues("Kom maar langs", author=Author(staff_id=colleague.id))
    counter.sends()
    counter.clock.advance(s=60)


@CHANNELS
def test_it_stands_where_it_came_and_waits(counter: Counter, channel: Channel) -> None:
    """It was written before the answer and came after it, so nobody has answered it."""
    colleague = Colleague(counter)
    counter.knows(ANNA)
    counter.clock.advance(s=60)
    answers(counter, colleague)
    assert colleague.rows(Order.WAITING) == []
    now_ms = counter.clock.now_ms()
    counter.hears("Of toch niet?", channel=channel, at_ms=now_ms - 3 * HOUR_MS)
    (row,) = colleague.rows(Order.WAITING)
    assert (row.preview, row.waiting_ms, row.last_ms) == ("Of toch niet?", now_ms, now_ms)
    late = colleague.reads(row.id)[-1]
    assert (late.text, late.at_ms, late.written_ms) == (
        "Of toch niet?",
        now_ms,
        now_ms - 3 * HOUR_MS,
    )


@CHANNELS
def test_what_came_today_is_answered_by_a_reply(counter: Counter, channel: Channel) -> None:
    """It was written the day before yesterday, but they wait for the answer now."""
    counter.hears("Is er werk?", channel=channel, at_ms=counter.clock.now_ms() - 26 * HOUR_MS)
    message = counter.row(counter.queues(channel=channel))
    assert (message["class"], message["answering"]) == ("reply", 1)


def test_what_came_yesterday_is_not(counter: Counter) -> None:
    """A day counts from the time when it came, not from when it was written."""
    counter.hears("Is er werk?", at_ms=counter.clock.now_ms() - 26 * HOUR_MS)
    counter.clock.advance(s=25 * 3600)
    assert counter.row(counter.queues())["class"] == "automatic"


def test_what_comes_together_stands_in_its_own_order(counter: Counter) -> None:
    """The device reports them in the order of writing, and each stands below the one before."""
    colleague = Colleague(counter)
    now_ms = counter.clock.now_ms()
    for hours, text in ((3, "een"), (2, "twee"), (1, "drie")):
        counter.hears(text, at_ms=now_ms - hours * HOUR_MS)
    (row,) = colleague.rows()
    written = [(each.text, each.written_ms) for each in colleague.reads(row.id) if not each.mine]
    assert written == [
        ("een", now_ms - 3 * HOUR_MS),
        ("twee", now_ms - 2 * HOUR_MS),
        ("drie", now_ms - HOUR_MS),
    ]


@pytest.mark.parametrize("seconds", [-60, 0, 60, 299])
def test_what_came_at_once_has_one_time(counter: Counter, seconds: int) -> None:
    """The phone's clock may be ahead, and a screen shows minutes only."""
    colleague = Colleague(counter)
    counter.hears(at_ms=counter.clock.now_ms() - seconds * 1000)
    (row,) = colleague.rows()
    assert colleague.reads(row.id)[0].written_ms is None


def test_who_was_answered_before_waits_longer_than_who_came_late(counter: Counter) -> None:
    """The wait begins when Balie had the message: nobody could answer before."""
    colleague = Colleague(counter)
    counter.hears(sender=BART)
    counter.clock.advance(s=60)
    counter.hears(sender=ANNA, at_ms=counter.clock.now_ms() - 3 * HOUR_MS)
    assert [row.title for row in colleague.rows(Order.WAITING)] == [
        "+31 6 22222222",
        "+31 6 11111111",
    ]
