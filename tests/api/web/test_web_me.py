"""What somebody chooses for themselves on their own page."""

from collections.abc import Iterator

import httpx
import pytest

from appliance.desk.access import sessions
from appliance.desk.team import staff
from appliance.events import EventKind
from appliance.store import events
from tests.api.browser import Browser
from tests.api.office import Office

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0"


@pytest.fixture
def elsewhere(office: Office, sanne: Browser) -> Iterator[httpx.Client]:
    """Another browser of Sanne."""
    session = office.store.write(
        lambda tx: sessions.begin(tx, sanne.staff_id, browser="Firefox, Windows")
    )
    cookies = {"balie_session": session.token}
    with httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client:
        yield client


def test_the_look_is_in_each_page(sanne: Browser) -> None:
    """Letters, rows and keys; what is not chosen is as the browser says."""
    assert 'data-letters="' not in sanne.get("/me").text
    chosen = {"language": "en", "text_size": "larger", "density": "dense", "keys": "off"}
    assert sanne.post("/settings/look", chosen).headers["hx-redirect"] == "/me?saved=look"
    page = sanne.get("/").text
    for said in ('lang="en"', 'data-letters="larger"', 'data-density="dense"', 'data-keys="off"'):
        assert said in page, said
    sanne.post("/settings/look")
    page = sanne.get("/me").text
    assert 'data-letters="' not in page
    assert 'data-keys="' not in page
    assert sanne.post("/settings/look", {"text_size": "huge"}).status_code == 422


def test_all_other_browsers_are_logged_out(
    office: Office, sanne: Browser, elsewhere: httpx.Client
) -> None:
    """The page names them, and the one that asks stays."""
    page = sanne.get("/me").text
    assert "Firefox, Windows" in page
    assert page.index('class="tag on"') < page.index("Firefox, Windows")
    assert elsewhere.get("/me").status_code == 200
    assert sanne.post("/me/sessions/end-others").status_code == 204
    assert elsewhere.get("/me").status_code == 303
    assert "/me/sessions/end-others" not in sanne.get("/me").text
    found = office.store.read(lambda conn: events.after(conn, 0, limit=100))
    ended = [each.facts for each in found if each.kind is EventKind.STAFF_LOGGED_OUT]
    assert ended == [{"by": "person", "sessions": 1}]


def test_a_session_knows_its_browser(office: Office, sanne: Browser) -> None:
    """By what the browser called itself at the log-in."""
    link = office.store.write(lambda tx: staff.add_login_link(tx, sanne.staff_id))
    with httpx.Client(base_url=office.url, timeout=60, headers={"User-Agent": FIREFOX}) as client:
        token = client.get(f"/login/{link}").text.split('name="csrf" value="')[1].split('"')[0]
        form = {"csrf": token, "password": "een lange zin", "again": "een lange zin"}
        assert client.post(f"/login/{link}", data=form).status_code == 303
        assert "Firefox, Windows" in client.get("/me").text
