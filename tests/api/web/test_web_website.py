"""An administrator takes a number's links, poster, card and snippet; others find nothing."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import vobject

from appliance.api.web.snippet import script, script_hash
from appliance.channels import Channel
from appliance.store import branch_settings, reports, routes
from appliance.store.reports import ByWhat, Sheet, SheetKey
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

PAGE = "/settings/website"
PRIVACY = "Wij gaan netjes met je gegevens om: https://example.com/privacy"


@pytest.fixture
def boss(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Marit", role="admin", branch_id=tilburg.branch_id)
    browser.post("/settings/look", {"language": "en"})
    yield browser
    browser.client.close()


def page(browser: Browser, desk: Desk) -> str:
    answer = browser.get(f"{PAGE}?line={desk.line_id}")
    assert answer.status_code == 200
    return answer.text


def facts_in(text: str) -> dict[str, Any]:
    """As the copied text has them."""
    field = text.split('id="snippet"')[1].split(">", 1)[1]
    copied = html.unescape(field.split("</textarea>", maxsplit=1)[0])
    drawn = re.search(r"<balie-contact facts='([^']*)'", copied)
    assert drawn
    found: dict[str, Any] = json.loads(html.unescape(drawn[1]))
    return found


def answered(office: Office, desk: Desk, count: int, seconds: int) -> None:
    """So many people had an answer after so many seconds, last week in opening hours."""
    key = SheetKey(by_what=ByWhat.LINE, line_id=desk.line_id, day="2026-02-24", who="")
    sheet = Sheet(answers=[reports.letter_of(seconds)] * count)
    office.store.write(lambda tx: reports.add(tx.conn, {key: sheet}))


def test_the_links_open_what_the_number_has(office: Office, boss: Browser, tilburg: Desk) -> None:
    """WhatsApp and SMS, with the first words; without a route for WhatsApp no link leads to it."""
    text = html.unescape(page(boss, tilburg))
    words = "Hallo Tilburg, mijn vraag: "
    link = re.search(r"https://wa\.me/[^<\s]+", text)
    assert link
    assert urlsplit(link[0]).path == "/31612345678"
    assert parse_qs(urlsplit(link[0]).query)["text"] == [words]
    assert "sms:+31612345678?&body=Hallo%20Tilburg" in text

    def sms_only(tx: Tx) -> None:
        routes.remove_routes(tx, line_id=tilburg.line_id, device_id=tilburg.device_id)
        routes.add_route(
            tx, line_id=tilburg.line_id, device_id=tilburg.device_id, channel=Channel.SMS
        )

    office.store.write(sms_only)
    assert "wa.me" not in page(boss, tilburg).split('id="snippet"')[0]
    assert [each["label"] for each in facts_in(page(boss, tilburg))["ways"]] == ["SMS"]
    assert boss.get(f"{PAGE}/{tilburg.line_id}/code.svg?over=whatsapp").status_code == 404


def test_the_snippet_holds_the_truth_of_today(office: Office, boss: Browser, tilburg: Desk) -> None:
    """Hours with the coming holidays and other days, in the branch's zone; the privacy sentence;
    how quickly half are answered, and nothing where too few wrote.
    """
    patch = {
        "privacy_text": PRIVACY,
        "exceptions": [{"date": "2026-12-24", "open": [["08:30", "12:00"]]}],
    }
    office.store.write(lambda tx: branch_settings.change(tx, tilburg.branch_id, patch, by="cli"))
    answered(office, tilburg, 19, 400)
    facts = facts_in(page(boss, tilburg))
    assert facts["reply_min"] is None
    assert facts["week"][0] == [[510, 750], [780, 1050]]
    assert facts["week"][6] == []
    assert facts["days"]["2026-12-24"] == [[510, 720]]
    assert facts["days"]["2026-12-25"] == []
    assert "2026-12-26" not in facts["days"], "a Saturday is closed anyway"
    assert facts["days"]["2026-04-27"] == [], "King's Day"
    assert (facts["zone"], facts["as_of"]) == ("Europe/Amsterdam", "2026-03-02")
    assert facts["privacy"] == PRIVACY
    answered(office, tilburg, 1, 400)
    assert facts_in(page(boss, tilburg))["reply_min"] == 10


def test_what_is_said_of_it_is_kept_and_told(office: Office, boss: Browser, tilburg: Desk) -> None:
    """The first words of each language; what is wrong is said and stays in the form."""
    address = f"{PAGE}/{tilburg.line_id}"
    typed = {"words_nl": "Hoi, ik wil werken", "public_figures": "on", "refresh_from": ""}
    assert boss.post(address, typed).status_code == 204
    assert facts_in(page(boss, tilburg))["words"] == {
        "nl": "Hoi, ik wil werken",
        "en": "Hello Tilburg, my question: ",
    }
    for wrong in ({"words_nl": "x" * 161}, {"refresh_from": "javascript:alert(1)"}):
        answer = boss.post(address, wrong, part=False)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert next(iter(wrong.values())) in answer.text
    said = boss.get(f"/settings/automatic?line={tilburg.line_id}").text
    assert "first words of those who write, whether its figures are public" in said


def test_the_files_are_what_they_say(office: Office, boss: Browser, tilburg: Desk) -> None:
    """PDF of both sizes, drawings, the card, and the script as its hash promises."""
    base = f"{PAGE}/{tilburg.line_id}"
    for size in ("a4", "a5"):
        made = boss.get(f"{base}/poster.pdf?language=en&size={size}")
        assert made.headers["content-type"] == "application/pdf"
        assert made.content.startswith(b"%PDF")
    drawn = boss.get(f"{base}/poster.svg?language=nl&over=sms").text
    assert "Stuur ons een bericht" in drawn
    assert ">WhatsApp<" not in drawn
    assert "<svg" in boss.get(f"{base}/code.svg").text
    card = vobject.readOne(boss.get(f"{base}/card.vcf").text)
    assert (card.version.value, card.fn.value) == ("3.0", "Tilburg")
    assert card.tel.value == "+31612345678"
    served = boss.get(f"{PAGE}/balie.js")
    assert served.text == script()
    assert len(served.content) <= 8000
    assert f"'{script_hash()}'" in html.unescape(page(boss, tilburg))


def test_others_find_nothing(office: Office, sanne: Browser, tilburg: Desk, breda: Desk) -> None:
    """A colleague without the right, and an administrator of another branch."""
    other = log_in(office, "Piet", role="admin", branch_id=breda.branch_id)
    for each in ("poster.pdf", "poster.svg", "code.svg", "card.vcf"):
        for browser in (sanne, other):
            assert browser.get(f"{PAGE}/{tilburg.line_id}/{each}").status_code == 404
    assert sanne.get(PAGE).status_code == 404
    assert sanne.get(f"{PAGE}/balie.js").status_code == 404
    assert other.get(f"{PAGE}?line={tilburg.line_id}").status_code == 404
    assert other.post(f"{PAGE}/{tilburg.line_id}", {"words_nl": "x"}).status_code == 404
    other.client.close()
