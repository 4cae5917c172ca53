"""An administrator says what a number says by itself, tries it, and brings a duty roster."""

import html
import re
from collections.abc import Iterator, Sequence

import httpx
import pytest

from appliance.desk.automatic import absence, presence
from appliance.desk.team import staff
from appliance.store import branches, lines
from appliance.store.line_rules import LineRules
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

PAGE = "/settings/automatic"
WORKER = "+31655500201"
ROSTER = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20260302
DTEND;VALUE=DATE:20260304
SUMMARY:Dienst Sanne
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20260305
SUMMARY:Invaller
END:VEVENT
END:VCALENDAR
"""
Form = Sequence[tuple[str, str]]


@pytest.fixture
def boss(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Marit", role="admin", branch_id=tilburg.branch_id)
    browser.post("/settings/look", {"language": "en"})
    yield browser
    browser.client.close()


def rules(office: Office, desk: Desk) -> LineRules:
    return office.store.read(lambda conn: lines.line(conn, desk.line_id)).rules


def form_of(page: str) -> Form:
    """What a browser sends of the rules as they were drawn."""
    drawn = page[
        page.index('<form class="rules"') : page.index("</form>", page.index("form class"))
    ]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', drawn)
    found += re.findall(r'<input type="checkbox" name="(\w+)" value="(on)" checked', drawn)
    found += re.findall(r'name="(after_min|every_hours)"[^>]*value="(\d*)"', drawn)
    found += re.findall(r'<textarea[^>]*name="([\w-]+)"[^>]*>([^<]*)<', drawn)
    return [(name, html.unescape(value)) for name, value in found]


def send(browser: Browser, address: str, form: Form) -> httpx.Response:
    body: dict[str, list[str]] = {}
    for name, value in form:
        body.setdefault(name, []).append(value)
    return browser.client.post(address, data=body, headers={"X-CSRF-Token": browser.csrf})


def with_texts(form: Form, name: str, *texts: str) -> Form:
    return [*form, (name, "on"), *((f"{name}-text", each) for each in texts)]


def test_a_number_is_told_what_it_says(office: Office, boss: Browser, tilburg: Desk) -> None:
    """The form as it was drawn changes nothing; what is wrong stays, with a sentence."""
    address = f"{PAGE}/{tilburg.line_id}"
    form = form_of(boss.get(PAGE).text)
    before = office.count("event")
    assert send(boss, address, form).status_code == 303
    assert office.count("event") == before
    texts = ("Dicht, {voornaam}.\r\nTot {opent}!", "Dicht.", "")
    assert send(boss, address, with_texts(form, "outside_hours", *texts)).status_code == 303
    assert rules(office, tilburg).outside_hours.variants == (
        "Dicht, {voornaam}.\nTot {opent}!",
        "Dicht.",
    )
    page = boss.get(f"{PAGE}?line={tilburg.line_id}").text
    assert "changed: Outside opening hours" in page
    again = form_of(page)
    answer = send(boss, address, with_texts(again, "welcome", "Dag {weekdag}"))
    assert answer.status_code == 422
    assert "Dag {weekdag}" in answer.text
    assert "{voornaam}, {naam}" in answer.text
    lost = [each for each in again if each[0] != "every_hours"]
    assert send(boss, address, [*lost, ("every_hours", "often")]).status_code == 422
    assert rules(office, tilburg).every_hours == 12


def test_two_who_change_a_number_both_keep_what_they_changed(
    office: Office, boss: Browser, tilburg: Desk
) -> None:
    address, form = f"{PAGE}/{tilburg.line_id}", form_of(boss.get(PAGE).text)
    send(boss, address, with_texts(form, "nobody_logged_in", "Er is niemand."))
    send(boss, address, with_texts(form, "outside_hours", "Dicht."))
    now = rules(office, tilburg)
    assert (now.nobody_logged_in.on, now.outside_hours.on) == (True, True)


def test_the_trial_says_what_somebody_would_get_and_why(
    office: Office, boss: Browser, tilburg: Desk
) -> None:
    """By the rules as they are kept; nothing is sent and no turn is taken."""
    form = form_of(boss.get(PAGE).text)
    form = with_texts(form, "outside_hours", "Dag {voornaam}, dicht tot {opent}.", "Dicht!")
    form = with_texts(form, "all_busy", "Het is druk.")
    send(boss, f"{PAGE}/{tilburg.line_id}", form)

    def tried(**asked: str) -> str:
        page = boss.client.get(PAGE, params={"line": tilburg.line_id, **asked}).text
        return html.unescape(page[page.index('<div class="tried"') :])

    for _ in range(2):
        found = tried(day="6", at="22:00", name="Fatima El Idrissi")
        assert "the branch is closed; it opens on Mon 9 Mar 08:30" in found
        assert "Dag Fatima, dicht tot maandag om 08:30." in found
        assert "because the branch is closed then" in found
    found = tried(day="6", at="22:00", first="1")
    assert "Welkom bij Tilburg!" in found
    assert "They get this at once" in found
    found = tried(day="3", at="10:00", there="1")
    assert "They get nothing at once, because a colleague can answer" in found
    assert "After 15 minutes without an answer they get this" in found
    assert "Het is druk." in found
    assert "Write the times as 08:00." in boss.get(f"{PAGE}?at=noon").text
    assert office.count("message") == office.count("rule_turn") == 0


def test_the_trial_knows_who_is_away_in_its_branch_alone(
    office: Office, boss: Browser, tilburg: Desk, breda: Desk, sanne: Browser
) -> None:
    """Whoever asks for an absence elsewhere reads nothing of it."""
    zone = "Europe/Amsterdam"
    visitor = office.store.write(
        lambda tx: staff.add(tx, "Wim de Boer", role="staff", branch_id=breda.branch_id)
    )
    office.store.write(lambda tx: absence.go(tx, sanne.staff_id, "2026-04-01", "Weg.", zone))
    office.store.write(lambda tx: absence.go(tx, visitor, "2026-04-01", "Weg.", zone))

    def tried(owner: str) -> str:
        asked = {"line": tilburg.line_id, "day": "3", "at": "10:00", "there": "1", "owner": owner}
        return boss.client.get(PAGE, params=asked).text

    assert "Weg." in tried(sanne.staff_id)
    assert "Weg." not in tried(visitor)


def test_a_roster_is_brought_shown_and_removed(
    office: Office, boss: Browser, sanne: Browser, tilburg: Desk
) -> None:
    """Who is on duty stands in the inbox; a title that is nobody's name is pointed out."""
    address = f"{PAGE}/{tilburg.line_id}/roster"
    headers = {"X-CSRF-Token": boss.csrf}

    def bring(raw: bytes) -> httpx.Response:
        file = {"file": ("dienst.ics", raw, "text/calendar")}
        return boss.client.post(address, files=file, headers=headers)

    assert bring(ROSTER).status_code == 303
    page = html.unescape(boss.get(PAGE).text)
    assert "From the file dienst.ics; its last shift ends on 6 March 2026." in page
    assert "These titles name no colleague: Invaller." in page
    sanne.post("/settings/look", {"language": "en"})
    assert "On duty until Wed 4 Mar 00:00: Sanne" in sanne.get("/inbox/waiting").text
    ugly = bring(b"naam;van;tot")
    assert ugly.status_code == 422
    assert "This is no calendar file." in ugly.text
    assert boss.post(f"{address}/remove").is_success
    found = office.store.read(
        lambda conn: presence.on_duty(conn, tilburg.line_id, office.clock.now_ms())
    )
    assert found == []
    past = boss.get(PAGE).text
    assert ("removed the duty roster" in past, "brought a duty roster" in past) == (True, True)


def test_the_rules_are_the_administrators(
    office: Office, boss: Browser, sanne: Browser, tilburg: Desk, breda: Desk
) -> None:
    """Of the number's branch; for all others the page is not there."""
    assert sanne.get(PAGE).status_code == 404
    assert breda.branch not in boss.get(PAGE).text
    assert boss.get(f"{PAGE}?line={breda.line_id}").status_code == 404
    form = form_of(boss.get(PAGE).text)
    for browser, desk in ((boss, breda), (sanne, tilburg)):
        address = f"{PAGE}/{desk.line_id}"
        assert send(browser, address, form).status_code == 404
        assert browser.post(f"{address}/roster/remove").status_code == 404
    assert office.count("duty_roster") == 0


def test_somebody_goes_away_and_comes_back(office: Office, sanne: Browser) -> None:
    """A day that is over, and a word that nobody can fill in, are refused; what was typed stays."""
    form = {"back": "2026-03-09", "absence_text": "{collega} is er {terug} weer."}
    for wrong in ({"back": "2026-03-02"}, {"back": ""}, {"absence_text": "Tot {weekdag}"}):
        answer = sanne.client.post(
            "/me/absence", data={**form, **wrong}, headers={"X-CSRF-Token": sanne.csrf}
        )
        assert answer.status_code == 422
        assert wrong.get("absence_text", "{collega} is er") in answer.text
    assert sanne.post("/me/absence", form).is_success
    now_ms = office.clock.now_ms()
    found = office.store.read(lambda conn: absence.of_staff(conn, sanne.staff_id, now_ms))
    assert found is not None
    assert found.text == "{collega} is er {terug} weer."
    assert sanne.post("/me/absence/end").is_success
    assert office.count("absence") == 0


def test_a_branch_has_hours_for_each_day(office: Office, boss: Browser, tilburg: Desk) -> None:
    """As people write them; what cannot be stays in the form, and the plain hours come back."""
    address = f"/settings/branches/{tilburg.branch_id}"
    page = boss.get(address).text
    was = html.unescape(re.findall(r'name="was" value="([^"]*)"', page)[0])
    assert 'value="08:30-12:30 13:00-17:30"' in page
    week = {f"day-{digit}": "8.30 – 12:30, 13:00-17:30" for digit in "1234"}
    form = {
        "was": was,
        "hours": "week",
        "zone": "Europe/Amsterdam",
        "language": "nl",
        "opens": "08:30",
        "closes": "17:30",
        "lunch_from": "12:30",
        "lunch_until": "13:00",
        "holidays": "NL",
        "claims_go_back": "log-out",
        "welcome_text": "",
        **week,
        "day-5": "",
        "exceptions": "2026-12-24 08:30-12:00\r\n2026-12-31",
        "privacy_text": "Lees https://example.com/privacy",
    }
    days = [("weekday", digit) for digit in "12345"]
    assert send(boss, address, [*form.items(), *days]).status_code == 303
    said = office.store.read(lambda conn: branches.branch(conn, tilburg.branch_id)).settings
    assert said.open_week["1"] == (("08:30", "12:30"), ("13:00", "17:30"))
    assert said.open_week["5"] == ()
    assert [each.date for each in said.exceptions] == ["2026-12-24", "2026-12-31"]
    for wrong in (
        {"day-1": "de hele dag"},
        {"day-1": "08:30-12:30 12:00-13:00"},
        {"exceptions": "kerst 08:30-12:00"},
        {"privacy_text": "Lees ons beleid"},
    ):
        answer = send(boss, address, [*{**form, **wrong}.items(), *days])
        assert answer.status_code == 422, wrong
        assert next(iter(wrong.values())) in html.unescape(answer.text)
    now = re.findall(r'name="was" value="([^"]*)"', boss.get(address).text)[0]
    plain = {**form, "was": html.unescape(now), "hours": "same"}
    assert send(boss, address, [*plain.items(), *days]).status_code == 303
    said = office.store.read(lambda conn: branches.branch(conn, tilburg.branch_id)).settings
    assert (said.week, said.open_week["5"]) == (None, (("08:30", "12:30"), ("13:00", "17:30")))


def test_a_number_asks_how_it_went_by_a_question_of_its_own(
    office: Office, tilburg: Desk, boss: Browser
) -> None:
    """One that is too long stands in the form again; an empty one asks nobody."""
    address = f"{PAGE}/{tilburg.line_id}/after-done"

    def kept() -> str | None:
        return office.store.read(lambda conn: lines.line(conn, tilburg.line_id)).settings.after_done

    assert send(boss, address, [("question", "Hoe ging het?")]).status_code == 303
    assert kept() == "Hoe ging het?"
    assert ">Hoe ging het?</textarea>" in boss.get(f"{PAGE}?line={tilburg.line_id}").text
    refused = send(boss, address, [("question", "Hoe " * 1200)])
    assert refused.status_code == 422
    assert "Make it shorter" in refused.text
    assert "Hoe Hoe" in refused.text
    assert send(boss, address, [("question", " ")]).status_code == 303
    assert kept() is None
