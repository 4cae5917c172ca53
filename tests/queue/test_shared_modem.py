"""A modem that several lines fall back on: whose answer comes in, and one pace for its SIM."""

from typing import Any

import pytest

from appliance.devices.protocol import Proof, Tick
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.queue.stored_history import Histories
from appliance.store import lines, routes
from tests.queue.counter import ANNA, BART, HOUR_S, SMS, WHATSAPP, Counter, tapping
from tests.queue.office import Modem, phone_is_away, planned, settings


@pytest.fixture
def modem(counter: Counter) -> Modem:
    counter.knows(ANNA, BART)
    counter.clock.advance(s=120)
    return Modem(counter)


def shared(counter: Counter, modem: Modem, number: str = "+31687000002") -> str:
    """Another line that falls back on the same modem; its id."""
    line_id, _ = counter.add_line(number, f"R58M{number[-3:]}")
    counter.store.write(lambda tx: modem.falls_back(tx, line_id))
    return line_id


def writes(counter: Counter, modem: Modem, text: str, sender: str = ANNA) -> str:
    """Somebody writes to the modem's number; gives the line that gets the message."""
    device_id, counter.device_id = counter.device_id, modem.device_id
    counter.hears(text, sender, channel=SMS)
    counter.device_id = device_id
    row = counter.one("SELECT line_id FROM message WHERE text = ? ORDER BY id DESC", text)
    return str(row["line_id"])


def test_a_stranger_s_message_is_for_the_line_that_first_fell_back_on_it(
    counter: Counter, modem: Modem
) -> None:
    """A modem that is some line's own gives it to that line instead."""
    first, second = counter.line_id, shared(counter, modem)
    assert writes(counter, modem, "een", "+31655555555") == first
    counter.store.write(
        lambda tx: routes.add_route(
            tx, line_id=second, device_id=modem.device_id, channel=WHATSAPP, rank=0
        )
    )
    assert writes(counter, modem, "twee", "+31655555555") == second


def test_an_answer_is_for_the_line_that_last_wrote_to_that_number(
    counter: Counter, modem: Modem
) -> None:
    """Only over this modem; a STOP there counts for that line and no other."""
    first, second = counter.line_id, shared(counter, modem)
    phone_is_away(counter)
    counter.clock.advance(s=600)
    for line_id in (first, second):
        counter.line_id = line_id
        counter.hears("Hoi daar")  # over the first phone, whose line is the first
    counter.store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO consent"
            " (value, scheme, contact_id, line_id, kind, recorded_by, at_ms)"
            " SELECT value, scheme, contact_id, ?, kind, recorded_by, at_ms FROM consent"
            " WHERE value = ? LIMIT 1",
            (second, ANNA),
        )
    )
    counter.line_id = second
    counter.queues("van de tweede")
    modem.sends()
    assert writes(counter, modem, "antwoord") == second
    assert writes(counter, modem, "een ander", BART) == first
    assert writes(counter, modem, "STOP") == second
    closed = counter.all("SELECT line_id FROM consent WHERE kind = 'opted_out'")
    assert [row["line_id"] for row in closed] == [second]
    counter.line_id = first
    assert counter.accepts("mag nog").id


def test_what_is_told_again_is_known_whoever_it_is_for_by_now(
    counter: Counter, modem: Modem
) -> None:
    """The same SMS from the same modem is one message."""
    second = shared(counter, modem)
    device_id, counter.device_id = counter.device_id, modem.device_id
    counter.hears("hallo", channel=SMS, key="same")
    counter.store.write(
        lambda tx: routes.add_route(
            tx, line_id=second, device_id=modem.device_id, channel=WHATSAPP, rank=0
        )
    )
    counter.hears("hallo", channel=SMS, key="same")
    counter.device_id = device_id
    assert len(counter.all("SELECT 1 FROM message WHERE text = 'hallo'")) == 1


def test_a_shared_modem_is_one_sim(counter: Counter, modem: Modem) -> None:
    """Its ceilings hold over all its lines together: six messages a minute."""
    ids = [counter.line_id, *(shared(counter, modem, f"+3168700001{n}") for n in range(3))]
    counter.store.write(
        lambda tx: tx.conn.executemany(
            "INSERT INTO consent"
            " (value, scheme, contact_id, line_id, kind, recorded_by, at_ms)"
            " SELECT value, scheme, contact_id, ?, kind, recorded_by, at_ms FROM consent",
            [(each,) for each in ids[1:]],
        )
    )
    counter.store.write(lambda tx: tx.conn.execute("UPDATE device SET lost = '{}', created_ms = 1"))
    phone_is_away(counter)
    counter.clock.advance(s=600)
    for line_id in ids:
        for who in (ANNA, BART):
            counter.queues("hoi", to=who, line_id=line_id, kind=MessageClass.REPLY)
    left = []
    for second in range(120):
        if (task := modem.task()) is not None:
            assert isinstance(task, QueueAttempt)
            with tapping(task):
                pass
            counter.work.sent(task, Proof(tick=Tick.SENT))
            left.append(second)
        counter.clock.advance(s=1)
    assert len(left) == 8
    assert all(sum(start <= each < start + 60 for each in left) <= 6 for start in left)


def test_a_new_modem_begins_slowly_however_old_its_lines_are(
    counter: Counter, modem: Modem
) -> None:
    """The day's budget belongs to the SIM: twenty messages in its first days."""
    counter.store.write(lambda tx: tx.conn.execute("UPDATE line SET created_ms = 0"))
    device = counter.one("SELECT created_ms FROM device WHERE kind = 'modem'")
    assert modem_history(counter, modem) == device["created_ms"]
    counter.store.write(
        lambda tx: routes.add_route(
            tx, line_id=counter.line_id, device_id=modem.device_id, channel=WHATSAPP, rank=0
        )
    )
    assert modem_history(counter, modem) == 0


def modem_history(counter: Counter, modem: Modem) -> int:
    def read(conn: Any) -> int:
        line = lines.line(conn, counter.line_id)
        return Histories().of(conn, modem.device_id, line, now_ms=counter.clock.now_ms()).since_ms

    return counter.store.read(read)


def test_a_list_waits_while_the_sim_is_abroad(counter: Counter, modem: Modem) -> None:
    """Answers do not wait; the list goes on when the SIM is home again."""
    settings(counter, fallback_classes=frozenset(MessageClass))
    phone_is_away(counter)
    modem.is_ready(roaming=True)
    counter.clock.advance(s=HOUR_S)
    message_id = counter.queues(kind=MessageClass.LIST)
    assert planned(counter, message_id) == (None, "roaming")
    answer = counter.queues(to=BART)
    assert modem.sends().outgoing.message_id == answer
    modem.is_ready(roaming=False)
    counter.clock.advance(s=300)
    assert modem.attempt().outgoing.message_id == message_id
