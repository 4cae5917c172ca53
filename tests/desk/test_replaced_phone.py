"""A line gets its phone, and later another phone in its place."""

import pytest

from appliance.desk.lines import new_line, replaced_phone
from appliance.desk.lines.replaced_phone import Replacement
from appliance.devices.protocol import DeviceState, Sim
from appliance.errors import InvalidInput, Refused, Unconfirmed
from appliance.reasons import Reason
from appliance.store import devices, lines, routes
from tests.queue.counter import ANNA, BART, Counter, tapping

CARD = "8931440000000000001"
NEW = "R58MNEW"


def replaced(counter: Counter, *, cards: tuple[str | None, ...] = (CARD,)) -> str:
    wanted = Replacement(line_id=counter.line_id, kind="phone", address=NEW, cards=cards)
    return counter.store.write(lambda tx: replaced_phone.replace(tx, wanted, by="cli"))


def carriers(counter: Counter) -> list[str]:
    ways = counter.store.read(lambda conn: routes.routes_of_line(conn, counter.line_id))
    return [f"{way.device_id} {way.channel.name}" for way in ways]


def test_a_new_phone_comes_where_the_old_one_was(counter: Counter) -> None:
    """Before what the line falls back on; people, consent and what waits stay with the line."""
    counter.knows(ANNA)
    waiting = counter.queues(to=ANNA)
    counter.store.write(lambda tx: new_line.add_fallback(tx, counter.line_id, "/dev/ttyUSB0"))
    fallback = carriers(counter)[-1]
    new_id = replaced(counter)
    assert carriers(counter) == [f"{new_id} whatsapp", f"{new_id} sms", fallback]
    old = counter.device_id
    counter.device_id = new_id
    counter.phone_is(DeviceState.READY, channels=frozenset())
    assert counter.row(waiting)["state"] == "queued"
    assert old not in {each.id for each in counter.store.read(devices.devices)}
    assert counter.accepts(to=ANNA).id


def test_what_the_old_phone_left_in_doubt_is_for_a_person(counter: Counter) -> None:
    """Nobody can ask it any more, and nothing is sent again by itself."""
    counter.knows(ANNA, BART)
    doubted = counter.queues(to=ANNA)
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("No new row."))
    replaced(counter)
    row = counter.row(doubted)
    assert (row["state"], row["reason"]) == ("unconfirmed", Reason.PERSON)


def test_a_phone_that_sends_just_now_is_not_replaced(counter: Counter) -> None:
    """Its outcome is told first."""
    counter.knows(ANNA)
    counter.queues(to=ANNA)
    counter.attempt()
    with pytest.raises(Refused) as refused:
        replaced(counter)
    assert refused.value.code is Reason.PHONE_SENDING


def test_the_card_takes_its_history_along(counter: Counter) -> None:
    """The ceilings of the number go on in the new phone; another card begins its own."""
    counter.reception.sim_seen(counter.device_id, Sim(iccid=CARD, number=None))
    new_id = replaced(counter, cards=(None,))
    assert counter.store.read(lambda conn: devices.device(conn, new_id)).iccid == CARD


def test_a_stop_of_the_old_phone_alone_ends_with_it(counter: Counter) -> None:
    """A stop of the whole number stays until a person has looked."""
    line_id, old = counter.line_id, counter.device_id
    counter.store.write(lambda tx: lines.stop_line(tx, line_id, "sim-missing", device_id=old))
    replaced(counter)
    assert counter.store.read(lambda conn: lines.line(conn, line_id)).stopped is None


def test_only_a_phone_that_has_a_line_is_replaced(counter: Counter) -> None:
    """And only by one that has none."""
    find = replaced_phone.line_of
    assert counter.store.read(lambda conn: find(conn, "phone", "R58M123")).id == counter.line_id
    with pytest.raises(InvalidInput):
        counter.store.read(lambda conn: find(conn, "phone", "R58M999"))
    counter.add_line("+31687654399", NEW)
    with pytest.raises(Refused) as refused:
        replaced(counter)
    assert refused.value.code is Reason.DEVICE_TAKEN


def test_a_line_without_a_phone_gets_one_before_its_modem(counter: Counter) -> None:
    """A line that has a phone is refused a second one, and a phone a second line."""
    line_id = counter.line_id

    def carry(address: str) -> str:
        return counter.store.write(
            lambda tx: new_line.carry(tx, line_id, kind="phone", address=address, by="cli")
        )

    assert carry("R58M123") == counter.device_id
    with pytest.raises(Refused) as refused:
        carry(NEW)
    assert refused.value.code is Reason.LINE_TAKEN
    counter.store.write(lambda tx: new_line.add_fallback(tx, line_id, "/dev/ttyUSB0"))
    old = counter.device_id
    counter.store.write(lambda tx: routes.remove_routes(tx, line_id=line_id, device_id=old))
    new_id = carry(NEW)
    assert [each.split()[0] for each in carriers(counter)[:2]] == [new_id, new_id]
    other, _ = counter.add_line("+31687654399", "R58M777")
    with pytest.raises(Refused) as refused:
        counter.store.write(
            lambda tx: new_line.carry(tx, other, kind="phone", address=NEW, by="cli")
        )
    assert refused.value.code is Reason.DEVICE_TAKEN
