"""Somebody who sets a number puts a mailbox beside it in the browser, and takes it away again."""

from playwright.sync_api import expect

from appliance.emulated.mail.mail_servers import serving_mail
from tests.e2e.conftest import NARROW, OpenPage, Place

BOX, PASSWORD = "balie@balie.example", "een heel geheim woord"


def test_a_mailbox_is_put_beside_a_number(open_page: OpenPage, place: Place) -> None:
    """From the devices; what is wrong is said beside what was typed, and only the password has to
    be typed again. Its number then has it, until it is taken away.
    """
    accounts = "SELECT count(*) FROM device_account"
    before = place.count(accounts)
    with serving_mail() as servers:
        servers.world.add_mailbox(BOX, PASSWORD)
        page = open_page("/devices", name="Marit Hoekstra", look=NARROW)
        page.get_by_role("link", name="Bots and mailboxes").first.click()
        box = page.locator("#beside-mail")
        box.get_by_text("Add it").click()
        box.get_by_label("Address of e-mail").fill(BOX)
        box.get_by_label("Server for reading (IMAP)").fill(servers.imap)
        box.get_by_label("Server for sending (SMTP)").fill(servers.smtp)
        for password in ("iets anders", PASSWORD):
            box.get_by_label("Password").fill(password)
            box.get_by_role("button", name="Check and add").click()
            if password != PASSWORD:
                said = "The server for reading does not take this user and password."
                expect(page.get_by_role("alert")).to_contain_text(said)
                expect(box.get_by_label("Address of e-mail")).to_have_value(BOX)
        expect(page.get_by_role("status")).to_have_text("Saved")
        expect(box).to_contain_text(BOX)
        assert place.count(accounts) == before + 1
        box.locator("summary", has_text="Take it away").click()
        box.get_by_role("button", name="Take it away").click()
        expect(box.get_by_text("Add it")).to_be_visible()
        assert place.count(accounts) == before
