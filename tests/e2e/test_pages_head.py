"""The inbox of head office in a browser, over a box that is linked as any."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, expect

from appliance.clock import ManualClock, SystemClock
from appliance.desk.access import sessions
from appliance.desk.outgoing.room import Room
from appliance.desk.team import staff
from appliance.office.at_box import joining
from appliance.office.at_box.box_link import BoxLink
from appliance.office.at_box.taking import BoxCounter
from appliance.office.head import privacy_choice
from appliance.queue.gate import ConsentGate
from appliance.slices import Privacy
from appliance.store import office_link
from appliance.store.store import Tx
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.filled import fill
from tests.e2e.filler import Filler
from tests.e2e.listening import live
from tests.e2e.test_pages_axe import looked_at
from tests.fresh_store import fresh_store
from tests.office.head_office import HeadOffice, open_head_office, run_office_server

FATIMA, FATIMAS = "Fatima El Idrissi", "+31612345611"


@pytest.fixture
def head(tmp_path: Path) -> Iterator[HeadOffice]:
    clock = cast("ManualClock", SystemClock())  # the box and the browser have that one, too
    with run_office_server() as server, open_head_office(server, tmp_path / "head", clock) as made:
        made.store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
        yield made


@pytest.fixture
def desk(head: HeadOffice, tmp_path: Path) -> Iterator[Filler]:
    """Two branches on one box, which takes what the office asks."""
    data = tmp_path / "box"
    store = fresh_store(data / "balie.db", SystemClock())
    filled = fill(store)
    with ThreadPoolExecutor(1) as aside:  # Playwright has an event loop in this thread
        aside.submit(joining.join, store, data, head.token("Domplein")).result()
    store.write(lambda tx: office_link.change(tx, privacy=Privacy.ALL))
    counter = BoxCounter(
        store=store,
        gate=ConsentGate(),
        room=Room(),
        planned=lambda: None,
        make_copy=lambda: None,
    )
    link = BoxLink(counter, data, None)
    link.start()
    yield filled
    link.stop()
    store.close()


@pytest.fixture
def page(chromium: Browser, head: HeadOffice, desk: Filler) -> Iterator[Page]:
    """Noor's, who may answer everywhere, once the box knows her."""

    def enter(tx: Tx) -> str:
        return sessions.begin(tx, staff.add(tx, "Noor", role="staff", branch_id=None)).token

    token = head.store.write(enter)
    known = "SELECT 1 FROM staff WHERE name = 'Noor'"
    while desk.store.read(lambda conn: conn.execute(known).fetchone()) is None:
        head.until(lambda _: True)
    context = chromium.new_context(base_url=head.url, locale="en-GB", service_workers="block")
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "balie_session", "value": token, "url": head.url}])
    yield context.new_page()
    context.close()


def test_a_conversation_is_answered_from_head_office(page: Page, desk: Filler) -> None:
    """It is claimed, answered and done by way of its box, and what happens there shows at once."""
    page.goto("/")
    live(page)
    row = page.locator("#list a.row", has_text=FATIMA)
    row.click()
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#case")).to_contain_text("You have this conversation")
    expect(page.locator("#asked")).to_have_count(0)
    page.locator("#text").fill("Dag Fatima, maandag om zeven?")
    page.locator("#text").press("Enter")
    sent = page.locator("#message-list .line.out", has_text="maandag om zeven?")
    expect(sent).to_have_count(1)
    expect(page.locator("#pending li")).to_have_count(0)
    expect(sent.locator(".waits")).not_to_contain_text("Domplein")
    desk.receive("Utrecht", FATIMA, FATIMAS, "Graag!")
    expect(page.locator("#message-list")).to_contain_text("Graag!")
    expect(row.locator(".preview")).to_contain_text("Graag!")
    page.get_by_role("tab", name="Note").click()
    page.locator("#note-text").fill("Eerst de sleutel geven")
    page.locator("#note-text").press("Enter")
    expect(page.locator(".team-note")).to_contain_text("Eerst de sleutel geven")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#case .owner").first).to_contain_text("Done")
    expect(row).to_have_count(0)
    assert list(looked_at(page, "/c/{conversation_id}")) == []


def test_somebody_is_found_by_name_and_written_to_from_head_office(
    page: Page, desk: Filler
) -> None:
    """While one types: the person, and what is said in messages; the box answers a first one."""
    page.goto("/new")
    page.locator("#to-number").press_sequentially("Fati")
    expect(page.locator("#new-people a")).to_contain_text(FATIMA)
    assert list(looked_at(page, "/new")) == []
    page.locator("#to-number").fill("+31612345699")
    page.locator("#new-text").fill("Dag, we kennen elkaar nog niet.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thread-pane .note, #new-note .note").first).to_be_visible()
    page.goto("/search")
    page.locator("#q").press_sequentially("Fatima")
    expect(page.locator("#hits a.hit").first).to_be_visible()
