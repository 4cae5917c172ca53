"""What is copied from the settings works on a website of another origin with a strict policy."""

import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from appliance.api.web.snippet import script_hash
from appliance.clock import Clock, ManualClock
from appliance.store import branch_settings, line_website
from tests.e2e.conftest import OpenPage, Place

MONDAY = "2026-11-30T09:30:00Z"
"""Half past ten in Utrecht, for Balie and for who visits: what is copied knows days of a year."""
PRIVACY = "Wij gaan netjes met je gegevens om: https://example.com/privacy."


@dataclass(slots=True)
class Website:
    """A company's own site: another port, so another origin."""

    url: str
    body: str = ""
    policy: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def clock() -> Clock:
    return ManualClock(at_ms=int(datetime.fromisoformat(MONDAY).timestamp() * 1000))


@pytest.fixture
def website() -> Iterator[Website]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            head = '<!doctype html><html lang="nl"><title>De Werf</title>'
            page = f"{head}<main><h1>De Werf</h1>{site.body}</main>"
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Website(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(slots=True)
class Visitor:
    """Somebody who opens the company's site: their page, and what it asked for and complained."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def opens(self, site: Website) -> None:
        self.page.on("request", lambda each: self.requests.append(each.url))
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.clock.set_fixed_time(MONDAY)
        self.page.goto(site.url)

    def link(self, name: str) -> str:
        return unquote(self.page.get_by_role("link", name=name).get_attribute("href") or "")


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visitor]:
    context = chromium.new_context(timezone_id="America/New_York", color_scheme="dark")
    yield Visitor(context.new_page())
    context.close()


def copied(page: Page, name: str = "snippet") -> str:
    return page.locator(f"#{name}").input_value()


def test_the_copied_text_works_on_another_site(
    open_page: OpenPage, place: Place, website: Website, visitor: Visitor
) -> None:
    """It runs by its hash alone, asks for nothing and keeps nothing; it tells the branch's hours to
    a reader in another zone, and writes their number into the text that they send themselves.
    """
    patch = {"privacy_text": PRIVACY, "lunch": "", "opens": "08:30", "closes": "17:30"}
    branch = place.desk.filled.branches["Utrecht"]
    place.store.write(lambda tx: branch_settings.change(tx, branch, patch, by="cli"))
    settings = open_page("/settings/website", name="Marit Hoekstra")
    website.body = copied(settings)
    website.policy = f"default-src 'none'; script-src '{script_hash()}'"
    visitor.opens(website)
    page = visitor.page
    expect(page.get_by_text("Nu open, tot 17:30")).to_be_visible()
    assert "Mijn nummer" not in visitor.link("Bericht via WhatsApp")
    page.get_by_label("Je eigen nummer").press_sequentially("06 1234<b>")
    assert "text=Mijn nummer: 06 1234\nHallo" in visitor.link("Bericht via WhatsApp")
    assert "body=Mijn nummer: 06 1234\nHallo" in visitor.link("Bericht via SMS")
    expect(page.get_by_role("link", name="https://example.com/privacy")).to_be_visible()
    page.get_by_text("Openingstijden").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("08:30–17:30").first).to_be_visible()
    assert visitor.requests == [website.url]
    assert [each for each in visitor.complaints if "favicon" not in each] == []
    kept = page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
    assert kept == ["", 0, 0]
    page.clock.set_fixed_time("2026-12-24T21:00:00Z")
    page.reload()
    expect(page.get_by_text("Nu gesloten, maandag om 08:30 weer open")).to_be_visible()


def test_it_is_read_by_everybody(open_page: OpenPage, website: Website, visitor: Visitor) -> None:
    """In English where the page is, on a page from right to left and in the dark; axe finds
    nothing. Without scripts the links are there.
    """
    whole = copied(open_page("/settings/website", name="Marit Hoekstra"))
    website.body = (
        f'<meta name="color-scheme" content="dark"><div dir="rtl" lang="en">{whole}</div>'
    )
    visitor.opens(website)
    page = visitor.page
    expect(page.get_by_label("Your own number")).to_be_visible()
    expect(page.get_by_text("Open now, until")).to_be_visible()
    found = Axe().run(page)
    assert [each["id"] for each in found.response["violations"]] == []
    box = page.locator("balie-contact section")
    assert box.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(24, 33, 31)"
    website.body = re.sub(r"<script>.*</script>", "", whole, flags=re.DOTALL)
    page.reload()
    assert "wa.me" in visitor.link("WhatsApp")


def test_it_asks_for_fresh_figures_only_where_it_was_told_to(
    open_page: OpenPage, place: Place, website: Website, visitor: Visitor
) -> None:
    """One request, to the address that the policy names; without an answer the copy stands."""
    line = place.desk.filled.lines["Utrecht"]
    number = place.store.read(
        lambda conn: str(
            conn.execute("SELECT number FROM line WHERE id = ?", (line,)).fetchone()[0]
        )
    )
    address = f"{place.url}/public/{number[1:]}.json"
    patch = {"public_figures": True, "refresh_from": address}
    place.store.write(lambda tx: line_website.change(tx, line, patch, by="cli"))
    website.body = copied(open_page(f"/settings/website?line={line}", name="Marit Hoekstra"))
    website.policy = f"script-src '{script_hash()}'; connect-src {place.url}"
    branch = place.desk.filled.branches["Utrecht"]
    changed = {"privacy_text": "Nieuw: https://example.com/nieuw"}
    place.store.write(lambda tx: branch_settings.change(tx, branch, changed, by="cli"))
    visitor.opens(website)
    expect(visitor.page.get_by_text("Nieuw:")).to_be_visible()
    assert visitor.requests == [website.url, address]
    off = {"public_figures": False}
    place.store.write(lambda tx: line_website.change(tx, line, off, by="cli"))
    website.policy = f"script-src '{script_hash()}'; connect-src 'none'"
    visitor.page.reload()
    expect(visitor.page.get_by_label("Je eigen nummer")).to_be_visible()
