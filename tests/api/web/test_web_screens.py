"""The page of screens that nobody knows, and the rules that are made there."""

from collections.abc import Iterator

import pytest

from appliance.desk.intake.reception import Reception
from appliance.queue.gate import ConsentGate
from appliance.screen_rules import ScreenButton, UnknownScreen
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

SHOWN = UnknownScreen(
    package="com.whatsapp",
    ids=frozenset({"android:id/message", "android:id/button2"}),
    text="Kies hoe je <b>nevelkaart</b> wordt gedeeld.",
    buttons=[
        ScreenButton(id="android:id/button1", text="Delen"),
        ScreenButton(id="android:id/button2", text="Later"),
    ],
)
PAGE = "/devices/screens"


@pytest.fixture
def listener(office: Office, tilburg: Desk) -> Reception:
    told = Reception(office.store, ConsentGate())
    told.screen_unknown(tilburg.device_id, SHOWN)
    return told


@pytest.fixture
def ilse(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Ilse", role="branch-it", branch_id=tilburg.branch_id)
    browser.client.headers["accept-language"] = "en"
    yield browser
    browser.client.close()


def screen_id(office: Office) -> str:
    found = office.store.read(lambda conn: conn.execute("SELECT id FROM unknown_screen").fetchone())
    return str(found[0])


def test_an_unknown_screen_becomes_a_rule_on_the_page(
    office: Office, tilburg: Desk, ilse: Browser, listener: Reception
) -> None:
    """Only harmless buttons can be chosen; what the screen says is no markup."""
    assert "1 screen that nobody knows" in ilse.get("/devices").text
    page = ilse.get(PAGE).text
    assert "&lt;b&gt;nevelkaart" in page
    assert 'value="press-1"' in page
    assert 'value="press-0"' not in page
    form = {"do": "press-1", "phrase": "wordt gedeeld"}
    answer = ilse.post(f"{PAGE}/{screen_id(office)}", form, part=False)
    assert answer.status_code == 303
    (rule,) = listener.screen_rules(tilburg.device_id)
    assert rule.press == SHOWN.buttons[1]
    page = ilse.get(PAGE).text
    assert "wordt gedeeld" in page
    assert ilse.post(f"/devices/rules/{rule.id}/remove", part=False).status_code == 303
    assert listener.screen_rules(tilburg.device_id) == []


def test_a_rule_that_could_do_harm_is_refused_with_a_sentence(
    office: Office, tilburg: Desk, ilse: Browser, listener: Reception
) -> None:
    """Also for a request that no page makes."""
    address = f"{PAGE}/{screen_id(office)}"
    answer = ilse.post(address, {"do": "press-0", "phrase": "wordt gedeeld"})
    assert answer.status_code == 422
    assert "a person has to decide" in answer.text
    assert ilse.post(address, {"do": "press-1", "phrase": ""}).status_code == 422
    for wrong in ("press-7", "press-x", "", "call"):
        assert ilse.post(address, {"do": wrong, "phrase": "wordt gedeeld"}).status_code == 404
    assert listener.screen_rules(tilburg.device_id) == []


def test_who_manages_no_devices_sees_nothing_of_it(
    office: Office, sanne: Browser, breda: Desk, listener: Reception
) -> None:
    other = log_in(office, "Bo", role="branch-it", branch_id=breda.branch_id)
    assert sanne.get(PAGE).status_code == 404
    assert "nobody knows" not in sanne.get("/devices").text
    assert "nevelkaart" not in other.get(PAGE).text
    address = f"{PAGE}/{screen_id(office)}"
    for browser in (sanne, other):
        assert browser.post(address, {"do": "leave"}).status_code == 404
        assert browser.get(f"{address}/picture").status_code == 404
    other.client.close()


def test_a_screen_can_be_left_without_a_rule(
    office: Office, tilburg: Desk, ilse: Browser, listener: Reception
) -> None:
    assert ilse.post(f"{PAGE}/{screen_id(office)}", {"do": "leave"}).status_code == 204
    assert "There is none" in ilse.get(PAGE).text
    assert listener.screen_rules(tilburg.device_id) == []
