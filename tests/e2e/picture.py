"""`python -m tests.e2e.picture FOLDER`: pictures of the real inbox, used as in a branch."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, ViewportSize

from tests.e2e.chromium import launched
from tests.running_demo import Demo, eventually, running_demo

SETTLES_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One picture: its file, the window, and what the browser prefers."""

    name: str
    size: ViewportSize
    locale: str = "en-GB"
    dark: bool = False
    path: str | None = None


WIDE = ViewportSize(width=1280, height=800)
NARROW = ViewportSize(width=360, height=740)
TALL = ViewportSize(width=1280, height=1150)
TALL_NARROW = ViewportSize(width=360, height=1500)
LOOKS = (
    Look(name="screenshot-inbox", size=WIDE),
    Look(name="dark", size=WIDE, dark=True),
    Look(name="dutch", size=WIDE, locale="nl-NL"),
    Look(name="narrow", size=NARROW, locale="nl-NL"),
    Look(name="narrow-list", size=NARROW, path="/", dark=True),
    Look(name="devices", size=WIDE, path="/devices"),
)
TAKEN_OVER = (
    Look(name="fallback", size=WIDE),
    Look(name="fallback-dark", size=WIDE, dark=True),
    Look(name="fallback-narrow", size=NARROW, locale="nl-NL"),
    Look(name="fallback-devices", size=TALL, path="/devices", locale="nl-NL"),
    Look(name="fallback-devices-dark", size=TALL, path="/devices", dark=True),
    Look(name="fallback-devices-narrow", size=TALL_NARROW, path="/devices", locale="nl-NL"),
)
"""How it looks while the modem takes over."""

WORKERS: Sequence[tuple[int, str, str, str]] = (
    (1, "+31655500215", "Mehmet Yilmaz", "Is er zaterdag nog plek in de ploeg?"),
    (0, "+31655500211", "Sanne Visser", "Hoe laat begint de dienst morgen?"),
    (0, "+31655500212", "Jeroen Bakker", "Ik ben ziek vandaag, sorry 🤒"),
    (1, "+31655500213", "ليلى منصور", "شكرا جزيلا، سأكون هناك غدا"),
    (0, "+31655500214", "Daan Mulder", "Mijn urenbriefje klopt niet, er mist een dag."),
)


def stage(demo: Demo) -> None:
    """Five people write, one of them by SMS, and one message waits."""
    for office, number, name, text in WORKERS:
        channel = "sms" if name.startswith("Daan") else "whatsapp"
        demo.writes(demo.numbers[office], number, text, name=name, channel=channel)
    eventually(lambda: len(demo.api("/conversations")["items"]) == len(WORKERS), "all have written")


def talk(page: Page, demo: Demo) -> None:
    """A short conversation with Sanne, as the picture shows it."""
    page.goto("/")
    page.locator("#list a.row", has_text="Sanne Visser").first.click()
    page.locator("#text").fill("Om 7 uur, bij poort 3. Neem je veiligheidsschoenen mee.")
    page.locator("#text").press("Enter")
    proven = "#messages li.state-delivered, #messages li.state-read, #messages li.state-sent"
    page.locator(proven).first.wait_for()
    phone = demo.numbers[0]
    demo.writes(phone, "+31655500211", "Top! En mag mijn broer ook mee? 😀", name="Sanne Visser")
    page.locator("#messages li.in", has_text="broer").wait_for()
    page.locator("#text").fill("Als hij zelf even appt, kan hij meteen ingepland worden.")
    page.locator("#text").press("Enter")
    page.locator("#messages li.out", has_text="ingepland").wait_for()
    eventually(lambda: not demo.api("/messages?state=queued")["items"], "nothing waits any more")


def take_over(page: Page, demo: Demo) -> None:
    """Sanne's answer leaves over the modem, and the next one is being written."""
    httpx.post(
        f"{demo.control}/fault",
        json={"phone": demo.numbers[0], "fault": "phone-gone", "seconds": 3600},
    ).raise_for_status()
    page.locator("#text").fill("De telefoon is even weg; dit komt per sms. Tot morgen om 7 uur!")
    page.locator("#text").press("Enter")
    page.locator("#messages .channel.over").wait_for()
    page.locator("#text").fill("En neem je legitimatie mee. " + "Zonder kom je niet binnen. " * 6)
    page.locator("#sms-length:has-text('SMS')").wait_for()
    with page.expect_response("**/draft"):
        pass


def take(browser: Browser, demo: Demo, look: Look, path: str, folder: Path) -> None:
    context = browser.new_context(
        base_url=demo.url,
        viewport=look.size,
        locale=look.locale,
        color_scheme="dark" if look.dark else "light",
    )
    page = context.new_page()
    log_in(page, demo)
    page.goto(look.path or path)
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)  # the count beside the field comes after a pause in typing
    page.screenshot(path=folder / f"{look.name}.png")
    context.close()


def log_in(page: Page, demo: Demo) -> None:
    login = demo.login("lead")
    page.goto("/")
    page.locator("#name").fill(login["name"])
    page.locator("#password").fill(login["password"])
    page.locator("#password").press("Enter")
    page.locator("#list").wait_for(timeout=SETTLES_MS)


def main() -> None:
    folder = Path(sys.argv[1])
    wanted = LOOKS if "--all" in sys.argv else LOOKS[:1]
    folder.mkdir(parents=True, exist_ok=True)
    with running_demo("--no-traffic", "--speed", "8") as demo, launched() as browser:
        stage(demo)
        page = browser.new_page(base_url=demo.url, viewport=WIDE)
        log_in(page, demo)
        talk(page, demo)
        path = page.url.removeprefix(demo.url)
        for look in wanted:
            take(browser, demo, look, path, folder)
        if "--all" in sys.argv:
            take_over(page, demo)
            for look in TAKEN_OVER:
                take(browser, demo, look, path, folder)


if __name__ == "__main__":
    main()
