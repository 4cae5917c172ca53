"""Who is in a list: those who were chosen, or whom its rule finds, as far as a reader sees them."""

from collections.abc import Sequence
from typing import Any

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing, joining
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.contacts.table import TableConsent
from appliance.desk.lists import saved_lists
from appliance.desk.lists.rules import ListRule
from appliance.desk.lists.saved_lists import ListChange, SavedList
from appliance.desk.team import labels
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import branches
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, STAFF, Counter

CEES = "+31633333333"
ALL = Sight(None)
NIGHT = "Nachtdienst"
DAY_S = 86_400


def kept(
    counter: Counter, name: str, members: Sequence[str] = (), rule: ListRule | None = None
) -> SavedList:
    def work(tx: Tx) -> SavedList:
        made = saved_lists.add(
            tx, ALL, STAFF, name=name, branch_id=counter.branch_id, members=members, rule=rule
        )
        return saved_lists.one(tx.conn, ALL, made)

    return counter.store.write(work)


def people(counter: Counter, found: SavedList, sight: Sight = ALL) -> list[str]:
    now_ms = counter.clock.now_ms()
    ids = counter.store.read(lambda conn: saved_lists.people_of(conn, sight, found, now_ms=now_ms))
    return list(ids)


def enter(counter: Counter, number: str, **about: Any) -> str:
    change = ContactChange(given=frozenset(about), **about)
    who = Changer(by=STAFF, sight=ALL)
    contact_id = counter.contact_id(number)
    counter.store.write(lambda tx: changing.change(tx, contact_id, change, who))
    return contact_id


@pytest.fixture
def office(counter: Counter) -> Counter:
    """Three people who wrote, Bart and Cees with a label, and each with a job."""
    for number in (CEES, ANNA, BART):
        counter.hears(sender=number)
    counter.store.write(lambda tx: labels.add(tx, NIGHT, counter.branch_id))
    enter(counter, ANNA, office_name="Anna", fields={"Job": "Driver"})
    enter(counter, BART, office_name="Bart", fields={"Job": "cook"}, labels=[NIGHT])
    enter(counter, CEES, office_name="Cees", fields={"Job": "driver"}, labels=[NIGHT])
    return counter


def test_those_who_were_chosen_stand_in_that_order(office: Counter) -> None:
    ids = [office.contact_id(each) for each in (CEES, ANNA)]
    assert people(office, kept(office, "Own", members=[*ids, ids[0]])) == ids


def test_a_rule_finds_whoever_fits_when_it_is_asked(office: Counter) -> None:
    anna, bart, cees = (office.contact_id(each) for each in (ANNA, BART, CEES))
    night = kept(office, "Night", rule=ListRule(label=NIGHT.upper()))
    drivers = kept(office, "Drivers", rule=ListRule(fields={"job": "DRIVER"}))
    both = kept(office, "Both", rule=ListRule(label=NIGHT, fields={"Job": "driver"}))
    everybody = kept(office, "Everybody", rule=ListRule())
    assert people(office, night) == [bart, cees]
    assert people(office, drivers) == [anna, cees]
    assert people(office, both) == [cees]
    assert people(office, everybody) == [anna, bart, cees]
    enter(office, ANNA, labels=[NIGHT])
    assert people(office, night) == [anna, bart, cees]


def test_a_label_that_is_merged_takes_its_lists_along(office: Counter) -> None:
    night = kept(office, "Night", rule=ListRule(label=NIGHT))

    def merge(tx: Tx) -> SavedList:
        late = labels.one(tx.conn, ALL, labels.add(tx, "Late", office.branch_id))
        assert night.rule
        labels.merge(tx, labels.one(tx.conn, ALL, night.rule.label or ""), late)
        return saved_lists.one(tx.conn, ALL, night.id)

    bart, cees = office.contact_id(BART), office.contact_id(CEES)
    assert people(office, office.store.write(merge)) == [bart, cees]


def test_a_rule_knows_when_they_last_wrote_and_who_agreed(office: Counter) -> None:
    bart = office.contact_id(BART)
    office.clock.advance(s=30 * DAY_S)
    office.hears("STOP", ANNA)
    office.hears("Ik kan weer", BART)
    recent = kept(office, "Recent", rule=ListRule(within_days=7, consent=TableConsent.GIVEN))
    silent = kept(office, "Silent", rule=ListRule(longer_ago_days=7))
    assert people(office, recent) == [bart]
    assert people(office, silent) == [office.contact_id(CEES)]


def test_who_became_one_person_stands_once(office: Counter) -> None:
    anna, bart = office.contact_id(ANNA), office.contact_id(BART)
    found = kept(office, "Own", members=[bart, anna])
    office.store.write(lambda tx: joining.join_by(tx, anna, bart, STAFF))
    assert people(office, found) == [anna]


def test_nobody_reads_people_or_lists_of_a_branch_that_they_do_not_see(office: Counter) -> None:
    """A colleague of another branch who changes the people keeps those whom they do not see."""
    other = office.store.write(lambda tx: branches.add_branch(tx, "Zwolle"))
    sight = Sight(frozenset({other}))
    ids = [office.contact_id(each) for each in (ANNA, BART)]
    found = kept(office, "Own", members=ids)
    with pytest.raises(NotFound):
        office.store.read(lambda conn: saved_lists.one(conn, sight, found.id))
    assert people(office, found, sight) == []
    everybody = kept(office, "Everybody", rule=ListRule())
    assert people(office, everybody, sight) == []
    wanted = ListChange(members=[])
    office.store.write(lambda tx: saved_lists.change(tx, sight, STAFF, found, wanted))
    assert people(office, found) == ids


def test_a_name_stands_once_in_a_branch_until_its_list_is_gone(office: Counter) -> None:
    first = kept(office, "Night")
    with pytest.raises(Refused):
        kept(office, "night")
    office.store.write(lambda tx: saved_lists.remove(tx, STAFF, first))
    assert kept(office, "Night").id != first.id
    with pytest.raises(InvalidInput):
        kept(office, " ")
    with pytest.raises(NotFound):
        kept(office, "Late", rule=ListRule(label="Nobody knows it"))
