"""What somebody typed on the phone itself, as the desk keeps it."""

import pytest

from appliance.channels import Channel
from appliance.devices.news_protocol import TypedByHand
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.identities import tel
from appliance.messages import MessageState
from appliance.queue.stored_history import Histories
from appliance.store import lines
from tests.queue.counter import ANNA, BART, SMS, WHATSAPP, Counter


def types(
    counter: Counter,
    text: str = "Ik bel je zo",
    *,
    to: str = ANNA,
    channel: Channel = WHATSAPP,
    key: str = "hand-1",
    ago_s: int = 0,
) -> None:
    typed = TypedByHand(
        channel=channel, key=key, to=to, text=text, at_ms=counter.clock.now_ms() - ago_s * 1000
    )
    counter.reception.typed(counter.device_id, [typed])


def waiting_ms(counter: Counter) -> int | None:
    found: int | None = counter.one("SELECT waiting_ms FROM conversation")["waiting_ms"]
    return found


def test_it_stands_in_the_conversation_and_ends_the_wait(counter: Counter) -> None:
    """Once, as sent, by nobody of the staff; the welcome that it overtook is taken back."""
    counter.hears("Hoi, is er werk?")
    counter.clock.advance(s=60)
    for _ in range(2):
        types(counter)
    welcome, typed = counter.outgoing()
    assert welcome["state"] == MessageState.CANCELLED.value
    assert (typed["state"], typed["class"], typed["channel"]) == ("sent", "reply", "whatsapp")
    assert (typed["staff_id"], typed["rule"], typed["text"]) == (None, None, "Ik bel je zo")
    assert waiting_ms(counter) is None
    events = [each for each in counter.events(EventKind.MESSAGE_STATE) if "by" in each.facts]
    assert [each.facts for each in events] == [{"from": None, "to": "sent", "by": "hand"}]


def test_who_wrote_after_it_still_waits(counter: Counter) -> None:
    """It is told late, and stands where it was written."""
    counter.hears("Hoi")
    counter.clock.advance(s=600)
    counter.hears("Hallo?")
    asked_ms = counter.clock.now_ms()
    counter.clock.advance(s=60)
    types(counter, ago_s=300)
    assert waiting_ms(counter) == asked_ms


@pytest.mark.parametrize("channel", [WHATSAPP, SMS])
def test_it_counts_in_the_pace(counter: Counter, channel: Channel) -> None:
    """In the history of the SIM, with its parts, as one of the line's own would."""
    counter.knows(ANNA)
    types(counter, "x" * 200, channel=channel, ago_s=60)
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    now_ms = counter.clock.now_ms()
    history = counter.store.read(
        lambda conn: Histories().of(conn, counter.device_id, line, now_ms=now_ms)
    )
    assert [(each.identity, each.answering, each.parts, each.sms) for each in history.left] == [
        (tel(ANNA), True, channel.parts_of("x" * 200), channel is SMS)
    ]
    assert history.last_ms == now_ms - 60_000


def test_it_gives_no_consent(counter: Counter) -> None:
    """A colleague who writes to a stranger has not been asked to."""
    types(counter, to=BART, channel=SMS)
    assert counter.all("SELECT 1 FROM consent") == []
    with pytest.raises(Refused, match="never wrote"):
        counter.accepts(to=BART)


def test_what_the_line_wrote_is_known_to_the_phone(counter: Counter) -> None:
    """With what proves it; what waits or was proven not to have left is not in it."""
    counter.knows(ANNA)
    counter.queues("een")
    counter.clock.advance(s=60)
    counter.sends()
    counter.queues("twee")
    types(counter, "drie")
    written = counter.reception.written(counter.device_id, ANNA, since_ms=0)
    assert [(each.text, each.key) for each in written] == [("een", None), ("drie", "hand-1")]
    assert written[0].facts["tick"] == "sent"


def test_a_phone_without_a_line_keeps_it_to_itself(counter: Counter) -> None:
    counter.store.write(lambda tx: lines.remove_line(tx, counter.line_id))
    types(counter)
    assert counter.all("SELECT 1 FROM message WHERE direction = 'out'") == []
