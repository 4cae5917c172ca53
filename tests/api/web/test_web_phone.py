"""What happened on the phone itself, in the thread."""

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.protocol import TypedByHand
from appliance.queue.gate import ConsentGate
from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office
from tests.api.test_near_stop import thread

ANNA = "+31687654321"


def types(office: Office, desk: Desk, text: str) -> None:
    typed = TypedByHand(
        channel=Channel.WHATSAPP, key=text, to=ANNA, text=text, at_ms=office.clock.now_ms()
    )
    Reception(office.store, ConsentGate()).typed(desk.device_id, [typed])


def test_what_was_typed_on_the_phone_is_marked(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """On its bubble, and by `typed_on_phone` in the API; others have neither."""
    office.writes(ANNA, tilburg, "Hoi")
    types(office, tilburg, "Ik bel je zo")
    page = thread(office, sanne)
    assert page.count("<span>typed on the phone</span>") == 1
    assert "<span>op de telefoon getypt</span>" in thread(office, sanne, "nl")
    items = planning.get("/messages").json()["items"]
    marks = {item["text"]: item.get("typed_on_phone") for item in items}
    assert marks["Hoi"] is None
    assert marks["Ik bel je zo"] is True
    detail = planning.get(f"/messages/{items[-1]['id']}").json()
    assert [each["outcome"] for each in detail["evidence"]] == ["sent"]
