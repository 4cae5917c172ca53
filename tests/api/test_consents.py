"""Consent on a day, with the words and what they were told; and objections to the whole company."""

import io
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from appliance.clock import ManualClock
from appliance.desk.access.tokens import Scope
from appliance.paper import sheets
from appliance.store import branch_settings
from tests.api.office import Desk, Office
from tests.api.test_audit import browser_of

ANNA = "+31687654321"
PRIVACY = ("Zie https://flexwerk.nl/privacy", "Lees https://flexwerk.nl/privacy-2")


def says(office: Office, desk: Desk, text: str) -> None:
    patch = {"privacy_text": text}
    change = partial(branch_settings.change, branch_id=desk.branch_id, patch=patch, by="cli")
    office.store.write(change)


def proof(office: Office, on: str = "") -> dict[str, Any]:
    answer = office.caller().get(f"/contacts/{ANNA}/consent", **({"on": on} if on else {}))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_day_is_answered_as_the_ledger_stood_then(
    office: Office, tilburg: Desk, clock: ManualClock
) -> None:
    """With the sentence about privacy of then, though another one holds now."""
    says(office, tilburg, PRIVACY[0])
    office.writes(ANNA, tilburg, "Hoi, is er werk?")
    first = proof(office)["on"]
    clock.advance(s=2 * 24 * 3600)
    says(office, tilburg, PRIVACY[1])
    office.writes(ANNA, tilburg, "STOP")
    then, now = proof(office, first), proof(office)
    assert [each["may_write"] for each in then["lines"]] == [True]
    assert [(each["may_write"], each["why"]) for each in now["lines"]] == [(False, "opted-out")]
    (entry,) = then["entries"]
    assert (entry["kind"], entry["words"]) == ("wrote_first", "Hoi, is er werk?")
    assert entry["told"]["privacy"] == PRIVACY[0]
    assert PRIVACY[0] in entry["told"]["sent"]
    assert [each["kind"] for each in now["entries"]] == ["wrote_first", "opted_out"]
    assert now["entries"][1]["words"] == "STOP"


def test_an_objection_holds_for_every_line(office: Office, tilburg: Desk) -> None:
    breda = office.desk("Breda", "+31612345679")
    for desk in (tilburg, breda):
        office.writes(ANNA, desk)
    officer = office.caller(frozenset({Scope.PRIVACY_WRITE}))
    url = f"/api/v1/contacts/{ANNA}/objection"
    body = {"words": "Belde op 2 maart: niemand mag meer schrijven."}
    for empty in ({"words": " "}, {}):
        assert office.client.post(url, json=empty, headers=officer.headers).status_code == 422
    answer = office.client.post(url, json=body, headers=officer.headers)
    assert answer.status_code == 201
    for desk in (tilburg, breda):
        refused = office.caller().post({"line": desk.number, "to": ANNA, "text": "Dag"})
        assert refused.status_code == 409, refused.text
        assert refused.json()["type"].endswith("opted-out")
    last = proof(office)["entries"][-1]
    assert (last["kind"], last["line"], last["words"]) == ("objected", None, body["words"])


@pytest.mark.parametrize("on", ["yesterday", "2026-03-02T10:00:00", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_is_refused(office: Office, tilburg: Desk, on: str) -> None:
    office.writes(ANNA, tilburg)
    assert office.caller().get(f"/contacts/{ANNA}/consent", on=on).status_code == 422
    with browser_of(office, "Carla", "privacy") as carla:
        for page in ("/privacy/consent", "/privacy/consent/proof.pdf"):
            answer = carla.client.get(page, params={"number": ANNA, "on": on})
            assert answer.status_code in (200, 422), page


def test_the_officer_shows_consent_on_a_page_and_on_paper(office: Office, tilburg: Desk) -> None:
    says(office, tilburg, PRIVACY[0])
    office.writes(ANNA, tilburg, "Hoi, is er werk?", name="Annelies")
    contact = proof(office)["contact"]
    with browser_of(office, "Carla", "privacy") as carla:
        page = carla.client.get("/privacy/consent", params={"number": ANNA}).text
        assert "Hoi, is er werk?" in page
        assert "Yes, by what they did on" in page
        assert PRIVACY[0] in page
        pdf = carla.client.get("/privacy/consent/proof.pdf", params={"number": ANNA}).content
        text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages)
        assert "Proof of consent" in text
        assert "Hoi, is er werk?" in text
        form = {"contact": contact, "words": "Aan de balie, 2 maart"}
        assert carla.client.post("/privacy/consent/object", data=form).status_code == 303
        page = carla.client.get("/privacy/consent", params={"number": contact}).text
        assert "No, they withdrew on" in page
        assert "Recorded by Carla" in page
    with browser_of(office, "Sanne", "staff") as sanne:
        for path in ("/privacy/consent", "/privacy/public-text"):
            assert sanne.client.get(path).status_code == 404
        assert sanne.client.post("/privacy/consent/object", data=form).status_code == 404


def test_without_its_letters_no_paper_is_made_and_the_page_says_so(
    office: Office, tilburg: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is not blamed for front-end files that nobody prepared."""
    office.writes(ANNA, tilburg)
    monkeypatch.setattr(sheets, "VENDOR", tmp_path)
    with browser_of(office, "Carla", "privacy") as carla:
        answer = carla.client.get("/privacy/consent/proof.pdf", params={"number": ANNA})
    assert answer.status_code == 503
    assert "The letters for PDF are missing" in answer.text
    assert "database" not in answer.text


def test_the_text_for_a_website_follows_the_settings(office: Office, tilburg: Desk) -> None:
    says(office, tilburg, PRIVACY[0])
    with browser_of(office, "Carla", "privacy") as carla:
        text = carla.client.get("/privacy/public-text").text
        for said in ("6 12345678", "STOP", "maandag tot en met vrijdag 08:30-12:30", PRIVACY[0]):
            assert said in text
        patch = {"weekdays": "14", "lunch": ""}
        change = partial(branch_settings.change, branch_id=tilburg.branch_id, patch=patch, by="cli")
        office.store.write(change)
        text = carla.client.get("/privacy/public-text").text
        assert "Monday 08:30-17:30, Thursday 08:30-17:30" in text
