"""What is to be taken off phones: asked for once, and nobody's name stays when it is over."""

from dataclasses import replace

import pytest

from appliance.events import EventKind
from appliance.identities import tel
from appliance.reasons import Reason
from appliance.store import house_key, lines, phone_removals
from appliance.store.phone_removals import NewRemoval, RemovalState, RemovalWhat
from tests.queue.conftest import clock, counter, store
from tests.queue.counter import ANNA, WHATSAPP, Counter

__all__ = ["clock", "counter", "store"]


def a_chat(counter: Counter, *, by_hand: bool = False) -> NewRemoval:
    return NewRemoval(
        line_id=counter.line_id,
        device_id=counter.device_id,
        channel=WHATSAPP,
        whose=tel(ANNA),
        by_hand=by_hand,
    )


def test_the_same_chat_is_asked_for_once(counter: Counter) -> None:
    first = counter.store.write(lambda tx: phone_removals.ask(tx, a_chat(counter)))
    assert counter.store.write(lambda tx: phone_removals.ask(tx, a_chat(counter))) == first
    (event,) = counter.events(EventKind.PHONE_REMOVAL)
    assert ANNA not in str(event)


def test_those_of_others_stay_shut_while_one_more_is_asked_for(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever opened them would see that they were changed; an earlier key of the house finds its
    own.
    """
    others = [replace(a_chat(counter), whose=tel(f"+316222200{each:02}")) for each in range(3)]
    ids = [counter.store.write(lambda tx, new=new: phone_removals.ask(tx, new)) for new in others]  # type: ignore[misc]
    counter.store.write(lambda tx: tx.conn.execute("UPDATE phone_removal SET whose = x'00'"))
    house_key.turn(counter.store.path.parent)
    own = counter.store.write(lambda tx: phone_removals.ask(tx, a_chat(counter)))
    assert own not in ids
    assert counter.store.write(lambda tx: phone_removals.ask(tx, others[1])) == ids[1]
    assert caplog.text == ""
    assert counter.store.write(lambda tx: phone_removals.take(tx, ids[1]))
    assert counter.store.write(lambda tx: phone_removals.ask(tx, others[1])) not in ids


def test_whose_chat_it_was_is_gone_once_it_is_done(counter: Counter) -> None:
    removal_id = counter.store.write(
        lambda tx: phone_removals.ask(tx, a_chat(counter, by_hand=True))
    )
    branch = counter.store.read(lambda conn: lines.line(conn, counter.line_id)).branch_id
    (asked,) = counter.store.read(lambda conn: phone_removals.for_people(conn, [branch]))
    assert asked.whose == tel(ANNA)
    assert asked.reason is Reason.PERSON
    assert counter.store.write(lambda tx: phone_removals.end(tx, removal_id, RemovalState.DONE))
    assert not counter.store.write(lambda tx: phone_removals.end(tx, removal_id, RemovalState.DONE))
    done = counter.store.read(lambda conn: phone_removals.find(conn, removal_id))
    assert done is not None
    assert done.whose is None


@pytest.mark.parametrize("what", list(RemovalWhat))
def test_what_was_cut_off_is_due_again(counter: Counter, what: RemovalWhat) -> None:
    new = NewRemoval(
        line_id=counter.line_id,
        device_id=counter.device_id,
        channel=WHATSAPP,
        whose=tel(ANNA),
        what=what,
    )
    removal_id = counter.store.write(lambda tx: phone_removals.ask(tx, new))
    assert counter.store.write(lambda tx: phone_removals.take(tx, removal_id))
    due = counter.store.read(
        lambda conn: phone_removals.next_due(
            conn, counter.device_id, now_ms=counter.store.clock.now_ms()
        )
    )
    assert due is not None
    assert due.id == removal_id
