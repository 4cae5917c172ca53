"""A hold keeps all of a person, whoever they turn out to be, until somebody or its time ends it."""

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import joining, splitting
from appliance.desk.outgoing.sending import Author
from appliance.events import EventKind
from appliance.identities import tel
from appliance.store import contacts, holds
from tests.queue.counter import ANNA, BART, Counter


def contact_of(counter: Counter, number: str) -> str:
    found = counter.store.read(lambda conn: contacts.by_identity(conn, tel(number)))
    assert found is not None
    return found.id


def hold(counter: Counter, contact_id: str, until_ms: int | None = None) -> None:
    counter.store.write(lambda tx: holds.put(tx, contact_id, "Geschil", until_ms=until_ms))


def is_held(counter: Counter, contact_id: str) -> bool:
    return counter.store.read(lambda conn: holds.is_held(conn, contact_id))


def two_people(counter: Counter) -> tuple[str, str]:
    for number in (ANNA, BART):
        counter.hears("Hoi", number)
    return contact_of(counter, ANNA), contact_of(counter, BART)


def test_whoever_a_held_person_is_joined_with_is_held(counter: Counter) -> None:
    """… and an undo leaves the hold where it was; what came while they were one holds both."""
    anna, bart = two_people(counter)
    hold(counter, bart)
    assert (is_held(counter, anna), is_held(counter, bart)) == (False, True)
    counter.store.write(lambda tx: joining.join(tx, anna, bart, "boss"))
    assert is_held(counter, anna)
    assert counter.store.read(holds.held_contacts) == {anna}
    by = Author(staff_id="boss")
    counter.store.write(lambda tx: splitting.undo(tx, anna, by, sight=Sight(None)))
    assert (is_held(counter, anna), is_held(counter, bart)) == (False, True)

    counter.store.write(lambda tx: holds.end(tx, bart))
    counter.clock.advance(s=1)
    counter.store.write(lambda tx: joining.join(tx, anna, bart, "boss"))
    hold(counter, anna)
    counter.store.write(lambda tx: splitting.undo(tx, anna, by, sight=Sight(None)))
    assert (is_held(counter, anna), is_held(counter, bart)) == (True, True)


def test_a_split_holds_both(counter: Counter) -> None:
    """Whom the dispute is about only a person can say."""
    anna, bart = two_people(counter)
    counter.store.write(lambda tx: joining.join(tx, anna, bart, "boss"))
    hold(counter, anna)
    by = Author(staff_id="boss")
    new = counter.store.write(lambda tx: splitting.split(tx, anna, [tel(BART)], by))
    assert (is_held(counter, anna), is_held(counter, new)) == (True, True)


def test_a_hold_ends_when_its_time_is_over(counter: Counter) -> None:
    """The row says so, with an event, and stays for who asks later."""
    anna, _ = two_people(counter)
    hold(counter, anna, counter.clock.now_ms() + 60_000)
    counter.store.write(holds.end_over)
    assert is_held(counter, anna)
    counter.clock.advance(s=60)
    counter.store.write(holds.end_over)
    assert not is_held(counter, anna)
    (past,) = counter.store.read(lambda conn: holds.of_contact(conn, anna))
    assert (past.reason, past.ended_ms) == ("Geschil", counter.clock.now_ms())
    told = [each for each in counter.events() if each.kind is EventKind.CONTACT_HOLD]
    assert [each.facts["on"] for each in told] == [True, False]
    assert "Geschil" not in str(told)
