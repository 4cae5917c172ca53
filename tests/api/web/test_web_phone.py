"""What happened on the phone itself, in the thread: calls that nobody took, and what was typed."""

from appliance.api.web.live import hint_of
from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.devices.news_protocol import TypedByHand
from appliance.events import Event, EventKind
from appliance.queue.gate import ConsentGate
from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office
from tests.api.test_near_stop import thread
from tests.api.web.test_web_thread import part, state

ANNA, BRAM = "+31687654321", "+31687654322"


def types(office: Office, desk: Desk, text: str) -> None:
    typed = TypedByHand(
        channel=Channel.WHATSAPP, key=text, to=ANNA, text=text, at_ms=office.clock.now_ms()
    )
    Reception(office.store, ConsentGate()).typed(desk.device_id, [typed])


def messages_in(page: str) -> str:
    """Without the list beside the thread."""
    return page.partition('id="message-list"')[2]


def test_a_missed_call_stands_at_its_place(
    office: Office, clock: ManualClock, tilburg: Desk, sanne: Browser
) -> None:
    """Between what was said before and after it; other people's calls stand elsewhere."""
    office.writes(ANNA, tilburg, "Voor de oproep")
    clock.advance(s=60)
    office.calls(ANNA, tilburg)
    office.calls(BRAM, tilburg)
    office.calls("", tilburg)
    clock.advance(s=60)
    office.writes(ANNA, tilburg, "Na de oproep")
    clock.advance(s=60)
    office.calls(ANNA, tilburg)
    page = messages_in(thread(office, sanne))
    places = [page.index("Voor de oproep"), page.index("Missed call"), page.index("Na de oproep")]
    assert places == sorted(places)
    assert page.rindex("Missed call") > page.index("Na de oproep")
    assert page.count("Missed call") == 2
    assert messages_in(thread(office, sanne, "nl")).count("Gemiste oproep") == 2


def test_a_call_says_over_what_it_came(office: Office, tilburg: Desk, sanne: Browser) -> None:
    office.writes(ANNA, tilburg, "Voor de oproep")
    office.calls(ANNA, tilburg, Channel.WHATSAPP)
    office.calls(ANNA, tilburg)
    page = messages_in(thread(office, sanne))
    assert page.count("Missed call over WhatsApp") == 1
    assert page.count("Missed call") == 2


def listed(browser: Browser) -> str:
    return browser.get("/list", **{"Accept-Language": "en"}).text


def test_a_call_that_no_thread_shows_stands_in_the_list(
    office: Office, clock: ManualClock, tilburg: Desk, sanne: Browser
) -> None:
    """Of a withheld number, or of somebody without a conversation; for half a day, a few a line."""
    office.writes(ANNA, tilburg)
    office.calls(ANNA, tilburg)
    office.calls("", tilburg)
    office.calls(BRAM, tilburg, Channel.WHATSAPP)
    told = "A missed call from somebody who withholds their number."
    shown = listed(sanne)
    assert told in shown
    assert "A missed call over WhatsApp from +31 6 87654322" in shown
    assert shown.count("A missed call") == 2
    for _ in range(3):
        office.calls("", tilburg)
    assert listed(sanne).count("A missed call") == 3
    clock.advance(s=13 * 3600)
    assert "A missed call" not in listed(sanne)


def test_a_call_that_no_thread_shows_draws_an_open_list_anew() -> None:
    event = Event(seq=1, kind=EventKind.CALL_MISSED, at_ms=0, line_id="line")
    assert hint_of(event) == ("list", {})


def test_a_call_is_shown_on_a_page_that_is_open(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """The thread is drawn anew then; without a call only what changed is."""
    office.writes(ANNA, tilburg, "Hoi")
    page = thread(office, sanne)
    (found,) = office.store.read(
        lambda conn: conn.execute("SELECT id FROM conversation").fetchall()
    )
    address = f"/c/{found['id']}/messages?"
    assert part(sanne.get(address + state(page)).text) == "changed"
    office.calls(ANNA, tilburg)
    assert part(sanne.get(address + state(page)).text) == "all"
    told = office.store.read(
        lambda conn: conn.execute(
            "SELECT conversation_id FROM event_log WHERE kind = 'call.missed'"
        ).fetchone()
    )
    assert told[0] == found["id"]


def test_what_was_typed_on_the_phone_is_marked(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """On its bubble, and by `typed_on_phone` in the API; others have neither."""
    office.writes(ANNA, tilburg, "Hoi")
    types(office, tilburg, "Ik bel je zo")
    page = thread(office, sanne)
    assert page.count("<span>typed on the phone</span>") == 1
    assert "<span>op de telefoon getypt</span>" in thread(office, sanne, "nl")
    items = planning.get("/messages").json()["items"]
    marks = {item["text"]: item.get("typed_on_phone") for item in items}
    assert marks["Hoi"] is None
    assert marks["Ik bel je zo"] is True
    detail = planning.get(f"/messages/{items[-1]['id']}").json()
    assert [each["outcome"] for each in detail["evidence"]] == ["sent"]
