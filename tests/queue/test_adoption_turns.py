"""When the walk along the chats of before takes a step: everything else comes first."""

from collections.abc import Sequence

import pytest

from appliance.adoption import AdoptionState, ChatFate
from appliance.clock import ManualClock
from appliance.devices.adoption_protocol import (
    ChatToRead,
    GoesOn,
    ListedChat,
    ReadChat,
)
from appliance.errors import DeviceError, DeviceGone, Transient
from appliance.queue.adoption_turns import (
    MAX_TRIES,
    AdoptionDesk,
    AdoptionPace,
    ListingTurn,
    ReadingTurn,
    next_turn,
)
from appliance.store import adoptions, lines
from appliance.store.adoptions import Adoption, AdoptionChat, ChatOutcome
from appliance.store.store import Tx
from tests.queue.counter import ANNA, WHATSAPP, Counter

PACE = AdoptionPace(chats_a_day=2)
A_GAP_S = 46


class Reader:
    """What a phone shows, or why it does not."""

    def __init__(self, *names: str, failing: DeviceError | None = None) -> None:
        self.names = names
        self.failing = failing

    def list_chats(self, goes_on: GoesOn, *, most: int) -> Sequence[ListedChat]:
        assert goes_on()
        return [
            ListedChat(name=name, group=False, alike=False, day=None) for name in self.names[:most]
        ]

    def read_chat(self, wanted: ChatToRead) -> ReadChat:
        assert wanted.name in self.names or not self.names
        if self.failing is not None:
            raise self.failing
        return ReadChat(channel=WHATSAPP, who=ANNA)


def keep(tx: Tx, walk: Adoption, chat: AdoptionChat, found: ReadChat) -> ChatOutcome:
    del tx, walk, chat, found
    return ChatOutcome(fate=ChatFate.CLOSED)


@pytest.fixture
def desk(counter: Counter) -> AdoptionDesk:
    """A walk has begun."""
    counter.store.write(
        lambda tx: adoptions.begin(
            tx, line_id=counter.line_id, device_id=counter.device_id, staff_id=None
        )
    )
    return AdoptionDesk(store=counter.store, gate=counter.gate, keep=keep, pace=PACE)


def step(counter: Counter, desk: AdoptionDesk, *, due: bool = False) -> object:
    return next_turn(desk, counter.device_id, lambda: due)


def walk_of(counter: Counter) -> Adoption:
    found = counter.store.read(lambda conn: adoptions.newest(conn, counter.line_id))
    assert found
    return found


def takes(counter: Counter, desk: AdoptionDesk, reader: Reader) -> None:
    turn = step(counter, desk)
    assert isinstance(turn, ListingTurn | ReadingTurn)
    try:
        turn.take(reader)
    except DeviceError as exc:
        turn.failed(exc)


def test_the_list_comes_first_then_a_chat_a_step_with_a_pause_between(
    counter: Counter, clock: ManualClock, desk: AdoptionDesk
) -> None:
    """At most so many a day; the next day it goes on to its end."""
    takes(counter, desk, Reader("Anna", "Bram", "Kees"))
    for _ in range(PACE.chats_a_day):
        assert step(counter, desk) is None
        clock.advance(s=A_GAP_S)
        takes(counter, desk, Reader())
    clock.advance(s=A_GAP_S)
    assert step(counter, desk) is None
    clock.advance(s=24 * 3600)
    takes(counter, desk, Reader())
    assert walk_of(counter).state is AdoptionState.DONE
    assert step(counter, desk) is None


def test_nothing_is_read_while_somebody_writes_or_is_about_to_be_written_to(
    counter: Counter, clock: ManualClock, desk: AdoptionDesk
) -> None:
    assert step(counter, desk, due=True) is None
    counter.hears("Hoi")
    assert step(counter, desk) is None
    (welcome,) = counter.outgoing()
    clock.advance(s=61)
    sql = "UPDATE message SET expected_ms = ? WHERE id = ?"
    soon_ms = clock.now_ms() + 30_000
    counter.store.write(lambda tx: tx.conn.execute(sql, (soon_ms, welcome["id"])))
    assert step(counter, desk) is None
    counter.store.write(lambda tx: tx.conn.execute(sql, (soon_ms + 60_000, welcome["id"])))
    assert step(counter, desk) is not None


def test_nothing_is_read_at_night_or_on_a_line_that_is_stopped(
    counter: Counter, clock: ManualClock, desk: AdoptionDesk
) -> None:
    """Opening a chat marks it as read: people would see that somebody is up."""
    counter.store.write(lambda tx: lines.stop_line(tx, counter.line_id, "banned"))
    assert step(counter, desk) is None
    counter.store.write(lambda tx: lines.resume_line(tx, counter.line_id, staff_id=None))
    assert step(counter, desk) is not None
    clock.advance(s=14 * 3600)
    assert step(counter, desk) is None


def test_a_chat_that_the_phone_does_not_show_is_left_to_a_person(
    counter: Counter, clock: ManualClock, desk: AdoptionDesk
) -> None:
    """While the phone is away, no try counts."""
    takes(counter, desk, Reader("Anna"))
    failures = [DeviceGone("away")] * 4 + [Transient("not shown")] * MAX_TRIES
    for failure in failures:
        clock.advance(s=61)
        assert walk_of(counter).state is AdoptionState.WALKING
        takes(counter, desk, Reader(failing=failure))
    (chat,) = counter.store.read(lambda conn: adoptions.chats_of(conn, walk_of(counter).id))
    assert chat.fate is ChatFate.FAILED
    assert walk_of(counter).state is AdoptionState.DONE


def test_what_is_read_while_it_is_held_up_is_not_kept(
    counter: Counter, clock: ManualClock, desk: AdoptionDesk
) -> None:
    takes(counter, desk, Reader("Anna"))
    clock.advance(s=A_GAP_S)
    turn = step(counter, desk)
    assert isinstance(turn, ReadingTurn)
    walk = walk_of(counter)
    counter.store.write(lambda tx: adoptions.move(tx, walk, AdoptionState.PAUSED))
    assert not turn.goes_on()
    turn.take(Reader())
    assert step(counter, desk) is None
    (chat,) = counter.store.read(lambda conn: adoptions.chats_of(conn, walk.id))
    assert chat.fate is ChatFate.WAITING
