"""The pages of a lead: what is now, what was over time, and a wall that names nobody."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from appliance.api.web.words.i18n import Words
from appliance.api.web.words.report_sentences import span
from appliance.clock import ManualClock
from appliance.desk.team import cases
from appliance.events import EventKind
from appliance.phone_numbers import readable
from appliance.store import branch_settings, casework, events
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

FATIMA, BART = "+31655500201", "+31655500202"


@pytest.fixture
def lead(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Carla", role="lead", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


@pytest.fixture
def admin(office: Office) -> Iterator[Browser]:
    browser = log_in(office, "Dirk", role="admin", branch_id=None)
    yield browser
    browser.client.close()


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_lead_sees_who_waits_longest_and_who_will_wait_too_long_next(
    office: Office, tilburg: Desk, breda: Desk, lead: Browser, clock: ManualClock
) -> None:
    """Against the branch's own target, of their own branch alone."""
    patch = {"answer_within_min": 30}
    office.store.write(lambda tx: branch_settings.change(tx, tilburg.branch_id, patch, by="cli"))
    office.writes(FATIMA, tilburg, name="Fatima")
    office.writes("+31655500299", breda, name="Vreemde")
    clock.advance(s=25 * 60)
    office.writes(BART, tilburg, name="Bart")
    clock.advance(s=10 * 60)
    shown = words_of(lead.get("/overview").text)
    assert "Vreemde" not in shown
    assert shown.index("Fatima") < shown.index("Bart")
    assert "5 min te lang" in shown
    assert "nog 20 min" in shown
    assert "volgende te lang over 20 min" in shown
    assert "0 van 20 eerste berichten, volgende kan nu" in shown
    assert "Overzicht" in lead.get("/").text


def test_an_owner_stands_beside_what_waits(office: Office, tilburg: Desk, lead: Browser) -> None:
    """And what is put away waits for nothing."""
    office.writes(FATIMA, tilburg, name="Fatima")
    thread = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )

    def claim(tx: Tx) -> None:
        (staff_id,) = tx.conn.execute("SELECT id FROM staff WHERE name = 'Carla'").fetchone()
        case = casework.of(tx.conn, thread)
        kind = EventKind.CONVERSATION_ASSIGNED
        casework.change(tx, case, kind, facts={"to": staff_id}, assignee_id=staff_id)

    office.store.write(claim)
    assert "Carla 1 wacht, langst 0 min" in words_of(lead.get("/overview").text)
    office.store.write(lambda tx: cases.put_away(tx, thread, None, cases.NOBODY))
    assert "Niemand wacht." in lead.get("/overview").text


def test_rounds_stand_with_their_seats(
    office: Office, tilburg: Desk, breda: Desk, lead: Browser, clock: ManualClock
) -> None:
    """Of their own branch alone, while the work is not over."""
    for desk in (tilburg, breda):
        office.writes(FATIMA, desk)
        begin_round(office, desk)
    shown = words_of(lead.get("/overview").text)
    assert shown.count("0 van 3 · Vraagt") == 1
    clock.advance(s=48 * 3600)
    assert "0 van 3" not in words_of(lead.get("/overview").text)


def begin_round(office: Office, desk: Desk, *, seats: int = 3) -> str:
    now = datetime.fromtimestamp(office.clock.now_ms() / 1000, UTC)
    body = {
        "line": desk.number,
        "contacts": [FATIMA],
        "variants": ["Kun je morgen werken?"],
        "seats": seats,
        "starts_at": (now + timedelta(hours=20)).isoformat(),
        "ends_at": (now + timedelta(hours=28)).isoformat(),
        "closes_at": (now + timedelta(hours=6)).isoformat(),
        "confirm_text": "Top!",
    }
    answer = office.client.post("/api/v1/rounds", json=body, headers=office.caller().headers)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_a_wall_names_nobody(office: Office, tilburg: Desk, lead: Browser) -> None:
    """Not even by initials: such a screen hangs where visitors see it."""
    office.writes(FATIMA, tilburg, name="Fatima El Idrissi")
    page = lead.get("/overview?wall=1").text
    shown = words_of(page[page.index('id="overview"') : page.index("wall-leave")])
    assert "1 wacht op antwoord" in shown
    assert not {"Fatima", "FE", FATIMA[-4:]} & set(re.split(r"\W+", shown))
    assert 'data-place="wall"' in page


def test_charts_have_their_tables_and_their_files(
    office: Office, tilburg: Desk, lead: Browser
) -> None:
    office.writes(FATIMA, tilburg)
    page = lead.get("/overview/over-time").text
    assert page.count('<svg class="chart" role="img"') == 3
    assert page.count("<details>") == 3
    answer = lead.get("/overview/over-time/volume.csv?by=time&from=2026-03-01&to=2026-03-02")
    assert "volume-2026-03-01-2026-03-02.csv" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["Vanaf", "In", "Uit", "Automatisch"]
    assert [row[1] for row in rows[1:]] == ["0", "1"]
    assert lead.get("/overview/over-time?from=morgen").status_code == 422


def test_rounds_have_their_charts_their_table_and_their_file(
    office: Office, tilburg: Desk, lead: Browser, clock: ManualClock
) -> None:
    """Where there was none, the page says so in a sentence."""
    assert "In deze tijd begon geen uitvraag." in lead.get("/overview/over-time").text
    office.writes(FATIMA, tilburg)
    round_id = begin_round(office, tilburg, seats=1)
    clock.advance(s=38 * 60)
    path, headers = f"/api/v1/rounds/{round_id}/answers/{FATIMA}", office.caller().headers
    office.client.post(path, json={"answer": "yes"}, headers=headers)
    page = lead.get("/overview/over-time").text
    said = "1 uitvraag begonnen. 1 vol: de helft binnen 38 min, negen van de tien binnen 38 min."
    assert said in words_of(page)
    for chart in ("Tijd tot een uitvraag vol is, per dag", "Aandeel ja, per dag"):
        assert f'role="img" aria-label="{chart}"' in page
    table = lead.get("/overview/over-time/rounds.csv?by=line").text
    (row,) = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";")
    assert (row["Uitvragen"], row["Vol"], row["Minuten tot vol: helft"]) == ("1", "1", "38.0")


def test_what_people_said_of_how_it_went_is_a_chart(
    office: Office, tilburg: Desk, lead: Browser
) -> None:
    """Without a question there is none."""
    assert "Hoe het ging" not in lead.get("/overview/over-time").text
    office.writes(FATIMA, tilburg)

    def answer(tx: Tx) -> None:
        tx.conn.execute(
            "UPDATE message SET rule = 'after-done', state = 'sent' WHERE direction = 'out'"
        )
        tx.conn.execute(
            "INSERT INTO after_done (question_id, answer_id, answer, at_ms) SELECT o.id, i.id, '4',"
            " i.created_ms FROM message o, message i WHERE o.direction = 'out'"
            " AND i.direction = 'in'"
        )

    office.store.write(answer)
    assert 'aria-label="Hoe het ging, volgens wie schreef"' in lead.get("/overview/over-time").text
    table = lead.get("/overview/over-time/after-done/answers.csv").text
    assert f"{readable(tilburg.number)};2026-03;1;1;4.0;0;0;0;1;0;0;0" in table.replace("'", "")


def test_only_an_administrator_switches_figures_of_colleagues_on(
    office: Office, tilburg: Desk, lead: Browser, admin: Browser
) -> None:
    del tilburg
    address = "/overview/over-time/per-person"
    assert lead.get("/overview/over-time/volume.csv?by=staff").status_code == 409
    assert "ondernemingsraad" in lead.get("/overview/over-time").text
    assert lead.post(address, {"on": "1"}).status_code == 404
    assert admin.post(address, {"on": "1"}, part=False).status_code == 303
    assert "by=staff" in lead.get("/overview/over-time?by=staff").text
    assert lead.get("/overview/over-time/volume.csv?by=staff").status_code == 200
    told = office.store.read(lambda conn: events.after(conn, 0, limit=1000))
    (event,) = (each for each in told if each.kind is EventKind.REPORTS_CHANGED)
    assert event.facts == {"per_person": True}


def test_a_span_is_said_as_people_say_it() -> None:
    said = [span(Words("nl"), each) for each in (None, 45, 900, 7_200, 11_100, 172_800, 187_200)]
    assert said == ["–", "45 s", "15 min", "2 u", "3 u 5 min", "2 d", "2 d 4 u"]
