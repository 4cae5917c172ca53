"""Compressed answers: what a browser and software get, and what stays as it is."""

import httpx
import pytest

from appliance.api.compression import compressed
from appliance.api.web.assets import STATIC_DIR, asset
from appliance.api.web.style_sheets import style_sheet
from appliance.desk.access import sessions
from appliance.desk.team import staff
from tests.api.office import Caller, Desk, Office

PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def browser(office: Office, tilburg: Desk) -> httpx.Client:
    for number in range(10):
        office.writes(f"+316555009{number:02}", tilburg)
    session = office.store.write(
        lambda tx: sessions.begin(tx, staff.add(tx, "Sanne", role="admin", branch_id=None))
    )
    office.client.cookies.set("balie_session", session.token)
    return office.client


def test_a_page_is_compressed_for_who_takes_gzip(browser: httpx.Client) -> None:
    """It holds the same; who does not take gzip gets it plain."""
    answer, plain = browser.get("/list"), browser.get("/list", headers=PLAIN)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) < len(plain.content) / 3
    assert answer.text.count("<li") == plain.text.count("<li") == 10
    assert "content-encoding" not in plain.headers


def test_json_is_compressed(browser: httpx.Client, planning: Caller) -> None:
    answer = planning.get("/messages", limit=50)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["items"]) > 10


def test_a_static_file_is_compressed_once(browser: httpx.Client) -> None:
    """The second answer needs no more work, and a browser that has the file hears so."""
    address, before = asset("live.js"), compressed.cache_info().misses
    first, second = browser.get(address), browser.get(address)
    assert first.headers["content-encoding"] == second.headers["content-encoding"] == "gzip"
    assert compressed.cache_info().misses <= before + 1
    assert first.content == (STATIC_DIR / "live.js").read_bytes()
    assert "immutable" in first.headers["cache-control"]
    again = browser.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("asks", [{}, PLAIN], ids=["compressed", "plain"])
def test_what_a_script_imports_is_kept_for_good_too(
    browser: httpx.Client, asks: dict[str, str]
) -> None:
    script = browser.get(asset("composer.js"), headers=asks).text
    assert f'from ".{asset("attach.js").removeprefix("/static")}"' in script
    assert f'import(".{asset("upload.js").removeprefix("/static")}")' in script
    assert '.js"' not in script


@pytest.mark.parametrize("name", ["inbox", "house"])
def test_the_style_sheets_of_a_page_are_one_file(browser: httpx.Client, name: str) -> None:
    answer = browser.get(style_sheet(name))
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    for each in ("colours", "thread", "texts"):
        assert (STATIC_DIR / f"styles/{each}.css").read_text("utf-8") in answer.text


def test_there_is_no_other_joined_style_sheet(browser: httpx.Client) -> None:
    assert browser.get("/static/sheets/people.css").status_code == 404


def test_a_stream_is_not_compressed(browser: httpx.Client) -> None:
    """Each hint arrives when it is told, and a browser need not wait for more of them."""
    with browser.stream("GET", "/live", params={"after": "0"}) as answer:
        assert "content-encoding" not in answer.headers
        assert any(line == "event: message" for line in answer.iter_lines())
