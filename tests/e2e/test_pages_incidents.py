"""What is wrong, above the list of conversations: in one line where it would hide them."""

from playwright.sync_api import expect

from appliance.store import incidents
from appliance.store.incidents import IncidentKind
from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.filled import UTRECHT


def goes_wrong(place: Place, kind: IncidentKind) -> None:
    filled = place.desk.filled
    place.store.write(
        lambda tx: incidents.open_incident(
            tx,
            kind,
            device_id=filled.devices[UTRECHT],
            line_id=filled.lines[UTRECHT],
            facts={"stops": ["whatsapp"]},
        )
    )


def test_what_is_wrong_is_one_line_that_opens(open_page: OpenPage, place: Place) -> None:
    """On a small screen always, on a wide one where more than one thing is wrong. What somebody has
    opened stays open while the list goes on.
    """
    goes_wrong(place, IncidentKind.HOT)
    wide, narrow = open_page(), open_page(look=NARROW)
    fold = narrow.locator("#incidents summary")
    expect(fold).to_have_text("Utrecht: Too hot")
    assert fold.evaluate("each => each.scrollHeight") < 60
    expect(narrow.locator(".incident")).not_to_be_visible()
    expect(wide.locator(".incident")).to_be_visible()
    expect(wide.locator("#incidents summary")).not_to_be_visible()
    fold.click()
    expect(narrow.locator(".incident")).to_be_visible()
    goes_wrong(place, IncidentKind.STORAGE)
    place.desk.receive(UTRECHT, "Fatima El Idrissi", "+31612345611", "Ben je er?")
    for page in (wide, narrow):
        said = "Utrecht: Too hot · Utrecht: Storage full"
        expect(page.locator("#incidents summary")).to_have_text(said)
    expect(narrow.locator(".incident").first).to_be_visible()
    expect(wide.locator(".incident").first).not_to_be_visible()
