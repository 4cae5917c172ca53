"""Every way to a device asks the ledger, and none goes around it."""

import itertools
import sqlite3
import threading
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.desk.consent import withdrawal
from appliance.desk.contacts import joining
from appliance.desk.outgoing import decisions
from appliance.desk.outgoing.decisions import Decision
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import staff
from appliance.devices.protocol import Finding, Found
from appliance.errors import DeviceGone, Refused, Unconfirmed
from appliance.messages import MessageClass, MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.store import consent
from appliance.store.consent import ConsentKind
from tests.desk.ledger import code, refused
from tests.queue.counter import ANNA, BART, Counter, tapping, who

AUTHORS = [Author(rule="reminder"), Author(token_id="token"), Author(staff_id="boss")]
CASES = list(
    itertools.product(
        AUTHORS, [None, *MessageClass], [None, Channel.WHATSAPP, Channel.SMS], [False, True]
    )
)


def test_without_consent_no_door_opens(counter: Counter) -> None:
    """For every author, class and channel: it is refused, and nothing is kept."""
    for author, kind, channel, typed in CASES:
        about: dict[str, Any] = {"author": author, "kind": kind, "channel": channel, "typed": typed}
        assert refused(counter, **about) == "consent-required", about


def test_after_a_stop_no_door_opens(counter: Counter) -> None:
    """A second confirmation is refused, too: the first one was the licensed message."""
    counter.knows(ANNA)
    counter.hears("STOP")
    for author, kind, channel, typed in CASES:
        about: dict[str, Any] = {"author": author, "kind": kind, "channel": channel, "typed": typed}
        assert refused(counter, **about) == "opted-out", about


def test_a_stop_licenses_its_own_confirmation_only(counter: Counter) -> None:
    """The confirmation leaves; another row of the same class beside it does not."""
    counter.hears("STOP")
    confirmation = counter.outgoing()[-1]["id"]
    counter.store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme,"
            " direction, class, channel, wanted, text, state, expires_ms, rule, created_ms,"
            " happened_ms)"
            " SELECT '00000000-0000-7000-8000-000000000000', conversation_id, line_id, contact_id,"
            " value, scheme, direction, class, channel, wanted, text, state, expires_ms, rule,"
            " created_ms, happened_ms FROM message WHERE id = ?",
            (confirmation,),
        )
    )
    counter.clock.advance(s=120)
    assert counter.task() is None  # the slipped one is the older by its id
    assert counter.sends() == confirmation
    slipped = "00000000-0000-7000-8000-000000000000"
    assert counter.state(slipped) is MessageState.CANCELLED


def test_each_stop_has_its_own_confirmation(counter: Counter) -> None:
    """This holds when somebody stops, starts and stops within one millisecond, too."""
    counter.knows(ANNA)
    for text in ("STOP", "START", "STOP"):
        counter.hears(text)
    assert [(each["rule"], each["state"]) for each in counter.outgoing()][-3:] == [
        ("stop", "cancelled"),
        ("start", "cancelled"),
        ("stop", "queued"),
    ]
    counter.clock.advance(s=60)
    assert counter.sends() == counter.outgoing()[-1]["id"]


def test_an_objection_licenses_no_confirmation(counter: Counter) -> None:
    """Only STOP is confirmed."""
    counter.knows(ANNA)
    objects(counter)
    assert refused(counter, kind=MessageClass.CONFIRMATION) == "opted-out"


def objects(counter: Counter, number: str = ANNA) -> int:
    return counter.gate.write(
        counter.store,
        (who(number),),
        lambda tx: withdrawal.object_everywhere(
            tx, who(number), words="Belde op: nergens meer", recorded_by="staff:1"
        ),
    )


def test_an_objection_closes_every_line(counter: Counter) -> None:
    """What waits on all lines is cancelled; START opens the line that it is written to."""
    other, _ = counter.add_line("+31687654322", "R58M999")
    counter.knows(ANNA)
    counter.store.write(
        lambda tx: consent.record(
            tx,
            identity=who(ANNA),
            contact_id=counter.contact_id(),
            line_id=other,
            kind=ConsentKind.WROTE_FIRST,
            recorded_by="rule",
        )
    )
    waiting = [counter.queues(), counter.queues(line_id=other)]
    assert objects(counter) == 2
    assert {counter.row(each)["reason"] for each in waiting} == {"opted-out"}
    assert refused(counter, line_id=other) == "opted-out"
    counter.hears("START")
    assert code(counter) == "ok"
    assert refused(counter, line_id=other) == "opted-out"


def test_an_objection_from_another_process_waits_for_the_tap(counter: Counter) -> None:
    """That process cannot take the lock of a tap, so it is refused while a tap may come."""
    counter.knows(ANNA)
    counter.queues()
    counter.clock.advance(s=60)

    def from_the_command_line() -> int:
        return counter.store.write(
            lambda tx: withdrawal.object_everywhere(tx, who(ANNA), words="x", recorded_by="cli")
        )

    attempt = counter.attempt()
    with tapping(attempt), pytest.raises(Refused, match="at this moment"):
        from_the_command_line()
    counter.work.not_sent(attempt, Unconfirmed("nobody knows"))
    assert from_the_command_line() == 0
    assert code(counter) == "opted-out"


def test_a_stop_cancels_for_all_their_numbers(counter: Counter) -> None:
    """It is in the transaction of the STOP, so nobody ever sees one without the other."""
    counter.knows(ANNA, BART)
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    waiting = [counter.queues(), counter.queues(to=BART)]
    counter.store.write(
        lambda tx: joining.join(tx, counter.contact_id(), counter.contact_id(BART), boss)
    )
    commits: list[int] = []
    counter.store.on_commit(lambda: commits.append(1))
    counter.hears("STOP", sender=BART)
    assert len(commits) == 1
    assert [counter.state(each) for each in waiting] == [MessageState.CANCELLED] * 2


def test_a_stop_of_before_they_were_joined_counts_for_both(counter: Counter) -> None:
    """The join cancels what waits for either number, also for one that wrote later."""
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    counter.hears("STOP")
    counter.knows(BART)
    waiting = counter.queues(to=BART)
    counter.store.write(
        lambda tx: joining.join(tx, counter.contact_id(BART), counter.contact_id(), boss)
    )
    assert (counter.state(waiting), counter.row(waiting)["reason"]) == (
        MessageState.CANCELLED,
        "opted-out",
    )
    assert (code(counter, ANNA), code(counter, BART)) == ("opted-out", "opted-out")
    counter.hears("START", BART)
    assert (code(counter, ANNA), code(counter, BART)) == ("opted-out", "ok")


def test_a_join_leaves_the_confirmation_of_a_stop(counter: Counter) -> None:
    """The confirmation is licensed as before."""
    counter.knows(BART)
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    counter.hears("STOP")
    confirmation = counter.outgoing()[-1]["id"]
    counter.store.write(
        lambda tx: joining.join(tx, counter.contact_id(BART), counter.contact_id(), boss)
    )
    counter.clock.advance(s=60)
    assert counter.sends() == confirmation


def test_a_client_id_brings_nothing_back(counter: Counter) -> None:
    """A browser that asks again after a STOP is told what became of its message."""
    counter.knows(ANNA)
    first = counter.accepts(client_id="c1", typed=True)
    counter.hears("STOP")
    again = counter.accepts(client_id="c1", typed=True)
    assert (again.id, again.state) == (first.id, MessageState.CANCELLED)
    with pytest.raises(Refused):
        counter.accepts(client_id="c2", typed=True)


def in_doubt(counter: Counter) -> str:
    counter.knows(ANNA)
    message_id = counter.queues()
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, DeviceGone("gone"))
    return message_id


def test_what_proves_absent_after_a_stop_stays_unsent(counter: Counter) -> None:
    """It may be queued again, but is stopped before the phone is touched."""
    message_id = in_doubt(counter)
    counter.hears("STOP")
    counter.work.looked(counter.look(), Found(finding=Finding.ABSENT))
    counter.clock.advance(s=600)
    counter.sends()  # the confirmation
    counter.clock.advance(s=600)
    assert not isinstance(counter.task(), QueueAttempt)
    assert counter.row(message_id)["reason"] == "opted-out"
    assert len(counter.attempts(message_id)) == 1


def test_nobody_sends_it_again_after_a_stop(counter: Counter) -> None:
    """A person may decide a doubt in any way; the gate decides about the sending."""
    message_id = in_doubt(counter)
    counter.work.looked(counter.look(), Found(finding=Finding.UNCLEAR))
    counter.hears("STOP")
    counter.store.write(
        lambda tx: decisions.decide(tx, message_id, Decision.SEND_AGAIN, staff_id="boss")
    )
    counter.clock.advance(s=600)
    counter.sends()  # the confirmation
    counter.clock.advance(s=600)
    assert not isinstance(counter.task(), QueueAttempt)
    assert counter.state(message_id) is MessageState.CANCELLED


@pytest.fixture
def held(counter: Counter) -> QueueAttempt:
    """Anna and Bart were joined after a message to Anna was claimed."""
    counter.knows(ANNA, BART)
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    counter.queues()
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    counter.store.write(
        lambda tx: joining.join(tx, counter.contact_id(BART), counter.contact_id(), boss)
    )
    return attempt


def test_a_stop_by_the_other_number_is_seen_at_the_tap(
    counter: Counter, held: QueueAttempt
) -> None:
    """They are one person now: the claim from before the join does not open the gate."""
    counter.hears("STOP", sender=BART)
    with pytest.raises(Refused), tapping(held):
        pytest.fail("the gate opened")


def test_a_stop_by_the_other_number_waits_for_the_tap(counter: Counter, held: QueueAttempt) -> None:
    """It is not committed while a tap for any number of the person is under way."""
    stop = threading.Thread(target=counter.hears, args=("STOP",), kwargs={"sender": BART})
    with tapping(held):
        stop.start()
        stop.join(0.05)
        assert stop.is_alive()
        assert code(counter) == "ok"
    stop.join(10)
    assert code(counter) == "opted-out"


def test_a_join_while_a_stop_waits_is_noticed(counter: Counter) -> None:
    """The locks are for the numbers that the person has when the STOP is committed."""
    counter.knows(ANNA, BART)
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    stop = threading.Thread(target=counter.hears, args=("STOP",), kwargs={"sender": BART})
    with counter.gate.holding(who(ANNA)):
        with counter.gate.holding(who(BART)):
            stop.start()
            stop.join(0.05)
            counter.store.write(
                lambda tx: joining.join(tx, counter.contact_id(BART), counter.contact_id(), boss)
            )
        stop.join(0.05)
        assert stop.is_alive()
        assert code(counter) == "ok"
    stop.join(10)
    assert (code(counter, ANNA), code(counter, BART)) == ("opted-out", "opted-out")


def test_who_holds_a_person_holds_each_of_their_numbers(counter: Counter) -> None:
    """No tap for any of them begins, whichever number the lock names first."""
    numbers = [ANNA, BART, "+31633333333"]

    def hold(number: str) -> None:
        with counter.gate.holding(who(number)):
            pass

    taps = [threading.Thread(target=hold, args=(number,)) for number in numbers]
    with counter.gate.holding(*map(who, numbers)):
        for tap in taps:
            tap.start()
            tap.join(0.05)
        assert [tap.is_alive() for tap in taps] == [True] * 3
    for tap in taps:
        tap.join(10)
        assert not tap.is_alive()


@pytest.mark.parametrize("change", ["UPDATE consent SET kind = 'opted_in'", "DELETE FROM consent"])
def test_the_ledger_is_append_only(counter: Counter, change: str) -> None:
    """The database itself refuses."""
    counter.knows(ANNA)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        counter.store.write(lambda tx: tx.conn.execute(change))


def test_a_stop_from_a_sender_without_a_number_counts(counter: Counter) -> None:
    """WhatsApp may show somebody as `…@lid`; staff joined that to Anna's number."""
    lid = "123456789@lid"
    counter.knows(ANNA)
    counter.hears("Hoi, ik ben Anna", sender=lid)
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    counter.store.write(
        lambda tx: joining.join(tx, counter.contact_id(), counter.contact_id(lid), boss)
    )
    waiting = counter.queues()
    counter.hears("STOP", sender=lid)
    assert counter.state(waiting) is MessageState.CANCELLED
    assert refused(counter) == "opted-out"
    assert [each["rule"] for each in counter.outgoing(lid)][-1] == "stop"
