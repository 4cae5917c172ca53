"""What the pages show of modems and SMS, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from appliance.api.web.words import device_phrases
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.messages import MessageState
from appliance.reasons import Reason
from tests.e2e import modem_desk
from tests.e2e.alone import alone
from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.held import hold
from tests.e2e.listening import live
from tests.e2e.modem_desk import IMEI, ModemDesk, left_over_modem

FATIMA = "Fatima El Idrissi"
PLUS_SIGNATURE = len("\n- Utrecht")


def opened(page: Page, title: str) -> Page:
    page.locator("#list a.row", has_text=title).click()
    expect(page.locator("#thread-title")).to_have_text(title)
    live(page)
    return page


def test_a_long_text_says_what_it_is_as_sms(open_page: OpenPage) -> None:
    """While WhatsApp works a short or empty text shows no count; a text of two SMS does."""
    page = opened(open_page(), FATIMA)
    said = page.locator("#sms-length")
    page.locator("#text").fill("a" * 161)
    expect(said).to_have_text("as SMS: 2 messages")
    page.locator("#text").fill("Hoi")
    expect(said).to_have_text("")
    page.locator("#text").fill("ё" * 71)
    expect(said).to_have_text("as SMS: 2 messages")
    page.locator("#text").fill("")
    expect(said).to_have_text("")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hoi", f"1 SMS · {160 - 3 - PLUS_SIGNATURE} characters left"),
        ("a" * 149, "1 SMS · 1 character left"),
        ("a" * 151, f"2 SMS · {2 * 153 - 151 - PLUS_SIGNATURE} characters left"),
        ("👍 ok", f"1 SMS · {70 - 5 - PLUS_SIGNATURE} characters left"),
        ("€" * 900, "too long for SMS: 12 messages, at most 10"),
    ],
)
def test_what_goes_by_sms_is_counted(
    open_page: OpenPage, place: Place, text: str, says: str
) -> None:
    """While the phone is away the modem takes over, and the added name of the branch counts,
    too.
    """
    ModemDesk.at(place.desk, "Utrecht").phone_is_away()
    page = opened(open_page(), FATIMA)
    page.locator("#text").fill(text)
    expect(page.locator("#sms-length")).to_contain_text(
        says if says.startswith("too") else alone(says)
    )


def test_an_answer_that_waits_for_the_modem_says_so(open_page: OpenPage, place: Place) -> None:
    """It says when it will leave over another route, and what is wrong with the first."""
    place.desk.answer(
        FATIMA,
        "Tot morgen!",
        by="Sanne de Wit",
        state=MessageState.QUEUED,
        reason=Reason.DEVICE_ABSENT,
        expected_in_ms=60_000,
    )
    page = opened(open_page(), FATIMA)
    waits = page.locator("#messages li", has_text="Tot morgen!").locator(".waits")
    expect(waits).to_contain_text("by another way, because the phone or modem is not plugged in")


def test_a_new_conversation_counts_too(open_page: OpenPage, place: Place) -> None:
    """It counts for the chosen line, while the number is still being typed."""
    ModemDesk.at(place.desk, "Utrecht").phone_is_away()
    page = open_page("/new")
    page.locator("#new-text").fill("Hoi")
    expect(page.locator("#sms-length")).to_contain_text(alone("1 SMS ·"))
    expect(page.locator("#sms-length")).to_contain_text("signed with the branch's name")


def test_the_count_stands_when_a_draft_is_opened(open_page: OpenPage, place: Place) -> None:
    """A draft is counted before anybody types, and after it is sent there is no count."""
    ModemDesk.at(place.desk, "Utrecht").phone_is_away()
    page = opened(open_page(), FATIMA)
    with page.expect_response("**/draft"):
        page.locator("#text").fill("a" * 200)
    page.reload()
    expect(page.locator("#sms-length")).to_contain_text(alone("2 SMS"))
    page.locator("#text").press("Enter")
    expect(page.locator("#sms-length")).to_have_text("")


def test_a_name_cannot_be_answered(open_page: OpenPage, place: Place) -> None:
    """An SMS from a name instead of a number is shown; the page says why nobody can answer."""
    place.desk.receive("Utrecht", None, "DHL", "Uw pakket komt vandaag.")
    page = opened(open_page(), "DHL")
    expect(page.locator(".read-only")).to_contain_text("It cannot be answered")
    expect(page.locator("#contact-pane .numbers")).to_contain_text("cannot be answered")
    expect(page.locator("#contact-pane .numbers")).not_to_contain_text("has not written yet")
    expect(page.locator("#composer")).to_have_count(0)


def test_the_device_page_knows_the_modem(open_page: OpenPage, place: Place) -> None:
    """Network, signal, credit and storage, beside the phone that it takes over for."""
    modem = ModemDesk.at(place.desk, "Utrecht")
    modem.credit(420, warn_below=250)
    page = open_page("/devices")
    device = page.locator(".device", has_text="Modem")
    for said in (
        "/dev/ttyUSB2",
        "takes over",
        "Ready",
        "KPN · home network",
        "strong",
        "-71 dBm",
        "€4.20",
        "3 of 20 places",
        "huawei E3372",
        "+31 6 12345690",
    ):
        expect(device).to_contain_text(said)
    expect(device).not_to_contain_text(IMEI)
    expect(device.locator(".routes li")).to_have_count(1)
    expect(device.locator(".remedy")).to_have_count(0)
    expect(page.locator(".fallback")).to_contain_text("could send for 10 minutes. Lists wait.")


def test_what_a_modem_needs_is_said(open_page: OpenPage, place: Place) -> None:
    """Low credit and roaming show their consequence, and each reason the modem's remedy."""
    modem = ModemDesk.at(place.desk, "Utrecht")
    modem.credit(120, warn_below=250)
    modem.is_now(DeviceState.READY, registration="roaming", roaming=True)
    page = open_page("/devices")
    live(page)
    device = page.locator(".device", has_text="Modem")
    expect(device).to_contain_text("lists wait until it is home")
    expect(device).to_contain_text("The credit is low: €1.20 left.")
    for reason in Kind.named("modem").sentences.keys() | {Reason.SIM_PIN, Reason.BARRED}:
        modem.is_now(DeviceState.DEGRADED, reason, registration=None)
        sentence, remedy = device_phrases.about("modem", reason)
        expect(device).to_contain_text(sentence)
        expect(device.locator(".remedy", has_text=remedy)).to_have_count(1)


def test_a_modem_that_is_gone_shows_what_it_was(open_page: OpenPage, place: Place) -> None:
    """Unplugged, it reports nothing; people who manage it still see which modem it was."""
    modem = ModemDesk.at(place.desk, "Utrecht")
    gone = dict.fromkeys(modem_desk.WELL)
    modem.is_now(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN, **gone)
    place.desk.member("Ilse IT", role="branch-it", branch="Utrecht")
    page = open_page("/devices", name="Ilse IT", look=NARROW)
    device = page.locator(".device", has_text="Modem")
    expect(device).to_contain_text("The modem is not plugged in.")
    expect(device).to_contain_text(IMEI)
    expect(device).to_contain_text("8931440000000000001")
    expect(device).not_to_contain_text("dBm")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide


def test_what_took_the_modem_is_seen_and_proven(open_page: OpenPage, place: Place) -> None:
    """The bubble says so and shows the signature; the proof has parts, reports and the reason."""
    modem = ModemDesk.at(place.desk, "Utrecht")
    text = "De telefoon is even weg. " * 8
    message = place.desk.answer(FATIMA, text, by="Sanne de Wit", state=MessageState.SENT)
    left_over_modem(modem, message, parts=2, arrived=1)
    page = opened(open_page(), FATIMA)
    bubble = page.locator(f"#messages li[data-message='{message}']")
    expect(bubble.locator(".channel.over")).to_have_text("SMS over the modem")
    expect(bubble.locator(".signature")).to_have_text("- Utrecht")
    bubble.locator(".ticks").focus()
    proof = bubble.locator(".proof")
    expect(proof).to_be_visible()
    for said in (
        f"given to the modem {modem_desk.PORT} as SMS",
        "from the modem's number, because the phone could not send it",
        "signed: - Utrecht",
        "2 of 2 parts proven to have left",
        "part 1 of 2 arrived, says the network",
        "taken by the network, as the modem says",
        "Not proven yet whether it arrived.",
    ):
        expect(proof).to_contain_text(said)
    expect(proof).not_to_contain_text("sent box")
    told = "\n".join(proof.locator("li").all_inner_texts())
    assert told.index("taken by the network") < told.index("part 1 of 2 arrived")


def test_what_went_over_the_phone_says_nothing_of_modems(open_page: OpenPage, place: Place) -> None:
    """A branch with a modem sees it only at messages that used it."""
    ModemDesk.at(place.desk, "Utrecht")
    page = opened(open_page(), FATIMA)
    expect(page.locator("#messages .channel.over")).to_have_count(0)
    expect(page.locator("#messages .signature")).to_have_count(0)


def test_who_manages_devices_says_when_the_modem_takes_over(
    open_page: OpenPage, place: Place
) -> None:
    """Minutes, lists, the text for callers, the warning; an invalid amount is refused in words."""
    modem = ModemDesk.at(place.desk, "Utrecht")
    modem.credit(240)
    page = open_page("/devices")
    expect(page.get_by_text("Change this")).to_have_count(0)
    page = open_page("/devices", name="Marit Hoekstra")
    page.get_by_text("Change this").click()
    page.get_by_label("Takes over after (minutes)").fill("3")
    page.get_by_label("Lists may go over the modem, too").check()
    page.get_by_label("What somebody who calls").fill("Bel ons op {line}.")
    page.get_by_label("Warn when the credit is below").fill("2,50")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".fallback")).to_contain_text("could send for 3 minutes. Lists may go")
    expect(page.locator(".fallback")).to_contain_text("Who calls it gets one SMS a day.")
    expect(page.locator(".device", has_text="Modem")).to_contain_text("The credit is low: €2.40")
    page.get_by_text("Change this").click()
    expect(page.get_by_label("Warn when the credit is below")).to_have_value("2.50")
    page.get_by_label("Warn when the credit is below").fill("veel")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Write the amount in euros, such as 2,50.")


def test_settings_that_somebody_has_open_stay_theirs(open_page: OpenPage, place: Place) -> None:
    """Typed text and the focus stay while the page is drawn anew around them. Closed settings show
    what a colleague has saved meanwhile.
    """
    modem = ModemDesk.at(place.desk, "Utrecht")
    page = open_page("/devices", name="Marit Hoekstra")
    live(page)
    minutes = page.get_by_label("Takes over after (minutes)")
    lists = page.get_by_label("Lists may go over the modem, too")
    page.get_by_text("Change this").click()
    minutes.fill("25")
    modem.falls_back_after(3)
    expect(page.locator(".fallback")).to_contain_text("could send for 3 minutes")
    expect(minutes).to_have_value("25")
    expect(minutes).to_be_focused()
    page.get_by_text("Change this").click()
    modem.falls_back_after(4)
    expect(page.locator(".fallback")).to_contain_text("could send for 4 minutes")
    expect(lists).to_be_hidden()
    page.get_by_text("Change this").click()
    expect(minutes).to_have_value("4")


def test_settings_opened_while_the_page_is_drawn_anew_stay_open(
    open_page: OpenPage, place: Place
) -> None:
    """An answer to a request from before they were opened does not close them."""
    modem = ModemDesk.at(place.desk, "Utrecht")
    page = open_page("/devices", name="Marit Hoekstra")
    live(page)
    held = hold(page, "**/devices*")
    with page.expect_request("**/devices*"):
        modem.falls_back_after(3)
    minutes = page.get_by_label("Takes over after (minutes)")
    page.get_by_text("Change this").click()
    minutes.fill("25")
    held.pop().continue_()
    expect(page.locator(".fallback")).to_contain_text("could send for 3 minutes")
    expect(minutes).to_have_value("25")
    expect(minutes).to_be_focused()
