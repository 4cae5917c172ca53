"""A phone is unplugged in mid-conversation: the modem takes over, and hands back."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests import http_calls
from tests.running_demo import Demo, eventually

FATIMA, JOKE = "+31655500151", "+31655500152"
PROVEN = re.compile("sent|delivered|read")
KEPT = re.compile(".")

OpenPage = Callable[[str], Page]


def fault(demo: Demo, phone: str, **body: object) -> None:
    http_calls.post(f"{demo.control}/fault", json={"phone": phone, **body}).raise_for_status()


def modem_of(demo: Demo) -> str:
    """Its number in the emulated world."""
    states = http_calls.get(f"{demo.control}/modems").raise_for_status().json()
    return str(states["items"][0]["number"])


def reply(page: Page, text: str) -> Locator:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")
    return page.locator("#messages li.line.out", has_text=text)


def left(demo: Demo, words: str) -> list[dict[str, str]]:
    """The messages that really left with these words, over phones and modems, signed or not."""
    found = http_calls.get(f"{demo.control}/truth").raise_for_status().json()["items"]
    return [each for each in found if words in each["text"]]


def test_the_modem_takes_over_and_hands_back(demo: Demo, new_page: OpenPage) -> None:
    """The reply that the phone did not send leaves over the modem once, under the same id and
    signed. The answer to the modem's number stands in the same conversation. When the phone is
    back, the next reply is WhatsApp again.
    """
    phone = demo.numbers[0]
    modem = modem_of(demo)
    page = new_page("admin")
    demo.writes(phone, FATIMA, "Is er vandaag nog werk?", name="Fatima")
    page.locator("#list a.row", has_text="Fatima").first.click()
    first = reply(page, "Ja, ik kijk even welke ploeg.")
    expect(first).to_have_attribute("data-state", PROVEN)
    expect(first.locator(".channel")).to_have_text("WhatsApp")

    fault(demo, phone, fault="phone-gone", seconds=3600)
    away = reply(page, "Ploeg B, om twee uur.")
    expect(away).to_have_attribute("data-message", KEPT)
    message_id = str(away.get_attribute("data-message"))
    expect(away).to_have_attribute("data-state", PROVEN)
    assert away.get_attribute("data-message") == message_id
    expect(away.locator(".channel.over")).to_have_text("SMS over the modem")
    expect(away.locator(".signature")).to_have_text("- Utrecht")
    (departure,) = left(demo, "Ploeg B")
    assert (departure["channel"], departure["to"]) == ("sms", FATIMA)
    assert departure["text"] == "Ploeg B, om twee uur.\n- Utrecht"

    demo.writes(modem, FATIMA, "Ok, tot straks!", channel="sms")
    expect(page.locator("#messages li.in", has_text="tot straks")).to_be_visible()
    expect(away).to_have_attribute("data-state", "delivered")

    fault(demo, phone, fault="phone-gone", lift=True)
    eventually(demo.is_ready, "the phone is back")
    back = reply(page, "Tot straks, Fatima.")
    expect(back).to_have_attribute("data-state", PROVEN)
    expect(back.locator(".channel")).to_have_text("WhatsApp")
    assert len(left(demo, "Ploeg B")) == 1
    (departure,) = left(demo, "Tot straks, Fatima.")
    assert departure["channel"] == "whatsapp"
    history = demo.api(f"/messages/{message_id}")
    assert {each["channel"] for each in history["evidence"] if each["outcome"] == "sent"} == {"sms"}


def test_a_modem_that_comes_back_elsewhere_carries_on(demo: Demo) -> None:
    """Both are unplugged while a reply waits. The modem comes back under another name, and the
    reply leaves over it once. The page of the devices has the new name.
    """
    phone, modem = demo.numbers[0], modem_of(demo)
    demo.writes(phone, JOKE, "Hoe laat morgen?", name="Joke")
    eventually(lambda: JOKE in str(demo.api("/contacts")["items"]), "it is received")
    before = port_of(demo)
    fault(demo, phone, fault="phone-gone", seconds=3600)
    http_calls.post(
        f"{demo.control}/fault",
        json={"modem": modem, "fault": "port-gone", "seconds": 12, "rename": True},
    ).raise_for_status()
    body = {"line": phone, "to": JOKE, "text": "Om kwart voor acht."}
    answer = http_calls.post(f"{demo.url}/api/v1/messages", json=body, headers=demo.bearer)
    message_id = answer.raise_for_status().json()["id"]
    eventually(lambda: port_of(demo) is None, "the modem is seen to be gone")
    found = eventually(lambda: left(demo, "Om kwart voor acht."), "it left")
    assert [(each["channel"], each["to"]) for each in found] == [("sms", JOKE)]
    after = eventually(lambda: port_of(demo), "the modem is seen again")
    assert after != before
    settled = {"sent", "delivered"}
    eventually(lambda: demo.api(f"/messages/{message_id}")["state"] in settled, "it is proven")
    fault(demo, phone, fault="phone-gone", lift=True)
    eventually(demo.is_ready, "the phone is back")
    assert len(left(demo, "Om kwart voor acht.")) == 1


def port_of(demo: Demo) -> str | None:
    """The port at which Balie sees the modem now."""
    items = demo.api("/devices")["items"]
    facts = next(each["facts"] for each in items if each["kind"] == "modem")
    return str(facts["port"]) if "port" in facts else None
