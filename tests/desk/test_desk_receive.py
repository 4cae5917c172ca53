"""What Balie does by itself with what somebody writes and a device tells."""

import pytest

from appliance.channels import Channel
from appliance.desk.consent import rule_words
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import DeviceState, Group, Incoming, Sim
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.store import branch_settings, consent, contacts, devices
from appliance.store.store import Tx
from tests.desk.ledger import ledger, rules
from tests.queue.counter import ANNA, BOTH, SMS, WHATSAPP, Counter, who


@pytest.mark.parametrize("sender", ["+1;reboot", "+$(id)", "+31611111111 x", "+0611111111", "KPN"])
def test_a_word_that_somebody_sends_under_is_never_answered(counter: Counter, sender: str) -> None:
    """Networks let anybody choose such a name, even a command of the phone's shell. It is shown,
    gives no consent, and nothing can be sent to it.
    """
    counter.hears("Hoi", sender=sender, channel=SMS)
    assert counter.outgoing(sender) == []
    assert ledger(counter) == []
    with pytest.raises(Refused, match="never wrote"):
        counter.accepts(to=sender, channel=SMS)


def test_consent_opens_no_way_to_what_is_no_number(counter: Counter) -> None:
    """An older Balie may have consent on record for such a name: no device ever gets it."""
    counter.hears("Hoi", sender="+1;reboot", channel=SMS)

    def agree(tx: Tx) -> None:
        contact = contacts.by_identity(tx.conn, who("+1;reboot"))
        assert contact
        consent.record(
            tx,
            identity=who("+1;reboot"),
            contact_id=contact.id,
            line_id=counter.line_id,
            kind=consent.ConsentKind.WROTE_FIRST,
            recorded_by="rule",
        )

    counter.store.write(agree)
    with pytest.raises(InvalidInput) as wrong:
        counter.accepts(to="+1;reboot", channel=SMS)
    assert wrong.value.field == "to"


def test_a_sender_of_no_known_country_can_be_answered(counter: Counter) -> None:
    """The library knows a new numbering plan only some time after it exists."""
    counter.hears("Hoi", sender="+99912345678", channel=SMS)
    counter.accepts(to="+99912345678", channel=WHATSAPP)


def test_a_stranger_s_first_message_makes_everything_that_is_needed(counter: Counter) -> None:
    """A contact with the name they chose, a conversation, and consent with the message as proof."""
    counter.hears("Hoi, is er werk?", name="Anna")
    contact = counter.store.read(lambda conn: contacts.by_identity(conn, who(ANNA)))
    assert contact
    assert (contact.name, contact.identities) == ("Anna", (who(ANNA),))
    message = counter.one("SELECT * FROM message WHERE direction = 'in'")
    assert (message["state"], message["text"]) == ("received", "Hoi, is er werk?")
    proof = counter.one("SELECT * FROM consent")
    assert proof["kind"] == "wrote_first"
    assert proof["message_id"] == message["id"]
    assert (proof["value"], proof["line_id"]) == (ANNA, counter.line_id)
    conversation = counter.one("SELECT * FROM conversation")
    assert conversation["contact_id"] == contact.id
    kinds = [each.kind for each in counter.events()]
    assert {
        EventKind.CONTACT_CREATED,
        EventKind.MESSAGE_RECEIVED,
        EventKind.CONSENT_RECORDED,
    } <= set(kinds)


@pytest.mark.parametrize("channel", [WHATSAPP, SMS])
def test_a_stranger_is_welcomed_once_where_they_wrote(counter: Counter, channel: Channel) -> None:
    """One welcome in the branch's language, on the channel they used; no second one, ever."""
    counter.hears(channel=channel)
    counter.hears("En morgen?", channel=SMS)
    counter.hears("Hallo?", channel=WHATSAPP)
    (welcome,) = counter.outgoing()
    assert welcome["rule"] == "welcome"
    assert welcome["wanted"] == channel.name
    assert welcome["class"] == "automatic"
    assert welcome["text"] == rule_words.WELCOME["nl"].replace("{branch}", "Utrecht")
    assert ledger(counter) == [(ANNA, "wrote_first")]


def test_every_line_welcomes_for_itself(counter: Counter) -> None:
    """On another number of the office they are new: each line has its own consent and welcome."""
    counter.hears()
    _, other_device = counter.add_line("+31687654322", "R58M999")
    counter.reception.received(
        other_device,
        [
            Incoming(
                channel=WHATSAPP, key="1", sender=ANNA, text="Hoi", at_ms=counter.clock.now_ms()
            )
        ],
    )
    assert rules(counter) == ["welcome", "welcome"]
    assert len(counter.all("SELECT 1 FROM contact")) == 1
    assert len(counter.all("SELECT 1 FROM conversation")) == 2


def test_an_english_branch_with_a_text_of_its_own(counter: Counter) -> None:
    """The branch's own welcome goes before the language's."""
    english = {"language": "en", "welcome_text": "Hi from {branch}! {no field}"}
    counter.store.write(
        lambda tx: branch_settings.change(tx, counter.branch_id, english, by="test")
    )
    counter.hears()
    counter.hears("STOP")
    assert [each["text"] for each in counter.outgoing()] == [
        "Hi from Utrecht! {no field}",
        rule_words.STOPPED["en"].replace("{branch}", "Utrecht"),
    ]


def test_a_welcome_that_cannot_be_sent_does_not_lose_the_message(counter: Counter) -> None:
    """Somebody writes by SMS and the branch's text is too long for it: the message is kept."""
    too_long = {"welcome_text": "x" * 4_000}
    counter.store.write(
        lambda tx: branch_settings.change(tx, counter.branch_id, too_long, by="test")
    )
    counter.hears("Hoi", channel=SMS)
    assert counter.one("SELECT text FROM message")["text"] == "Hoi"
    assert ledger(counter) == [(ANNA, "wrote_first")]
    assert counter.outgoing() == []


def test_a_landline_on_whatsapp_is_a_person_too(counter: Counter) -> None:
    """A company's number that writes by WhatsApp is welcomed, and may be answered there."""
    landline = "+31302345678"
    counter.hears(sender=landline)
    assert rules(counter, landline) == ["welcome"]
    assert counter.queues(to=landline, channel=WHATSAPP)


def test_the_same_key_is_the_same_message(counter: Counter) -> None:
    """A repetition is dropped: no row, no answer, no event. An SMS never becomes another."""
    counter.hears("Hoi", key="k1")
    counter.hears("Hoi", key="k2", channel=SMS)
    seq = counter.last_seq()
    counter.hears("Hoi", key="k1")
    counter.hears("STOP", key="k2", channel=SMS)
    assert counter.last_seq() == seq
    assert len(counter.all("SELECT 1 FROM message WHERE direction = 'in'")) == 2


def test_the_same_words_under_another_key_are_news(counter: Counter) -> None:
    """Two people say the same, and one person says it twice: all are kept."""
    counter.hears("Ja", key="k1")
    counter.hears("Ja", key="k2")
    counter.hears("Ja", key="k1", channel=SMS)
    assert len(counter.all("SELECT 1 FROM message WHERE direction = 'in'")) == 3


def test_a_message_from_the_phone_s_future_is_written_now(counter: Counter) -> None:
    """No message is written after the time it came, even if the phone's clock is ahead."""
    now_ms = counter.clock.now_ms()
    counter.hears(at_ms=now_ms + 60_000)
    counter.hears("eerder", at_ms=now_ms - 60_000)
    rows = counter.all("SELECT written_ms FROM message WHERE direction = 'in' ORDER BY id")
    assert [row["written_ms"] for row in rows] == [now_ms, now_ms - 60_000]


def test_a_group_post_is_kept_apart(counter: Counter) -> None:
    """It makes a group's conversation, but no contact, consent or welcome, even for a STOP."""
    group = Group(jid="123-456@g.us", name="Vroege dienst")
    counter.hears("Wie kan morgen?", group=group, name="Anna")
    counter.hears("STOP", group=Group(jid=group.jid, name="Late dienst"), name="Anna")
    assert counter.all("SELECT 1 FROM contact") == []
    assert ledger(counter) == []
    assert counter.outgoing() == []
    (conversation,) = counter.all("SELECT * FROM conversation")
    assert (conversation["contact_id"], bool(conversation["group_id"])) == (None, True)
    assert counter.one("SELECT name FROM chat_group")["name"] == "Late dienst"
    posts = counter.all("SELECT sender_name FROM message ORDER BY id")
    assert [row["sender_name"] for row in posts] == ["Anna", "Anna"]


@pytest.mark.parametrize("sender", ["Tele2", "PostNL", "1233"])
def test_a_sender_without_a_number_gets_no_answer(counter: Counter, sender: str) -> None:
    """A message from a provider is shown, and starts nothing."""
    counter.hears("Je bundel is op. Stuur STOP.", sender=sender, channel=SMS)
    counter.hears("STOP", sender=sender)
    assert len(counter.all("SELECT 1 FROM message WHERE direction = 'in'")) == 2
    assert counter.outgoing(sender) == []
    assert ledger(counter) == []
    with pytest.raises(Refused, match="never wrote"):
        counter.accepts(to=sender)


TEXTS = [
    "👩‍👩‍👧‍👦 👍🏽 🇳🇱",
    "שלום \u202bRTL\u202c مرحبا",
    "e\u0301 blijft e\u0301",
    "100 % & 'quotes' \"double\" $(reboot) `id`; DROP TABLE message; --",
    "regel 1\nregel 2\r\n\ttab",
    "  met ruimte eromheen  ",
    "{branch} %s {0} \\n",
    "",
    "x" * 60_000,
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_what_came_in_is_kept_byte_for_byte(counter: Counter, text: str) -> None:
    """A person's words are never tidied or cut, and are read only as text."""
    counter.hears(text, name=text[:50] or None)
    counter.hears(text, channel=SMS)
    rows = counter.all("SELECT text FROM message WHERE direction = 'in'")
    assert [row["text"].encode() for row in rows] == [text.encode()] * 2


def test_a_missed_call_is_told_once_and_opens_nothing(counter: Counter) -> None:
    """It makes an event; a call is no consent to messages."""
    call = MissedCall(key="c1", number=ANNA, at_ms=counter.clock.now_ms())
    counter.reception.missed_calls(counter.device_id, [call, call])
    counter.reception.missed_calls(counter.device_id, [call])
    assert len(counter.events(EventKind.CALL_MISSED)) == 1
    with pytest.raises(Refused):
        counter.accepts()


def test_the_first_sim_binds_and_another_is_refused(counter: Counter) -> None:
    """By ICCID when both are known, else by the number; an unreadable SIM counts as the same."""

    def seen(iccid: str | None, number: str | None) -> bool:
        return counter.reception.sim_seen(counter.device_id, Sim(iccid=iccid, number=number))

    assert seen(None, None)
    assert seen(None, "+31687654321")
    assert not seen(None, "+31600000000")
    assert seen("8931", "+31687654321")
    assert seen("8931", "+31600000000")  # numbers on SIMs are often wrong; the ICCID is not
    assert not seen("8932", "+31687654321")
    assert seen(None, None)


def test_a_state_that_did_not_change_is_no_event(counter: Counter) -> None:
    """The log holds changes that a person would notice, not each probe."""
    seq = counter.last_seq()
    counter.phone_is(DeviceState.READY, channels=BOTH)
    assert counter.last_seq() == seq
    counter.phone_is(DeviceState.READY, channels=frozenset({SMS}))
    assert counter.last_seq() == seq + 1


def test_a_cursor_is_the_device_s_own(counter: Counter) -> None:
    """None until it is set; then the last value."""
    assert counter.reception.cursor(counter.device_id, "sms") is None
    counter.reception.move_cursor(counter.device_id, "sms", 7)
    counter.reception.move_cursor(counter.device_id, "sms", 9)
    assert counter.reception.cursor(counter.device_id, "sms") == 9
    assert counter.reception.cursor(counter.device_id, "calls") is None


def test_recent_messages_come_back_as_the_device_told_them(counter: Counter) -> None:
    """They have the device's own key, so that it can tell a repetition from news."""
    counter.hears("oud", key="a:b:1", at_ms=counter.clock.now_ms() - 90_000)
    counter.hears("nieuw", key="a:b:2", name="Anna")
    since_ms = counter.clock.now_ms() - 60_000
    (found,) = counter.reception.recent(counter.device_id, ANNA, since_ms=since_ms)
    assert (found.key, found.text, found.sender_name) == ("a:b:2", "nieuw", "Anna")


def test_a_device_without_a_line_keeps_its_messages(counter: Counter) -> None:
    """Nobody could see them here; they stay on the phone and come when it has a line."""
    spare = counter.store.write(lambda tx: devices.enrol(tx, kind="phone", address="R58M000"))
    incoming = Incoming(channel=SMS, key="1", sender=ANNA, text="Hoi", at_ms=1)
    counter.reception.received(spare, [incoming])
    assert counter.all("SELECT 1 FROM message") == []


def test_of_two_sims_only_the_one_with_the_line_s_number_is_bound(counter: Counter) -> None:
    """A second card in the phone belongs to nobody until the phone says which line it is for."""

    def seen(iccid: str | None, number: str | None) -> bool:
        sim = Sim(iccid=iccid, number=number, alone=False)
        return counter.reception.sim_seen(counter.device_id, sim)

    assert not seen("8931440000000000001", None)
    assert not seen("8931440000000000001", "+31699999999")
    assert seen("8931440000000000002", "+31687654321")
    assert not seen("8931440000000000001", None)
    assert seen("8931440000000000002", None)
    assert not seen(None, None)
    assert seen(None, "+31687654321")
