"""What a cancelled send to a list withdraws, and what is in a phone's hands or in doubt by then."""

from pathlib import Path

import pytest

from appliance.desk.lists import resending, sends
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.outgoing.decisions import Decision, decide
from appliance.devices.protocol import Proof, Tick
from appliance.errors import Refused, Transient, Unconfirmed
from appliance.events import EventKind
from appliance.media.files import MediaFiles
from appliance.messages import MessageState
from appliance.queue import outcomes
from appliance.reasons import Reason
from appliance.store.store import Tx
from tests.desk.list_team import (
    ALL,
    CEES,
    leaves,
    look,
    next_attempt,
    none_leaves,
    sent,
    sent_again,
    steer,
    team,
    verdicts,
    wish,
)
from tests.queue.counter import BART, STAFF, Counter, tapping
from tests.queue.test_files import files, uploaded

__all__ = ["files", "team"]  # the fixtures


def test_cancelling_withdraws_what_waits_and_they_are_asked_again(
    counter: Counter, team: SavedList
) -> None:
    """Each is judged anew; who got it is not asked again."""
    send = sent(counter, wish(counter, team))
    leaves(counter)
    steer(counter, sends.pause, send)
    steer(counter, sends.cancel, send)
    found = look(counter, send)
    assert found.state == "cancelled"
    assert verdicts(found) == [
        ("goes", None),
        ("refused", Reason.BY_PERSON),
        ("refused", Reason.BY_PERSON),
    ]
    ended = [
        (each.message_id, each.facts["from"], each.facts["reason"])
        for each in counter.events(EventKind.MESSAGE_STATE)
        if each.facts["to"] == "cancelled"
    ]
    assert ended == [(each.message_id, "queued", Reason.BY_PERSON) for each in found.items[1:]]
    with pytest.raises(Refused):
        steer(counter, sends.resume, send)
    counter.hears("STOP", CEES)
    again = counter.store.read(lambda conn: sends.again(conn, ALL, send, STAFF))
    assert verdicts(look(counter, sent(counter, again))) == [
        ("goes", None),
        ("refused", Reason.OPTED_OUT),
    ]


def test_what_is_in_doubt_is_neither_withdrawn_nor_asked_again(
    counter: Counter, team: SavedList
) -> None:
    send = sent(counter, wish(counter, team))
    attempt = next_attempt(counter)
    with tapping(attempt):
        pass
    steer(counter, sends.cancel, send)
    assert counter.state(attempt.outgoing.message_id) is MessageState.SENDING
    left = counter.store.read(lambda conn: resending.left_out(conn, send.id))
    assert left == [counter.contact_id(BART), counter.contact_id(CEES)]
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    assert look(counter, send).counts.sent == 1


def test_what_a_device_has_in_hand_when_its_send_is_cancelled_does_not_leave_later(
    counter: Counter, team: SavedList
) -> None:
    """Whether the device fails before the gate, or comes to it."""
    send = sent(counter, wish(counter, team))
    leaves(counter)
    failing = next_attempt(counter)
    steer(counter, sends.cancel, send)
    counter.work.not_sent(failing, Transient("the screen was locked"))
    again = sent_again(counter, send)
    coming = next_attempt(counter)
    steer(counter, sends.cancel, again)
    with pytest.raises(Refused) as refused, tapping(coming):
        pass
    counter.work.not_sent(coming, refused.value)
    assert none_leaves(counter)
    for each, sent_by_it in ((send, 1), (again, 0)):
        found = look(counter, each)
        assert (found.state, found.counts.waiting, found.counts.sent) == (
            "cancelled",
            0,
            sent_by_it,
        )
        assert {one.why for one in found.items[sent_by_it:]} == {Reason.BY_PERSON}


def test_what_comes_back_from_a_doubt_of_a_cancelled_send_is_not_sent_again(
    counter: Counter, team: SavedList
) -> None:
    """The send is cancelled between the tap and the answer; a person says that it shall go."""
    send = sent(counter, wish(counter, team))
    attempt = next_attempt(counter)
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("the phone went dark"))
    steer(counter, sends.cancel, send)
    message_id = attempt.outgoing.message_id

    def work(tx: Tx) -> None:
        outcomes.ask_a_person(tx, attempt.outgoing)
        decide(tx, message_id, Decision.SEND_AGAIN, staff_id="sanne")

    counter.store.write(work)
    assert none_leaves(counter)
    assert counter.state(message_id) is MessageState.CANCELLED


def test_no_more_files_of_a_cancelled_send_leave(
    counter: Counter, team: SavedList, files: MediaFiles, tmp_path: Path
) -> None:
    """One of two had left when it was cancelled."""
    photos = (uploaded(counter, files, tmp_path), uploaded(counter, files, tmp_path, "two.jpg"))
    send = sent(counter, wish(counter, team, media=photos))
    attempt = next_attempt(counter)
    with tapping(attempt):
        pass
    steer(counter, sends.cancel, send)
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    assert counter.state(attempt.outgoing.message_id) is MessageState.CANCELLED
    assert none_leaves(counter)
