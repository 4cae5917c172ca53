"""Somebody calls a line, and gets one answer where the branch wants it."""

import pytest

from appliance.desk.consent import consent_import
from appliance.desk.consent.withdrawal import object_everywhere
from appliance.desk.outgoing.sending import SendRequest, accept
from appliance.devices.news_protocol import MissedCall
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.identities import tel
from appliance.messages import MessageClass, MessageState
from appliance.queue.permission import may_write
from appliance.store import line_settings
from tests.queue.counter import ANNA, HOUR_S, SMS, STAFF, WHATSAPP, Counter, at, tapping

DAY_S = 24 * HOUR_S
ANSWER = "Bel {branch} niet, stuur een bericht aan {line}."


@pytest.fixture(autouse=True)
def answering(counter: Counter) -> None:
    answers(counter, ANSWER)


def answers(counter: Counter, text: str | None) -> None:
    answer = {"call_answer": text}
    counter.store.write(lambda tx: line_settings.change(tx, counter.line_id, answer, by="test"))


def calls(counter: Counter, number: str = ANNA, *, ago_s: int = 0) -> None:
    at_ms = counter.clock.now_ms() - ago_s * 1000
    call = MissedCall(key=f"{number}/{at_ms}", number=number, at_ms=at_ms)
    counter.reception.missed_calls(counter.device_id, [call])


def kinds(counter: Counter) -> list[str]:
    return [row["kind"] for row in counter.all("SELECT kind FROM consent ORDER BY seq")]


def test_a_caller_gets_one_sms(counter: Counter) -> None:
    """The answer leaves at any hour, and nobody may write anything else to them."""
    counter.clock.at_ms = at("2026-06-15 23:30")
    calls(counter)
    (message,) = counter.outgoing()
    assert message["text"] == "Bel Utrecht niet, stuur een bericht aan +31 6 87654321."
    assert (message["class"], message["rule"], message["wanted"]) == ("confirmation", "call", "sms")
    assert kinds(counter) == ["called"]
    for channel in (None, SMS, WHATSAPP):
        for kind in (None, *MessageClass):
            with pytest.raises(Refused, match="never wrote"):
                counter.accepts(channel=channel, kind=kind)
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    assert attempt.outgoing.channel is SMS
    with tapping(attempt):
        pass
    assert len(counter.events(EventKind.CALL_MISSED)) == 1


def test_a_call_over_whatsapp_of_a_stranger_is_told_and_answered_by_nothing(
    counter: Counter,
) -> None:
    """They did not ask for an SMS: the call licenses none and gives no consent."""
    call = MissedCall(key="wa-call", number=ANNA, at_ms=counter.clock.now_ms(), channel=WHATSAPP)
    for _ in range(2):
        counter.reception.missed_calls(counter.device_id, [call])
    assert (counter.outgoing(), kinds(counter)) == ([], [])
    assert len(counter.events(EventKind.CALL_MISSED)) == 1


def calls_over_whatsapp(counter: Counter, number: str = ANNA) -> None:
    at_ms = counter.clock.now_ms()
    call = MissedCall(key=f"wa:{number}/{at_ms}", number=number, at_ms=at_ms, channel=WHATSAPP)
    counter.reception.missed_calls(counter.device_id, [call])


@pytest.mark.parametrize("shown", [ANNA, "123456789@lid"])
def test_who_wrote_before_and_calls_over_whatsapp_is_answered_there(
    counter: Counter, shown: str
) -> None:
    """Once a day over both ways together; the call adds nothing to the ledger."""
    counter.knows(shown)
    calls_over_whatsapp(counter, shown)
    counter.clock.advance(s=60)
    answer = counter.outgoing(shown)[-1]
    assert (answer["rule"], answer["wanted"], answer["class"]) == (
        "call",
        "whatsapp",
        "confirmation",
    )
    assert answer["text"] == "Bel Utrecht niet, stuur een bericht aan +31 6 87654321."
    attempt = counter.attempt()
    assert attempt.outgoing.channel is WHATSAPP
    with tapping(attempt):
        pass
    calls(counter, shown)
    counter.clock.advance(s=60)
    calls_over_whatsapp(counter, shown)
    assert [row["id"] for row in counter.outgoing(shown) if row["rule"] == "call"] == [answer["id"]]
    assert kinds(counter) == ["wrote_first"]


@pytest.mark.parametrize("words", ["STOP", None])
def test_a_call_over_whatsapp_opens_nothing_that_is_closed(
    counter: Counter, words: str | None
) -> None:
    """Neither after a STOP nor where somebody agreed to SMS only."""
    if words:
        counter.hears(words)
        counter.store.write(
            lambda tx: tx.conn.execute("UPDATE message SET class = 'automatic' WHERE rule = 'stop'")
        )
    else:
        row = f"number,source,date,wording\n{ANNA},Formulier,2026-05-01,Ik wil SMS\n"
        rows = consent_import.read_rows(row, now_ms=counter.clock.now_ms())
        consent_import.bring_in(counter.store, rows, line_id=counter.line_id, recorded_by="import")
    calls_over_whatsapp(counter)
    assert [row for row in counter.outgoing() if row["rule"] == "call"] == []
    assert "called" not in kinds(counter)


def test_once_a_day(counter: Counter) -> None:
    calls(counter)
    counter.clock.advance(s=60)
    counter.sends()
    calls(counter)
    counter.clock.advance(s=DAY_S - 3600)
    calls(counter)
    assert len(counter.outgoing()) == 1
    counter.clock.advance(s=3600)
    calls(counter)
    assert len(counter.outgoing()) == 2
    assert kinds(counter) == ["called", "called"]
    assert len(counter.events(EventKind.CALL_MISSED)) == 4


def test_the_same_call_is_one_call(counter: Counter) -> None:
    for _ in range(2):
        calls(counter)
    assert len(counter.outgoing()) == 1
    assert len(counter.events(EventKind.CALL_MISSED)) == 1


def test_where_nobody_wants_it_a_call_is_only_told(counter: Counter) -> None:
    """The call makes neither a contact nor consent."""
    answers(counter, None)
    calls(counter)
    assert counter.outgoing() == []
    assert kinds(counter) == []
    assert counter.all("SELECT * FROM contact") == []


@pytest.mark.parametrize("number", ["", "unknown", "+31201234567", "Bank", "1233", "+3161"])
def test_only_mobile_numbers_are_answered(counter: Counter, number: str) -> None:
    """A call from a hidden number, a landline or a short number is only reported."""
    calls(counter, number)
    assert counter.all("SELECT * FROM message") == []
    assert kinds(counter) == []
    assert len(counter.events(EventKind.CALL_MISSED)) == 1


def test_an_old_call_is_not_answered(counter: Counter) -> None:
    """A phone reports such calls when it is plugged in for the first time."""
    calls(counter, ago_s=2 * HOUR_S)
    assert counter.outgoing() == []


def test_who_asked_to_stop_gets_nothing(counter: Counter) -> None:
    """This holds even when the STOP was never confirmed."""
    counter.hears("STOP")
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET class = 'automatic' WHERE rule = 'stop'")
    )
    calls(counter)
    assert [row["rule"] for row in counter.outgoing()] == ["stop"]
    assert "called" not in kinds(counter)


def test_who_objected_gets_nothing(counter: Counter) -> None:
    counter.knows(ANNA)
    counter.store.write(
        lambda tx: object_everywhere(tx, tel(ANNA), words="Nooit meer.", recorded_by="staff:x")
    )
    calls(counter)
    assert [row for row in counter.outgoing() if row["rule"] == "call"] == []


def test_who_may_be_written_to_is_answered_on_that_consent(counter: Counter) -> None:
    """The call adds nothing to the ledger."""
    counter.knows(ANNA)
    calls(counter)
    assert counter.outgoing()[-1]["rule"] == "call"
    assert kinds(counter) == ["wrote_first"]


def test_a_stop_before_it_leaves_takes_it_away(counter: Counter) -> None:
    """If it is claimed already, the tap refuses it, also when nothing confirms the STOP."""
    calls(counter)
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    counter.hears("STOP")
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET class = 'automatic' WHERE rule = 'stop'")
    )
    attempt.baseline({})
    with pytest.raises(Refused) as refusal, attempt.clear_to_send():
        pass
    assert refusal.value.code == "opted-out"


def test_a_second_answer_slipped_in_does_not_leave(counter: Counter) -> None:
    """The first answer uses up the license; another message of class confirmation is refused."""
    calls(counter)
    first = counter.outgoing()[0]["id"]
    request = SendRequest(
        line_id=counter.line_id,
        identity=tel(ANNA),
        text="En nog iets.",
        author=STAFF,
        channel=SMS,
        kind=MessageClass.CONFIRMATION,
    )
    with pytest.raises(Refused):
        counter.store.write(lambda tx: accept(tx, request))

    def licensed(message_id: str | None) -> bool:
        permission = counter.store.read(
            lambda conn: may_write(
                conn,
                line_id=counter.line_id,
                identity=tel(ANNA),
                channel=SMS,
                kind=MessageClass.CONFIRMATION,
                message_id=message_id,
            )
        )
        return permission.refusal is None

    assert licensed(first)
    assert not licensed(None)
    assert not licensed("another")
    counter.clock.advance(s=60)
    assert counter.sends() == first
    assert counter.state(first) is MessageState.SENT
    assert not licensed(None)


def test_a_call_opens_no_other_line(counter: Counter) -> None:
    calls(counter)
    other, _ = counter.add_line("+31687000001", "R58M999")
    with pytest.raises(Refused):
        counter.accepts(line_id=other, channel=SMS, kind=MessageClass.CONFIRMATION)


def test_an_answer_too_long_costs_the_call_nothing(counter: Counter) -> None:
    """The text fitted when it was set, and is too long with the number in it."""
    answers(counter, "{line}" * 190)
    calls(counter)
    assert counter.outgoing() == []
    assert len(counter.events(EventKind.CALL_MISSED)) == 1
