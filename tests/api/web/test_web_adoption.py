"""The page of the chats that a phone had before Balie came, and how they stand in the thread."""

from collections.abc import Iterator
from datetime import date

import pytest

from appliance.adoption import ChatFate
from appliance.channels import Channel
from appliance.desk.intake import adoption
from appliance.devices.adoption_protocol import HistoryRow, ReadChat
from appliance.identities import tel
from appliance.store import adoptions
from appliance.store.adoptions import ChatOutcome
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office
from tests.api.test_near_stop import thread

ANNA, BRAM = "+31687654321", "+31687654322"


@pytest.fixture
def ilse(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Ilse", role="branch-it", branch_id=tilburg.branch_id)
    browser.client.headers["accept-language"] = "en"
    yield browser
    browser.client.close()


def row(key: str, text: str, day: date | None) -> HistoryRow:
    return HistoryRow(key=key, own=False, text=text, day=day, minute=600)


def walks(office: Office, desk: Desk) -> None:
    """The list, and three chats of it."""

    def walk(tx: Tx) -> None:
        begun = adoptions.newest(tx.conn, desk.line_id)
        assert begun
        named = [("Anna", ChatFate.WAITING), ("Bram", ChatFate.WAITING), ("Jan", ChatFate.ALIKE)]
        named += [("Kees", ChatFate.WAITING)]
        adoptions.keep_list(tx, begun, [(name, None, fate) for name, fate in named])
        anna = adoptions.next_chat(tx.conn, begun.id)
        assert anna
        rows = [row("1", "Lang geleden", None), row("2", "Ik kan", date(2026, 1, 5))]
        found = ReadChat(channel=Channel.WHATSAPP, who=ANNA, rows=rows, seen=2)
        adoptions.end_chat(tx, anna, adoption.keep(tx, begun, anna, found))
        bram = adoptions.next_chat(tx.conn, begun.id)
        assert bram
        adoptions.end_chat(tx, bram, ChatOutcome(fate=ChatFate.CLOSED, identity=tel(BRAM)))

    office.store.write(walk)


def test_who_manages_the_phone_begins_the_walk_and_sees_how_far_it_is(
    office: Office, tilburg: Desk, ilse: Browser
) -> None:
    """With whoever never wrote, and whom a person has to look at; it can be held up and ended."""
    address = f"/devices/{tilburg.device_id}/chats"
    assert f'href="{address}"' in ilse.get("/devices").text
    assert "Take the chats over" in ilse.get(address).text
    assert ilse.post(address, {"do": "begin"}, part=False).status_code == 303
    walks(office, tilburg)
    page = ilse.get(address).text
    assert "3 of 4 chats were read." in page
    assert "1 person who wrote, 2 messages" in page
    never = page.partition('id="adoption-closed"')[2]
    assert "Bram" in never
    unclear = page.partition('id="adoption-unclear"')[2].partition("</section>")[0]
    assert "Jan" in unclear
    assert "Several chats or numbers have this name." in unclear
    assert "3 of 4 chats were read." in ilse.get("/devices").text
    for do, word in (("pause", "paused"), ("begin", "under way"), ("stop", "stopped")):
        ilse.post(address, {"do": do}, part=False)
        assert f'<p class="hint">{word}</p>' in ilse.get(address).text
    ilse.client.headers["accept-language"] = "nl"
    assert "3 van de 4 chats zijn gelezen." in ilse.get(address).text
    assert ilse.post(address, {"do": "pause"}).status_code in {409, 422}
    assert ilse.post(address, {"do": "other"}).status_code == 404


def test_a_message_in_a_chat_of_nobody_knows_whom_is_a_persons_to_read(
    office: Office, tilburg: Desk, ilse: Browser
) -> None:
    """It counts for no person's message."""
    address = f"/devices/{tilburg.device_id}/chats"
    ilse.post(address, {"do": "begin"}, part=False)
    walks(office, tilburg)

    def ends(tx: Tx) -> None:
        begun = adoptions.newest(tx.conn, tilburg.line_id)
        assert begun
        kees = adoptions.next_chat(tx.conn, begun.id)
        assert kees
        found = ReadChat(channel=Channel.WHATSAPP, who=None, came=1)
        adoptions.end_chat(tx, kees, adoption.keep(tx, begun, kees, found))

    office.store.write(ends)
    page = ilse.get(address).text
    assert "A message came in it while Balie did not know whose chat it is." in page
    assert "1 person who wrote, 2 messages" in page


def test_who_manages_no_phone_of_the_branch_sees_nothing_of_it(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    address = f"/devices/{tilburg.device_id}/chats"
    assert sanne.get(address).status_code == 404
    assert sanne.post(address, {"do": "begin"}).status_code == 404
    assert office.store.read(lambda conn: adoptions.newest(conn, tilburg.line_id)) is None


def test_what_was_taken_over_is_marked_in_the_thread_and_is_not_unread(
    office: Office, tilburg: Desk, ilse: Browser, sanne: Browser, planning: Caller
) -> None:
    """A message whose day did not show says so instead of a time."""
    ilse.post(f"/devices/{tilburg.device_id}/chats", {"do": "begin"}, part=False)
    walks(office, tilburg)
    page = thread(office, sanne)
    assert page.count("<span>taken over from the phone</span>") == 2
    assert page.count("<span>day unknown</span>") == 1
    assert office.count("unread WHERE conversations > 0") == 0
    items = planning.get("/messages").json()["items"]
    told = {item["text"]: (item.get("imported"), item.get("undated")) for item in items}
    assert told == {"Lang geleden": (True, True), "Ik kan": (True, None)}
    conversation = items[0]["conversation"]
    asked = {"HX-Request": "true", "Accept-Language": "en"}
    card = sanne.get(f"/c/{conversation}/contact", **asked).text
    assert "taken over from the phone" in card
    assert "Ik kan" in card
