"""Names that come from outside, and texts that show nothing."""

import pytest

from appliance.characters import MAX_NAME
from appliance.desk.contacts import editing as desk_contacts
from appliance.desk.team import staff
from appliance.devices.protocol import Group
from appliance.errors import InvalidInput
from appliance.store import contacts
from tests.queue.counter import ANNA, SMS, Counter

ODD = "\u202eannA\u202c\nde\u200b Wit \U000e0041"
SHOWN = "annA de Wit"


def test_a_chosen_name_is_cleaned_and_cut(counter: Counter) -> None:
    """In the contact and at the message; an empty name counts as none."""
    counter.hears(name=ODD)
    assert counter.one("SELECT chosen_name FROM contact")["chosen_name"] == SHOWN
    assert counter.one("SELECT sender_name FROM message")["sender_name"] == SHOWN
    counter.hears(name="\u3164\u200b")
    assert counter.one("SELECT chosen_name FROM contact")["chosen_name"] == SHOWN
    counter.hears(name="👍🏽" * 5000)
    assert counter.one("SELECT chosen_name FROM contact")["chosen_name"] == "👍🏽" * (MAX_NAME // 2)


def test_a_group_and_who_posts_in_it_are_cleaned(counter: Counter) -> None:
    """Any member of a group may choose its name."""
    counter.hears(sender=ODD, group=Group(jid="1@g.us", name="Loods\u202e 4\n" + "x" * 500))
    assert counter.one("SELECT name FROM chat_group")["name"] == ("Loods 4 " + "x" * 500)[:MAX_NAME]
    assert counter.one("SELECT value FROM message")["value"] == SHOWN
    counter.hears(group=Group(jid="2@g.us", name="\u2800"))
    assert counter.one("SELECT name FROM chat_group WHERE jid = '2@g.us'")["name"] == "?"


def test_a_word_that_an_sms_comes_under_is_cleaned(counter: Counter) -> None:
    """It names the contact, and by it the driver finds messages that it reported before."""
    counter.hears(sender="\u202eLOO\u200bDS", channel=SMS, key="sms:1")
    assert counter.one("SELECT value FROM contact_identity")["value"] == "LOODS"
    (told,) = counter.reception.recent(counter.device_id, "\u202eLOO\u200bDS", since_ms=0)
    assert told.key == "sms:1"
    counter.hears(sender="\u200b", channel=SMS)
    assert counter.one("SELECT value FROM message ORDER BY id DESC")["value"] == "?"


def test_the_name_at_the_office_is_cleaned(counter: Counter) -> None:
    """Colleagues paste names, too."""
    counter.hears()
    sanne = counter.store.write(
        lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=counter.branch_id)
    )
    contact_id = counter.contact_id()
    counter.store.write(
        lambda tx: desk_contacts.rename(
            tx, contact_id, office_name=ODD, personnel_number="\u200b42", staff_id=sanne
        )
    )
    found = counter.store.read(lambda conn: contacts.find(conn, contact_id))
    assert found is not None
    assert (found.office_name, found.personnel_number) == (SHOWN, "42")


@pytest.mark.parametrize("text", ["\u200b", "\u202e\u202c", "\u3164 \u2800", "\ufe0f"])
def test_a_text_of_nothing_is_empty(counter: Counter, text: str) -> None:
    """It is kept as it comes in; it cannot be sent."""
    counter.hears(text)
    assert counter.one("SELECT text FROM message WHERE direction = 'in'")["text"] == text
    with pytest.raises(InvalidInput, match="Write something"):
        counter.queues(text, to=ANNA)


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦", "שלום", "می‌خواهم", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a\u200bb"])
def test_a_text_stays_as_it_was_written(counter: Counter, text: str) -> None:
    """Only names are cleaned: in a text every character is the writer's."""
    counter.hears(text)
    counter.queues(text)
    assert {row["text"] for row in counter.all("SELECT text FROM message WHERE rule IS NULL")} == {
        text
    }
