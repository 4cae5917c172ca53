"""A full disk: everybody is told, nothing new begins, and Balie goes on by itself."""

import logging
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.team import staff
from appliance.devices.media_protocol import MediaFetch
from appliance.devices.protocol import Attempt, Errand, Look, TickVisit
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from appliance.store.store import Tx
from tests import http_calls
from tests.api.office import BOTH, Caller, Desk, Office
from tests.full_disk import fill_the_disk, make_room
from tests.running_demo import eventually

ANNA = "+31687654321"


def posts_until_refused(desk: Desk, software: Caller) -> httpx.Response:
    for _ in range(200):
        answer = software.post({"line": desk.number, "to": ANNA, "text": "Morgen? " * 200})
        if answer.status_code != 202:
            return answer
    raise AssertionError


@pytest.fixture
def full(office: Office, tilburg: Desk, planning: Caller) -> Office:
    office.writes(ANNA, tilburg)
    fill_the_disk(office.store)
    answer = posts_until_refused(tilburg, planning)
    assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
    return office


def test_a_full_disk_is_not_ready_until_there_is_room(full: Office) -> None:
    """`/readyz` names the store and so do the figures; both recover by themselves."""
    answer = full.client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["store"])
    assert "balie_store_keeps 0.0" in full.client.get("/metrics").text
    make_room(full.store)
    eventually(lambda: full.client.get("/readyz").status_code == 200, "the disk is well again")
    assert "balie_store_keeps 1.0" in full.client.get("/metrics").text


def test_a_small_write_that_goes_through_makes_no_disk_well(full: Office) -> None:
    """A full disk sometimes has room for a few bytes."""
    full.store.write(lambda tx: tx.conn.execute("UPDATE meta SET value = value"))
    assert full.client.get("/readyz").status_code == 503


def test_a_full_disk_is_one_line_of_the_log(
    office: Office, tilburg: Desk, planning: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    """It stays one line, however many writes are refused meanwhile."""
    office.writes(ANNA, tilburg)
    fill_the_disk(office.store)
    with caplog.at_level(logging.ERROR, "appliance.store"):
        for _ in range(5):
            posts_until_refused(tilburg, planning)
    said = [each.getMessage() for each in caplog.records if each.name.startswith("appliance.store")]
    assert len(said) == 1
    assert "is full" in said[0]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The disk of Balie is full"), ("nl", "De schijf van Balie is vol")],
)
@pytest.mark.parametrize("page", ["/", "/list", "/devices"])
def test_everybody_is_told_on_the_pages(
    office: Office,
    tilburg: Desk,
    planning: Caller,
    clock: ManualClock,
    page: str,
    language: str,
    sentence: str,
) -> None:
    """Pages are still shown, and say in each language what is wrong and what to do."""

    def join(tx: Tx) -> str:
        staff_id = staff.add(tx, "Sanne", role="admin", branch_id=None)
        return sessions.begin(tx, staff_id).token

    office.writes(ANNA, tilburg)
    cookies = {"balie_session": office.store.write(join)}
    fill_the_disk(office.store)
    headers = {"Accept-Language": language}
    before = http_calls.get(f"{office.url}{page}", cookies=cookies, headers=headers)
    assert sentence not in before.text
    posts_until_refused(tilburg, planning)
    clock.advance(s=7200)  # the session is stale, and stays
    shown = http_calls.get(f"{office.url}{page}", cookies=cookies, headers=headers)
    assert (shown.status_code, sentence in shown.text) == (200, True)


def test_devices_begin_nothing_on_a_full_disk(
    office: Office, tilburg: Desk, planning: Caller, clock: ManualClock, tmp_path: Path
) -> None:
    """The outcome could not be kept, so they wait; with room again they go on."""
    office.writes(ANNA, tilburg)
    assert planning.post({"line": tilburg.number, "to": ANNA, "text": "Ja"}).status_code == 202
    work = QueueWork(office.store, ConsentGate(), DEFAULT_PROFILE, evidence=tmp_path)

    def task() -> Attempt | Look | MediaFetch | TickVisit | Errand | None:
        return work.next_task(tilburg.device_id, BOTH)

    fill_the_disk(office.store)
    posts_until_refused(tilburg, planning)
    clock.advance(s=600)  # pacing would let it leave
    assert task() is None
    make_room(office.store)
    eventually(task, "there is something to do")
