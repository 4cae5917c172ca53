"""`python -m tests.e2e.picture FOLDER`: README's picture of the inbox, used as in a branch."""

import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.e2e.chromium import whole_browser
from tests.running_demo import Demo, eventually, running_demo

SETTLES_MS = 60_000


WIDE = ViewportSize(width=1280, height=800)
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


def log_in(page: Page, demo: Demo, role: str = "lead") -> None:
    login = demo.login(role)
    page.goto("/")
    page.locator("#name").fill(login["name"])
    page.locator("#password").fill(login["password"])
    page.locator("#password").press("Enter")
    page.locator("#list").wait_for(timeout=SETTLES_MS)


def main() -> None:
    folder = Path(sys.argv[1])
    with running_demo("--no-traffic", "--speed", "8") as demo, whole_browser() as browser:
        stage(demo)
        page = browser.new_page(base_url=demo.url, viewport=WIDE, locale="en-GB")
        log_in(page, demo)
        talk(page, demo)
        page.reload()
        page.wait_for_load_state("load")
        page.screenshot(path=folder / "screenshot-inbox.png")


if __name__ == "__main__":
    main()
