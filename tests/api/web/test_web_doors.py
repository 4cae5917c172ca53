"""Where the login leads, and when a session ends."""

import re

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import passwords
from appliance.desk.team import staff
from appliance.store.store import Tx
from tests import http_calls
from tests.api.browser import Browser
from tests.api.office import Office


def test_nobody_is_sent_to_the_login_and_a_script_is_told(office: Office, sanne: Browser) -> None:
    """A page leads to the log-in and back; a part answers 401 with the address to go to."""
    with httpx.Client(base_url=office.url, timeout=http_calls.PATIENCE_S) as client:
        page = client.get("/c/1?line=2")
        assert (page.status_code, page.headers["location"]) == (
            303,
            "/login?next=%2Fc%2F1%3Fline%3D2",
        )
        part = client.get(
            "/list",
            headers={"HX-Request": "true", "HX-Current-URL": "http://b.test/c/9?show=unread"},
        )
        assert part.status_code == 401
        assert part.headers["hx-redirect"] == "/login?next=%2Fc%2F9%3Fshow%3Dunread"
        assert client.get("/live").status_code == 303


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]
)
def test_the_login_leads_only_inside(office: Office, sanne: Browser, wanted: str) -> None:
    """The log-in does not lead to an address of another site."""
    with httpx.Client(base_url=office.url, timeout=http_calls.PATIENCE_S) as client:
        page = client.get("/login", params={"next": wanted}).text
    assert 'name="next" value="/"' in page


@pytest.mark.parametrize("wanted", ["/☃", "//[", "/c/é?x=☃", "/\r\nEvil: 1"])
def test_an_odd_address_breaks_no_login(office: Office, wanted: str) -> None:
    """The next address goes into a header: what it cannot carry is encoded or left out."""
    hashed = passwords.hash_password("een lange zin")
    office.store.write(lambda tx: staff.add_first_admin(tx, "Mieke", hashed))
    with httpx.Client(base_url=office.url, timeout=60) as client:
        page = client.get("/login", params={"next": wanted}).text
        token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        form = {"name": "Mieke", "password": "een lange zin", "csrf": token, "next": wanted}
        answer = client.post("/login", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/")
    assert "evil" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/list?chosen=1&open=x%0d%0aEvil:%201",
        "/list?chosen=1&open=%E2%98%83",
        "/c/x%0d%0aEvil:%201/contact",
        "/c/%E2%98%83/contact",
    ],
)
def test_an_address_puts_no_line_into_the_headers(sanne: Browser, path: str) -> None:
    """Any text in a link is answered, and stays inside one header."""
    answer = sanne.get(path)
    assert answer.status_code in {200, 404}
    assert "evil" not in answer.headers


def test_a_page_that_is_no_address_leads_to_the_inbox(office: Office) -> None:
    with httpx.Client(base_url=office.url, timeout=http_calls.PATIENCE_S) as client:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://["}
        answer = client.get("/list", headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


def test_sessions_end_when_nobody_uses_them(
    office: Office, clock: ManualClock, sanne: Browser
) -> None:
    """Each use moves the end; after twelve idle hours the browser is at the log-in."""
    clock.advance(s=11 * 3600)
    assert sanne.get("/settings").status_code == 200
    clock.advance(s=11 * 3600)
    assert sanne.get("/settings").status_code == 200
    clock.advance(s=13 * 3600)
    assert sanne.get("/settings").status_code == 303


def test_a_log_in_link_ends_the_session_that_the_browser_had(
    office: Office, sanne: Browser
) -> None:
    """A person who uses a link where a colleague was logged in replaces the colleague."""

    def invite(tx: Tx) -> str:
        anouk = staff.add(tx, "Anouk", role="staff", branch_id=None)
        return staff.add_login_link(tx, anouk)

    path = f"/login/{office.store.write(invite)}"
    guest = sanne.get(path).cookies["balie_guest"]
    password = "een fiets met drie wielen"
    form = {"csrf": guest, "password": password, "again": password}
    answer = sanne.client.post(path, data=form)
    assert answer.status_code == 303
    new = answer.cookies["balie_session"]

    def lands(token: str) -> int:
        return http_calls.get(office.url, cookies={"balie_session": token}).status_code

    assert (lands(sanne.token), lands(new)) == (303, 200)
