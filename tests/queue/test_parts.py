"""An SMS of several parts: each part has its evidence, and the message is sent when all are."""

import json
from typing import Any

import pytest

from appliance.devices.protocol import Finding, Found, Proof, Tick
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from tests.queue.counter import ANNA, SMS, Counter, tapping

LONG = "x" * 400
"""Three parts."""


def part(number: int, state: str, **evidence: Any) -> dict[str, Any]:
    return {"part": number, "state": state, **evidence}


@pytest.fixture
def attempt(counter: Counter) -> QueueAttempt:
    """Three parts that have just left."""
    counter.knows(ANNA)
    counter.queues(LONG, channel=SMS)
    counter.clock.advance(s=600)
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    return attempt


def states(counter: Counter) -> list[str]:
    return [row["state"] for row in counter.all("SELECT * FROM attempt_part ORDER BY part")]


def test_one_row_stands_for_all_parts(counter: Counter, attempt: QueueAttempt) -> None:
    """A phone keeps one row: the evidence says for how many parts, and no part is made up."""
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts={"sms_id": 7}))
    assert counter.state(attempt.outgoing.message_id) is MessageState.SENT
    evidence = json.loads(counter.attempts(attempt.outgoing.message_id)[0]["evidence"])
    assert (evidence["sms_id"], evidence["parts_in_one_row"]) == (7, 3)
    assert states(counter) == []


def test_all_parts_together_are_sent(counter: Counter, attempt: QueueAttempt) -> None:
    """If a device tells the parts apart, each part has its own evidence."""
    told = [part(number, "sent", reference=40 + number) for number in (1, 2, 3)]
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts={"parts": told}))
    assert counter.state(attempt.outgoing.message_id) is MessageState.SENT
    assert states(counter) == ["sent"] * 3
    row = counter.one("SELECT evidence FROM attempt_part WHERE part = 2")
    assert json.loads(row["evidence"]) == {"reference": 42}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([part(1, "sent"), part(2, "missing"), part(3, "sent")], ["sent", "missing", "sent"]),
        ([part(1, "sent")], ["sent", "unknown", "unknown"]),
    ],
)
def test_some_parts_are_not_the_message(
    counter: Counter, attempt: QueueAttempt, told: list[dict[str, Any]], kept: list[str]
) -> None:
    """The message is in doubt, with each part's evidence; a part that nobody names is unknown."""
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts={"parts": told}))
    assert counter.state(attempt.outgoing.message_id) is MessageState.UNCONFIRMED
    assert states(counter) == kept


def test_a_later_look_completes_it(counter: Counter, attempt: QueueAttempt) -> None:
    """The proof of a part stays, whatever the device forgets."""
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts={"parts": [part(1, "sent")]}))
    rest = [part(1, "unknown"), part(2, "sent"), part(3, "sent")]
    proof = Proof(tick=Tick.SENT, facts={"parts": rest})
    counter.work.looked(counter.look(), Found(finding=Finding.PRESENT, proof=proof))
    assert counter.state(attempt.outgoing.message_id) is MessageState.SENT
    assert states(counter) == ["sent"] * 3


def test_parts_that_nobody_can_prove_wait_for_a_person(
    counter: Counter, attempt: QueueAttempt
) -> None:
    """As with every doubt, after a quarter of an hour; nothing is sent again by itself."""
    proof = Proof(tick=Tick.SENT, facts={"parts": [part(1, "sent")]})
    counter.work.sent(attempt, proof)
    counter.clock.advance(s=16 * 60)
    counter.work.looked(counter.look(), Found(finding=Finding.PRESENT, proof=proof))
    row = counter.row(attempt.outgoing.message_id)
    assert (row["state"], row["reason"]) == ("unconfirmed", "person")
