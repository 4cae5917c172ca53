"""A text to many: accepted at once, its messages made piece by piece, none lost and none double."""

import os
import signal
import sqlite3
from multiprocessing import get_context
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.contacts import joining
from appliance.desk.lists import sends
from appliance.desk.lists.making import PIECE, Maker, make_next
from appliance.desk.lists.progress import SendItem
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.lists.sends import FEW, JudgedSend, Send, SendWish
from appliance.desk.outgoing.lists import AT_ONCE
from appliance.desk.outgoing.room import Room
from appliance.errors import LineFull
from appliance.identities import tel
from appliance.queue.profile import DAY_MS
from appliance.reasons import Reason
from appliance.store import consent, contacts, conversations, lines, unmade
from appliance.store.consent import ConsentKind
from appliance.store.store import Store, Tx
from tests.desk.list_team import ALL, list_of, look, sent_again, steer, told, wish
from tests.queue.counter import STAFF, Counter

MANY = FEW + 2 * PIECE
NUMBERS = [f"+3164400{place:04}" for place in range(MANY)]


@pytest.fixture
def crowd(counter: Counter) -> SavedList:
    counter.store.write(lambda tx: _wrote(tx, counter.line_id))
    return list_of(counter, *NUMBERS)


def _wrote(tx: Tx, line_id: str) -> None:
    """All of them wrote this morning."""
    for number in NUMBERS:
        contact_id = contacts.ensure(tx, tel(number))
        consent.record(
            tx,
            identity=tel(number),
            contact_id=contact_id,
            line_id=line_id,
            kind=ConsentKind.WROTE_FIRST,
            recorded_by="test",
        )
        conversations.with_contact(tx, line_id, contact_id)
    tx.conn.execute("UPDATE conversation SET last_in_ms = ?", (tx.now_ms,))


def judged(counter: Counter, wanted: SendWish) -> JudgedSend:
    now_ms = counter.clock.now_ms()
    found = counter.store.read(lambda conn: sends.judged(conn, ALL, wanted, now_ms=now_ms))
    assert found is not None
    return found


def accepted(counter: Counter, wanted: SendWish, found: JudgedSend | None = None) -> Send:
    found = found or judged(counter, wanted)

    def work(tx: Tx) -> Send:
        return sends.one(tx.conn, ALL, sends.send(tx, ALL, wanted, found))

    return counter.store.write(work)


def wish_for(counter: Counter, to: SavedList) -> SendWish:
    return wish(counter, to, until_ms=counter.clock.now_ms() + 30 * DAY_MS)


def make_some(counter: Counter) -> None:
    assert Maker(counter.store).make_some()


def make_all(counter: Counter) -> None:
    maker = Maker(counter.store)
    while maker.make_some():
        pass


def of(counter: Counter, send: Send, number: str) -> SendItem:
    person = counter.contact_id(number)
    return next(each for each in look(counter, send).items if each.contact_id == person)


def made(counter: Counter) -> list[str]:
    """The numbers of those who have a message, in the order in which they stand in the queue."""
    return [
        row["value"]
        for row in counter.all("SELECT value FROM message WHERE class = 'list' ORDER BY id")
    ]


def test_what_was_said_at_once_is_made_in_its_order(counter: Counter, crowd: SavedList) -> None:
    wanted = wish_for(counter, crowd)
    before = told(counter, wanted)
    send = accepted(counter, wanted)
    assert not made(counter)
    at_first = look(counter, send)
    assert [each.waits for each in at_first.items] == [True] * MANY
    assert (at_first.state, at_first.counts.waiting) == ("running", MANY)
    assert [(each.text, each.expected_ms) for each in at_first.items] == [
        (each.text, each.expected_ms) for each in before
    ]
    make_all(counter)
    assert made(counter) == NUMBERS
    after = look(counter, send)
    assert [(each.contact_id, each.text, each.expected_ms) for each in after.items] == [
        (each.contact_id, each.text, each.expected_ms) for each in at_first.items
    ]
    assert after.counts == at_first.counts
    assert after.done_by_ms == at_first.done_by_ms


def test_whom_a_list_goes_to_is_judged_between_what_others_write(
    counter: Counter, crowd: SavedList
) -> None:
    """A few people at a time, in a dry run as in a send; the answer is the same."""
    wanted, now_ms = wish_for(counter, crowd), counter.clock.now_ms()
    turns: list[None] = []

    def judge(conn: sqlite3.Connection) -> JudgedSend | None:
        return sends.judged(conn, ALL, wanted, now_ms=now_ms, give_way=lambda: turns.append(None))

    found = counter.store.read(judge)
    assert found is not None
    assert len(turns) >= MANY / AT_ONCE
    assert found.found == judged(counter, wanted).found


def test_what_changed_meanwhile_counts(counter: Counter, crowd: SavedList) -> None:
    """STOP, another list, two contacts that are one now, words that may mean STOP."""
    send = accepted(counter, wish_for(counter, crowd))
    stopped, listed, kept, joined, near = NUMBERS[:5]
    counter.hears("STOP", stopped)
    counter.hears("kunnen jullie stoppen met appen", near)
    few = list_of(counter, listed, NUMBERS[5], name="Few")
    assert [each.refusal for each in told(counter, wish(counter, few))] == [
        Reason.LISTED_TODAY,
        Reason.LISTED_TODAY,
    ]
    counter.store.write(
        lambda tx: joining.join_by(tx, counter.contact_id(kept), counter.contact_id(joined), STAFF)
    )
    make_all(counter)
    assert of(counter, send, stopped).why is Reason.OPTED_OUT
    assert of(counter, send, near).why is Reason.NEAR_STOP
    assert of(counter, send, near).waits
    whys = [each.why for each in look(counter, send).items if each.refused]
    assert (len(whys), set(whys)) == (2, {Reason.OPTED_OUT, Reason.TWICE})
    assert len(made(counter)) == MANY - 2


def test_of_two_lists_that_are_judged_at_once_one_writes_to_a_person(
    counter: Counter, crowd: SavedList
) -> None:
    other = list_of(counter, *reversed(NUMBERS), name="Backwards")
    wishes = [wish_for(counter, each) for each in (crowd, other)]
    found = [judged(counter, each) for each in wishes]
    first, second = (accepted(counter, *each) for each in zip(wishes, found, strict=True))
    make_all(counter)
    assert sorted(made(counter)) == NUMBERS
    assert look(counter, first).counts.goes == MANY
    assert {each.why for each in look(counter, second).items} == {Reason.LISTED_TODAY}


def test_a_pause_in_the_middle_holds_all_of_it(counter: Counter, crowd: SavedList) -> None:
    send = accepted(counter, wish_for(counter, crowd))
    make_some(counter)
    steer(counter, sends.pause, send)
    assert {each.why for each in look(counter, send).items} == {Reason.PAUSED}
    make_all(counter)
    found = look(counter, send)
    assert {each.why for each in found.items} == {Reason.PAUSED}
    assert (found.state, found.counts.waiting) == ("paused", MANY)
    steer(counter, sends.resume, send)
    assert Reason.PAUSED not in {each.why for each in look(counter, send).items}


def test_what_is_cancelled_in_the_middle_is_not_made(counter: Counter, crowd: SavedList) -> None:
    send = accepted(counter, wish_for(counter, crowd))
    make_some(counter)
    steer(counter, sends.cancel, send)
    found = look(counter, send)
    assert (found.state, found.counts.waiting, found.counts.refused) == ("cancelled", 0, MANY)
    assert {each.why for each in found.items} == {Reason.BY_PERSON}
    make_all(counter)
    assert len(made(counter)) == PIECE
    again = sent_again(counter, send)
    assert look(counter, again).counts.goes == MANY


def test_who_waits_to_be_made_is_not_asked_again(counter: Counter, crowd: SavedList) -> None:
    counter.hears("STOP", NUMBERS[0])
    send = accepted(counter, wish_for(counter, crowd))
    again = counter.store.read(lambda conn: sends.again(conn, ALL, send, STAFF))
    assert [each.to for each in told(counter, again)] == [counter.contact_id(NUMBERS[0])]


def test_a_line_takes_no_more_than_it_has_room_for(counter: Counter, crowd: SavedList) -> None:
    """What is not made yet takes room, too."""
    accepted(counter, wish_for(counter, crowd))
    counter.knows("+31633333333")
    one = list_of(counter, "+31633333333", name="One")
    with pytest.raises(LineFull):
        counter.store.write(
            lambda tx: sends.send(tx, ALL, wish(counter, one, room=Room(max_waiting=MANY)))
        )


def test_too_late_or_on_a_line_that_is_gone_nothing_is_made(
    counter: Counter, crowd: SavedList
) -> None:
    """As after a day without power."""
    late = accepted(counter, wish_for(counter, crowd))
    make_some(counter)
    counter.clock.advance(s=31 * 24 * 3600)
    make_some(counter)
    assert of(counter, late, NUMBERS[PIECE]).why is Reason.TOO_LATE
    counter.store.write(lambda tx: lines.remove_line(tx, counter.line_id))
    make_all(counter)
    assert of(counter, late, NUMBERS[-1]).why is Reason.LINE_REMOVED
    assert len(made(counter)) == PIECE


def _make_until_killed(folder: Path, at_ms: int, pieces: int) -> None:
    """Dies with a piece made in an open transaction."""
    store = Store(folder, ManualClock(at_ms=at_ms))
    maker = Maker(store)
    for _ in range(pieces):
        maker.make_some()
    send_id = store.read(lambda conn: unmade.next_send(conn, after=""))
    assert send_id

    def work(tx: Tx) -> None:
        make_next(tx, send_id)
        os.kill(os.getpid(), signal.SIGKILL)

    store.write(work)


def test_a_kill_in_the_middle_loses_nobody_and_doubles_nobody(
    counter: Counter, crowd: SavedList
) -> None:
    send = accepted(counter, wish_for(counter, crowd))
    about = (counter.store.path, counter.clock.now_ms(), 2)
    child = get_context("spawn").Process(target=_make_until_killed, args=about)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert made(counter) == NUMBERS[: 2 * PIECE]
    assert look(counter, send).counts.waiting == MANY
    make_all(counter)
    assert sorted(made(counter)) == NUMBERS
    assert look(counter, send).counts.waiting == MANY


def test_who_was_erased_meanwhile_gets_none_and_the_others_get_theirs(
    counter: Counter, crowd: SavedList
) -> None:
    """Also where a copy that was put back still knows what a send had promised them."""
    send = accepted(counter, wish_for(counter, crowd))
    first = counter.contact_id(NUMBERS[0])
    nobody = "UPDATE contact SET joined_into = id WHERE id = ?"
    counter.store.write(lambda tx: tx.conn.execute(nobody, (first,)))
    make_all(counter)
    assert made(counter) == NUMBERS[1:]
    assert look(counter, send).items[0].why is Reason.ERASED
