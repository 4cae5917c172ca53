"""Writing in a real browser: at once on the page, once in the database."""

import json
import os

import pytest
from playwright.sync_api import Route, expect

from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.events import of_message
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.writing import FATIMA, SENT, bubble, opened, write

STYLED = "UpdateLayoutTree"
ADD = """(text) => {
  const item = document.getElementById("pending-bubble").content.firstElementChild.cloneNode(true);
  item.querySelector(".text").textContent = text;
  document.getElementById("pending").append(item);
  return document.getElementById("scroller").scrollHeight;
}"""


def test_a_message_stands_at_once_and_once(open_page: OpenPage, place: Place) -> None:
    """The bubble is there before Balie has answered, and Balie's own bubble replaces it."""
    page = opened(open_page(), FATIMA)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/messages", hold)
    write(page, "Maandag om zes uur, balie links")
    expect(bubble(page, "balie links")).to_be_in_viewport()
    expect(page.locator("#pending li")).to_have_count(1)
    expect(page.locator("#text")).to_have_value("")
    held.pop().continue_()
    mine = page.locator("#messages li.line", has_text="balie links")
    expect(mine).to_have_attribute("data-state", "queued")
    expect(mine).to_contain_text("Sanne de Wit")
    expect(bubble(page, "balie links")).to_have_count(1)
    assert place.count(SENT.format("Maandag om zes uur, balie links")) == 1
    page.reload()
    expect(bubble(page, "balie links")).to_have_count(1)


def test_a_new_bubble_makes_the_browser_style_little_else(open_page: OpenPage) -> None:
    """One wrong rule makes it look at all elements for each that is new."""
    page = opened(open_page(), FATIMA)
    browser = page.context.browser
    assert browser is not None
    styled = []
    for number in range(3):  # something else may change the page meanwhile
        browser.start_tracing(page=page, categories=["devtools.timeline"])
        page.evaluate(ADD, f"Bericht {number}")
        events = json.loads(browser.stop_tracing())["traceEvents"]
        styled.append(
            sum(each["args"].get("elementCount", 0) for each in events if each["name"] == STYLED)
        )
    assert 0 < min(styled) < page.locator("*").count() / 4


def test_a_colleague_sees_it_live(open_page: OpenPage) -> None:
    """A message shows at another person's open page, with the name of its author."""
    first = opened(open_page(), FATIMA)
    second = opened(open_page(name="Marit Hoekstra"), FATIMA)
    write(first, "Neem je legitimatie mee")
    theirs = second.locator("#messages li.line", has_text="legitimatie")
    expect(theirs).to_contain_text("Sanne de Wit")
    expect(theirs).to_have_count(1)


def test_messages_arrive_in_the_order_of_typing(open_page: OpenPage, place: Place) -> None:
    """Five fast messages show, and are stored, in the order of typing."""
    page = opened(open_page(), FATIMA)
    typed = [f"reeks {number}" for number in range(5)]
    for text in typed:
        write(page, text)
    expect(page.locator("#messages li.line", has_text="reeks")).to_have_count(5)
    expect(page.locator("#pending li")).to_have_count(0)
    stored = place.store.read(
        lambda conn: conn.execute(
            "SELECT text FROM message WHERE text LIKE 'reeks %' ORDER BY id"
        ).fetchall()
    )
    assert [row[0] for row in stored] == typed
    assert page.locator("#messages li.line .text", has_text="reeks").all_inner_texts() == typed


def test_what_waits_says_until_when_and_why(open_page: OpenPage) -> None:
    """A waiting message has its expected time and reason, and can be withdrawn until it leaves."""
    page = opened(open_page(), "Kees Verhoeven")
    waiting = bubble(page, "vrijdag ontbrak")
    expect(waiting.locator(".waits")).to_contain_text(
        "because there is a pause between two messages"
    )
    waiting.get_by_role("button", name="Withdraw").click()
    expect(waiting).to_have_attribute("data-state", "cancelled")
    expect(waiting).to_contain_text("a colleague withdrew it")


def test_what_is_being_sent_cannot_be_withdrawn(open_page: OpenPage, place: Place) -> None:
    """The message field says in words that it is too late to withdraw."""
    page = opened(open_page(), "Kees Verhoeven")
    waiting = bubble(page, "vrijdag ontbrak")
    message_id = waiting.get_attribute("data-message")
    place.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'sending' WHERE id = ?", (message_id,)
        )
    )
    waiting.get_by_role("button", name="Withdraw").click()
    expect(page.locator("#composer-note")).to_contain_text("can no longer be withdrawn")


@pytest.mark.parametrize(
    ("button", "state"),
    [("It is there", "sent"), ("send it again", "queued"), ("leave it", "failed")],
)
def test_a_person_decides_what_the_phone_cannot_tell(
    open_page: OpenPage, place: Place, button: str, state: str
) -> None:
    """Only after the phone was asked in vain; the decision is kept with the person's name."""
    page = opened(open_page(), "Imani Jansen")
    doubtful = bubble(page, "Fijn, tot morgen.")
    expect(doubtful.locator(".waits")).to_contain_text("it is being looked up")
    expect(doubtful.locator(".decide")).to_have_count(0)
    message_id = doubtful.get_attribute("data-message") or ""
    place.store.write(
        lambda tx: messages.plan(tx, message_id, expected_ms=None, reason=Reason.PERSON)
    )
    doubtful.get_by_role("button", name=button).click()
    expect(doubtful).to_have_attribute("data-state", state)
    who = place.desk.filled.staff["Sanne de Wit"]
    facts = place.store.read(lambda conn: of_message(conn, message_id)[-1].facts)
    assert (facts["to"], facts["by"], facts["staff"]) == (state, "person", who)


def test_who_asked_to_stop_is_written_no_message_and_a_note(open_page: OpenPage) -> None:
    """The reason, and what would change it, stand in the place of the field."""
    page = opened(open_page(), "Bart Kuipers")
    warning = page.locator(".composer .note.warn")
    expect(warning).to_contain_text("asked to stop")
    expect(warning).to_contain_text("START to +31 6 12345601")
    expect(page.locator("#text")).to_have_count(0)
    page.get_by_role("tab", name="Note").click()
    page.locator("#note-text").fill("Belt zelf terug")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#message-list")).to_contain_text("Belt zelf terug")


def test_a_stranger_cannot_be_written_to(open_page: OpenPage, place: Place) -> None:
    """A person who never asked gets nothing; the page says why and what would change it."""
    page = open_page()
    page.locator("#new-button").click()
    page.get_by_label("To number").fill("06 12345699")
    page.get_by_label("Message", exact=True).fill("Wij hebben werk voor u!")
    page.get_by_role("button", name="Send").click()
    note = page.locator("#new-note .note")
    expect(note).to_have_attribute("data-code", "consent-required")
    expect(note).to_contain_text("+31 6 12345601")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Wij hebben werk voor u!")
    assert place.count("SELECT count(*) FROM contact_identity WHERE value = '+31612345699'") == 0
    page.get_by_label("To number").fill("12")
    page.get_by_role("button", name="Send").click()
    expect(note).to_contain_text("not a telephone number")


def test_a_known_number_opens_its_conversation(open_page: OpenPage) -> None:
    """A new conversation with a person who wrote before continues the old one."""
    page = open_page("/new")
    page.get_by_label("To number").fill("+31612345612")
    page.get_by_label("Message", exact=True).fill("Yes, at nine.\nSee you!")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thread-title")).to_have_text("Piotr Nowak")
    expect(bubble(page, "Yes, at nine.")).to_have_attribute("data-state", "queued")


def test_texts_are_shown_as_they_were_written(open_page: OpenPage, place: Place) -> None:
    """Markup is text, line breaks stay, other scripts keep their direction, long words wrap."""
    strange = [
        "<img src=x onerror=alert(1)> & \"quotes\" 'too' {{ 7*7 }}",
        "regel een\nregel twee\n\n  ingesprongen",
        "مرحبا، هل يوجد عمل؟ Maandag 08:00",
        "👩\u200d👩\u200d👧 é e\u0301 \u200b🇳🇱",
        "x" * 4000,
    ]
    for text in strange:
        place.desk.receive("Utrecht", "Raar", "+31612345640", text)
    page = opened(open_page(), "Raar")
    shown = page.locator("#messages .text")
    expect(shown).to_have_count(len(strange))
    assert shown.evaluate_all("all => all.map((each) => each.textContent)") == strange
    assert page.locator("#messages .text").nth(1).inner_text() == strange[1]
    direction = (
        page.locator("#messages .text").nth(2).evaluate("e => getComputedStyle(e).direction")
    )
    assert direction == "rtl"
    assert page.evaluate(
        "document.getElementById('scroller').scrollWidth"
        " <= document.getElementById('scroller').clientWidth"
    )
    assert page.locator("#scroller img").count() == 0
    write(page, strange[0])
    mine = page.locator("#messages li.out .text")
    expect(mine).to_have_text(strange[0])
    assert (
        place.store.read(
            lambda conn: conn.execute(
                "SELECT text FROM message WHERE direction = 'out' ORDER BY id DESC LIMIT 1"
            ).fetchone()[0]
        )
        == strange[0]
    )


def test_too_long_and_empty_are_not_sent(open_page: OpenPage, place: Place) -> None:
    """Above 4,096 characters the page counts and sends nothing. Spaces alone count as empty, and an
    emoji is one character.
    """
    page = opened(open_page(), FATIMA)
    write(page, "a" * 4097)
    expect(page.locator("#count")).to_have_text("4097 / 4096")
    expect(page.locator("#text")).to_have_value("a" * 4097)
    write(page, "   ")
    expect(page.locator("#pending li")).to_have_count(0)
    before = place.count("SELECT count(*) FROM message WHERE direction = 'out'")
    write(page, "🙂" * 4096)
    expect(page.locator("#messages li.out").last).to_have_attribute("data-state", "queued")
    assert place.count("SELECT count(*) FROM message WHERE direction = 'out'") == before + 1


def test_a_page_from_before_a_new_login_keeps_the_text(open_page: OpenPage, place: Place) -> None:
    """A person who logged in again in another tab is told to reload this one, and loses no word."""
    page = opened(open_page(), FATIMA)
    token = place.desk.session("Sanne de Wit").token
    page.context.add_cookies([{"name": "balie_session", "value": token, "url": place.url}])
    write(page, "Nog steeds hier")
    expect(page.locator("#composer-note")).to_contain_text("too old")
    expect(page.locator("#text")).to_have_value("Nog steeds hier")
    page.reload()
    expect(page.locator("#text")).to_have_value("Nog steeds hier")
    write(page, "Nog steeds hier")
    expect(bubble(page, "Nog steeds hier")).to_have_attribute("data-state", "queued")


def test_a_message_of_the_thread_is_quoted(open_page: OpenPage, place: Place) -> None:
    """By the button beside it or from the field; it stands above the field until it is sent."""
    page = opened(open_page(), FATIMA)
    asked = page.locator("#messages .bubble", has_text="eigen veiligheidsschoenen")
    asked.hover()
    asked.get_by_role("button", name="Quote").click()
    quoting = page.locator("#quoting")
    expect(quoting).to_contain_text("eigen veiligheidsschoenen")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/quote.png")
    page.get_by_role("button", name="Take the quote off").click()
    expect(quoting).to_be_hidden()
    page.locator("#text").press("Alt+ArrowUp")
    expect(quoting).to_contain_text("En waar meld ik me maandag?")
    page.locator("#text").press("Alt+ArrowUp")
    expect(quoting).to_contain_text("eigen veiligheidsschoenen")
    page.locator("#text").fill("Ja, neem ze mee")
    page.locator("#text").press("Enter")
    sent = page.locator("#messages li.out", has_text="neem ze mee")
    expect(sent.locator(".quoted")).to_contain_text("eigen veiligheidsschoenen")
    expect(quoting).to_be_hidden()
    assert place.count("SELECT count(*) FROM message_quote") == 1


def test_who_chose_so_sends_with_ctrl_and_enter(open_page: OpenPage, place: Place) -> None:
    """Enter alone begins a line then."""
    staff_id = place.desk.filled.staff["Sanne de Wit"]
    place.store.write(
        lambda tx: tx.conn.execute("UPDATE staff SET ctrl_sends = 1 WHERE id = ?", (staff_id,))
    )
    page = opened(open_page(), FATIMA)
    write(page, "Ja")
    page.locator("#text").press_sequentially("Tot maandag")
    expect(page.locator("#text")).to_have_value("Ja\nTot maandag")
    page.locator("#text").press("Control+Enter")
    expect(bubble(page, "Tot maandag")).to_have_count(1)
    expect(page.locator("#text")).to_have_value("")


def test_an_emoji_is_found_by_a_word_and_put_at_the_cursor(open_page: OpenPage) -> None:
    """By keyboard, in the words of either language; what was used last stands first."""
    page = opened(open_page(), FATIMA)
    page.locator("#text").fill("Top!")
    page.locator("#text").press("Alt+e")
    picker = page.get_by_role("dialog", name="Emoji")
    picker.get_by_role("searchbox", name="Find an emoji").fill("duim om")
    expect(picker.get_by_role("button")).to_have_count(2)
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/emoji.png")
    page.keyboard.press("ArrowDown")
    expect(picker.get_by_role("button", name="thumbs up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("Top!👍")
    expect(page.locator("#text")).to_be_focused()
    page.get_by_role("button", name="Emoji").click()
    expect(picker.get_by_role("button").first).to_have_accessible_name("thumbs up")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/emoji-all.png")
    page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
