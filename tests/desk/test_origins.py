"""Messages that no person wrote are kept where they can be seen, and nothing follows from them."""

import pytest

from appliance.desk.inbox.overview import Order
from appliance.devices.modem.arrivals import sort
from appliance.devices.modem.copies import Brought
from appliance.devices.modem_protocol import IncomingPart
from appliance.devices.protocol import Incoming
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.messages import Origin
from tests.devices.modem.pdu.deliver_encoder import Delivery
from tests.queue.counter import ANNA, SMS, WHATSAPP, Counter
from tests.queue.inbox_reader import Colleague
from tests.queue.office import Modem

QUOTED = f"“{ANNA}”"
MACHINES = [Origin.NOTICE, Origin.TECHNICAL]


def comes(counter: Counter, text: str, *, origin: Origin, sender: str = QUOTED) -> None:
    incoming = Incoming(
        channel=SMS,
        key=text,
        sender=sender,
        text=text,
        at_ms=counter.clock.now_ms(),
        origin=origin,
    )
    counter.reception.received(counter.device_id, [incoming])


@pytest.mark.parametrize("sender", [QUOTED, ANNA, "1233", "KPN"])
@pytest.mark.parametrize("origin", MACHINES)
def test_what_no_person_wrote_opens_nothing(counter: Counter, origin: Origin, sender: str) -> None:
    """They bring no consent, no welcome, no wait and no reply; the event names their origin."""
    comes(counter, "Voicemail: 1", origin=origin, sender=sender)
    assert counter.all("SELECT 1 FROM consent") == []
    assert counter.all("SELECT 1 FROM welcome") == []
    assert counter.outgoing(sender) == []
    assert counter.one("SELECT last_in_ms FROM conversation")["last_in_ms"] is None
    assert Colleague(counter).rows(Order.WAITING) == []
    (event,) = counter.events(EventKind.MESSAGE_RECEIVED)
    assert event.facts == {"channel": "sms", "origin": origin.value}
    with pytest.raises(Refused, match="never wrote"):
        counter.accepts(to=sender, channel=SMS)


@pytest.mark.parametrize(("origin", "unread"), [(Origin.NOTICE, 1), (Origin.TECHNICAL, 0)])
def test_it_stands_in_the_inbox_with_a_mark(counter: Counter, origin: Origin, unread: int) -> None:
    """A notice is there to be read; a message for equipment is there for people who look for it."""
    colleague = Colleague(counter)
    comes(counter, "Voicemail: 1", origin=origin)
    (row,) = colleague.rows()
    assert (row.title, row.preview, row.unread) == (QUOTED, "Voicemail: 1", unread)
    assert colleague.unread_on_line() == unread
    (bubble,) = colleague.reads(row.id)
    assert (bubble.origin, bubble.text) == (origin, "Voicemail: 1")


def test_a_notice_in_somebody_s_conversation_is_not_their_answer(counter: Counter) -> None:
    """It came under a person's number, but begins no new day to reply and needs no answer."""
    counter.knows(ANNA)
    counter.clock.advance(s=30 * 3600)
    comes(counter, "Voicemail: 1", origin=Origin.NOTICE, sender=ANNA)
    assert counter.row(counter.queues())["class"] == "automatic"


def test_stop_in_a_notice_is_nobody_s(counter: Counter) -> None:
    counter.knows(ANNA)
    comes(counter, "STOP", origin=Origin.NOTICE)
    assert counter.queues()


def test_parts_for_a_machine_are_one_technical_message(counter: Counter) -> None:
    """This holds even if one part reads as words by chance."""
    modem = Modem(counter)
    parts = [
        IncomingPart(
            key=str(number),
            sender=ANNA,
            reference=1,
            wide=False,
            part=number,
            total=2,
            text=text,
            at_ms=counter.clock.now_ms(),
            origin=origin,
        )
        for number, text, origin in ((1, "abc", Origin.PERSON), (2, "[01]", Origin.TECHNICAL))
    ]
    counter.reception.received_parts(modem.device_id, parts)
    (row,) = counter.all("SELECT text, origin, value FROM message WHERE direction = 'in'")
    assert (row["text"], row["origin"], row["value"]) == ("abc[01]", "technical", QUOTED)
    assert counter.all("SELECT 1 FROM consent") == []


MAILBOX = "+31612001233"


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
@pytest.mark.parametrize("says_so", [1, 2])
def test_a_notice_in_two_parts_is_one_notice_whichever_part_says_so(
    counter: Counter, order: tuple[int, int], says_so: int
) -> None:
    """A network may put the indication into one part only; no part counts as a person's words."""
    modem = Modem(counter)
    for number in order:
        indication = {0x01: b"\x80\x03"} if number == says_so else {}
        pdu = Delivery(
            sender=MAILBOX,
            text=("3 nieuwe ", "berichten")[number - 1],
            header={0x00: bytes((7, 2, number)), **indication},
        ).pdu()
        arrivals = sort([Brought(pdu=pdu)], now_ms=counter.clock.now_ms())
        counter.reception.received_parts(modem.device_id, arrivals.parts)
    (row,) = counter.all("SELECT text, origin, value FROM message WHERE direction = 'in'")
    assert tuple(row.values()) == ("3 nieuwe berichten", "notice", f"“{MAILBOX}”")
    assert counter.all("SELECT 1 FROM consent") == []
    assert counter.all("SELECT 1 FROM message WHERE direction = 'out'") == []
    counter.clock.advance(s=601)
    counter.reception.show_incomplete()
    assert len(counter.all("SELECT 1 FROM conversation")) == 1


def test_a_late_part_of_a_notice_is_nobody_s_either(counter: Counter) -> None:
    """The part with the indication was shown before, as an incomplete message."""
    modem = Modem(counter)
    for number, origin in ((1, Origin.NOTICE), (2, Origin.PERSON)):
        late = IncomingPart(
            key=str(number),
            sender=ANNA,
            reference=1,
            wide=False,
            part=number,
            total=2,
            text="STOP",
            at_ms=counter.clock.now_ms() - (number - 1) * 601_000,
            origin=origin,
        )
        counter.reception.received_parts(modem.device_id, [late])
        counter.clock.advance(s=601)
        counter.reception.show_incomplete()
    rows = counter.all("SELECT origin, value FROM message WHERE direction = 'in'")
    assert [tuple(row.values()) for row in rows] == [("notice", QUOTED)] * 2
    assert counter.all("SELECT 1 FROM consent") == []


SERVICES = ["+318001234", "+31881234567", "+319001234"]


@pytest.mark.parametrize("sender", SERVICES)
def test_an_sms_from_a_service_s_number_opens_nothing(counter: Counter, sender: str) -> None:
    """An SMS that a bank sends from a free, paid or company number cannot be answered."""
    counter.hears("Uw pakket komt morgen", sender=sender, channel=SMS)
    assert counter.outgoing(sender) == []
    assert counter.all("SELECT 1 FROM consent") == []


@pytest.mark.parametrize("sender", SERVICES)
def test_a_company_on_whatsapp_can_be_answered(counter: Counter, sender: str) -> None:
    counter.hears("Hebben jullie morgen iemand?", sender=sender, channel=WHATSAPP)
    assert [each["rule"] for each in counter.outgoing(sender)] == ["welcome"]


def test_an_sms_from_a_landline_is_not_welcomed(counter: Counter) -> None:
    """A company's program wrote it, and nobody reads SMS at that number."""
    counter.hears("Uw afspraak is morgen om 9 uur", sender="+31201234567", channel=SMS)
    assert counter.outgoing("+31201234567") == []
