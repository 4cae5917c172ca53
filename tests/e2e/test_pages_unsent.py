"""What is typed in a real browser and not sent yet: a reload, a refusal, a lost connection and an
ended session lose nothing of it.
"""

import pytest
from playwright.sync_api import Page, Route, expect

from appliance.desk.access import sessions
from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.held import hold, writes_wait
from tests.e2e.writing import FATIMA, SENT, bubble, opened, write


def test_drafts_are_kept_on_the_server(open_page: OpenPage, place: Place) -> None:
    """Typed text that was not sent is there on another screen, and gone after it is sent."""
    page = opened(open_page(), FATIMA)
    page.locator("#text").press_sequentially("Ik zoek het even ")
    opened(page, "Piotr Nowak")
    expect(page.locator("#text")).to_have_value("")
    expect(page.locator("#list a.row", has_text=FATIMA)).to_contain_text("Draft: Ik zoek het even")
    other = opened(open_page(look=NARROW), FATIMA)
    expect(other.locator("#text")).to_have_value("Ik zoek het even ")
    colleague = opened(open_page(name="Marit Hoekstra"), FATIMA)
    expect(colleague.locator("#text")).to_have_value("")
    other.locator("#text").fill("Gevonden!")
    other.get_by_role("button", name="Send").click()
    expect(bubble(other, "Gevonden!")).to_have_attribute("data-state", "queued")
    assert place.count("SELECT count(*) FROM draft") == 0


def test_without_connection_nothing_typed_is_lost(open_page: OpenPage, place: Place) -> None:
    """A banner shows after five seconds; messages of that time go by themselves on return, once."""
    page = opened(open_page(), FATIMA)
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    write(page, "Tot straks op het station")
    lonely = page.locator("#pending li", has_text="station")
    expect(lonely.get_by_role("button", name="Try again")).to_be_visible()
    place.desk.receive("Utrecht", FATIMA, "+31612345611", "Bent u er nog?")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("#messages li.line", has_text="station")).to_have_count(1)
    expect(page.locator("#messages li.line", has_text="Bent u er nog?")).to_have_count(1)
    expect(lonely).to_have_count(0)
    assert place.count(SENT.format("Tot straks op het station")) == 1


def logged_in_again(page: Page) -> Page:
    page.wait_for_url("**/login?next=*")
    page.get_by_label("Your name").fill("Sanne de Wit")
    page.get_by_label("Password").fill("de balie is open")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    return page


def test_an_ended_session_leads_to_the_login_and_back(open_page: OpenPage, place: Place) -> None:
    """A person who was logged out logs in and finds the conversation and the typed text again."""
    page = opened(open_page(), FATIMA)
    staff_id = place.desk.filled.staff["Sanne de Wit"]
    page.locator("#text").fill("Dit mag niet weg zijn")
    place.store.write(lambda tx: sessions.end_all(tx, staff_id))
    page.keyboard.press("Enter")  # the end of the stream may have led to the log-in before this
    logged_in_again(page)
    expect(page.locator("#text")).to_have_value("Dit mag niet weg zijn")
    assert place.count(SENT.format("Dit mag niet weg zijn")) == 0


def test_what_was_under_way_when_the_session_ended_is_found_again(
    open_page: OpenPage, place: Place
) -> None:
    """The stream leads to the log-in before Balie has answered for the message; its words stay."""
    page = opened(open_page(), FATIMA)
    hold(page, "**/c/*/messages")
    write(page, "Dit was al onderweg")
    expect(page.locator("#pending li")).to_have_count(1)
    page.locator("#text").fill("En dit nog niet")
    staff_id = place.desk.filled.staff["Sanne de Wit"]
    place.store.write(lambda tx: sessions.end_all(tx, staff_id))
    logged_in_again(page)
    expect(page.locator("#text")).to_have_value("Dit was al onderweg\nEn dit nog niet")
    assert place.count(SENT.format("Dit was al onderweg")) == 0


def test_a_message_under_way_stands_there_again_on_return(open_page: OpenPage) -> None:
    """Its bubble belongs to its conversation, and is there after a look into another one."""
    page = opened(open_page(), FATIMA)
    held = hold(page, "**/c/*/messages")
    write(page, "Ik zoek het even op")
    expect(page.locator("#pending li")).to_have_count(1)
    opened(page, "Kees Verhoeven")
    expect(page.locator("#pending li")).to_have_count(0)
    opened(page, FATIMA)
    expect(page.locator("#pending li")).to_have_count(1)
    held.pop().continue_()
    expect(page.locator("#messages li.line", has_text="Ik zoek het")).to_have_count(1)
    expect(page.locator("#pending li")).to_have_count(0)


def test_a_refusal_that_comes_later_gives_the_words_back(open_page: OpenPage, place: Place) -> None:
    """Another conversation is open by then: the reason is shown, and the words wait in their own,
    until it has a field again.
    """
    page = opened(open_page(), FATIMA)
    held = hold(page, "**/c/*/messages")
    write(page, "Kun je morgen ook?")
    expect(page.locator("#pending li")).to_have_count(1)
    opened(page, "Kees Verhoeven")
    place.desk.stop(FATIMA)
    held.pop().continue_()
    expect(page.locator("#toast .note")).to_have_attribute("data-code", "opted-out")
    expect(page.locator("#text")).to_have_value("")
    opened(page, FATIMA)
    expect(page.locator("#text")).to_have_count(0)
    place.desk.start(FATIMA)
    expect(page.locator("#text")).to_have_value("Kun je morgen ook?")


def test_a_refusal_that_comes_later_leaves_what_was_typed_since(
    open_page: OpenPage, place: Place
) -> None:
    """The words come back above the draft that was typed after them."""
    page = opened(open_page(), FATIMA)
    held = hold(page, "**/c/*/messages")
    write(page, "Kun je morgen ook?")
    expect(page.locator("#pending li")).to_have_count(1)
    page.locator("#text").fill("En overmorgen?")
    opened(page, "Kees Verhoeven")
    place.desk.stop(FATIMA)
    held.pop().continue_()
    expect(page.locator("#toast .note")).to_have_attribute("data-code", "opted-out")
    place.desk.start(FATIMA)
    opened(page, FATIMA)
    expect(page.locator("#text")).to_have_value("Kun je morgen ook?\nEn overmorgen?")


def test_a_draft_is_found_again_before_it_is_stored(open_page: OpenPage) -> None:
    """Nobody loses words by returning to a conversation before the words have reached Balie."""
    page = opened(open_page(), FATIMA)
    held = hold(page, "**/c/*/draft")
    page.locator("#text").fill("Nog niet af")
    opened(page, "Kees Verhoeven")
    expect(page.locator("#text")).to_have_value("")
    opened(page, FATIMA)
    expect(page.locator("#text")).to_have_value("Nog niet af")
    held.pop().continue_()
    expect(page.locator("#list a.row", has_text="Nog niet af")).to_be_visible()
    page.reload()
    expect(page.locator("#text")).to_have_value("Nog niet af")


def test_what_waits_for_its_turn_is_sent_when_its_writer_leaves(
    open_page: OpenPage, place: Place
) -> None:
    """The second of two fast messages is not lost with the page, and the first is sent once. The
    browser cancels its request on leaving, so Balie is asked again.
    """
    page = opened(open_page(), FATIMA)
    with writes_wait(place.store):
        for text in ("Tot morgen", "Neem je pas mee"):
            write(page, text)
        expect(page.locator("#pending li")).to_have_count(2)
        page.goto("/devices")
    page.goto("/inbox/all")
    opened(page, FATIMA)
    expect(page.locator("#pending li")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("")
    for text in ("Tot morgen", "Neem je pas mee"):
        expect(bubble(page, text)).to_have_count(1)
        assert place.count(SENT.format(text)) == 1


@pytest.mark.parametrize("status", [0, 503], ids=["no answer", "busy"])
def test_what_did_not_get_through_is_tried_again(
    open_page: OpenPage, place: Place, status: int
) -> None:
    """Nobody has to press anything, and the message is sent once."""
    page = opened(open_page(), FATIMA)

    def fail(route: Route) -> None:
        if status:
            route.fulfill(status=status)
        else:
            route.abort()

    page.route("**/c/*/messages", fail, times=1)
    write(page, "Tot zo")
    expect(bubble(page, "Tot zo")).to_have_count(1)
    expect(page.locator("#pending li")).to_have_count(0)
    assert place.count(SENT.format("Tot zo")) == 1


def test_a_message_whose_answer_was_lost_stands_once(open_page: OpenPage) -> None:
    """Balie has it, and shows it; the page asks again under the same name and gets no answer."""
    page = opened(open_page(), FATIMA)
    tries: list[Route] = []

    def lose(route: Route) -> None:
        tries.append(route)
        if len(tries) == 1:
            route.fetch()
            route.abort()

    page.route("**/c/*/messages", lose)
    write(page, "Om zeven uur bij poort twee")
    mine = page.locator("#messages li.line", has_text="poort twee")
    expect(mine).to_have_count(1)
    opened(page, "Kees Verhoeven")
    opened(page, FATIMA)
    expect(mine).to_have_count(1)
    expect(bubble(page, "poort twee")).to_have_count(1)


def left_unsent(page: Page, place: Place, text: str) -> None:
    """Writes a message that Balie does not take, and leaves the page before Balie can take it. The
    browser stays offline until somebody logs in: the page may end later than the next one begins,
    and would ask for the log-in where it is online and nobody is.
    """
    page.context.set_offline(True)
    write(page, text)
    expect(page.locator("#pending .failed")).to_be_visible()
    page.context.clear_cookies()
    page.route(f"{place.url}/elsewhere", lambda route: route.fulfill(body="elsewhere"))
    page.goto("/elsewhere")
    assert place.count(SENT.format(text)) == 0


def log_in(page: Page, token: str, place: Place) -> None:
    page.context.add_cookies([{"name": "balie_session", "value": token, "url": place.url}])
    page.context.set_offline(False)
    page.goto("/inbox/all")


def test_what_waited_is_sent_on_return_to_whom_it_was_written(
    open_page: OpenPage, place: Place
) -> None:
    """This holds even if another conversation is opened first."""
    page = opened(open_page(), FATIMA)
    (session,) = (each for each in page.context.cookies() if each["name"] == "balie_session")
    left_unsent(page, place, "Dit kon nog niet weg")
    log_in(page, session["value"], place)
    opened(page, "Kees Verhoeven")
    expect(page.locator("#text")).to_have_value("")
    opened(page, FATIMA)
    expect(page.locator("#messages li.line", has_text="Dit kon nog niet weg")).to_have_count(1)
    expect(page.locator("#text")).to_have_value("")


def test_what_waited_is_not_sent_in_anothers_name(open_page: OpenPage, place: Place) -> None:
    """A colleague has logged in on the same computer meanwhile: the words wait for a person."""
    page = opened(open_page(), FATIMA)
    left_unsent(page, place, "Dit schreef Sanne")
    log_in(page, place.desk.session("Marit Hoekstra").token, place)
    opened(page, FATIMA)
    expect(page.locator("#text")).to_have_value("Dit schreef Sanne")
    assert place.count(SENT.format("Dit schreef Sanne")) == 0
