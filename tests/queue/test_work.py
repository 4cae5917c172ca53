"""One attempt from the claim to the proof, and all that may happen in between."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.inbox import records
from appliance.devices.protocol import Proof, Tick
from appliance.errors import (
    DeviceError,
    DeviceGone,
    LineStopped,
    NotOnChannel,
    Permanent,
    Refused,
    Transient,
    Unconfirmed,
)
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.queue.attempt import claim
from appliance.queue.plan import next_due
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.reasons import Reason
from appliance.store import lines
from tests.queue.counter import ANNA, BART, BOTH, HOUR_S, SMS, WHATSAPP, Counter, in_doubt, tapping

S = MessageState
WITHIN_S = 60
pytestmark = pytest.mark.usefixtures("known")


# The claim


def test_the_attempt_is_kept_before_the_device_is_touched(counter: Counter) -> None:
    """Who holds an attempt finds its row, open and untapped, and the message `sending`."""
    message_id = counter.queues()
    attempt = counter.attempt()
    (row,) = counter.attempts(message_id)
    assert row["id"] == attempt.outgoing.attempt_id
    assert row["device_id"] == counter.device_id
    assert (row["tapped_ms"], row["ended_ms"], row["outcome"]) == (None, None, None)
    assert counter.state(message_id) is S.SENDING


def test_the_baseline_and_the_gate_are_on_the_disk_before_the_tap(counter: Counter) -> None:
    """During the tap, the row says what was there before and that the gate is open."""
    message_id = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        (row,) = counter.attempts(message_id)
        assert row["baseline"] == '{"rows": 0}'
        assert row["tapped_ms"] == counter.clock.now_ms()


def test_two_who_claim_at_once_get_one_attempt(counter: Counter) -> None:
    """Compare and set: one device wins and the other gets nothing."""
    for _ in range(10):
        message_id = counter.queues()
        line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
        planned = counter.store.read(
            lambda conn: next_due(
                conn,
                line,  # noqa: B023 -- read at once
                counter.profile,
                device_id=counter.device_id,
                channels=BOTH,
                now_ms=counter.clock.now_ms(),
            )
        )
        assert planned is not None
        together = threading.Barrier(2)
        won: list[object] = []

        def race() -> None:
            together.wait(WITHIN_S)  # noqa: B023 -- joined below
            won.append(  # noqa: B023
                counter.store.write(
                    lambda tx: claim(tx, planned, counter.line_id, counter.device_id)  # noqa: B023
                )
            )

        threads = [threading.Thread(target=race) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(WITHIN_S)
        assert sorted(each is None for each in won) == [False, True]
        assert len(counter.attempts(message_id)) == 1
        doubt_everything_in_hand(counter.store)
        assert counter.sends() == message_id
        counter.clock.advance(s=60)


def test_a_message_in_hand_is_not_given_again(counter: Counter) -> None:
    """While one device has it, no device gets it, nor a later one to the same person."""
    counter.queues("een")
    counter.queues("twee")
    counter.attempt()
    assert counter.task() is None


# The gate


def test_consent_withdrawn_while_it_waits_cancels_it(counter: Counter) -> None:
    """STOP cancels the queued messages; the phone gets the confirmation and nothing else."""
    message_id = counter.queues()
    counter.hears("STOP")
    assert counter.state(message_id) is S.CANCELLED
    assert counter.row(message_id)["reason"] == "opted-out"
    counter.clock.advance(s=40)
    assert counter.sends() != message_id
    assert counter.task() is None


def test_a_retry_after_an_opt_out_is_cancelled_at_the_claim(counter: Counter) -> None:
    """A message that comes back to the queue after STOP never reaches the phone."""
    message_id = counter.queues()
    attempt = counter.attempt()
    counter.hears("STOP")
    counter.work.not_sent(attempt, Transient("The chat did not open."))
    counter.clock.advance(s=60)
    confirmation = counter.attempt()
    assert confirmation.outgoing.message_id != message_id
    assert counter.task() is None
    assert (counter.state(message_id), counter.row(message_id)["reason"]) == (
        S.CANCELLED,
        "opted-out",
    )


def test_consent_withdrawn_after_the_claim_stops_the_tap(counter: Counter) -> None:
    """The gate's second check refuses: the message is cancelled, and no tap is on record."""
    message_id = counter.queues()
    attempt = counter.attempt()
    counter.hears("STOP")
    attempt.baseline({})
    with pytest.raises(Refused) as refused, attempt.clear_to_send():
        pytest.fail("the gate was open")
    counter.work.not_sent(attempt, refused.value)
    (row,) = counter.attempts(message_id)
    assert (row["tapped_ms"], row["outcome"]) == (None, "refused")
    assert counter.state(message_id) is S.CANCELLED
    assert counter.row(message_id)["reason"] == "opted-out"


def test_the_confirmation_of_an_opt_out_passes_the_gate(counter: Counter) -> None:
    """It is the only message that an opt-out licenses."""
    counter.hears("STOP")
    counter.clock.advance(s=40)
    counter.sends()
    confirmation = counter.outgoing()[-1]
    assert (confirmation["class"], confirmation["state"]) == ("confirmation", "sent")


def test_an_opt_out_waits_while_a_tap_is_in_progress(counter: Counter) -> None:
    """It is committed after the tap, never during it; another person's opt-out does not wait."""
    counter.queues()
    attempt = counter.attempt()
    stopped = threading.Event()

    def stop() -> None:
        counter.hears("STOP")
        stopped.set()

    thread = threading.Thread(target=stop)
    with tapping(attempt):
        thread.start()
        counter.hears("STOP", BART)  # goes through at once
        assert not stopped.wait(0.1)
        assert counter.all("SELECT 1 FROM consent WHERE kind = 'opted_out' AND value = ?", BART)
        assert not counter.all("SELECT 1 FROM consent WHERE kind='opted_out' AND value=?", ANNA)
    assert stopped.wait(WITHIN_S)
    thread.join(WITHIN_S)


def test_an_opt_out_of_a_second_number_waits_too(counter: Counter) -> None:
    """The lock is for the person, not for the number."""
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact_identity SET contact_id = ? WHERE value = ?",
            (counter.contact_id(), BART),
        )
    )
    counter.queues()
    attempt = counter.attempt()
    thread = threading.Thread(target=counter.hears, args=("STOP", BART))
    with tapping(attempt):
        thread.start()
        thread.join(0.1)
        assert thread.is_alive()
    thread.join(WITHIN_S)
    assert not thread.is_alive()


# What comes of it


def test_sent_is_proven_and_remembered(counter: Counter) -> None:
    """The state, the time, the evidence, and that the number is on WhatsApp are kept."""
    message_id = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT, facts={"row": 7}))
    assert counter.state(message_id) is S.SENT
    assert counter.attempts(message_id)[0]["outcome"] == "sent"
    last = counter.events(EventKind.MESSAGE_STATE)[-1]
    assert last.facts["row"] == 7
    assert last.facts["attempt"] == attempt.outgoing.attempt_id
    on_whatsapp = counter.one("SELECT on_whatsapp FROM contact_identity WHERE value = ?", ANNA)
    assert on_whatsapp["on_whatsapp"] == 1


@pytest.mark.parametrize(
    ("tick", "state"),
    [(Tick.SENT, S.SENT), (Tick.DELIVERED, S.DELIVERED), (Tick.READ, S.READ)],
)
def test_a_later_tick_is_a_later_state(counter: Counter, tick: Tick, state: S) -> None:
    """Balie believes the tick that the screen shows right after the tap."""
    counter.queues()
    assert counter.state(counter.sends(tick)) is state


Policy = tuple[Callable[[], Exception], S, str | None, str]
UNTAPPED: list[Policy] = [
    (lambda: Transient("t"), S.QUEUED, "retry", "not_sent"),
    (lambda: Permanent("p"), S.FAILED, "permanent", "not_sent"),
    (lambda: NotOnChannel("n"), S.QUEUED, "next-route", "not_sent"),
    (lambda: Unconfirmed("u"), S.UNCONFIRMED, "looking", "unknown"),
    (lambda: LineStopped("l"), S.QUEUED, "line-stopped", "not_sent"),
    (lambda: DeviceGone("g"), S.QUEUED, "retry", "not_sent"),
    (lambda: KeyError("a bug"), S.QUEUED, "retry", "not_sent"),
    (lambda: Refused(Reason.OPTED_OUT, "r"), S.CANCELLED, "opted-out", "refused"),
]
TAPPED: list[Policy] = [
    (lambda: Transient("t"), S.QUEUED, "retry", "not_sent"),
    (lambda: Permanent("p"), S.FAILED, "permanent", "not_sent"),
    (lambda: Unconfirmed("u"), S.UNCONFIRMED, "looking", "unknown"),
    (lambda: LineStopped("l"), S.UNCONFIRMED, "looking", "unknown"),
    (lambda: DeviceGone("g"), S.UNCONFIRMED, "looking", "unknown"),
    (lambda: KeyError("a bug"), S.UNCONFIRMED, "looking", "unknown"),
    (TimeoutError, S.UNCONFIRMED, "looking", "unknown"),
]


def names(policies: list[Policy]) -> list[str]:
    return [type(make()).__name__ for make, *_ in policies]


@pytest.mark.parametrize(("make", "state", "reason", "outcome"), UNTAPPED, ids=names(UNTAPPED))
def test_before_the_tap_an_error_s_class_is_the_policy(
    counter: Counter, make: Callable[[], Exception], state: S, reason: str, outcome: str
) -> None:
    """Without a tap the message has not left, whatever the error."""
    message_id = counter.queues()
    attempt = counter.attempt()
    counter.work.not_sent(attempt, make())
    row = counter.row(message_id)
    assert (row["state"], row["reason"]) == (state.value, reason)
    (tried,) = counter.attempts(message_id)
    assert (tried["outcome"], tried["ended_ms"]) == (outcome, counter.clock.now_ms())


@pytest.mark.parametrize(("make", "state", "reason", "outcome"), TAPPED, ids=names(TAPPED))
def test_after_the_tap_only_what_is_proven_is_believed(
    counter: Counter, make: Callable[[], Exception], state: S, reason: str, outcome: str
) -> None:
    """A lost answer is a doubt and never a second try; only a driver may say *proven not sent*."""
    message_id = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, make())
    row = counter.row(message_id)
    assert (row["state"], row["reason"]) == (state.value, reason)
    assert counter.attempts(message_id)[0]["outcome"] == outcome


def test_an_error_s_evidence_stands_with_the_attempt(counter: Counter) -> None:
    """The class of the error and the driver's facts are kept, for later questions."""
    message_id = counter.queues()
    counter.work.not_sent(counter.attempt(), Transient("no chat", {"screen": "a.png"}))
    evidence = counter.attempts(message_id)[0]["evidence"]
    assert '"error": "Transient"' in evidence
    assert '"screen": "a.png"' in evidence


def test_the_evidence_is_read_with_the_attempt_that_it_is_of(counter: Counter) -> None:
    """By other software, also where nothing but the tick was seen."""
    counter.queues()
    message_id = counter.sends()
    (attempt,) = counter.attempts(message_id)
    found = counter.store.read(lambda conn: records.detail(conn, Sight(None), message_id))
    (told,) = found.attempts
    assert told.evidence == {"attempt": attempt["id"], "tick": "sent"}


def test_tries_come_at_growing_intervals(counter: Counter) -> None:
    """The first retry comes within seconds, the next after more and more minutes; each counts."""
    message_id = counter.queues()
    waits = []
    for _ in range(6):
        counter.work.not_sent(counter.attempt(), Transient("The chat did not open."))
        wait_ms = counter.row(message_id)["not_before_ms"] - counter.clock.now_ms()
        assert counter.task() is None
        counter.clock.advance(ms=wait_ms)
        waits.append(wait_ms)
    assert waits[0] == 5_000
    assert waits == sorted(waits)
    assert waits[-1] > 10 * 60_000
    assert counter.row(message_id)["tries"] == 6


def test_not_on_whatsapp_takes_the_sms_route_under_the_same_id(counter: Counter) -> None:
    """The answer is remembered, and the same message travels by SMS at once."""
    message_id = counter.queues()
    counter.work.not_sent(counter.attempt(), NotOnChannel("not on WhatsApp"))
    attempt = counter.attempt()
    assert attempt.outgoing.message_id == message_id
    assert attempt.outgoing.channel is SMS
    with tapping(attempt):
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    assert [each["channel"] for each in counter.attempts(message_id)] == ["whatsapp", "sms"]
    assert counter.row(message_id)["channel"] == "sms"
    counter.queues("nog een")
    counter.clock.advance(s=1)
    assert counter.attempt().outgoing.channel is SMS


@pytest.mark.parametrize(
    "about", [{"channel": WHATSAPP}, {"text": "x" * 2_000}], ids=["wanted", "too long for SMS"]
)
def test_not_on_whatsapp_and_no_other_route_is_refused(
    counter: Counter, about: dict[str, Any]
) -> None:
    """WhatsApp was requested, or SMS cannot carry the text: the message ends, with the reason."""
    message_id = counter.queues(**about)
    counter.work.not_sent(counter.attempt(), NotOnChannel("not on WhatsApp"))
    row = counter.row(message_id)
    assert (row["state"], row["reason"]) == ("refused", "not-on-whatsapp")
    assert counter.task() is None


def test_a_warning_stops_the_line(counter: Counter) -> None:
    """Nothing is sent or visited until a person looks; the waiting messages show the reason."""
    counter.queues("voor de stop")
    counter.sends()
    message_id = counter.queues("na de stop")
    counter.clock.advance(s=1)
    counter.work.not_sent(counter.attempt(), LineStopped("WhatsApp shows a warning."))
    counter.clock.advance(s=2 * HOUR_S)
    assert counter.task() is None
    accepted = counter.accepts("nog een")
    assert (accepted.expected_ms, accepted.reason) == (None, "line-stopped")
    stopped = counter.events(EventKind.LINE_STOPPED)
    assert [each.line_id for each in stopped] == [counter.line_id]
    counter.store.write(lambda tx: lines.resume_line(tx, counter.line_id, staff_id=None))
    assert counter.attempt().outgoing.message_id == message_id


def test_the_event_log_holds_no_texts_and_no_numbers(counter: Counter) -> None:
    """Through a whole life of messages the log holds ids, states and codes only."""
    secret = "geheim woord 12345"
    counter.hears(secret, name="Anna de Vries")
    counter.queues(secret)
    counter.sends(Tick.READ)
    counter.clock.advance(s=1)
    in_doubt(counter)
    counter.hears("STOP")
    log = str(counter.all("SELECT * FROM event"))
    for word in (secret, ANNA, ANNA[1:], BART, "Anna de Vries", "Hoi"):
        assert word not in log


def test_errors_of_devices_are_one_family() -> None:
    """The tests above have a policy for each class that a driver may raise."""
    tested = set(names(UNTAPPED))
    family = {
        each for each in DeviceError.__subclasses__() if each.__module__ == "appliance.errors"
    }
    assert {each.__name__ for each in family} <= tested
