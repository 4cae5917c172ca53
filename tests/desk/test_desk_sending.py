"""The entrance for outgoing messages."""

import re
import unicodedata
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.desk.outgoing.sending import Author, SendRequest, accept, cancel
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.messages import MessageClass, MessageState
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, HOUR_S, SMS, STAFF, WHATSAPP, Counter, at, who


@pytest.fixture(autouse=True)
def known(counter: Counter) -> None:
    counter.knows(ANNA)


def count(counter: Counter) -> int:
    return int(counter.one("SELECT count(*) AS n FROM message")["n"])


def test_who_never_wrote_is_not_written_to(counter: Counter) -> None:
    """Refused with what would change it; no contact and no message is made."""
    before = count(counter)
    with pytest.raises(Refused) as refused:
        counter.accepts(to=BART)
    assert refused.value.code == "consent-required"
    assert "writing to this number first" in refused.value.remedy
    assert count(counter) == before
    assert len(counter.all("SELECT 1 FROM contact")) == 1


def test_a_message_is_accepted_in_few_statements(counter: Counter) -> None:
    """Each is a part of what a burst of other software waits for; nothing is asked for nobody."""
    counter.accepts()  # what is remembered of the line is read once
    asked: list[str] = []
    request = SendRequest(line_id=counter.line_id, identity=who(ANNA), text="Ja", author=STAFF)

    def work(tx: Tx) -> None:
        tx.conn.set_trace_callback(asked.append)
        accept(tx, request)
        tx.conn.set_trace_callback(None)

    counter.store.write(work)
    assert len(asked) <= 13


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("x" * 4_097, "at most 4096"),
        ("a\x00", "NUL"),
        ("\ud83d", "half"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_at_the_door(
    counter: Counter, text: str, says: str
) -> None:
    """The error has the field and a sentence, and nothing is stored."""
    before = count(counter)
    with pytest.raises(InvalidInput, match=says) as wrong:
        counter.accepts(text)
    assert wrong.value.field == "text"
    assert count(counter) == before


def test_a_landline_is_not_on_whatsapp(counter: Counter) -> None:
    """WhatsApp by name is refused with a sentence, unless the landline was seen there."""
    landline = "+31302345678"
    counter.hears(sender=landline, channel=SMS)
    with pytest.raises(InvalidInput, match="landline") as wrong:
        counter.accepts(to=landline, channel=WHATSAPP)
    assert wrong.value.field == "to"


def test_an_sms_of_more_than_ten_parts_is_refused(counter: Counter) -> None:
    """Ten parts pass, eleven do not; over WhatsApp the length does not matter."""
    assert counter.queues("x" * 1_530, channel=SMS)
    with pytest.raises(InvalidInput, match="needs 11 parts; at most 10"):
        counter.accepts("x" * 1_531, channel=SMS)
    assert counter.queues("x" * 4_096, channel=WHATSAPP)


def test_an_unknown_line_is_not_found(counter: Counter) -> None:
    """A line that is not there takes no message."""
    with pytest.raises(NotFound, match="line"):
        counter.accepts(line_id="+31600000000")


@pytest.mark.parametrize(
    ("hours", "kind", "answering"),
    [
        (0, MessageClass.REPLY, 1),
        (24, MessageClass.REPLY, 1),
        (24.1, MessageClass.AUTOMATIC, 0),
    ],
)
def test_a_reply_answers_within_a_day(
    counter: Counter, hours: float, kind: MessageClass, answering: int
) -> None:
    """A person who wrote in the last 24 hours is answered; later, Balie begins the message."""
    counter.clock.advance(s=hours * HOUR_S)
    row = counter.row(counter.queues())
    assert (row["class"], row["answering"]) == (kind.value, answering)


def test_the_same_client_id_is_the_same_message(counter: Counter) -> None:
    """A browser that asks again gets the first answer, also when the message has moved on."""
    first = counter.accepts(client_id="c1", typed=True)
    assert counter.accepts(client_id="c1", typed=True) == first
    with pytest.raises(InvalidInput) as wrong:
        counter.accepts("iets anders", client_id="c1")
    assert wrong.value.field == "client_id"
    counter.sends()
    again = counter.accepts(client_id="c1")
    assert (again.id, again.state) == (first.id, MessageState.SENT)
    assert len(counter.outgoing()) == 2  # the old welcome and this one


def test_what_is_accepted_is_durable_with_its_event_and_its_author(counter: Counter) -> None:
    """The row, its author, and one event without text are kept."""
    seq = counter.last_seq()
    message_id = counter.queues("Geheim", author=Author(rule="reminder"))
    row = counter.row(message_id)
    assert (row["state"], row["text"], row["rule"]) == ("queued", "Geheim", "reminder")
    (event,) = counter.events(after=seq)
    assert event.message_id == message_id
    assert dict(event.facts) == {"from": None, "to": "queued", "class": "reply"}


TEXTS = [
    "👩‍👩‍👧‍👦 👍🏽 🇳🇱",
    "שלום \u202bRTL\u202c مرحبا",
    "d\u0332\u0331 en \u00e9",
    "100 % & 'quotes' \"double\" $(reboot) `id`; DROP TABLE message; --",
    "regel 1\nregel 2\r\n\ttab",
    "  met ruimte eromheen  ",
    "{branch} %s {0} \\n",
    "x" * 4_096,
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_text_reaches_the_device_byte_for_byte(counter: Counter, text: str) -> None:
    """It is put in NFC, and otherwise stays exactly as written."""
    counter.queues(text, channel=WHATSAPP)
    assert counter.attempt().outgoing.text.encode() == unicodedata.normalize("NFC", text).encode()


def test_a_combining_mark_is_sent_as_one_letter(counter: Counter) -> None:
    """However a letter was typed, it is kept in NFC."""
    assert counter.row(counter.queues("e\u0301"))["text"] == "\u00e9"


# The promise


def test_a_typed_reply_is_promised_for_now(counter: Counter) -> None:
    """On an idle line there is no reason to wait."""
    accepted = counter.accepts(typed=True)
    assert (accepted.expected_ms, accepted.reason) == (counter.clock.now_ms(), None)


def test_a_reply_is_not_promised_behind_a_list(counter: Counter) -> None:
    """Messages that leave after it do not count."""
    counter.knows(BART)
    for i in range(5):
        counter.queues(f"{i}", to=BART, kind=MessageClass.LIST)
    counter.planner.round()
    assert counter.accepts(typed=True).expected_ms == counter.clock.now_ms()
    listed = counter.accepts(to=BART, kind=MessageClass.LIST)
    assert listed.expected_ms
    assert listed.expected_ms > counter.clock.now_ms() + 60_000
    assert listed.reason == "gap"


def test_what_balie_begins_at_night_is_promised_for_the_morning(counter: Counter) -> None:
    """The first answer already uses the office's hours."""
    counter.clock.at_ms = at("2026-06-19 20:00")
    accepted = counter.accepts()
    assert (accepted.expected_ms, accepted.reason) == (at("2026-06-22 08:30"), "office-hours")


def test_what_is_for_later_is_promised_for_then(counter: Counter) -> None:
    """The answer has the time that the caller named, and the reason."""
    later_ms = counter.clock.now_ms() + 3_600_000
    accepted = counter.accepts(not_before_ms=later_ms)
    assert (accepted.expected_ms, accepted.reason) == (later_ms, "not-before")


# Taking it back


def test_a_message_that_waits_can_be_withdrawn(counter: Counter) -> None:
    """The row says who cancelled it, and it is never sent."""
    message_id = counter.queues()
    counter.store.write(lambda tx: cancel(tx, message_id, Author(staff_id="s1")))
    row = counter.row(message_id)
    assert (row["state"], row["reason"]) == ("cancelled", "by-person")
    assert counter.events()[-1].facts["staff"] == "s1"
    assert counter.task() is None


def test_a_message_in_the_phone_s_hands_cannot_be_withdrawn(counter: Counter) -> None:
    """It is refused with a sentence from the claim on, and also the second time."""
    message_id = counter.queues()
    counter.attempt()
    with pytest.raises(Refused, match="cannot be withdrawn"):
        counter.store.write(lambda tx: cancel(tx, message_id, Author()))
    assert counter.state(message_id) is MessageState.SENDING


def test_what_came_in_or_is_not_there_cannot_be_withdrawn(counter: Counter) -> None:
    """An incoming message is refused, an unknown id is not found."""
    incoming = counter.one("SELECT id FROM message WHERE direction = 'in'")["id"]
    with pytest.raises(Refused):
        counter.store.write(lambda tx: cancel(tx, incoming, Author()))
    with pytest.raises(NotFound):
        counter.store.write(lambda tx: cancel(tx, "nobody", Author()))


@pytest.mark.parametrize("channel", [None, Channel.WHATSAPP, Channel.SMS])
def test_the_channel_that_was_asked_for_is_used(counter: Counter, channel: Channel | None) -> None:
    """Without a channel, the line's best route is used."""
    counter.queues(channel=channel)
    assert counter.attempt().outgoing.channel is (channel or WHATSAPP)


OF_A_PERSON = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE) (?:\w*contact|\w*identity|consent)\b")


def reads_of_a_person(counter: Counter, to: str, **about: Any) -> list[str]:
    """The statements about whom it is for that accepting one message takes."""
    request = SendRequest(
        line_id=counter.line_id,
        identity=who(to),
        text="Kom je morgen?",
        author=Author(rule="test"),
        **about,
    )
    seen: list[str] = []

    def work(tx: Tx) -> None:
        tx.conn.set_trace_callback(seen.append)
        try:
            accept(tx, request)
        finally:
            tx.conn.set_trace_callback(None)

    counter.store.write(work)
    assert any("INTO message" in each for each in seen)
    return [each for each in seen if OF_A_PERSON.search(each)]


@pytest.mark.parametrize("channel", [None, WHATSAPP, SMS])
@pytest.mark.parametrize("in_conversation", [False, True])
@pytest.mark.parametrize("to", [ANNA, "+31302345678"])
def test_a_person_is_read_once(
    counter: Counter, to: str, channel: Channel | None, *, in_conversation: bool
) -> None:
    """Whose number it is, what else they are known by, what they agreed to and whether they are on
    WhatsApp: one statement says all of it, and no other asks again.
    """
    counter.knows(to)
    contact_id = counter.contact_id(to) if in_conversation else None
    for _ in range(2):
        reads = reads_of_a_person(counter, to, channel=channel, contact_id=contact_id)
        assert len(reads) == 1, reads
