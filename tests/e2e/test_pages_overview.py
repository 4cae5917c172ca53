"""A lead in a browser: who waits appears by itself; charts of a month, with their figures."""

from playwright.sync_api import expect

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.protocol import Incoming
from appliance.queue.gate import ConsentGate
from appliance.store import devices
from tests.e2e.conftest import Look, OpenPage, Place

NEWCOMER = "+31655512399"
_BEGINS = """each => {
  const letters = document.createRange();
  letters.selectNodeContents(each);
  return Math.round(letters.getBoundingClientRect().left);
}"""


def test_a_lead_sees_who_waits_and_how_the_month_went(open_page: OpenPage, place: Place) -> None:
    """What comes in is there without a reload; on the wall it is a number and no name."""
    page = open_page("/", name="Marit Hoekstra")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", name="Who waits longest")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader")).first
    before = int(row.get_by_role("cell").first.inner_text())
    writes(place, NEWCOMER)
    expect(row.get_by_role("cell").first).to_have_text(str(before + 1))
    page.get_by_role("link", name="Over time").click()
    expect(page.get_by_role("img", name="Messages in and out, by day")).to_be_visible()
    page.get_by_text("The figures").nth(1).click()
    expect(page.get_by_role("columnheader", name="Automatic").first).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV Busiest hours").click()
    assert saved.value.suggested_filename.startswith("busy-")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("link", name="Colleagues").click()
    expect(page.get_by_role("rowheader", name="Sanne de Wit").first).to_be_visible()
    page.get_by_role("link", name="For the wall").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_text("wait for an answer")).to_be_visible()
    narrow = open_page("/overview/over-time", name="Marit Hoekstra", look=Look(width=360))
    wide, seen = narrow.evaluate("[document.body.scrollWidth, innerWidth]")
    assert wide <= seen


def test_a_name_from_right_to_left_begins_where_the_others_do(
    open_page: OpenPage, place: Place
) -> None:
    place.desk.receive("Utrecht", "سارة أحمد", "+31612345614", "هل هناك عمل؟")
    page = open_page("/overview", name="Marit Hoekstra")
    names = page.locator(".who-waits > [dir=auto]")
    expect(names.filter(has_text="سارة")).to_have_count(1)
    assert len({each.evaluate(_BEGINS) for each in names.all()}) == 1


def writes(place: Place, sender: str) -> None:
    device_id = place.store.read(devices.devices)[0].id
    now_ms = place.store.clock.now_ms()
    said = Incoming(
        channel=Channel.WHATSAPP, key="overview-1", sender=sender, text="Hoi!", at_ms=now_ms
    )
    Reception(place.store, ConsentGate()).received(device_id, [said])
