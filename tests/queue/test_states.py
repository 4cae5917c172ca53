"""The only function that changes a state."""

import sqlite3
from itertools import product

import pytest

from appliance.events import EventKind
from appliance.messages import TRANSITIONS, MessageState
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.messages import move
from tests.queue.counter import Counter

ALLOWED = [
    (before, to)
    for before in MessageState
    for to in sorted(TRANSITIONS[before], key=lambda state: state.value)
]
FORBIDDEN = [pair for pair in product(MessageState, MessageState) if pair not in ALLOWED]


def in_state(counter: Counter, state: MessageState) -> str:
    """A message whose state was set without `move`."""
    counter.hears()
    direction = "in" if state is MessageState.RECEIVED else "out"
    message_id = str(
        counter.one("SELECT id FROM message WHERE direction = ? LIMIT 1", direction)["id"]
    )
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = ? WHERE id = ?", (state.value, message_id)
        )
    )
    return message_id


@pytest.mark.parametrize(("before", "to"), ALLOWED, ids=lambda state: state.value)
def test_a_move_of_the_table_happens_with_its_event(
    counter: Counter, before: MessageState, to: MessageState
) -> None:
    """The state changes, and one event tells the old and the new state, the reason, the proof."""
    message_id = in_state(counter, before)
    seq = counter.last_seq()
    moved = counter.store.write(
        lambda tx: move(tx, message_id, to, reason=Reason.RETRY, facts={"seen": 1})
    )
    assert moved
    assert moved.before is before
    assert counter.state(message_id) is to
    (event,) = counter.events(after=seq)
    assert event.kind is EventKind.MESSAGE_STATE
    assert event.message_id == message_id
    assert dict(event.facts) == {
        "from": before.value,
        "to": to.value,
        "reason": "retry",
        "seen": 1,
    }


@pytest.mark.parametrize(("before", "to"), FORBIDDEN, ids=lambda state: state.value)
def test_any_other_move_does_nothing(
    counter: Counter, before: MessageState, to: MessageState
) -> None:
    """It gives None, the message stays what it is, and no event is written."""
    message_id = in_state(counter, before)
    row, seq = counter.row(message_id), counter.last_seq()
    assert counter.store.write(lambda tx: move(tx, message_id, to, reason=Reason.RETRY)) is None
    assert counter.row(message_id) == row
    assert counter.last_seq() == seq


def test_a_message_that_is_not_there_does_not_move(counter: Counter) -> None:
    """An unknown id moves nothing."""
    assert counter.store.write(lambda tx: move(tx, "nobody", MessageState.SENDING)) is None
    assert counter.store.read(lambda conn: messages.state_of(conn, "nobody")) is None


@pytest.mark.parametrize("state", ["teleported", "", "QUEUED"])
def test_the_database_knows_no_other_states(counter: Counter, state: str) -> None:
    """A state that the table does not list cannot be written."""
    message_id = in_state(counter, MessageState.QUEUED)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        counter.store.write(
            lambda tx: tx.conn.execute(
                "UPDATE message SET state = ? WHERE id = ?", (state, message_id)
            )
        )


def test_received_is_for_incoming_messages_only(counter: Counter) -> None:
    """The database itself keeps incoming and outgoing states apart."""
    message_id = in_state(counter, MessageState.QUEUED)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        counter.store.write(
            lambda tx: tx.conn.execute(
                "UPDATE message SET state = 'received' WHERE id = ?", (message_id,)
            )
        )


def test_the_enum_and_the_database_have_the_same_states(counter: Counter) -> None:
    """The CHECK of the schema lists exactly the states of the code."""
    sql = str(counter.one("SELECT sql FROM sqlite_master WHERE name = 'message'")["sql"])
    listed = sql.split("CHECK (state IN (")[1].split("))", maxsplit=1)[0]
    assert {name.strip(" '\n") for name in listed.split(",")} == {s.value for s in MessageState}


@pytest.mark.parametrize(
    ("state", "column"),
    [
        (MessageState.SENT, "sent_ms"),
        (MessageState.DELIVERED, "delivered_ms"),
        (MessageState.READ, "read_ms"),
    ],
)
def test_proven_states_have_their_moment(
    counter: Counter, state: MessageState, column: str
) -> None:
    """The row says when it left, arrived and was read."""
    before = next(each for each in MessageState if state in TRANSITIONS[each])
    message_id = in_state(counter, before)
    counter.clock.advance(s=5)
    counter.store.write(lambda tx: move(tx, message_id, state))
    assert counter.row(message_id)[column] == counter.clock.now_ms()
