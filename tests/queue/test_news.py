"""What is known of a waiting message, what of it is written and announced, and what is not."""

from contextlib import closing

import pytest

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.inbox import records
from appliance.devices.protocol import DeviceState, Proof, Tick
from appliance.events import EventKind
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.queue.news import is_news
from appliance.queue.planner import Planner
from appliance.queue.profile import MINUTE_MS
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.forecast import Outlook
from appliance.store.store import Store
from tests.queue.counter import ANNA, BOTH, MONDAY, Counter, tapping

LIST = MessageClass.LIST
QUARTER_S, STEP_S = 900, 5


def told_by(store: Store, message_id: str) -> Outlook:
    found = store.read(lambda conn: records.detail(conn, Sight(None), message_id))
    return Outlook(found.expected_ms, Reason.of(found.reason))


def got(counter: Counter, message_id: str) -> Outlook:
    """What the API and the pages are told of it."""
    return told_by(counter.store, message_id)


def written(counter: Counter, message_id: str) -> Outlook:
    row = counter.one("SELECT expected_ms, reason FROM message WHERE id = ?", message_id)
    return Outlook(row["expected_ms"], Reason.of(row["reason"]))


def list_of(counter: Counter, count: int) -> list[str]:
    """A list waits, to people who wrote; the planner has seen it."""
    people = [f"+316200000{place:02}" for place in range(count)]
    counter.knows(*people, ANNA)
    counter.clock.advance(s=2)  # their welcomes, struck out by hand, are forgotten
    ids = [counter.queues("Zaterdag?", each, typed=False, kind=LIST) for each in people]
    counter.planner.round()
    return ids


def answer(counter: Counter) -> None:
    """Somebody at the counter writes to Anna, and the phone sends it at once."""
    counter.queues()
    counter.sends(Tick.READ)
    counter.planner.round()


def test_a_reply_moves_a_list_without_a_write_and_who_asks_is_told(counter: Counter) -> None:
    """Each of the list waits for a pause more; that is no news, and the truth all the same."""
    ids = list_of(counter, 8)
    promised, before = [written(counter, each) for each in ids], counter.last_seq()
    counter.clock.advance(s=20)
    answer(counter)
    assert counter.events(EventKind.MESSAGE_PLANNED, after=before) == []
    assert [written(counter, each) for each in ids] == promised
    for message_id, told in zip(ids, promised, strict=True):
        known = got(counter, message_id)
        assert known.expected_ms
        assert told.expected_ms
        assert known.expected_ms > told.expected_ms


def test_few_are_announced_on_a_line_that_answers_while_a_list_waits(counter: Counter) -> None:
    """At most two for a message that is sent, though each reply moves all that wait."""
    list_of(counter, 60)
    before, sent = counter.last_seq(), 0
    for step in range(QUARTER_S // STEP_S):
        if step % (60 // STEP_S) == 0:
            counter.hears(sender=ANNA)
            counter.queues("Ja hoor!")
        counter.planner.round()
        counter.clock.advance(s=STEP_S)
        task = counter.task()
        if isinstance(task, QueueAttempt):
            with tapping(task):
                pass
            counter.work.sent(task, Proof(tick=Tick.READ))
            sent += 1
    assert sent > QUARTER_S // 60
    assert len(counter.events(EventKind.MESSAGE_PLANNED, after=before)) <= 2 * sent


def test_what_no_device_can_send_is_announced_and_again_when_one_can(counter: Counter) -> None:
    (message_id,) = list_of(counter, 1)
    for state, reason, channels, why in (
        (DeviceState.ABSENT, Reason.NOT_PLUGGED_IN, frozenset[Channel](), Reason.DEVICE_ABSENT),
        (DeviceState.READY, Reason.NONE, BOTH, Reason.TYPING),
    ):
        before = counter.last_seq()
        counter.phone_is(state, reason, channels=channels)
        counter.planner.round()
        assert len(counter.events(EventKind.MESSAGE_PLANNED, after=before)) == 1
        assert written(counter, message_id) == got(counter, message_id)
        assert got(counter, message_id).reason == why


def test_what_somebody_else_writes_of_a_message_is_known_better(counter: Counter) -> None:
    """A forecast counts as long as the promise stands that it corrects."""
    *_, last = list_of(counter, 3)
    counter.clock.advance(s=20)
    answer(counter)
    assert got(counter, last) != written(counter, last)
    counter.store.write(
        lambda tx: messages.plan(tx, last, expected_ms=None, reason=Reason.NEAR_STOP)
    )
    assert got(counter, last) == Outlook(None, Reason.NEAR_STOP)


def test_a_message_that_has_left_is_expected_no_more(counter: Counter) -> None:
    first, _ = list_of(counter, 2)
    counter.clock.advance(s=20)
    answer(counter)
    counter.clock.at_ms = got(counter, first).expected_ms or 0
    assert counter.sends() == first
    assert got(counter, first) == Outlook(None, None)


def test_another_process_is_told_what_was_promised(counter: Counter) -> None:
    """So is this one after a crash, until the planner has made its first round."""
    *_, last = list_of(counter, 3)
    counter.clock.advance(s=20)
    answer(counter)
    with closing(Store(counter.store.path, counter.clock)) as other:
        assert told_by(other, last) == written(counter, last) != got(counter, last)
        Planner(other, counter.profile, counter.due.append).round()
        assert told_by(other, last) == got(counter, last)


@pytest.mark.parametrize(
    ("promised_min", "known_min", "news"),
    [
        (1, 5.9, False),
        (1, 6.1, True),
        (30, 34, False),
        (30, 59, False),
        (30, 61, True),
        (60, 41, False),
        (60, 39, True),
        (-3, 1, False),
        (-60, -59, False),
        (-3, 6, True),
        (None, 1, True),
        (1, None, True),
        (None, None, False),
    ],
)
def test_a_time_is_news_when_the_wait_is_another_one(
    promised_min: float | None, known_min: float | None, *, news: bool
) -> None:
    """By five minutes and by half of what is left; how long it is overdue is no matter."""
    promised, known = (
        Outlook(None if each is None else MONDAY + int(each * MINUTE_MS), Reason.GAP)
        for each in (promised_min, known_min)
    )
    assert is_news(promised, known, now_ms=MONDAY) is news


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        (Reason.GAP, Reason.BUSY, False),
        (None, Reason.TYPING, False),
        (Reason.CEILING_HOUR, Reason.CEILING_DAY, True),
        (Reason.GAP, Reason.UNANSWERED, True),
        (Reason.OFFICE_HOURS, None, True),
    ],
)
def test_a_reason_is_news_unless_both_pass_within_the_hour(
    before: Reason | None, after: Reason | None, *, news: bool
) -> None:
    assert is_news(Outlook(MONDAY, before), Outlook(MONDAY, after), now_ms=MONDAY) is news
