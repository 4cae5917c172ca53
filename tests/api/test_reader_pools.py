"""Readers: streams and log-ins have their own, so none of them waits for a page."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator

import httpx
import pytest

from appliance.desk.access import sessions
from appliance.desk.access.passwords import hash_password
from appliance.desk.access.sight import Sight
from appliance.desk.team import staff
from appliance.events import Event, EventKind
from appliance.store.store import READERS, ReaderPool, Tx
from tests.api.office import Desk, Office, WebServer

WORKER = "+31655500701"
PASSWORD = "een lange zin voor Sanne"


@pytest.fixture
def busy(office: Office, web_server: WebServer) -> Iterator[None]:
    """Every reader for pages is at work until the test ends."""
    begun, ends = threading.Semaphore(0), threading.Event()

    def work(conn: sqlite3.Connection) -> None:
        del conn
        begun.release()
        ends.wait()

    reading = [
        asyncio.run_coroutine_threadsafe(
            office.store.aread(work, ReaderPool.PAGES), web_server.loop
        )
        for _ in range(READERS[ReaderPool.PAGES])
    ]
    for _ in reading:
        begun.acquire()
    yield
    ends.set()
    for each in reading:
        each.result()


@pytest.fixture
def cookies(office: Office, tilburg: Desk) -> dict[str, str]:
    def enter(tx: Tx) -> str:
        staff_id = staff.add(tx, "Sanne", role="staff", branch_id=tilburg.branch_id)
        staff.set_password(tx, staff_id, hash_password(PASSWORD))
        return sessions.begin(tx, staff_id).token

    return {"balie_session": office.store.write(enter)}


def test_a_hint_comes_while_every_reader_for_pages_is_busy(
    office: Office, tilburg: Desk, cookies: dict[str, str], busy: None
) -> None:
    """The stream begins, finds its reader's rights, and tells of a message."""
    with (
        httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client,
        client.stream("GET", "/live", params={"after": "0"}) as answer,
    ):
        office.writes(WORKER, tilburg)
        assert any(line == "event: message" for line in answer.iter_lines())


def test_somebody_logs_in_while_every_reader_for_pages_is_busy(
    office: Office, cookies: dict[str, str], busy: None
) -> None:
    with httpx.Client(base_url=office.url, timeout=60) as client:
        page = client.get("/login").text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        form = {"csrf": csrf, "name": "Sanne", "password": PASSWORD}
        assert client.post("/login", data=form).status_code == 303


def test_an_event_that_names_its_branch_is_judged_without_the_database() -> None:
    """Only what names none is looked up: a device may serve several branches."""
    event = Event(seq=1, at_ms=0, kind=EventKind.MESSAGE_RECEIVED, branch_id="utrecht")
    unnamed = Event(seq=2, at_ms=0, kind=EventKind.DEVICE_STATUS, device_id="phone")
    assert Sight(frozenset({"utrecht"})).sees_at_once(event) is True
    assert Sight(frozenset({"zwolle"})).sees_at_once(event) is False
    assert Sight(None).sees_at_once(unnamed) is True
    assert Sight(frozenset({"utrecht"})).sees_at_once(unnamed) is None
