"""The views of the inbox by their addresses."""

import re

import pytest

from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

ENGLISH = {"Accept-Language": "en"}


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("/?show=unread", "/inbox/unread"),
        ("/?show=groups", "/inbox/groups"),
        ("/?order=waiting", "/inbox/waiting"),
        ("/?show=all&order=latest", "/inbox/all"),
    ],
)
def test_an_address_from_before_leads_to_its_view(sanne: Browser, old: str, now: str) -> None:
    """A bookmark still shows what it showed."""
    answer = sanne.get(old)
    assert (answer.status_code, answer.headers["location"]) == (303, now)
    assert sanne.get(now).status_code == 200


def test_the_number_of_a_list_is_in_its_address(sanne: Browser, tilburg: Desk) -> None:
    """An old address keeps it; a number that is not there is nobody's."""
    assert sanne.get(f"/?line={tilburg.line_id}").headers["location"] == (
        f"/inbox/waiting?line={tilburg.line_id}"
    )
    assert sanne.get("/inbox/all?line=nobody").status_code == 404


def test_a_view_that_nobody_knows_is_no_page(sanne: Browser) -> None:
    assert sanne.get("/inbox/nowhere").status_code == 404


def test_the_first_page_is_who_waits(office: Office, sanne: Browser, tilburg: Desk) -> None:
    """Each view names itself, and the list beside a conversation is in its address."""
    office.writes("+31612345699", tilburg, name="Fatima")
    first = sanne.get("/", **ENGLISH).text
    assert "<h1>Waiting</h1>" in first
    assert re.search('href="/c/[0-9a-f-]+[?]view=waiting"', first)
    assert "<h1>All</h1>" in sanne.get("/inbox/all", **ENGLISH).text


def test_who_is_to_be_written_to_is_in_the_address(sanne: Browser) -> None:
    """Other software opens a new conversation with the number filled in."""
    assert 'value="+31612345699"' in sanne.get("/new?to=%2B31612345699").text


def test_who_wants_more_rows_on_a_screen_has_them_everywhere(sanne: Browser) -> None:
    """The choice is the person's, and shows on the next page."""
    assert 'data-density="dense"' not in sanne.get("/").text
    sanne.post("/settings/look", {"density": "dense"})
    assert 'data-density="dense"' in sanne.get("/").text
    sanne.post("/settings/look")
    assert 'data-density="dense"' not in sanne.get("/").text


def test_the_rail_has_the_places_that_one_may_use(
    office: Office, sanne: Browser, tilburg: Desk
) -> None:
    """Who looks after devices only meets no inbox; nobody meets a place that has no page."""
    ivo = log_in(office, "Ivo", role="branch-it", branch_id=tilburg.branch_id)
    for browser, places in ((sanne, ["/", "/people", "/lists", "/devices"]), (ivo, ["/devices"])):
        rail = browser.get("/devices").text.partition("<nav aria-label=")[2].partition("</nav>")[0]
        assert re.findall('<a href="([^"]+)"', rail) == places
    ivo.client.close()


def test_a_person_chooses_the_keys_that_send(sanne: Browser) -> None:
    """Every page says so to its scripts, and the settings show what was chosen."""
    assert 'data-sends="ctrl"' not in sanne.get("/").text
    sanne.post("/settings/look", {"sends": "ctrl"})
    assert 'data-sends="ctrl"' in sanne.get("/").text
    assert 'name="sends" value="ctrl" checked' in sanne.get("/settings").text


def test_an_address_leads_on_to_where_its_thing_stands(
    office: Office, sanne: Browser, tilburg: Desk, breda: Desk
) -> None:
    """For who may see that; a device of another branch is not there."""
    admin = log_in(office, "Carla", role="admin", branch_id=None)
    place = f"/devices#v-{tilburg.line_id}-{tilburg.device_id}"
    for browser, address, leads in (
        (sanne, f"/devices/{tilburg.device_id}", place),
        (sanne, f"/devices/{breda.device_id}", None),
        (sanne, "/settings/company", None),
        (sanne, "/devices/add", None),
        (admin, "/settings/company", "/settings/branches"),
        (admin, "/devices/add", "/devices/enrol"),
    ):
        answer = browser.client.get(address, follow_redirects=False)
        expected = (404, None) if leads is None else (303, leads)
        assert (answer.status_code, answer.headers.get("location")) == expected, address
    assert place.partition("#")[2] in sanne.get("/devices").text
    admin.client.close()


def test_keys_are_named_where_they_are_on(sanne: Browser) -> None:
    """Whoever switched single keys off is told of none."""
    page = sanne.get("/inbox/waiting").text
    assert "<kbd>x</kbd>" in page
    sanne.post("/settings/look", {"keys": "off"})
    page = sanne.get("/inbox/waiting").text
    assert "<kbd>x</kbd>" not in page
    assert "?)" not in page.partition('id="help-button"')[2][:200]
