"""The network's reports on messages that a modem sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.protocol import Finding, Found, Proof, Tick
from appliance.errors import Refused, Transient, Unconfirmed
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.queue import delivery
from appliance.queue.attempt import QueueAttempt
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.reasons import Reason
from tests.queue.counter import ANNA, BART, Counter, tapping
from tests.queue.office import Modem, phone_is_away, told

LONG = "x" * 400
S = MessageState


@pytest.fixture
def modem(counter: Counter) -> Modem:
    counter.knows(ANNA, BART)
    modem = Modem(counter)
    phone_is_away(counter)
    counter.clock.advance(s=3600)
    return modem


def sent(counter: Counter, modem: Modem, *references: int, to: str = ANNA) -> str:
    """Sends a message with this many parts; gives its id."""
    text = LONG if len(references) > 1 else "Kom je?"
    message_id = counter.queues(text, to=to, typed=True)
    counter.clock.advance(s=120)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    parts = [("sent", reference) for reference in references]
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts=told(*parts)))
    return message_id


def test_a_report_delivers_with_the_networks_time(counter: Counter, modem: Modem) -> None:
    message_id = sent(counter, modem, 17)
    counter.clock.advance(s=60)
    at_ms = counter.clock.now_ms() - 5_000
    modem.reports(17, at_ms=at_ms)
    row = counter.row(message_id)
    assert (row["state"], row["delivered_ms"]) == ("delivered", at_ms)
    facts = counter.events(EventKind.MESSAGE_STATE)[-1].facts
    assert (facts["by"], facts["status"]) == ("report", 0)


def test_all_parts_together_are_delivered(counter: Counter, modem: Modem) -> None:
    """The time is that of the last report; the same report again changes nothing."""
    message_id = sent(counter, modem, 17, 18, 19)
    for reference in (19, 17, 17):
        modem.reports(reference)
        assert counter.state(message_id) is S.SENT
    counter.clock.advance(s=5)
    last_ms = counter.clock.now_ms()
    modem.reports(18)
    modem.reports(18, at_ms=last_ms + 9_000)
    row = counter.row(message_id)
    assert (row["state"], row["delivered_ms"]) == ("delivered", last_ms)


def test_a_failure_may_be_overtaken_by_a_delivery(counter: Counter, modem: Modem) -> None:
    """A late report is evidence too."""
    message_id = sent(counter, modem, 17)
    modem.reports(17, arrived=None)
    assert counter.state(message_id) is S.SENT
    modem.reports(17, arrived=False)
    row = counter.row(message_id)
    assert (row["state"], row["reason"]) == ("failed", Reason.NOT_DELIVERED)
    modem.reports(17, arrived=None)
    assert counter.state(message_id) is S.FAILED
    modem.reports(17)
    assert counter.state(message_id) is S.DELIVERED


def test_the_newest_message_with_the_reference_is_meant(counter: Counter, modem: Modem) -> None:
    """References begin again after 256 parts; a message to another number never fits."""
    older = sent(counter, modem, 17)
    other = sent(counter, modem, 18, to=BART)
    counter.clock.advance(s=600)
    newer = sent(counter, modem, 17)
    modem.reports(17)
    assert [counter.state(each) for each in (older, other, newer)] == [
        S.SENT,
        S.SENT,
        S.DELIVERED,
    ]


def test_a_report_of_before_is_of_what_was_sent_before(counter: Counter, modem: Modem) -> None:
    """A message that left after the network's time of the report cannot be meant."""
    older = sent(counter, modem, 17)
    at_ms = counter.clock.now_ms() + 1_000
    counter.clock.advance(s=600)
    newer = sent(counter, modem, 17)
    modem.reports(17, at_ms=at_ms)
    assert counter.state(older) is S.DELIVERED
    assert counter.state(newer) is S.SENT


def test_a_national_number_is_the_same_person(counter: Counter, modem: Modem) -> None:
    message_id = sent(counter, modem, 17)
    modem.reports(17, number="0" + ANNA.removeprefix("+31"))
    assert counter.state(message_id) is S.DELIVERED


def test_what_belongs_to_nobody_changes_nothing(counter: Counter, modem: Modem) -> None:
    """Such a report is not kept for ever either."""
    message_id = sent(counter, modem, 17)
    seq = counter.last_seq()
    modem.reports(99)
    modem.reports(17, number=BART)
    assert counter.state(message_id) is S.SENT
    assert counter.last_seq() == seq
    counter.clock.advance(s=4 * 86_400)
    modem.reports(98)
    assert len(counter.all("SELECT * FROM early_report")) == 1


def in_doubt(counter: Counter, modem: Modem, text: str = "Kom je?") -> QueueAttempt:
    """The modem had the message when Balie was killed."""
    counter.queues(text, typed=True)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    doubt_everything_in_hand(counter.store)
    return attempt


@pytest.mark.parametrize(
    ("arrived", "ends"), [(True, S.DELIVERED), (None, S.SENT), (False, S.FAILED)]
)
def test_a_report_settles_a_doubt(
    counter: Counter, modem: Modem, arrived: bool | None, ends: S
) -> None:
    """Any report means that the network had the message; the modem is not asked any more."""
    attempt = in_doubt(counter, modem)
    modem.reports(17, arrived=arrived)
    assert counter.state(attempt.outgoing.message_id) is ends
    assert modem.task() is None
    (row,) = counter.attempts(attempt.outgoing.message_id)
    assert row["outcome"] == "sent"


def test_a_report_proves_what_its_slot_denied(counter: Counter, modem: Modem) -> None:
    """A slot that lied put it back into the queue; the report keeps it from going twice."""
    attempt = in_doubt(counter, modem)
    look = modem.look()
    counter.work.looked(look, Found(finding=Finding.ABSENT))
    assert counter.state(attempt.outgoing.message_id) is S.QUEUED
    modem.reports(77)
    assert counter.state(attempt.outgoing.message_id) is S.DELIVERED
    counter.clock.advance(s=3600)
    assert modem.task() is None


def test_what_only_its_slot_proved_is_delivered_too(counter: Counter, modem: Modem) -> None:
    """A slot shows that a part left, but not under which reference."""
    attempt = in_doubt(counter, modem)
    proof = Proof(tick=Tick.SENT, facts=told("sent"))
    counter.work.looked(modem.look(), Found(finding=Finding.PRESENT, proof=proof))
    assert counter.state(attempt.outgoing.message_id) is S.SENT
    modem.reports(77)
    assert counter.state(attempt.outgoing.message_id) is S.DELIVERED


def test_a_report_that_is_quicker_than_the_answer_waits_for_it(
    counter: Counter, modem: Modem
) -> None:
    """The report comes while the modem still has the message in hand."""
    counter.queues(typed=True)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    modem.reports(17)
    assert counter.state(attempt.outgoing.message_id) is S.SENDING
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts=told(("sent", 17))))
    assert counter.state(attempt.outgoing.message_id) is S.DELIVERED


def test_as_many_reports_as_parts_settle_a_long_doubt(counter: Counter, modem: Modem) -> None:
    """Fewer reports do not say which parts left. The references here run past 255."""
    attempt = in_doubt(counter, modem, LONG)
    for reference in (0, 255):
        modem.reports(reference)
    assert counter.state(attempt.outgoing.message_id) is S.UNCONFIRMED
    modem.reports(1)
    assert counter.state(attempt.outgoing.message_id) is S.DELIVERED
    rows = counter.all("SELECT mr FROM attempt_part ORDER BY part")
    assert [row["mr"] for row in rows] == [255, 0, 1]


def test_a_report_settles_the_one_part_that_is_in_doubt(counter: Counter, modem: Modem) -> None:
    counter.queues(LONG, typed=True)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    facts = dict(told(("sent", 17), ("sent", 18), "unknown"))
    counter.work.not_sent(attempt, Unconfirmed("The answer was lost.", facts))
    modem.reports(17)
    modem.reports(19)
    assert counter.state(attempt.outgoing.message_id) is S.SENT
    modem.reports(18)
    assert counter.state(attempt.outgoing.message_id) is S.DELIVERED


def test_an_old_report_told_twice_settles_no_doubt(counter: Counter, modem: Modem) -> None:
    """The report is about an earlier message."""
    sent(counter, modem, 17)
    at_ms = counter.clock.now_ms()
    modem.reports(17, at_ms=at_ms)
    counter.clock.advance(s=600)
    attempt = in_doubt(counter, modem)
    modem.reports(17, at_ms=at_ms)
    assert counter.state(attempt.outgoing.message_id) is S.UNCONFIRMED


def test_a_report_of_what_an_opt_out_cut_short_is_of_no_other(
    counter: Counter, modem: Modem
) -> None:
    """Its part left under a reference that nobody kept, as did what only its slot proved."""
    proven = in_doubt(counter, modem)
    proof = Proof(tick=Tick.SENT, facts=told("sent"))
    counter.work.looked(modem.look(), Found(finding=Finding.PRESENT, proof=proof))
    counter.queues(LONG, to=ANNA, typed=True)
    counter.clock.advance(s=600)
    cut_short = modem.attempt()
    with tapping(cut_short):
        pass
    counter.hears("STOP")
    counter.work.not_sent(cut_short, Refused(Reason.OPTED_OUT, "They said STOP."))
    modem.reports(30)
    assert counter.state(proven.outgoing.message_id) is S.SENT


def test_a_doubt_with_a_reference_that_was_used_before(counter: Counter, modem: Modem) -> None:
    """The earlier message has its report already, so the new one is about the message in doubt."""
    sent(counter, modem, 17)
    modem.reports(17)
    counter.clock.advance(s=600)
    attempt = in_doubt(counter, modem)
    modem.reports(17)
    assert counter.state(attempt.outgoing.message_id) is S.DELIVERED


@given(first=st.integers(0, 255), count=st.integers(1, 10), data=st.data())
def test_references_are_put_in_the_order_of_sending(
    first: int, count: int, data: st.DataObject
) -> None:
    """This holds from whichever reference they begin."""
    sent_as = [(first + number) % 256 for number in range(count)]
    assert delivery.in_order(data.draw(st.permutations(sent_as))) == sent_as


def test_parts_of_two_attempts_are_one_message(counter: Counter, modem: Modem) -> None:
    """The report on a part that left first may come while the modem has the rest in hand."""
    counter.queues(LONG, typed=True)
    first = modem.attempt()
    with tapping(first):
        pass
    facts = dict(told(("sent", 17), "missing", "missing"))
    counter.work.not_sent(first, Transient("Busy.", facts))
    counter.clock.advance(s=600)
    second = modem.attempt()
    modem.reports(17)
    with tapping(second):
        pass
    rest = told(("sent", 17), ("sent", 18), ("sent", 19))
    counter.work.sent(second, Proof(tick=Tick.SENT, facts=rest))
    modem.reports(18)
    assert counter.state(first.outgoing.message_id) is S.SENT
    modem.reports(19)
    assert counter.state(first.outgoing.message_id) is S.DELIVERED
