"""A new conversation: to whom, what becomes of it, and what to hand over to a stranger."""

import re
import sqlite3
from functools import partial
from html import unescape

import pytest

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.outgoing.sending import Author
from appliance.desk.search import following
from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import TextAuthor, TextWords
from appliance.devices.protocol import DeviceState, Status
from appliance.identities import tel
from appliance.store import consent
from appliance.store.consent import ConsentKind, ConsentSource
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

ANNA, STRANGER, IMPORTED = "+31687654321", "+31612345699", "+31687650000"


@pytest.fixture
def sanne(sanne: Browser, office: Office, tilburg: Desk) -> Browser:
    both = frozenset({Channel.WHATSAPP, Channel.SMS})
    office.phone_is(tilburg, Status(state=DeviceState.READY, channels=both))
    office.writes(ANNA, tilburg, "Hallo", name="Anna de Wit")
    sanne.client.headers["Accept-Language"] = "en"
    return sanne


def verdict(browser: Browser, desk: Desk, number: str) -> str:
    answer = browser.client.get("/new/verdict", params={"line": desk.line_id, "number": number})
    assert answer.status_code == 200
    return answer.text


def said(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def imported(office: Office, desk: Desk, by: str) -> str:
    """Somebody who agreed on paper, and with whom nothing was ever said."""
    who = Changer(by=Author(staff_id=by), sight=Sight(None))
    change = ContactChange(
        given=frozenset({"numbers", "office_name"}),
        office_name="Imre Kovacs",
        numbers=[tel(IMPORTED)],
    )

    def work(tx: Tx) -> str:
        contact_id = changing.enter(tx, change, who, branch_id=desk.branch_id)
        consent.record(
            tx,
            identity=tel(IMPORTED),
            contact_id=contact_id,
            line_id=desk.line_id,
            kind=ConsentKind.OPTED_IN,
            recorded_by="import",
            proof=ConsentSource(source="contract", given_ms=tx.now_ms, words="Ja"),
        )
        return contact_id

    return office.store.write(work)


def _first_of(sql: str, about: tuple[str], conn: sqlite3.Connection) -> object:
    return conn.execute(sql, about).fetchone()[0]


def indexed(office: Office) -> None:
    while following.catch_up(office.store):
        pass


def test_people_are_found_by_name_and_by_number(
    sanne: Browser, office: Office, breda: Desk
) -> None:
    """With the number that a message would go to; not those of other branches."""
    office.writes("+31655500777", breda, "Hoi", name="Annabel")
    indexed(office)
    for typed in ("ann", "06 8765"):
        found = sanne.client.get("/new/people", params={"q": typed}).text
        assert f'data-number="{ANNA}"' in found
        assert "Annabel" not in found
    whole = sanne.client.get("/new/people", params={"q": "06 87654321"}).text
    assert whole.strip() == ""


def test_the_verdict_stands_before_anybody_sends(sanne: Browser, tilburg: Desk) -> None:
    """Who it is, and how it would leave; while a number is being typed there is none yet."""
    found = verdict(sanne, tilburg, "06 87654321")
    assert "Anna de Wit" in found
    assert re.search('href="/c/[0-9a-f-]{36}"', found)
    assert "Leaves now, as WhatsApp" in said(found)
    assert verdict(sanne, tilburg, "06 8765").strip() == ""
    assert verdict(sanne, tilburg, "Anna").strip() == ""


def test_who_may_be_written_to_from_another_number_is_not_handed_a_link(
    sanne: Browser, office: Office, tilburg: Desk, breda: Desk
) -> None:
    """Whoever works on both numbers is led to the one on which they wrote."""
    admin = log_in(office, "Carla", role="admin", branch_id=None)
    admin.client.headers["Accept-Language"] = "en"
    found = verdict(admin, breda, ANNA)
    assert "They may be written to from Tilburg" in said(found)
    assert f"/new?line={tilburg.line_id}&amp;to=%2B{ANNA[1:]}" in found
    assert 'class="qr"' not in found
    admin.client.close()


def test_who_must_write_first_is_handed_a_link(sanne: Browser, tilburg: Desk) -> None:
    """As a square and in words of the branch's language; the number is nobody's afterwards."""
    found = verdict(sanne, tilburg, STRANGER)
    assert "nothing may be sent" in said(found)
    assert 'class="qr"' in found
    link = f"https://wa.me/{tilburg.number.removeprefix('+')}?text=Hallo%20Tilburg"
    assert "Je kunt Tilburg schrijven met WhatsApp: " in said(found)
    assert link in unescape(found)
    assert verdict(sanne, tilburg, STRANGER) == found


def test_who_stopped_is_handed_their_own_word(
    sanne: Browser, office: Office, tilburg: Desk
) -> None:
    """Nobody but they can end it; who is blocked gets nothing to hand over."""
    office.writes(ANNA, tilburg, "STOP")
    found = verdict(sanne, tilburg, ANNA)
    assert "This person asked to stop." in said(found)
    assert "text=START" in unescape(found)


def test_a_refusal_is_said_once(sanne: Browser, tilburg: Desk) -> None:
    """What Send was told stands there, with what to hand over below."""
    form = {"line": tilburg.line_id, "number": STRANGER, "text": "Werk!"}
    page = sanne.post("/new", form, part=False)
    assert page.status_code == 409
    assert 'data-code="consent-required"' in page.text
    assert "There is nothing on record" not in page.text
    assert 'class="qr"' in page.text


def test_a_first_message_can_be_taken_back(sanne: Browser, office: Office, tilburg: Desk) -> None:
    """Only where the page offers it: without a script it leaves at once."""
    form = {"line": tilburg.line_id, "number": ANNA, "text": "Hoi"}
    sql = "SELECT not_before_ms FROM message WHERE id = ?"
    for undo, waits in (("1", True), ("", False)):
        sent = sanne.post("/new", {**form, "undo": undo})
        about = (sent.headers["X-Message"],)
        assert (office.store.read(partial(_first_of, sql, about)) is not None) == waits
    assert sanne.post(f"/messages/{about[0]}/cancel").status_code == 204


def test_texts_are_at_hand_and_filled_for_whom_it_is_to(
    sanne: Browser, office: Office, tilburg: Desk, breda: Desk
) -> None:
    """As in a conversation; a line on which one may not write has none."""
    words = TextWords(shortcut="loon", title="Loon", variants=["Hoi {voornaam}!"])
    text_id = office.store.write(lambda tx: canned_texts.add(tx, words, TextAuthor()).id)
    about = {"line": tilburg.line_id, "number": "0687654321"}
    assert text_id in sanne.client.get("/new/texts", params={**about, "q": "lo"}).text
    assert sanne.post(f"/new/texts/{text_id}", about).json()["text"] == "Hoi Anna!"
    other = {**about, "number": STRANGER}
    assert sanne.post(f"/new/texts/{text_id}", other).json()["missing"] == ["voornaam"]
    elsewhere = {"line": breda.line_id}
    assert sanne.client.get("/new/texts", params=elsewhere).status_code == 404
    assert sanne.post(f"/new/texts/{text_id}", elsewhere).status_code == 404
    assert sanne.client.get("/new/verdict", params=elsewhere).status_code == 404


def test_who_agreed_and_has_no_conversation_can_be_written_to(
    sanne: Browser, office: Office, tilburg: Desk, breda: Desk
) -> None:
    """Their page and the search lead to a new conversation from the line on which they agreed."""
    contact_id = imported(office, tilburg, sanne.staff_id)
    indexed(office)
    way = f"/new?line={tilburg.line_id}&amp;to=%2B{IMPORTED[1:]}"
    assert way in sanne.get(f"/people/{contact_id}").text
    assert way in sanne.get("/search?q=imre").text
    page = sanne.get(unescape(way)).text
    assert f'value="{IMPORTED}"' in page
    assert "as SMS" in said(page)
    office.writes(IMPORTED, tilburg, "Hoi")
    assert way not in sanne.get(f"/people/{contact_id}").text
    bo = log_in(office, "Bo", role="staff", branch_id=breda.branch_id)
    assert "Imre" not in bo.client.get("/new/people", params={"q": "imre"}).text
    bo.client.close()
