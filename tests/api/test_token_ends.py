"""A token ends by itself, and says so before and after."""

import httpx

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import LIFE_DAYS
from appliance.store import incidents
from tests.api.browser import log_in
from tests.api.office import Desk, Office

DAY_MS = 24 * 3_600_000


def pass_by(office: Office, ms: int) -> None:
    assert isinstance(office.clock, ManualClock)
    office.clock.advance(ms=ms)


def ask(office: Office, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{office.url}/api/v1/lines", headers=headers, timeout=60)


def warned(office: Office) -> int:
    office.store.write(tokens.warn)
    return len([each for each in office.store.read(incidents.open_ones) if each.about])


def test_a_new_token_ends_after_a_year_and_says_so(office: Office, tilburg: Desk) -> None:
    """Two weeks before, an incident tells it; from its last moment on it is 401 with the day."""
    made = office.store.write(lambda tx: tokens.add(tx, "planning"))
    for_ever = office.store.write(lambda tx: tokens.add(tx, "old", life_days=None))
    pass_by(office, (LIFE_DAYS - 14) * DAY_MS - 1)
    assert warned(office) == 0
    pass_by(office, 1)
    assert warned(office) == 1
    assert warned(office) == 1, "once"
    pass_by(office, 14 * DAY_MS - 1)
    assert ask(office, made.token).status_code == 200
    pass_by(office, 1)
    answer = ask(office, made.token)
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"
    assert "2027" in answer.json()["detail"]
    assert answer.json()["ended_at"].startswith("2027")
    assert ask(office, for_ever.token).status_code == 200
    assert warned(office) == 0
    assert not office.store.read(lambda conn: tokens.is_valid(conn, made.id, office.clock.now_ms()))


def test_the_page_asks_how_long_and_shows_those_without_end(office: Office, tilburg: Desk) -> None:
    boss = log_in(office, "Anna", role="admin", branch_id=None)
    for name, expires, status in (
        ("usual", "", 200),
        ("short", "30", 200),
        ("ever", "never", 200),
        ("wrong", "0", 422),
        ("words", "soon", 422),
    ):
        form = {"name": name, "scope": ["lines:read"], "expires": expires}
        assert boss.post("/settings/tokens", form, part=False).status_code == status, name
    now_ms = office.clock.now_ms()
    lasts = {
        each.name: each.expires_ms and (each.expires_ms - now_ms) // DAY_MS
        for each in office.store.read(tokens.listing)
    }
    assert {name: lasts[name] for name in ("usual", "short", "ever")} == {
        "usual": 365,
        "short": 30,
        "ever": None,
    }
    page = boss.get("/settings/tokens").text
    boss.client.close()
    assert page.count(">loopt nooit af<") == len([each for each in lasts.values() if each is None])
