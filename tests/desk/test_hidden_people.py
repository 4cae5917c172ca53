"""People whose number WhatsApp hides: they register, are answered, say STOP and are joined, like
anybody.
"""

import threading

import pytest

from appliance.channels import Channel
from appliance.desk.access.rights import Grant, Permission, Rights
from appliance.desk.contacts import editing
from appliance.desk.team import staff
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.identities import ALPHA, WHATSAPP_LID, Identity, tel
from appliance.messages import MessageState
from appliance.store import consent, contacts
from appliance.store.store import Tx
from tests.queue.counter import ANNA, HOUR_S, SMS, WHATSAPP, Counter, tapping, who

LID = "123456789@lid"
HIDDEN = Identity(scheme=WHATSAPP_LID, value=LID)


def code(counter: Counter, identity: Identity, channel: Channel | None = None) -> str:
    return counter.store.read(
        lambda conn: consent.verdict(conn, counter.line_id, identity, channel).code
    )


def says_number(counter: Counter, number: str) -> str:
    """A colleague says on the contact's page whose number it is, and joins them when asked."""

    def work(tx: Tx) -> str:
        boss = staff.add(tx, "Boss", role="admin", branch_id=None)
        rights = Rights(
            grants=frozenset({Grant(permission=Permission.CONTACT_EDIT, branch_id=None)})
        )
        mine, theirs = counter.contact_id(LID), contacts.by_identity(tx.conn, tel(number))
        about = {"rights": rights, "staff_id": boss}
        asked = editing.say_number(tx, mine, tel(number), join_id="", **about)  # type: ignore[arg-type]
        assert (asked and asked.id) == (theirs and theirs.id)
        if asked is not None:
            editing.say_number(tx, mine, tel(number), join_id=asked.id, **about)  # type: ignore[arg-type]
        return boss

    return counter.store.write(work)


def test_who_hides_their_number_is_registered_and_answered(counter: Counter) -> None:
    """They write, are welcomed once, and the answer goes to their account over WhatsApp."""
    counter.hears("Hoi", sender=LID, name="Anna")
    (welcome,) = counter.outgoing(LID)
    assert (welcome["rule"], welcome["scheme"]) == ("welcome", WHATSAPP_LID)
    assert code(counter, HIDDEN, WHATSAPP) == "ok"
    counter.clock.advance(s=60)
    counter.sends()
    answer = counter.queues("Dag Anna", to=LID)
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    assert (attempt.outgoing.message_id, attempt.outgoing.identity) == (answer, HIDDEN)
    assert (attempt.outgoing.channel, attempt.outgoing.number) == (WHATSAPP, LID)


def test_nothing_takes_an_account_for_a_number(counter: Counter) -> None:
    """No SMS goes there, and the same text as the word of an SMS is somebody else."""
    counter.hears("Hoi", sender=LID)
    counter.hears("Hallo", sender=LID, channel=SMS)
    word = Identity(scheme=ALPHA, value=LID)
    assert counter.contact_id(LID) != counter.store.read(
        lambda conn: getattr(contacts.by_identity(conn, word), "id", None)
    )
    assert code(counter, word) == "consent-required"
    queued = counter.queues(to=LID)
    counter.clock.advance(s=HOUR_S)
    assert counter.task(frozenset({SMS})) is None
    assert counter.state(queued) is MessageState.QUEUED


def test_tomorrow_and_under_a_new_name_it_is_the_same_person(counter: Counter) -> None:
    counter.hears("Hoi", sender=LID, name="Anna")
    counter.clock.advance(s=24 * HOUR_S)
    counter.hears("Hallo", sender=LID, name="Anna Bakker")
    assert [row["chosen_name"] for row in counter.all("SELECT * FROM contact")] == ["Anna Bakker"]
    assert len(counter.all("SELECT 1 FROM conversation")) == 1


def test_their_stop_holds_until_their_start(counter: Counter) -> None:
    counter.hears("Hoi", sender=LID)
    waiting = counter.queues(to=LID)
    counter.hears("STOP", sender=LID)
    assert counter.state(waiting) is MessageState.CANCELLED
    with pytest.raises(Refused, match="asked not to"):
        counter.accepts(to=LID)
    assert [row["rule"] for row in counter.outgoing(LID)] == ["welcome", "test", "stop"]
    counter.hears("START", sender=LID)
    assert code(counter, HIDDEN) == "ok"


def test_their_stop_waits_for_the_tap_to_them(counter: Counter) -> None:
    """The lock is by the identity that the attempt writes to."""
    counter.knows(LID)
    counter.queues(to=LID)
    counter.clock.advance(s=60)
    stop = threading.Thread(target=counter.hears, args=("STOP",), kwargs={"sender": LID})
    with tapping(counter.attempt()):
        stop.start()
        stop.join(0.1)
        assert stop.is_alive()
        assert code(counter, HIDDEN) == "ok"
    stop.join(10)
    assert code(counter, HIDDEN) == "opted-out"


def test_a_colleague_says_whose_number_it_is(counter: Counter) -> None:
    """The two become one person, and the event names who did it; it gives no consent."""
    counter.hears("Hoi", sender=LID)
    counter.store.write(lambda tx: contacts.ensure(tx, tel(ANNA)))
    boss = says_number(counter, ANNA)
    assert counter.contact_id(LID) == counter.contact_id(ANNA)
    (joined,) = counter.events(EventKind.CONTACT_JOINED)
    assert joined.staff_id == boss
    assert (code(counter, HIDDEN), code(counter, tel(ANNA))) == ("ok", "consent-required")
    counter.hears("STOP", sender=LID)
    counter.hears("Hoi", sender=ANNA)
    assert {code(counter, each) for each in (HIDDEN, tel(ANNA))} == {"opted-out"}


def test_a_message_that_comes_again_under_the_number_is_not_doubled(counter: Counter) -> None:
    """WhatsApp may repeat under a number what it showed under the hidden account."""
    counter.hears("Hoi", sender=LID, key="wa:lid:1")
    counter.store.write(lambda tx: contacts.ensure(tx, tel(ANNA)))
    says_number(counter, ANNA)
    written_ms = counter.clock.now_ms()
    counter.clock.advance(s=5)
    counter.hears("Hoi", sender=ANNA, key="wa:tel:1", at_ms=written_ms)
    assert len(counter.all("SELECT 1 FROM message WHERE direction = 'in'")) == 1
    counter.hears("Hoi", sender=ANNA, key="wa:tel:2")
    assert len(counter.all("SELECT 1 FROM message WHERE direction = 'in'")) == 2
    recent = counter.reception.recent(counter.device_id, ANNA, since_ms=0)
    assert [each.sender for each in recent] == [LID, ANNA]


def test_names_that_begin_alike_are_found(counter: Counter) -> None:
    """With what the device shows of them; a word that sends SMS is nobody with a chat."""
    counter.hears("Hoi", sender=LID, name="Anna 🌸")
    counter.hears("Hoi", sender=ANNA, name="Annabel")
    counter.hears("Hoi", sender="ANNA", name="Anna", channel=SMS)
    found = counter.reception.people_named(counter.device_id, "Anna ")
    assert found == [(LID, "Anna 🌸")]
    assert who(LID) == HIDDEN
