"""A welcome and a colleague's answer: the welcome goes first, or it is taken back."""

import pytest

from appliance.desk.access import tokens
from appliance.desk.outgoing import sending
from appliance.desk.outgoing.sending import Author
from appliance.errors import Transient
from appliance.messages import MessageClass
from tests.queue.counter import ANNA, BART, HOUR_S, Counter
from tests.queue.inbox_reader import Colleague


@pytest.fixture
def colleague(counter: Counter) -> Author:
    return Author(staff_id=Colleague(counter).id)


def told(counter: Counter, number: str = ANNA) -> list[tuple[str, str | None]]:
    """What became of each message to them, and why."""
    return [(each["state"], each["reason"]) for each in counter.outgoing(number)]


def left(counter: Counter, number: str = ANNA) -> list[str]:
    """Who spoke in what left, in its order."""
    found = [each for each in counter.outgoing(number) if each["sent_ms"]]
    return [each["rule"] or "colleague" for each in sorted(found, key=lambda each: each["sent_ms"])]


def test_a_welcome_is_taken_back_when_a_colleague_answers(
    counter: Counter, colleague: Author
) -> None:
    """It has not gone out, so they get the answer alone; others get theirs."""
    counter.hears(sender=ANNA)
    counter.hears(sender=BART)
    counter.queues(to=ANNA, author=colleague)
    assert told(counter)[0] == ("cancelled", "answered")
    counter.sends()
    counter.clock.advance(s=HOUR_S)
    counter.sends()
    assert (left(counter), left(counter, BART)) == (["colleague"], ["welcome"])


def test_an_answer_of_other_software_counts(counter: Counter) -> None:
    """A program answers for a colleague."""
    token = counter.store.write(lambda tx: tokens.add(tx, "planning"))
    counter.hears()
    counter.accepts(author=Author(token_id=token.id))
    assert told(counter)[0] == ("cancelled", "answered")


def test_what_answers_nobody_now_takes_no_welcome_back(counter: Counter, colleague: Author) -> None:
    """A list, a rule and what is planned for tomorrow leave it where it is."""
    counter.hears()
    tomorrow_ms = counter.clock.now_ms() + 24 * HOUR_S * 1000
    counter.queues(author=colleague, not_before_ms=tomorrow_ms)
    counter.queues(author=colleague, kind=MessageClass.LIST)
    counter.queues(author=Author(rule="test"))
    assert told(counter)[0][0] == "queued"


def test_a_welcome_in_the_phone_s_hands_goes_first(counter: Counter, colleague: Author) -> None:
    """The answer that is accepted meanwhile follows it."""
    counter.hears()
    counter.clock.advance(s=HOUR_S)
    attempt = counter.attempt()
    counter.queues(author=colleague)
    assert counter.task() is None
    assert attempt.outgoing.message_id == counter.outgoing()[0]["id"]


def test_a_welcome_that_did_not_get_through_is_not_tried_after_an_answer(
    counter: Counter, colleague: Author
) -> None:
    """The phone had it when the colleague answered; the answer leaves first, so it never does."""
    counter.hears()
    counter.clock.advance(s=HOUR_S)
    attempt = counter.attempt()
    counter.queues(author=colleague)
    counter.work.not_sent(attempt, Transient("The chat did not open."))
    counter.clock.advance(s=1)
    counter.sends()
    counter.clock.advance(s=HOUR_S)
    counter.task()
    assert told(counter)[0] == ("cancelled", "answered")
    assert left(counter) == ["colleague"]


def test_an_answer_that_was_withdrawn_leaves_the_next_try_of_a_welcome(
    counter: Counter, colleague: Author
) -> None:
    """Nobody answered them after all."""
    counter.hears()
    counter.clock.advance(s=HOUR_S)
    attempt = counter.attempt()
    answer = counter.queues(author=colleague)
    counter.work.not_sent(attempt, Transient("The chat did not open."))
    counter.store.write(lambda tx: sending.cancel(tx, answer, colleague))
    counter.clock.advance(s=10)
    assert counter.sends() == attempt.outgoing.message_id
