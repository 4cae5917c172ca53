"""A message whose last try failed: what its bubble says of that, and of the next one."""

import pytest

from appliance.api.web.words import bubble_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.bubbles import Bubble
from appliance.devices.protocol import Finding, Found
from appliance.errors import DeviceGone, Transient, Unconfirmed
from appliance.queue.pacing import MINUTE_MS
from tests.queue.conftest import clock, counter, store
from tests.queue.counter import Counter, tapping
from tests.queue.inbox_reader import Colleague

__all__ = ["clock", "counter", "store"]

ZONE = "Europe/Amsterdam"


def said(counter: Counter, language: str = "en") -> str:
    bubble = bubble_of(counter)
    return bubble_sentences.waits(Words(language), bubble, ZONE, counter.clock.now_ms())


def bubble_of(counter: Counter) -> Bubble:
    (row,) = counter.all("SELECT id FROM conversation")
    return Colleague(counter, name=f"Reader {counter.last_seq()}").reads(row["id"])[-1]


def fails(counter: Counter, error: Exception) -> None:
    counter.work.not_sent(counter.attempt(), error)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Transient("WhatsApp has no internet.", {"dialog": "no-internet"}), "no internet"),
        (Transient("The phone is locked or dark.", {"seen": "locked"}), "the phone was locked"),
        (DeviceGone("The phone is away."), "went away"),
        (Transient("The chat did not open.", {"seen": "elsewhere"}), "it did not leave"),
    ],
)
def test_a_failed_try_says_why_and_when_it_is_tried_again(
    counter: Counter, error: Exception, why: str
) -> None:
    """Tried, failed because of this, next try about then; nobody planned it for later."""
    counter.knows("+31611111111")
    message_id = counter.queues()
    fails(counter, error)
    assert said(counter).startswith("Tried at 10:00, but ")
    assert why in said(counter)
    assert said(counter).endswith("It is tried again soon.")
    counter.clock.at_ms = counter.row(message_id)["not_before_ms"]
    fails(counter, error)
    counter.planner.round()
    again = Words("en").time(counter.row(message_id)["not_before_ms"], ZONE)
    assert said(counter).endswith(f"{why}. Next try about {again}.")
    assert said(counter, "nl").startswith("Geprobeerd om 10:00, maar ")
    assert said(counter, "nl").endswith(f"Volgende poging rond {again}.")


def test_a_tap_that_is_proven_to_have_done_nothing_is_a_failed_try(counter: Counter) -> None:
    """The phone was asked, and the message is not there."""
    counter.knows("+31611111111")
    counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("No new row."))
    counter.work.looked(counter.look(), Found(finding=Finding.ABSENT))
    assert said(counter).startswith("Tried at 10:00, but it did not leave.")


def test_what_its_author_put_off_was_not_tried(counter: Counter) -> None:
    """A message for tomorrow is planned for then."""
    counter.knows("+31611111111")
    later_ms = counter.clock.now_ms() + 24 * 60 * MINUTE_MS
    counter.queues(not_before_ms=later_ms)
    assert said(counter) == "Expected tomorrow at 10:00, because it was planned for later."


def test_the_moment_to_take_a_message_back_is_no_plan(counter: Counter) -> None:
    counter.knows("+31611111111")
    counter.queues(not_before_ms=counter.clock.now_ms() + 5_000)
    assert said(counter) == "Expected at 10:00."
