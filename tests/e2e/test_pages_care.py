"""Somebody sends a BSN while a colleague has the conversation open."""

from playwright.sync_api import expect

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.protocol import Incoming
from appliance.queue.gate import ConsentGate
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.filled import UTRECHT
from tests.e2e.writing import FATIMA, bubble, opened

BSN = "398259793"
ASKS = "Stuur je burgerservicenummer liever niet in een bericht"


def test_it_is_marked_answered_with_a_sentence_and_removed(
    open_page: OpenPage, place: Place
) -> None:
    """The page follows by itself; to remove it for good is asked once."""
    page = opened(open_page(), FATIMA)
    number = place.store.read(
        lambda conn: conn.execute(
            "SELECT n.value FROM contact k JOIN contact_identity n ON n.contact_id = k.id"
            " WHERE k.chosen_name = ? OR k.office_name = ?",
            (FATIMA, FATIMA),
        ).fetchone()["value"]
    )
    says = Incoming(
        channel=Channel.WHATSAPP,
        key="the-bsn",
        sender=number,
        text=f"hoi mijn bsn is {BSN}",
        at_ms=place.services.clock.now_ms(),
    )
    device = place.desk.filled.devices[UTRECHT]
    Reception(place.store, ConsentGate()).received(device, [says])
    mark = bubble(page, BSN).get_by_role("group", name="This looks like a citizen service number")
    expect(mark).to_be_visible()
    mark.get_by_role("button", name="Ask for another way").click()
    assert page.locator("#text").input_value().startswith(ASKS)
    page.locator("#text").fill("")
    mark.get_by_text("Remove", exact=True).click()
    mark.get_by_role("button", name="Remove for good").click()
    expect(bubble(page, "removed this: it had a citizen service number in it.")).to_be_visible()
    expect(page.locator("#scroller")).not_to_contain_text(BSN)
