"""A small branch finds its own people, however many newer ones the company has."""

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing, people, unknown
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.contacts.people import PeopleAsked
from appliance.desk.inbox.directory import Page
from appliance.desk.search import following
from appliance.identities import tel
from appliance.store import branches, contacts
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, STAFF, Counter

NEWER = 30


@pytest.fixture
def small(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Sight:
    """Of one branch, with Anna and Bart of long ago, and many of another branch since."""
    monkeypatch.setattr(people, "LOOKED_AT", 5)
    for number in (ANNA, BART):
        counter.hears("Hoi", number, name="Jan Vos")

    def fill(tx: Tx) -> None:
        other = branches.add_branch(tx, "Zwolle")
        for each in range(NEWER):
            contacts.ensure(tx, tel(f"+3164000{each:04}"), chosen_name="Jan Smit")
            change = ContactChange(
                given=frozenset({"numbers", "office_name"}),
                office_name="Jan Bos",
                numbers=[tel(f"+3165000{each:04}")],
            )
            who = Changer(by=STAFF, sight=Sight(None))
            changing.enter(tx, change, who, branch_id=other)

    counter.store.write(fill)
    while following.catch_up(counter.store):
        pass
    return Sight(frozenset({counter.branch_id}))


def strangers(tx: Tx) -> None:
    """Many who wrote to another branch."""
    rows = [(tx.new_id(), tx.now_ms) for _ in range(2_001)]
    tx.conn.executemany("INSERT INTO contact (id, created_ms) VALUES (?, ?)", rows)


def test_a_search_finds_those_in_sight(counter: Counter, small: Sight) -> None:
    asked = PeopleAsked(page=Page(limit=10), q="jan")
    found = counter.store.read(lambda conn: people.contacts(conn, small, asked))
    assert [each.id for each in found] == [counter.contact_id(ANNA), counter.contact_id(BART)]
    boss = counter.store.read(lambda conn: people.contacts(conn, Sight(None), asked))
    assert len(boss) == people.LOOKED_AT


def test_the_unknown_in_sight_are_listed_newest_first(counter: Counter, small: Sight) -> None:
    """In pages, behind thousands elsewhere; whom the office has named is unknown no more."""
    first = counter.store.read(lambda conn: unknown.page(conn, small, "", limit=1))
    assert [each.id for each in first.people] == [counter.contact_id(BART)]
    last = counter.store.read(lambda conn: unknown.page(conn, small, first.next or "", limit=1))
    assert [each.id for each in last.people] == [counter.contact_id(ANNA)]
    assert last.next is None
    everybody = counter.store.read(lambda conn: unknown.page(conn, Sight(None), "", limit=100))
    assert len(everybody.people) == NEWER + 2
    counter.store.write(strangers)
    again = counter.store.read(lambda conn: unknown.page(conn, small, "", limit=1))
    assert [each.id for each in again.people] == [counter.contact_id(BART)]
