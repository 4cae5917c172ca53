"""What the office may say of a person, and who may say that two contacts are one."""

import pytest

from appliance.desk.access.rights import Rights, rights_of
from appliance.desk.contacts import editing
from appliance.desk.team import staff
from appliance.errors import InvalidInput
from appliance.identities import tel
from appliance.store import branches, contacts
from appliance.store.contacts import Contact
from tests.queue.counter import ANNA, BART, Counter


def rights(counter: Counter, role: str, branch_id: str | None) -> Rights:
    staff_id = counter.store.write(lambda tx: staff.add(tx, role, role=role, branch_id=branch_id))
    return counter.store.read(lambda conn: rights_of(conn, staff_id))


def says(counter: Counter, who: Rights, join_id: str = "") -> Contact | None:
    """That Bart's number is Anna's."""
    anna, said = counter.contact_id(ANNA), tel(BART)
    return counter.store.write(
        lambda tx: editing.say_number(tx, anna, said, rights=who, join_id=join_id, staff_id="s")
    )


@pytest.fixture
def elsewhere(counter: Counter) -> str:
    """The branch that only Bart wrote to; Anna wrote to Utrecht."""
    counter.hears(sender=ANNA)
    utrecht = counter.branch_id
    counter.branch_id = counter.store.write(lambda tx: branches.add_branch(tx, "Rotterdam"))
    counter.line_id, counter.device_id = counter.add_line("+31687654322", "R58M124")
    counter.hears(sender=BART)
    counter.branch_id, rotterdam = utrecht, counter.branch_id
    return rotterdam


def test_who_changes_one_of_two_contacts_joins_none(counter: Counter, elsewhere: str) -> None:
    """Nothing tells that the other one exists, named or not."""
    bart = counter.contact_id(BART)
    here = rights(counter, "staff", counter.branch_id)
    assert says(counter, here, join_id=bart) is None
    assert counter.contact_id(BART) == bart


def test_who_changes_both_is_asked_first(counter: Counter, elsewhere: str) -> None:
    """And joins the one that they named."""
    anna, bart = counter.contact_id(ANNA), counter.contact_id(BART)
    both = rights(counter, "lead", None)
    asked = says(counter, both)
    assert asked is not None
    assert asked.id == bart
    assert counter.contact_id(BART) == bart
    assert says(counter, both, join_id=bart) is None
    assert counter.contact_id(BART) == anna


def test_a_personnel_number_is_short(counter: Counter) -> None:
    """A longer one changes nothing, the name beside it neither."""
    counter.hears()
    anna = counter.contact_id()

    def rename(personnel_number: str) -> None:
        counter.store.write(
            lambda tx: editing.rename(
                tx, anna, office_name="Anna", personnel_number=personnel_number, staff_id="s"
            )
        )

    rename("7" * editing.MAX_PERSONNEL_NUMBER)
    with pytest.raises(InvalidInput):
        rename("8" * (editing.MAX_PERSONNEL_NUMBER + 1))
    found = counter.store.read(lambda conn: contacts.find(conn, anna))
    assert found is not None
    assert found.personnel_number == "7" * editing.MAX_PERSONNEL_NUMBER
