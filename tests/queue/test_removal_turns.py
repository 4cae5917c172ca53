"""When a phone takes a chat away: everything else comes first, and doubt above all."""

import pytest

from appliance.clock import ManualClock
from appliance.devices.removal_protocol import RemovalTurn
from appliance.errors import DeviceError, DeviceGone, Permanent, Refused, Transient
from appliance.queue.removal_turns import (
    MAX_TRIES,
    QueueRemovalTurn,
    RemovalDesk,
    RemovalPace,
    next_turn,
)
from appliance.store import phone_removals
from appliance.store.phone_removals import NewRemoval, PhoneRemoval, RemovalState
from tests.queue.counter import ANNA, BOTH, WHATSAPP, Counter, who

BEA = "+31612340002"
QUIET_S = 200


class Hands:
    """A driver that clears chats, or says why it does not."""

    device_id = "hands"

    def __init__(self, failing: DeviceError | None = None) -> None:
        self.failing = failing
        self.cleared: list[str] = []

    def clear_chat(self, turn: RemovalTurn) -> None:
        if self.failing is not None:
            raise self.failing
        with turn.clear_to_remove():
            self.cleared.append(turn.number)


@pytest.fixture
def desk(counter: Counter) -> RemovalDesk:
    """Anna and Bea wrote; Anna's chat is to go."""
    counter.knows(ANNA, BEA)
    ask(counter, ANNA)
    counter.clock.advance(s=QUIET_S)
    return RemovalDesk(store=counter.store, evidence=counter.evidence, pace=RemovalPace(a_day=2))


def ask(counter: Counter, number: str) -> None:
    chat = NewRemoval(
        line_id=counter.line_id,
        device_id=counter.device_id,
        channel=WHATSAPP,
        whose=who(number),
    )
    counter.store.write(lambda tx: phone_removals.ask(tx, chat))


def step(counter: Counter, desk: RemovalDesk, *, due: bool = False) -> QueueRemovalTurn | None:
    return next_turn(desk, counter.device_id, lambda: due)


def runs(turn: QueueRemovalTurn | None, hands: Hands) -> None:
    assert turn is not None
    turn.run(hands)  # type: ignore[arg-type]


def only(counter: Counter) -> PhoneRemoval:
    (row,) = counter.store.read(
        lambda conn: conn.execute("SELECT id FROM phone_removal").fetchall()
    )
    found = counter.store.read(lambda conn: phone_removals.find(conn, row["id"]))
    assert found
    return found


def test_the_chat_is_taken_away_once_and_whose_it_was_is_forgotten(
    counter: Counter, desk: RemovalDesk
) -> None:
    hands = Hands()
    runs(step(counter, desk), hands)
    assert hands.cleared == [ANNA]
    assert (only(counter).state, only(counter).whose) == (RemovalState.DONE, None)
    assert step(counter, desk) is None


def test_the_queue_itself_gives_it_when_nothing_else_is_due(
    counter: Counter, desk: RemovalDesk
) -> None:
    assert desk.pace.a_day
    assert isinstance(counter.work.next_task(counter.device_id, BOTH), QueueRemovalTurn)


def test_sending_an_open_question_and_a_closed_office_come_first(
    counter: Counter, clock: ManualClock, desk: RemovalDesk
) -> None:
    assert step(counter, desk, due=True) is None
    counter.hears(sender=BEA)
    assert step(counter, desk) is None
    clock.advance(s=14 * 3600)
    assert step(counter, desk) is None


@pytest.mark.parametrize("state", ["queued", "sending", "unconfirmed"])
def test_never_while_a_message_in_that_chat_is_under_way_or_in_doubt(
    counter: Counter, clock: ManualClock, desk: RemovalDesk, state: str
) -> None:
    message = counter.queues()
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = ?, expected_ms = NULL WHERE id = ?", (state, message)
        )
    )
    clock.advance(s=QUIET_S)
    assert step(counter, desk) is None
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'sent', sent_ms = 1 WHERE id = ?", (message,)
        )
    )
    clock.advance(s=QUIET_S)
    assert step(counter, desk) is not None


def test_what_comes_into_doubt_until_the_tap_stops_it(counter: Counter, desk: RemovalDesk) -> None:
    turn = step(counter, desk)
    counter.queues()
    hands = Hands()
    runs(turn, hands)
    assert hands.cleared == []
    assert only(counter).state is RemovalState.WAITING


def test_what_the_phone_cannot_do_becomes_a_task_for_a_person(
    counter: Counter, clock: ManualClock, desk: RemovalDesk
) -> None:
    """At once where it never can, else after a few tries; a phone that is away is no try."""
    for failing in (DeviceGone("gone"), *[Transient("unknown page")] * MAX_TRIES):
        assert only(counter).state is not RemovalState.PERSON
        runs(step(counter, desk), Hands(failing))
        clock.advance(s=3600)
    assert only(counter).state is RemovalState.PERSON
    assert only(counter).whose == who(ANNA)
    assert step(counter, desk) is None
    ask(counter, BEA)
    clock.advance(s=20 * 3600)
    runs(step(counter, desk), Hands(Permanent("no such driver")))
    assert (
        len(counter.store.read(lambda conn: phone_removals.for_people(conn, [counter.branch_id])))
        == 2
    )


def test_one_that_was_cut_off_is_looked_at_again(counter: Counter, desk: RemovalDesk) -> None:
    first = step(counter, desk)
    assert first is not None
    with first.clear_to_remove():
        pass  # Balie is gone before it can tell
    counter.clock.advance(s=QUIET_S)
    again = step(counter, desk)
    assert again is not None
    assert again.was_tapped


def test_what_was_withdrawn_is_not_done(counter: Counter, desk: RemovalDesk) -> None:
    turn = step(counter, desk)
    counter.store.write(lambda tx: phone_removals.end(tx, only(counter).id, RemovalState.WITHDRAWN))
    hands = Hands()
    runs(turn, hands)
    assert hands.cleared == []
    assert turn is not None
    with pytest.raises(Refused), turn.clear_to_remove():
        raise AssertionError


def test_so_many_a_day_and_with_a_pause_between(
    counter: Counter, clock: ManualClock, desk: RemovalDesk
) -> None:
    hands = Hands()
    others = [f"+3161234010{place}" for place in range(3)]
    counter.knows(*others)
    for number in others:
        ask(counter, number)
    clock.advance(s=QUIET_S)
    runs(step(counter, desk), hands)
    assert step(counter, desk) is None
    clock.advance(s=QUIET_S)
    runs(step(counter, desk), hands)
    clock.advance(s=QUIET_S)
    assert step(counter, desk) is None
    assert len(hands.cleared) == 2
