"""A long thread: as much of it as somebody sees is drawn, and what changed comes by itself."""

import re
from datetime import datetime
from html import unescape

import pytest

from appliance.clock import ManualClock
from appliance.messages import MessageState
from appliance.store import messages
from appliance.store.store import Tx
from tests.api.browser import Browser
from tests.api.office import Desk, Office
from tests.api.web.one_thread import WORKER, message_of

PAGE = 40


@pytest.fixture
def long(office: Office, clock: ManualClock, tilburg: Desk, sanne: Browser) -> str:
    """A conversation of 200 messages that Sanne has not read, the first one of the day before."""
    office.writes(WORKER, tilburg, "Bericht 0")
    for _ in range(3):
        clock.advance(s=8 * 3600)
        assert sanne.get("/settings").status_code == 200
    for number in range(1, 200):
        office.writes(WORKER, tilburg, f"Bericht {number}")
    return office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )


def texts(html: str) -> list[str]:
    """Of the bubbles, in their order, without what Balie wrote by itself."""
    found = re.findall(r'<p class="text" dir="auto">(.*?)</p>', html.partition("<template")[0])
    return [unescape(each) for each in found if each.startswith("Bericht")]


def numbers(first: int, last: int) -> list[str]:
    return [f"Bericht {number}" for number in range(first, last + 1)]


def link(html: str, name: str) -> str:
    """The address behind a way to more of the thread."""
    found = re.search(rf'id="{name}"\s+href="([^"]+)"', html)
    assert found, name
    return unescape(found[1])


def state(html: str) -> str:
    """What a page sends along that asks what changed in what it shows."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)
    kept = ("since", "from", "to", "count", "today", "divider")
    return "&".join(f"{name}={value}" for name, value in fields if name in kept)


def part(html: str) -> str:
    found = re.search(r'data-part="(\w+)"', html)
    assert found
    return found[1]


def test_a_thread_opens_with_its_end_and_a_way_to_what_is_unread(sanne: Browser, long: str) -> None:
    """Of 200 unread messages a page is drawn; the way up leads to the place of the first one."""
    page = sanne.get(f"/c/{long}", **{"Accept-Language": "en"}).text
    shown = texts(page)
    assert len(shown) <= PAGE
    assert shown[-1] == "Bericht 199"
    assert "99+ unread above" in page
    there = sanne.get(link(page, "first-unread")).text
    assert 'id="divider"' in there
    assert texts(there)[0] == "Bericht 0"
    assert len(texts(there)) <= PAGE
    assert texts(sanne.get(link(there, "newer")).text)[0] == f"Bericht {len(texts(there))}"


def test_what_is_unread_is_drawn_while_it_is_three_pages(
    office: Office, tilburg: Desk, sanne: Browser, long: str
) -> None:
    """Then the thread shows all of it below the divider, and nothing is unread above."""
    sanne.post(f"/c/{long}/read", {"message": message_of(office, "in")})
    for number in range(200, 200 + 3 * PAGE):
        office.writes(WORKER, tilburg, f"Bericht {number}")
    page = sanne.get(f"/c/{long}").text
    assert texts(page) == numbers(200, 319)
    assert 'id="divider"' in page
    assert 'id="first-unread"' not in page
    office.writes(WORKER, tilburg, "Bericht 320")
    page = sanne.get(f"/c/{long}").text
    assert texts(page) == numbers(281, 320)
    assert 'id="first-unread"' in page


def test_older_messages_come_a_page_at_a_time(sanne: Browser, long: str) -> None:
    """The part has that page alone; the same address without a script is a whole page."""
    page = sanne.get(f"/c/{long}").text
    first, seen = texts(page)[0], 0
    while 'id="older"' in page:
        address = link(page, "older").replace(f"/c/{long}", f"/c/{long}/messages")
        alone = sanne.get(link(page, "older")).text
        page = sanne.get(address).text
        assert part(page) == "older"
        assert texts(page) == texts(alone)
        assert len(texts(page)) <= PAGE
        assert texts(page)[-1] == f"Bericht {int(first.split()[1]) - 1}"
        first, seen = texts(page)[0], seen + 1
    assert (first, seen > 3) == ("Bericht 0", True)


def test_what_is_new_comes_by_itself(
    office: Office, tilburg: Desk, sanne: Browser, long: str
) -> None:
    """A page that shows the thread is given the new bubble, and nothing while nothing changed."""
    shown = state(sanne.get(f"/c/{long}").text)
    still = sanne.get(f"/c/{long}/messages?{shown}").text
    assert (part(still), texts(still)) == ("changed", [])
    office.writes(WORKER, tilburg, "Bericht 200")
    news = sanne.get(f"/c/{long}/messages?{shown}").text
    assert (part(news), texts(news)) == ("changed", ["Bericht 200"])
    assert len(news) < 4096


def test_a_state_that_changes_brings_its_own_bubble(
    office: Office, sanne: Browser, long: str
) -> None:
    """Nobody else's read mark does."""
    sanne.post(f"/c/{long}/messages", {"text": "Bericht van ons"})
    mine = message_of(office, "out")
    shown = state(sanne.get(f"/c/{long}").text)
    sanne.post(f"/c/{long}/read", {"message": message_of(office, "in")})
    assert office.store.write(lambda tx: messages.move(tx, mine, MessageState.CANCELLED))
    news = sanne.get(f"/c/{long}/messages?{shown}").text
    assert (part(news), texts(news)) == ("changed", ["Bericht van ons"])
    assert 'data-state="cancelled"' in news


def test_what_is_beyond_the_stretch_that_is_shown_stays_there(
    office: Office, tilburg: Desk, sanne: Browser, long: str
) -> None:
    """Somebody who reads two days ago is not given the end of the thread."""
    page = sanne.get(f"/c/{long}").text
    shown = state(sanne.get(link(page, "first-unread")).text)
    office.writes(WORKER, tilburg, "Bericht 200")
    news = sanne.get(f"/c/{long}/messages?{shown}").text
    assert (part(news), texts(news)) == ("changed", [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("since", "other:1"), ("since", ""), ("count", "39"), ("today", "2026-03-02"), ("from", "x")],
)
def test_a_page_that_was_away_gets_the_end_of_the_thread(
    sanne: Browser, long: str, name: str, value: str
) -> None:
    """After a restore, over midnight, or where messages went to another thread: all of it anew."""
    shown = re.sub(rf"\b{name}=[^&]*", f"{name}={value}", state(sanne.get(f"/c/{long}").text))
    page = sanne.get(f"/c/{long}/messages?{shown}").text
    assert part(page) == "all"
    assert texts(page)[-1] == "Bericht 199"
    assert len(texts(page)) <= PAGE


def test_much_that_changed_meanwhile_is_one_page(
    office: Office, tilburg: Desk, sanne: Browser, long: str
) -> None:
    """More than a page of news is no longer put in its place one by one."""
    shown = state(sanne.get(f"/c/{long}").text)
    for number in range(200, 200 + PAGE + 1):
        office.writes(WORKER, tilburg, f"Bericht {number}")
    page = sanne.get(f"/c/{long}/messages?{shown}").text
    assert (part(page), texts(page)) == ("all", numbers(201, 240))


def test_a_thread_is_headed_by_whom_it_is_with(sanne: Browser, long: str) -> None:
    """On a narrow screen the list and its heading are not shown, so this is the page's first."""
    assert re.search(r'<h1\s[^>]*id="thread-title"', sanne.get(f"/c/{long}").text)


def test_every_time_on_a_page_can_be_read_by_a_program(sanne: Browser, long: str) -> None:
    """`datetime` is a date, or a time with its zone."""
    sanne.post(f"/c/{long}/messages", {"text": "Bericht van ons"})
    page = sanne.get(f"/c/{long}").text
    found = re.findall(r"<time([^>]*)>", page)
    assert len(found) > PAGE
    for attributes in found:
        stamp = re.search(r'datetime="([^"]+)"', attributes)
        assert stamp, attributes
        told = datetime.fromisoformat(stamp[1])
        assert len(stamp[1]) == len("2026-03-02") or told.tzinfo


def test_a_phone_is_named_as_people_know_it(office: Office, sanne: Browser, long: str) -> None:
    """The proof says the number of its line, and not at which address it answers."""
    sanne.post(f"/c/{long}/messages", {"text": "Bericht van ons"})

    def try_it(tx: Tx) -> None:
        tx.conn.execute("UPDATE device SET address = '127.0.0.1:30399'")
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, started_ms)"
            " SELECT ?, m.id, d.id, 'whatsapp', m.created_ms FROM message m, device d"
            " WHERE m.text = 'Bericht van ons'",
            (tx.new_id(),),
        )

    office.store.write(try_it)
    page = sanne.get(f"/c/{long}", **{"Accept-Language": "en"}).text
    assert "typed on the phone with +31 6 12345678 as WhatsApp" in page
    assert "127.0.0.1" not in page
