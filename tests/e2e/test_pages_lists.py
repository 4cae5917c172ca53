"""A list in a browser: made of people, looked at, sent, paused, resumed, and answered."""

from playwright.sync_api import expect

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.protocol import Incoming
from appliance.messages import MessageState
from appliance.queue.gate import ConsentGate
from appliance.store import messages
from appliance.store.store import Tx
from tests.e2e.alone import alone
from tests.e2e.conftest import OpenPage, Place

FATIMA = "+31612345611"
QUESTION = "Hoi {voornaam}, kun je zaterdag?"


def leaves(place: Place) -> None:
    """What waits for Fatima is proven to have left."""

    def work(tx: Tx) -> None:
        (message_id,) = tx.conn.execute(
            "SELECT id FROM message WHERE class = 'list' AND value = ?", (FATIMA,)
        ).fetchone()
        for state in (MessageState.SENDING, MessageState.SENT):
            messages.move(tx, message_id, state)

    place.store.write(work)


def answers(place: Place) -> None:
    incoming = Incoming(
        channel=Channel.WHATSAPP,
        key="answer",
        sender=FATIMA,
        text="Ja, ik kan zaterdag",
        at_ms=place.store.clock.now_ms(),
    )
    device_id = place.desk.filled.devices["Utrecht"]
    Reception(place.store, ConsentGate()).received(device_id, [incoming])


def test_a_list_is_written_to_paused_resumed_and_answered(
    open_page: OpenPage, place: Place
) -> None:
    page = open_page("/people")
    page.get_by_text("Make a list of these people").click()
    page.get_by_label("Name of the list").fill("Everybody")
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everybody")
    page.get_by_role("link", name="Write to this list").click()
    page.get_by_label("Message").fill(QUESTION)
    page.get_by_role("button", name="Check it first").click()
    looked = page.locator(".looked")
    expect(looked.get_by_role("heading", level=2)).to_contain_text("done")
    expect(looked.locator(".example").first).to_contain_text(", kun je zaterdag?")
    expect(looked.locator(".left-out")).to_contain_text("the contact asked to stop")
    looked.get_by_role("button", name="Send to").click()
    status = page.locator("#send").get_by_role("status")
    expect(status).to_contain_text(alone("0 of"))
    page.get_by_role("button", name="Pause").click()
    expect(status).to_contain_text("waits until somebody resumes it")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    leaves(place)
    expect(status).to_contain_text(alone("1 of"))
    answers(place)
    expect(page.get_by_text("Ja, ik kan zaterdag")).to_be_visible()
    expect(page.get_by_role("heading", name="1 person answered")).to_be_visible()
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.get_by_role("heading", name="The rest was cancelled")).to_be_visible()
