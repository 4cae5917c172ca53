"""When the phone is away: which messages take the modem, when, and which never do."""

from functools import partial

import pytest

from appliance.desk.outgoing.lists import ListRequest, accept_list, preview
from appliance.devices.protocol import DeviceState, Proof, Tick
from appliance.errors import DeviceGone, LineStopped, NotOnChannel
from appliance.messages import MessageClass, MessageState
from appliance.queue.pacing import MINUTE_MS
from appliance.reasons import Reason
from appliance.store import devices, lines, routes
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, HOUR_S, SMS, STAFF, WHATSAPP, Counter, tapping
from tests.queue.office import (
    MODEM_NUMBER,
    Modem,
    phone_is_away,
    phone_is_back,
    planned,
    settings,
    told,
)

LANDLINE = "+31201234567"


@pytest.fixture
def modem(counter: Counter) -> Modem:
    counter.knows(ANNA, BART)
    counter.clock.advance(s=120)
    return Modem(counter)


def test_until_ten_minutes_are_over_it_waits_for_the_phone(counter: Counter, modem: Modem) -> None:
    """The plan shows the time when the modem takes it; at that time the modem does."""
    phone_is_away(counter)
    falls_ms = counter.clock.now_ms() + 10 * MINUTE_MS
    accepted = counter.accepts(typed=True)
    assert (accepted.expected_ms, accepted.reason) == (falls_ms, "device-absent")
    counter.clock.advance(s=599)
    assert modem.task() is None
    assert planned(counter, accepted.id) == (falls_ms, "device-absent")
    counter.clock.advance(s=1)
    expected_ms, reason = planned(counter, accepted.id)
    assert (expected_ms is not None, reason) == (True, "fallback")
    assert counter.due
    assert modem.sends().outgoing.message_id == accepted.id
    row = counter.row(accepted.id)
    assert (row["state"], row["channel"]) == ("sent", "sms")


def test_a_phone_that_is_back_takes_what_waits(counter: Counter, modem: Modem) -> None:
    """New messages take the phone, too; when it goes again the ten minutes begin again."""
    phone_is_away(counter)
    counter.clock.advance(s=590)
    message_id = counter.queues()
    phone_is_back(counter)
    assert modem.task() is None
    assert counter.sends() == message_id
    counter.clock.advance(s=60)
    phone_is_away(counter)
    counter.queues("nog een")
    counter.clock.advance(s=120)
    assert modem.task() is None


def test_a_phone_that_is_away_in_another_way_is_away_all_the_while(
    counter: Counter, modem: Modem
) -> None:
    """When the reason changes, the minutes go on and do not begin anew."""
    message_id = counter.queues()
    for state in (DeviceState.ABSENT, DeviceState.OFFLINE, DeviceState.ABSENT):
        counter.phone_is(state, Reason.CONNECTION_DEAD)
        counter.clock.advance(s=201)
    assert modem.attempt().outgoing.message_id == message_id


def test_the_line_says_how_long(counter: Counter, modem: Modem) -> None:
    settings(counter, fallback_after_min=0)
    phone_is_away(counter)
    accepted = counter.accepts(typed=True)
    assert accepted.reason == "fallback"
    assert modem.attempt().outgoing.message_id == accepted.id


def test_whatsapp_alone_may_be_gone(counter: Counter, modem: Modem) -> None:
    """The next route is then the phone's own SMS, from the line's own number."""
    counter.phone_is(DeviceState.DEGRADED, Reason.NO_WHATSAPP, channels=frozenset({SMS}))
    falls_ms = counter.clock.now_ms() + 10 * MINUTE_MS
    accepted = counter.accepts(typed=True)
    assert (accepted.expected_ms, accepted.reason) == (falls_ms, "device-degraded")
    counter.clock.advance(s=600)
    assert modem.task() is None
    taken = counter.attempt(frozenset({SMS}))
    assert (taken.outgoing.message_id, taken.outgoing.text) == (accepted.id, "Kom je morgen?")


def test_a_message_in_doubt_never_falls(counter: Counter, modem: Modem) -> None:
    """It may have left the phone, so it waits for the phone, and so do the messages behind it."""
    message_id = counter.queues()
    with tapping(attempt := counter.attempt()):
        pass
    counter.work.not_sent(attempt, DeviceGone("The cable was pulled."))
    phone_is_away(counter)
    counter.queues("erachter")
    other = counter.queues(to=BART)
    counter.clock.advance(s=3 * HOUR_S)
    assert counter.state(message_id) is MessageState.UNCONFIRMED
    assert modem.sends().outgoing.message_id == other
    counter.clock.advance(s=60)
    assert modem.task() is None


def test_proven_not_sent_may_fall(counter: Counter, modem: Modem) -> None:
    """The phone was unplugged before the tap."""
    message_id = counter.queues()
    counter.work.not_sent(counter.attempt(), DeviceGone("The cable was pulled."))
    phone_is_away(counter)
    counter.clock.advance(s=660)
    assert modem.attempt().outgoing.message_id == message_id


@pytest.mark.parametrize("kind", [None, MessageClass.AUTOMATIC, MessageClass.LIST])
def test_only_classes_that_may_fall_do(
    counter: Counter, modem: Modem, kind: MessageClass | None
) -> None:
    """Answers and Balie's own messages may; a list may if the line allows it."""
    phone_is_away(counter)
    counter.clock.advance(s=600)
    accepted = counter.accepts(kind=kind)
    counter.clock.advance(s=600)
    if kind is MessageClass.LIST:
        assert (accepted.expected_ms, accepted.reason) == (None, "device-absent")
        assert modem.task() is None
        settings(counter, fallback_classes=frozenset(MessageClass))
    assert modem.attempt().outgoing.message_id == accepted.id


def test_a_preview_of_a_list_says_what_the_queue_will_say(counter: Counter, modem: Modem) -> None:
    phone_is_away(counter)
    request = ListRequest(
        line_id=counter.line_id, numbers=[ANNA], texts=["Er is werk."], author=STAFF
    )
    now_ms = counter.clock.now_ms()

    def look() -> tuple[int | None, str | None]:
        (one,) = counter.store.read(lambda conn: preview(conn, request, now_ms=now_ms))
        return one.expected_ms, one.reason

    assert look() == (None, "device-absent")
    settings(counter, fallback_classes=frozenset(MessageClass))
    assert look() == (now_ms + 10 * MINUTE_MS, "device-absent")
    seen = look()
    (kept,) = counter.store.write(lambda tx: accept_list(tx, request))
    assert (kept.expected_ms, kept.reason) == seen
    assert planned(counter, kept.message_id or "") == seen


def test_a_stopped_line_falls_nowhere(counter: Counter, modem: Modem) -> None:
    """After a warning, going on from another number would be a disguise."""
    counter.queues()
    counter.work.not_sent(counter.attempt(), LineStopped("WhatsApp shows a ban."))
    phone_is_away(counter)
    counter.clock.advance(s=HOUR_S)
    assert modem.task() is None
    assert counter.accepts("nog een").reason == "line-stopped"


def test_a_ban_that_is_only_seen_stops_the_line_too(counter: Counter, modem: Modem) -> None:
    """No message has to fail first. After a person starts the line, it is not stopped again."""
    phone = frozenset({SMS})
    counter.phone_is(DeviceState.DEGRADED, Reason.WHATSAPP_STOPPED, channels=phone)
    counter.queues()
    counter.clock.advance(s=HOUR_S)
    assert counter.task(phone) is None
    assert modem.task() is None
    counter.store.write(lambda tx: lines.resume_line(tx, counter.line_id, staff_id=None))
    counter.phone_is(DeviceState.DEGRADED, Reason.WHATSAPP_STOPPED, channels=phone)
    assert counter.attempt(phone).outgoing.channel is SMS


def test_who_asked_for_whatsapp_gets_whatsapp(counter: Counter, modem: Modem) -> None:
    phone_is_away(counter)
    counter.clock.advance(s=HOUR_S)
    accepted = counter.accepts(channel=WHATSAPP)
    assert (accepted.expected_ms, accepted.reason) == (None, "device-absent")
    assert planned(counter, accepted.id) == (None, "device-absent")
    assert modem.task() is None


@pytest.mark.parametrize(("length", "falls"), [(1_520, True), (1_525, False), (1_600, False)])
def test_a_long_text_never_falls(counter: Counter, modem: Modem, length: int, falls: bool) -> None:
    """Ten parts are the most: 10 × 153 characters, of which the signature takes ten."""
    phone_is_away(counter)
    counter.clock.advance(s=HOUR_S)
    message_id = counter.queues("x" * length)
    counter.clock.advance(s=600)
    task = modem.task()
    assert (task is not None) is falls
    assert counter.state(message_id) is (MessageState.SENDING if falls else MessageState.QUEUED)


def test_a_landline_on_whatsapp_gets_no_sms(counter: Counter, modem: Modem) -> None:
    counter.knows(LANDLINE)
    phone_is_away(counter)
    counter.clock.advance(s=HOUR_S)
    counter.queues(to=LANDLINE)
    assert modem.task() is None


def test_not_on_whatsapp_goes_over_the_phone_first(counter: Counter, modem: Modem) -> None:
    """The next route is the phone's own SMS; the modem is used only when that is closed, too."""
    counter.queues()
    counter.work.not_sent(counter.attempt(), NotOnChannel("no account"))
    assert modem.task() is None
    counter.phone_is(DeviceState.DEGRADED, Reason.LOCKED, channels=frozenset())
    counter.clock.advance(s=600)
    assert modem.attempt().outgoing.channel is SMS


# The signature


def test_another_number_signs_with_the_branch(counter: Counter, modem: Modem) -> None:
    """The reader sees who writes; the thread shows the author's text, the evidence the rest."""
    phone_is_away(counter)
    counter.clock.advance(s=600)
    message_id = counter.queues("Kom je?")
    attempt = modem.attempt()
    assert attempt.outgoing.text == "Kom je?\n- Utrecht"
    with tapping(attempt):
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts=told(("sent", 1))))
    assert counter.row(message_id)["text"] == "Kom je?"
    assert '"signed":true' in counter.attempts(message_id)[0]["evidence"].replace(" ", "")


def test_a_signature_counts_as_a_part(counter: Counter, modem: Modem) -> None:
    phone_is_away(counter)
    counter.clock.advance(s=600)
    message_id = counter.queues("x" * 155)
    modem.attempt()
    assert counter.attempts(message_id)[0]["parts"] == 2


def test_the_question_about_a_doubt_is_about_the_signed_text(
    counter: Counter, modem: Modem
) -> None:
    """The question uses the signature of the time of sending, whatever the branch is called now."""
    phone_is_away(counter)
    counter.clock.advance(s=600)
    counter.queues("Kom je?")
    with tapping(attempt := modem.attempt()):
        pass
    counter.work.not_sent(attempt, DeviceGone("gone"))
    counter.store.write(lambda tx: tx.conn.execute("UPDATE branch SET name = 'Amersfoort'"))
    assert modem.look().outgoing.text == "Kom je?\n- Utrecht"


def test_the_line_s_own_number_signs_nothing(counter: Counter, modem: Modem) -> None:
    """The modem has the same number, for example on a twin card."""
    set_number = "UPDATE device SET sim_number = ? WHERE id = ?"
    for number, text in ((MODEM_NUMBER, "Kom je?\n- Utrecht"), ("+31687654321", "Kom je?")):
        values = (number, modem.device_id)
        counter.store.write(partial(_execute, sql=set_number, values=values))
        phone_is_away(counter)
        counter.clock.advance(s=600)
        counter.queues("Kom je?")
        assert modem.sends().outgoing.text == text


def _execute(tx: Tx, sql: str, values: tuple[str, ...]) -> None:
    tx.conn.execute(sql, values)


def test_a_line_with_a_modem_alone_signs_nothing(counter: Counter) -> None:
    """The modem's number is the line's."""

    def add(tx: Tx) -> tuple[str, str]:
        line_id = lines.add_line(tx, branch_id=counter.branch_id, number=MODEM_NUMBER)
        device_id = devices.enrol(tx, kind="modem", address="/dev/ttyUSB3")
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=SMS)
        return line_id, device_id

    counter.line_id, counter.device_id = counter.store.write(add)
    modem = Modem(counter, counter.device_id)
    counter.hears("Hoi", channel=SMS)
    counter.clock.advance(s=120)
    welcome = modem.sends()
    assert "Welkom" in welcome.outgoing.text
    assert not welcome.outgoing.text.endswith("- Utrecht")
    counter.clock.advance(s=60)
    assert counter.accepts(channel=WHATSAPP).reason == "no-route"


# A modem that lines share


# Abroad
