"""The parts of an SMS over a modem: proven one by one, and only the missing ones sent again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.clock import ManualClock
from appliance.desk.outgoing.decisions import Decision, decide
from appliance.devices.protocol import Finding, Found, Proof, Resumed, Tick
from appliance.errors import (
    DeviceError,
    DeviceGone,
    NoCredit,
    Permanent,
    Refused,
    Transient,
    Unconfirmed,
)
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.store import lines
from tests.fresh_store import fresh_store
from tests.queue.counter import ANNA, BART, MONDAY, SMS, Counter, tapping
from tests.queue.office import Modem, phone_is_away, phone_is_back, told

LONG = "x" * 400
"""Three parts."""
S = MessageState


@pytest.fixture
def modem(counter: Counter) -> Modem:
    """The phone has been away for long enough."""
    counter.knows(ANNA, BART)
    modem = Modem(counter)
    phone_is_away(counter)
    counter.clock.advance(s=3600)
    return modem


def in_hand(counter: Counter, modem: Modem, text: str = LONG) -> QueueAttempt:
    counter.queues(text, typed=True)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    return attempt


def state(counter: Counter, attempt: QueueAttempt) -> MessageState:
    return counter.state(attempt.outgoing.message_id)


def again(counter: Counter, modem: Modem) -> QueueAttempt:
    counter.clock.advance(s=600)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    return attempt


def part_states(counter: Counter, attempt: QueueAttempt) -> list[str]:
    rows = counter.all(
        "SELECT state FROM attempt_part WHERE attempt_id = ? ORDER BY part",
        attempt.outgoing.attempt_id,
    )
    return [row["state"] for row in rows]


def partly_sent(counter: Counter, modem: Modem) -> QueueAttempt:
    """Two of three parts left, and the third is proven missing."""
    attempt = in_hand(counter, modem)
    facts = dict(told(("sent", 1), ("sent", 2), "missing"))
    counter.work.not_sent(attempt, Transient("The network was busy.", facts))
    return attempt


def test_only_what_is_missing_is_sent_again(counter: Counter, modem: Modem) -> None:
    """It goes under the same reference; after that the whole message is sent."""
    first = partly_sent(counter, modem)
    assert state(counter, first) is S.QUEUED
    second = again(counter, modem)
    assert second.outgoing.message_id == first.outgoing.message_id
    assert second.outgoing.resumed == Resumed(reference=7, sent=frozenset({1, 2}))
    assert second.outgoing.text == first.outgoing.text
    facts = {"reference": 7, "parts": [{"part": 3, "state": "sent", "mr": 3}]}
    counter.work.sent(second, Proof(tick=Tick.SENT, facts=facts))
    assert state(counter, first) is S.SENT
    assert part_states(counter, second) == ["sent"] * 3
    outcomes = [each["outcome"] for each in counter.attempts(first.outgoing.message_id)]
    assert outcomes == ["partly", "sent"]


def test_what_left_counts_in_the_ceilings_and_what_did_not_does_not(
    counter: Counter, modem: Modem
) -> None:
    """Three parts in two attempts count as three."""
    partly_sent(counter, modem)
    second = again(counter, modem)
    attempts = counter.attempts(second.outgoing.message_id)
    assert [each["parts"] for each in attempts] == [2, 1]


def test_a_message_of_which_a_part_left_stays_with_its_device(
    counter: Counter, modem: Modem
) -> None:
    """The phone is back and takes all other messages."""
    first = partly_sent(counter, modem)
    phone_is_back(counter)
    counter.clock.advance(s=600)
    other = counter.queues("iets anders", to=BART)
    assert counter.sends() == other
    assert counter.task() is None
    assert modem.attempt().outgoing.message_id == first.outgoing.message_id


def test_while_its_device_is_away_it_waits(counter: Counter, modem: Modem) -> None:
    """Nobody could read half a message from another number."""
    first = partly_sent(counter, modem)
    modem.is_gone()
    phone_is_back(counter)
    counter.clock.advance(s=600)
    counter.planner.round()
    row = counter.row(first.outgoing.message_id)
    assert (row["state"], row["expected_ms"], row["reason"]) == ("queued", None, "device-absent")


def test_a_message_of_which_nothing_left_may_go_another_way(counter: Counter, modem: Modem) -> None:
    """Each part is proven missing."""
    attempt = in_hand(counter, modem)
    facts = dict(told("missing", "missing", "missing"))
    counter.work.not_sent(attempt, DeviceGone("The cable was pulled.", facts))
    assert state(counter, attempt) is S.QUEUED
    phone_is_back(counter)
    counter.clock.advance(s=600)
    taken = counter.attempt()
    assert taken.outgoing.message_id == attempt.outgoing.message_id
    assert taken.outgoing.resumed is None
    assert taken.outgoing.text == LONG


@pytest.mark.parametrize(
    ("error", "parts", "ends"),
    [
        (Transient, ["sent", "unknown", "missing"], S.UNCONFIRMED),
        (Permanent, ["sent", "unknown", "missing"], S.UNCONFIRMED),
        (Permanent, ["sent", "missing", "missing"], S.FAILED),
        (Unconfirmed, ["sent", "unknown", "missing"], S.UNCONFIRMED),
        (DeviceGone, ["sent", "missing", "missing"], S.QUEUED),
        (DeviceGone, ["sent"], S.UNCONFIRMED),
        (Transient, ["sent", "sent", "sent"], S.SENT),
        (NoCredit, ["sent", "missing", "missing"], S.QUEUED),
        (NoCredit, ["sent", "unknown", "missing"], S.UNCONFIRMED),
    ],
)
def test_the_parts_say_more_than_the_error(
    counter: Counter, modem: Modem, error: type[DeviceError], parts: list[str], ends: S
) -> None:
    """A part that may have left makes a doubt, whatever the error says about the message."""
    attempt = in_hand(counter, modem)
    counter.work.not_sent(attempt, error("So it is.", dict(told(*parts))))
    assert state(counter, attempt) is ends


def test_spent_credit_in_the_middle_keeps_the_message_for_this_modem(
    counter: Counter, modem: Modem
) -> None:
    """Its routes stop; with new credit the rest goes over the same modem as the beginning."""
    attempt = in_hand(counter, modem)
    facts = dict(told(("sent", 1), "missing", "missing"))
    counter.work.not_sent(attempt, NoCredit("No credit.", facts))
    phone_is_back(counter)
    counter.clock.advance(s=600)
    assert counter.task() is None
    assert modem.task() is None
    counter.store.write(lambda tx: lines.resume_line(tx, counter.line_id, staff_id=None))
    assert modem.attempt().outgoing.resumed == Resumed(reference=7, sent=frozenset({1}))


def test_a_look_finds_some_of_the_parts(counter: Counter, modem: Modem) -> None:
    """Balie was killed in the middle: the slots show what left, and the rest goes again."""
    attempt = in_hand(counter, modem)
    assert doubt_everything_in_hand(counter.store) == 1
    facts = told("sent", "missing", "missing")
    counter.work.looked(modem.look(), Found(finding=Finding.PRESENT, facts=facts))
    assert state(counter, attempt) is S.QUEUED
    second = again(counter, modem)
    assert second.outgoing.resumed == Resumed(reference=7, sent=frozenset({1}))
    assert doubt_everything_in_hand(counter.store) == 1
    look = modem.look()
    assert look.outgoing.resumed == second.outgoing.resumed
    counter.work.looked(look, Found(finding=Finding.ABSENT))
    assert again(counter, modem).outgoing.resumed == second.outgoing.resumed


def test_a_person_sends_again_what_is_not_proven(counter: Counter, modem: Modem) -> None:
    """Parts that are proven to have left are not sent again even then."""
    attempt = in_hand(counter, modem)
    facts = dict(told(("sent", 1), "unknown", "missing"))
    counter.work.not_sent(attempt, Unconfirmed("The answer was lost.", facts))
    counter.work.looked(modem.look(), Found(finding=Finding.UNCLEAR))
    message_id = attempt.outgoing.message_id
    counter.store.write(lambda tx: decide(tx, message_id, Decision.SEND_AGAIN, staff_id="somebody"))
    assert again(counter, modem).outgoing.resumed == Resumed(reference=7, sent=frozenset({1}))


def test_parts_without_a_reference_are_not_completed(counter: Counter, modem: Modem) -> None:
    """The rest could not join them, so a person decides."""
    attempt = in_hand(counter, modem)
    facts = {"parts": told("sent", "missing", "missing")["parts"]}
    counter.work.not_sent(attempt, Transient("Busy.", facts))
    row = counter.row(attempt.outgoing.message_id)
    assert (row["state"], row["reason"]) == ("unconfirmed", "person")


def test_the_gate_opens_once_a_part(counter: Counter, modem: Modem) -> None:
    """The first opening is the time of the tap; a later baseline replaces the earlier one."""
    counter.queues(LONG, typed=True)
    attempt = modem.attempt()
    opened = counter.clock.now_ms()
    for batch in (1, 2):
        attempt.baseline({"reference": 9, "batch": batch})
        with attempt.clear_to_send():
            counter.clock.advance(s=4)
    (row,) = counter.attempts(attempt.outgoing.message_id)
    assert (row["tapped_ms"], row["reference"]) == (opened, 9)
    assert json.loads(row["baseline"])["batch"] == 2


def test_a_stop_between_two_parts_is_the_end_of_it(counter: Counter, modem: Modem) -> None:
    """The rest never leaves, and the attempt does not claim that nothing left."""
    attempt = in_hand(counter, modem)
    counter.hears("STOP", channel=SMS)
    with pytest.raises(Refused) as refusal, attempt.clear_to_send():
        pass
    counter.work.not_sent(attempt, refusal.value)
    row = counter.row(attempt.outgoing.message_id)
    assert (row["state"], row["reason"]) == ("cancelled", "opted-out")
    assert counter.attempts(attempt.outgoing.message_id)[0]["outcome"] == "partly"
    counter.clock.advance(s=3600)
    assert modem.attempt().outgoing.text.startswith("Je krijgt geen berichten meer")


def test_a_clock_that_goes_wrong_does_not_cut_a_message(counter: Counter, modem: Modem) -> None:
    """A message of which half has left goes on; one that has not begun waits."""
    counter.queues(LONG, typed=True)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    counter.clock.advance(s=-7200)
    with tapping(attempt):
        pass
    assert modem.task() is None


STATES = st.sampled_from(["sent", "missing", "unknown"])
ERRORS = st.sampled_from([Transient, DeviceGone, Unconfirmed])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(script=st.lists(st.tuples(ERRORS, st.lists(STATES, min_size=3, max_size=3)), max_size=4))
def test_no_part_leaves_twice(
    tmp_path_factory: pytest.TempPathFactory, script: list[tuple[Any, list[str]]]
) -> None:
    """In any order of attempts, each sends exactly the parts that did not leave before."""
    with _fresh(tmp_path_factory) as (counter, modem):
        counter.queues(LONG, typed=True)
        left: set[int] = set()
        for error, states in script:
            counter.clock.advance(s=1200)
            task = modem.task()
            if not isinstance(task, QueueAttempt):
                break
            carried = task.outgoing.resumed.sent if task.outgoing.resumed else frozenset()
            assert carried == left
            with tapping(task):
                pass
            mine = ["sent" if n in carried else each for n, each in enumerate(states, start=1)]
            truly = {n for n, each in enumerate(mine, start=1) if each != "missing"}
            counter.work.not_sent(task, error("So it is.", dict(told(*mine))))
            left |= truly
            if "unknown" in mine or error is Unconfirmed:
                assert counter.state(task.outgoing.message_id) in (S.UNCONFIRMED, S.SENT)


@contextmanager
def _fresh(factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, Modem]]:
    folder, clock = factory.mktemp("parts"), ManualClock(at_ms=MONDAY)
    store = fresh_store(folder / "balie.db", clock)
    counter = Counter(store, clock, folder)
    counter.knows(ANNA)
    modem = Modem(counter)
    phone_is_away(counter)
    clock.advance(s=3600)
    try:
        yield counter, modem
    finally:
        store.close()
