"""An answer goes over the channel on which the person last wrote, where it can."""

from collections.abc import Callable

import pytest

from appliance.channels import Channel
from appliance.desk.access import tokens
from appliance.desk.outgoing import sending, sms_length
from appliance.desk.outgoing.sending import Author
from appliance.devices.protocol import DeviceState
from appliance.messages import MessageClass
from appliance.queue.pacing import DEFAULT_PROFILE, MINUTE_MS
from appliance.queue.plan import plan_line
from appliance.reasons import Reason
from appliance.store import lines
from tests.queue.counter import ANNA, HOUR_S, SMS, WHATSAPP, Counter, who
from tests.queue.inbox_reader import Colleague
from tests.queue.office import Modem, phone_is_away, phone_is_back


def colleague(counter: Counter) -> Author:
    return Author(staff_id=Colleague(counter).id)


def program(counter: Counter) -> Author:
    return Author(token_id=counter.store.write(lambda tx: tokens.add(tx, "planning")).id)


def wrote(counter: Counter, *channels: Channel) -> None:
    """Their welcome is forgotten, and nothing holds an answer."""
    for channel in channels:
        counter.hears(channel=channel)
        counter.clock.advance(s=60)
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'cancelled', expected_ms = NULL WHERE state = 'queued'"
        )
    )


def way_of(counter: Counter) -> Channel:
    """The channel over which the one that waits is planned."""
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    now_ms = counter.clock.now_ms()
    (entry,) = counter.store.read(
        lambda conn: plan_line(conn, line, DEFAULT_PROFILE, now_ms=now_ms)
    )
    assert entry.route
    return entry.route.channel


@pytest.mark.parametrize("author", [colleague, program])
@pytest.mark.parametrize("last", [SMS, WHATSAPP])
def test_an_answer_takes_the_channel_on_which_they_last_wrote(
    counter: Counter, last: Channel, author: Callable[[Counter], Author]
) -> None:
    """Whoever answers, and whatever they wrote on before."""
    wrote(counter, SMS if last is WHATSAPP else WHATSAPP, last)
    counter.accepts(author=author(counter))
    assert way_of(counter) == last
    counter.clock.advance(s=HOUR_S)
    assert counter.attempt().outgoing.channel == last


def test_what_they_write_meanwhile_counts(counter: Counter) -> None:
    """The answer has not left, so it follows them."""
    wrote(counter, SMS)
    counter.accepts(author=colleague(counter))
    counter.hears(channel=WHATSAPP)
    assert way_of(counter) == WHATSAPP


def test_a_colleague_s_answer_days_later_takes_it_too(counter: Counter) -> None:
    """Software that begins something then takes the line's first way."""
    wrote(counter, SMS)
    counter.clock.advance(s=50 * HOUR_S)
    author = colleague(counter)
    first = counter.queues(author=author)
    assert way_of(counter) == SMS
    counter.store.write(lambda tx: sending.cancel(tx, first, author))
    counter.accepts(author=program(counter))
    assert way_of(counter) == WHATSAPP


def test_a_list_takes_the_line_s_first_way(counter: Counter) -> None:
    """It answers nobody, although they wrote today."""
    wrote(counter, SMS)
    counter.accepts(kind=MessageClass.LIST, author=program(counter))
    assert way_of(counter) == WHATSAPP


def test_who_names_a_channel_gets_that_one(counter: Counter) -> None:
    """Only what leaves the choice to Balie follows them."""
    wrote(counter, SMS)
    counter.accepts(channel=WHATSAPP, author=program(counter))
    assert way_of(counter) == WHATSAPP


def test_what_is_too_long_for_sms_goes_by_whatsapp(counter: Counter) -> None:
    """The channel cannot carry it, so the line's first way does."""
    wrote(counter, SMS)
    counter.accepts("x" * 2000, author=colleague(counter))
    assert way_of(counter) == WHATSAPP


def test_the_promise_is_what_the_plan_says(counter: Counter) -> None:
    """A closed channel counts for an answer that prefers it, for no other."""
    wrote(counter, SMS)
    counter.phone_is(DeviceState.DEGRADED, Reason.SMS_UNREADABLE, channels=frozenset({WHATSAPP}))
    falls_ms = counter.clock.now_ms() + 10 * MINUTE_MS
    accepted = counter.accepts(typed=True, author=colleague(counter))
    assert (accepted.expected_ms, accepted.reason) == (falls_ms, "device-degraded")
    counter.planner.round()
    assert counter.row(accepted.id)["expected_ms"] == falls_ms


def test_away_from_its_channel_it_falls_as_others_do(counter: Counter) -> None:
    """After ten minutes the modem takes the SMS; before, it waits for the phone."""
    modem = Modem(counter)
    wrote(counter, SMS)
    phone_is_away(counter)
    accepted = counter.accepts(typed=True, author=colleague(counter))
    counter.clock.advance(s=599)
    assert modem.task() is None
    counter.clock.advance(s=1)
    assert modem.sends().outgoing.message_id == accepted.id


def test_who_answers_the_modem_has_not_chosen_sms(counter: Counter) -> None:
    """They wrote by WhatsApp before, so the next answer is WhatsApp again; a later SMS of their own
    is their choice.
    """
    modem = Modem(counter)
    wrote(counter, WHATSAPP)
    phone_is_away(counter)
    author = colleague(counter)
    counter.queues(author=author)
    counter.clock.advance(s=600)
    modem.sends()
    counter.clock.advance(s=60)
    wrote(counter, SMS)
    phone_is_back(counter)
    answer = counter.queues(author=author)
    assert way_of(counter) == WHATSAPP
    counter.clock.advance(s=60)
    assert counter.sends() == answer
    wrote(counter, SMS)
    counter.queues(author=author)
    assert way_of(counter) == SMS


def test_the_composer_counts_sms_for_who_wrote_by_sms(counter: Counter) -> None:
    """It is sure that it goes by SMS."""
    for channel in (SMS, WHATSAPP):
        wrote(counter, channel)
        found = counter.store.read(
            lambda conn: sms_length.measure(
                conn, line_id=counter.line_id, identity=who(ANNA), text="Kom je?"
            )
        )
        assert found
        assert found.sure == (channel is SMS)
