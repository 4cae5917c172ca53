"""People who are known by more than numbers: what looks alike is not the same, and what is one
person's is bound together.
"""

import threading

import pytest

from appliance import channels
from appliance.channels import Channel
from appliance.desk.access.rights import Grant, Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import joining
from appliance.desk.contacts.card import card
from appliance.desk.inbox.thread import conversation
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.desk.team import staff
from appliance.errors import InvalidInput, Refused
from appliance.identities import ALPHA, WHATSAPP_LID, Identity, tel
from appliance.messages import MessageClass, MessageState
from appliance.queue.history import History, Left
from appliance.queue.profile import MONTH_MS
from appliance.queue.routing import Parcel, Ways
from appliance.reasons import Reason
from appliance.store import consent, contacts, lines
from appliance.store.consent import ConsentKind
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, MONDAY, SMS, WHATSAPP, Counter, tapping

LID = "123456789@lid"
HIDDEN = Identity(scheme=WHATSAPP_LID, value=LID)
WORD = Identity(scheme=ALPHA, value=LID)
LETTER = Channel(name="letter", label="Letter", identity="ring")
RING = Identity(scheme="ring", value=ANNA)
EVERYWHERE = Sight(None)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package brought a channel with a scheme of its own, in which anything may be written."""
    monkeypatch.setattr(channels, "_KNOWN", {**channels._KNOWN, LETTER.name: LETTER})


def contact_of(counter: Counter, identity: Identity) -> str:
    found = counter.store.read(lambda conn: contacts.by_identity(conn, identity))
    assert found
    return found.id


def code(counter: Counter, identity: Identity) -> str:
    return counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, identity).code)


def agrees(counter: Counter, identity: Identity, kind: ConsentKind) -> None:
    """By a hand in the ledger, whatever the rules would have made of it."""

    def work(tx: Tx) -> None:
        consent.record(
            tx,
            identity=identity,
            contact_id=contacts.ensure(tx, identity),
            line_id=counter.line_id,
            kind=kind,
            recorded_by="test",
        )

    counter.store.write(work)


def joined(counter: Counter, keep: Identity, other: Identity) -> None:
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    ids = contact_of(counter, keep), contact_of(counter, other)
    counter.store.write(lambda tx: joining.join(tx, *ids, boss))


def test_a_word_that_looks_like_a_hidden_number_is_somebody_else(counter: Counter) -> None:
    """A network lets anybody send under it: it has a contact and a conversation of its own, and
    its STOP is nobody else's.
    """
    counter.knows(ANNA)
    counter.hears("Hoi, ik ben Anna", sender=LID, channel=WHATSAPP)
    joined(counter, tel(ANNA), HIDDEN)
    counter.hears("Ik ook", sender=LID, channel=SMS)
    assert contact_of(counter, WORD) != contact_of(counter, HIDDEN) == counter.contact_id()
    assert len(counter.all("SELECT 1 FROM conversation")) == 2
    counter.hears("STOP", sender=LID, channel=SMS)
    assert code(counter, tel(ANNA)) == "ok"
    counter.hears("STOP", sender=LID, channel=WHATSAPP)
    assert code(counter, tel(ANNA)) == "opted-out"


def test_whom_a_text_names_is_a_person_before_a_word(counter: Counter) -> None:
    """Whoever sends under it later does not stand in the way of who is known by it."""
    counter.hears("Ik eerst", sender=LID, channel=SMS)
    counter.hears("Hoi", sender=LID, channel=WHATSAPP)
    found = counter.store.read(lambda conn: EVERYWHERE.contact(conn, LID))
    assert found.identities == (HIDDEN,)


def test_a_word_in_which_a_number_is_hidden_is_no_number(counter: Counter) -> None:
    """It is shown without what is hidden in it, and is still not who has that number."""
    counter.hears("STOP", sender=f"{ANNA}\u200b", channel=SMS)
    counter.knows(ANNA)
    assert counter.contact_id() != contact_of(counter, Identity(scheme=ALPHA, value=ANNA))
    assert code(counter, tel(ANNA)) == "ok"


def test_a_stop_of_a_hidden_person_waits_for_the_tap_to_their_number(counter: Counter) -> None:
    """Its lock is that of all that the person is known by."""
    counter.knows(ANNA)
    counter.hears("Hoi, ik ben Anna", sender=LID)
    joined(counter, tel(ANNA), HIDDEN)
    counter.queues()
    stop = threading.Thread(target=counter.hears, args=("STOP",), kwargs={"sender": LID})
    with tapping(counter.attempt()):
        stop.start()
        stop.join(0.1)
        assert stop.is_alive()
        assert code(counter, tel(ANNA)) == "ok"
    stop.join(10)
    assert {code(counter, each) for each in (tel(ANNA), HIDDEN)} == {"opted-out"}


@pytest.mark.parametrize("kind", [ConsentKind.WROTE_FIRST, ConsentKind.OPTED_OUT])
def test_one_value_in_two_schemes_shares_no_consent(counter: Counter, kind: ConsentKind) -> None:
    """Neither a yes nor a no, in either direction."""
    agrees(counter, RING, kind)
    counter.store.write(lambda tx: contacts.ensure(tx, tel(ANNA)))
    assert contact_of(counter, tel(ANNA)) != contact_of(counter, RING)
    assert code(counter, tel(ANNA)) == "consent-required"
    before = code(counter, RING)
    agrees(counter, tel(ANNA), ConsentKind.OBJECTED)
    assert code(counter, RING) == before


def test_one_value_in_two_schemes_shares_no_lock(counter: Counter) -> None:
    """While one is held, the other is free."""

    def hold() -> None:
        with counter.gate.holding(RING):
            pass

    with counter.gate.holding(tel(ANNA)):
        other = threading.Thread(target=hold)
        other.start()
        other.join(10)
        assert not other.is_alive()


def test_one_value_in_two_schemes_shares_no_pace() -> None:
    """What went to the one is no message to the other, nor the same recipient of a month."""
    left = [Left(at_ms=MONDAY, identity=RING, answering=False, first=True, sms=True)]
    history = History(left=left, since_ms=0)
    assert (history.knows(RING), history.knows(tel(ANNA))) == (True, False)
    assert history.new_recipient_at(MONDAY, RING, 1) == MONDAY
    assert history.new_recipient_at(MONDAY, tel(ANNA), 1) == MONDAY + MONTH_MS
    history.add(Left(at_ms=MONDAY, identity=tel(ANNA), answering=False, sms=True))
    assert history.recipients(MONDAY) == 2


def test_a_message_takes_only_ways_of_its_own_scheme(counter: Counter) -> None:
    """A hidden number goes by WhatsApp and never by SMS, a ring by neither."""

    def carried(identity: Identity | None, wanted: Channel | None = None) -> bool:
        parcel = Parcel(
            identity=identity,
            text="Hoi",
            kind=MessageClass.REPLY,
            wanted=wanted,
            on_whatsapp=None,
        )
        return counter.store.read(
            lambda conn: Ways.of(conn, lines.line(conn, counter.line_id)).can_carry(parcel)
        )

    assert [carried(each) for each in (tel(ANNA), None, HIDDEN, WORD, RING)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert not carried(HIDDEN, SMS)


@pytest.mark.usefixtures("letters")
def test_a_scheme_that_a_channel_brings_is_written_to_over_it_alone(counter: Counter) -> None:
    """Who wrote over it may be answered there; no phone is given what is not its own."""
    counter.hears("Hoi", sender=ANNA, channel=LETTER)
    assert contact_of(counter, RING)
    assert code(counter, RING) == "ok"
    with pytest.raises(Refused, match="never wrote"):
        counter.accepts(to=ANNA)
    with pytest.raises(InvalidInput, match="nothing that SMS writes to"):
        counter.accepts(to=RING, channel=SMS)
    answer = counter.queues("Dag", to=RING)
    counter.clock.advance(s=60)
    counter.planner.round()
    assert counter.task() is None
    assert (counter.state(answer), counter.row(answer)["reason"]) == (
        MessageState.QUEUED,
        Reason.NO_ROUTE,
    )


def test_a_card_shows_in_the_order_in_which_they_became_known(counter: Counter) -> None:
    """What became known at one moment stands by its text, as numbers always did."""
    counter.hears("Hoi", sender=LID)
    counter.clock.advance(s=1)
    owner = contact_of(counter, HIDDEN)

    def attach(tx: Tx) -> None:
        for each in (tel(BART), tel(ANNA), RING, WORD):
            contacts.attach(tx, owner, each)

    counter.store.write(attach)
    expected = [HIDDEN, RING, tel(ANNA), tel(BART), WORD]
    found = counter.store.read(lambda conn: contacts.find(conn, owner))
    assert found
    assert list(found.identities) == expected
    rights = Rights(grants=frozenset({Grant(permission=Permission.INBOX_READ, branch_id=None)}))
    conversation_id = counter.one("SELECT id FROM conversation")["id"]
    shown = counter.store.read(
        lambda conn: card(conn, rights, conversation(conn, rights, conversation_id))
    )
    assert [each.identity for each in shown.numbers] == expected


def test_the_one_they_last_wrote_from_is_answered(counter: Counter) -> None:
    """Among all that a person is known by, in whatever scheme."""
    counter.knows(ANNA, BART)
    joined(counter, tel(ANNA), tel(BART))

    def answered() -> Identity:
        return counter.store.read(
            lambda conn: identity_of_contact(
                conn, EVERYWHERE, counter.contact_id(), line_id=counter.line_id
            )
        )

    assert answered() == tel(BART)
    counter.hears("Weer ik", sender=ANNA)
    assert answered() == tel(ANNA)
