"""One person with two numbers: consent, welcome, thread and name."""

import pytest

from appliance.desk.contacts import editing as desk_contacts
from appliance.desk.contacts import joining
from appliance.errors import NotFound, Refused
from appliance.events import EventKind
from appliance.store import contacts
from tests.desk.ledger import rules
from tests.queue.counter import ANNA, BART, Counter, who


def test_a_joined_number_shares_the_opt_out(counter: Counter) -> None:
    """STOP by either number closes both; START opens only its own number."""
    counter.knows(ANNA, BART)
    keep = counter.contact_id(ANNA)
    counter.store.write(lambda tx: desk_contacts.add_identity(tx, keep, who(BART), "s"))
    waiting = counter.queues(to=BART)
    counter.hears("STOP", ANNA)
    assert counter.row(waiting)["state"] == "cancelled"
    for number in (ANNA, BART):
        with pytest.raises(Refused, match="asked not to"):
            counter.accepts(to=number)
    counter.hears("START", BART)
    assert counter.queues(to=BART)
    with pytest.raises(Refused):
        counter.accepts(to=ANNA)


def test_a_new_number_of_a_person_brings_no_consent(counter: Counter) -> None:
    """Consent is per number: a second number has to write first."""
    counter.knows(ANNA)
    keep = counter.contact_id(ANNA)
    counter.store.write(lambda tx: desk_contacts.add_identity(tx, keep, who(BART), "s"))
    with pytest.raises(Refused, match="never wrote"):
        counter.accepts(to=BART)


def test_joined_threads_become_one_in_the_order_of_time(counter: Counter) -> None:
    """The messages of both people stand in one conversation, ordered by time."""
    for minute, sender in enumerate((ANNA, BART, ANNA, BART)):
        counter.hears(f"{minute}", sender)
        counter.clock.advance(s=60)
    keep, other = counter.contact_id(ANNA), counter.contact_id(BART)
    counter.store.write(lambda tx: joining.join(tx, keep, other, "s"))
    (conversation,) = counter.all("SELECT * FROM conversation")
    thread = counter.all(
        "SELECT text FROM message WHERE conversation_id = ? AND direction = 'in'"
        " ORDER BY happened_ms, id",
        conversation["id"],
    )
    assert [row["text"] for row in thread] == ["0", "1", "2", "3"]
    last = counter.one("SELECT * FROM message WHERE id = ?", conversation["last_message_id"])
    assert (last["value"], conversation["last_ms"]) == (BART, last["happened_ms"])
    found = counter.store.read(lambda conn: contacts.find(conn, other))
    assert found
    assert (found.id, set(found.identities)) == (keep, {who(ANNA), who(BART)})
    assert counter.events(EventKind.CONTACT_JOINED)[0].facts == {"other": other}


def test_who_was_joined_is_not_welcomed_again(counter: Counter) -> None:
    """One person, one welcome, whichever number was welcomed."""
    counter.hears(sender=ANNA)
    counter.hears(sender=BART)
    keep, other = counter.contact_id(ANNA), counter.contact_id(BART)
    counter.store.write(lambda tx: joining.join(tx, keep, other, "s"))
    counter.hears("weer ik", BART)
    counter.hears("en ik", ANNA)
    assert len([each for each in rules(counter) + rules(counter, BART) if each == "welcome"]) == 2


def test_what_a_page_still_names_by_its_old_id_reaches_the_kept_contact(
    counter: Counter,
) -> None:
    """A browser that missed the join changes the contact that was kept."""
    counter.knows(ANNA, BART)
    keep, other = counter.contact_id(ANNA), counter.contact_id(BART)
    counter.store.write(lambda tx: joining.join(tx, keep, other, "s"))
    counter.store.write(
        lambda tx: desk_contacts.rename(
            tx, other, office_name=" Anna  de Vries ", personnel_number="", staff_id="s"
        )
    )
    found = counter.store.read(lambda conn: contacts.find(conn, keep))
    assert found
    assert (found.office_name, found.personnel_number) == ("Anna de Vries", None)
    with pytest.raises(NotFound):
        counter.store.write(lambda tx: desk_contacts.add_identity(tx, "nobody", who(ANNA), "s"))
    with pytest.raises(Refused, match="one contact already"):
        counter.store.write(lambda tx: joining.join(tx, keep, other, "s"))


def test_a_name_that_they_change_is_followed(counter: Counter) -> None:
    """The chosen name is theirs; the office's name for them is shown before it."""
    counter.hears(name="Anna")
    counter.hears(name="Anna 🌻")
    found = counter.store.read(lambda conn: contacts.by_identity(conn, who(ANNA)))
    assert found
    assert found.name == "Anna 🌻"
