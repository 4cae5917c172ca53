"""One person who stands in a list as two contacts gets its message once."""

from appliance.desk.contacts import joining
from appliance.desk.lists import sends
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.outgoing import list_people
from appliance.identities import tel
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.store import Tx
from tests.desk.list_team import (
    CEES,
    are_one_person,
    leaves,
    list_of,
    look,
    none_leaves,
    sent,
    sent_again,
    steer,
    team,
    told,
    verdicts,
    wish,
)
from tests.queue.counter import ANNA, BART, STAFF, Counter

__all__ = ["team"]  # the fixture


def test_two_lists_that_meet_at_one_person_send_one_message(
    counter: Counter, team: SavedList
) -> None:
    """Anna and Bart turn out to be one person while both wait."""
    del team
    first = sent(counter, wish(counter, list_of(counter, ANNA, name="A")))
    second = sent(counter, wish(counter, list_of(counter, BART, name="B")))
    anna, bart = counter.contact_id(ANNA), counter.contact_id(BART)
    counter.store.write(lambda tx: joining.join_by(tx, anna, bart, STAFF))
    gone = leaves(counter)
    assert none_leaves(counter)
    assert look(counter, first).items[0].message_id == gone
    assert verdicts(look(counter, second)) == [("refused", Reason.LISTED_TODAY)]


def test_one_person_under_two_contacts_gets_it_once(counter: Counter, team: SavedList) -> None:
    """Not twice a day by its repetition or another list either."""
    are_one_person(counter, ANNA, CEES)
    other_list = list_of(counter, CEES, name="Dag")
    found = told(counter, wish(counter, team))
    assert [each.refusal for each in found] == [None, None, Reason.TWICE]
    counter.hears("STOP", BART)
    send = sent(counter, wish(counter, team))
    assert verdicts(look(counter, sent_again(counter, send))) == [("refused", Reason.OPTED_OUT)]
    for _ in ("while the first waits", "after it left"):
        (other,) = told(counter, wish(counter, other_list))
        assert other.refusal is Reason.LISTED_TODAY
        if look(counter, send).counts.waiting:
            leaves(counter)


def test_one_person_who_got_nothing_under_either_contact_is_asked_again(
    counter: Counter, team: SavedList
) -> None:
    are_one_person(counter, ANNA, CEES)
    send = sent(counter, wish(counter, team))
    steer(counter, sends.cancel, send)
    second = look(counter, sent_again(counter, send))
    assert verdicts(second) == [("goes", None), ("goes", None), ("refused", Reason.TWICE)]


def test_two_lists_that_wait_for_one_person_under_two_contacts_send_one_message(
    counter: Counter, team: SavedList
) -> None:
    """Their personnel number is entered while both wait."""
    del team
    sent(counter, wish(counter, list_of(counter, ANNA, name="A")))
    second = sent(counter, wish(counter, list_of(counter, BART, name="B")))
    are_one_person(counter, ANNA, BART)
    leaves(counter)
    assert none_leaves(counter)
    assert verdicts(look(counter, second)) == [("refused", Reason.LISTED_TODAY)]


def test_who_never_wrote_is_written_to_where_they_were_known_first(counter: Counter) -> None:
    """Not by the number that would come first among numbers."""
    first, later = "+31655555555", "+31611111110"

    def work(tx: Tx) -> str:
        contact_id = contacts.ensure(tx, tel(first))
        second = "INSERT INTO contact_identity (value, scheme, contact_id, created_ms)"
        tx.conn.execute(f"{second} VALUES (?, 'tel', ?, ?)", (later, contact_id, tx.now_ms + 1))
        return contact_id

    contact_id = counter.store.write(work)
    found = counter.store.read(
        lambda conn: list_people.by_contact(conn, counter.line_id, [contact_id])
    )
    assert found[contact_id].identity == tel(first)
