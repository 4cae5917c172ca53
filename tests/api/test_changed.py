"""Messages that their writer changed or deleted, on the pages and over the API."""

import json

from appliance.api.json.bodies import MessageDetailOut
from appliance.devices.protocol import TextForm
from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office
from tests.api.test_near_stop import one, thread

ANNA = "+31687654321"
WAITING = "Wachten op dit bericht. Dit kan even duren."
DELETED = "Dit bericht is verwijderd"


def test_the_thread_shows_what_was_said_before(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """The mark is in the reader's language; a message without a change has none."""
    office.writes(ANNA, tilburg, "Ik kom om 8", key="k#0")
    assert "What it said before" not in thread(office, sanne)
    office.writes(ANNA, tilburg, "Ik kom om 9", key="k#0")
    page = thread(office, sanne)
    assert page.index("Ik kom om 9") < page.index("What it said before") < page.index("Ik kom om 8")
    assert "<span>edited</span>" in page
    assert "<span>bewerkt</span>" in thread(office, sanne, "nl")


def test_the_thread_keeps_what_was_deleted(office: Office, tilburg: Desk, sanne: Browser) -> None:
    office.writes(ANNA, tilburg, "Mijn adres", key="k#0")
    office.writes(ANNA, tilburg, DELETED, key="k#0", form=TextForm.DELETED)
    page = thread(office, sanne)
    assert "Mijn adres" in page
    assert "<span>deleted</span>" in page
    assert DELETED not in page
    assert "<span>verwijderd</span>" in thread(office, sanne, "nl")


def test_the_thread_says_that_words_are_not_there_yet(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    office.writes(ANNA, tilburg, WAITING, key="k#0", form=TextForm.WAITING)
    assert "<span>not readable yet</span>" in thread(office, sanne)
    office.writes(ANNA, tilburg, "Hoi", key="k#0")
    assert "<span>not readable yet</span>" not in thread(office, sanne)


def test_the_api_marks_a_message_that_has_changed(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """`edited` comes with the earlier text, `deleted` with the text; others have neither."""
    for place, text in enumerate(("om 8", "Mijn adres", "Dag")):
        office.writes(ANNA, tilburg, text, key=f"k#{place}")
    office.writes(ANNA, tilburg, "om 9", key="k#0")
    office.writes(ANNA, tilburg, DELETED, key="k#1", form=TextForm.DELETED)
    office.writes(ANNA, tilburg, WAITING, key="k#3", form=TextForm.WAITING)
    items = planning.get("/messages", direction="in").json()["items"]
    marks = [
        (item["text"], {name for name in ("awaited", "edited", "deleted") if name in item})
        for item in items
    ]
    assert marks == [
        ("om 9", {"edited"}),
        ("Mijn adres", {"deleted"}),
        ("Dag", set()),
        (WAITING, {"awaited"}),
    ]
    detail = planning.get(f"/messages/{items[0]['id']}").json()
    assert MessageDetailOut.model_validate(detail).earlier == ["om 8"]
    assert "earlier" not in planning.get(f"/messages/{items[2]['id']}").json()


def test_a_changed_message_tells_the_open_page(office: Office, tilburg: Desk) -> None:
    """The event has ids and the kind of the change, and no words."""
    office.writes(ANNA, tilburg, "om 8", key="k#0")
    office.writes(ANNA, tilburg, "om 9", key="k#0")
    facts = one(office, "SELECT facts FROM event_log WHERE kind = 'message.changed'")
    assert json.loads(facts) == {"change": "edited"}
