from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office, WebServer, open_office, run_web_server

MORNING_MS = 1_772_440_200_000
"""Monday 2 March 2026, 08:30 UTC: an open branch."""


@pytest.fixture(scope="session")
def web_server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING_MS)


@pytest.fixture
def office(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    with open_office(web_server, tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def tilburg(office: Office) -> Desk:
    return office.desk("Tilburg", "+31612345678")


@pytest.fixture
def breda(office: Office) -> Desk:
    return office.desk("Breda", "+31612345679")


@pytest.fixture
def planning(office: Office) -> Caller:
    """Software that may do everything everywhere."""
    return office.caller()


@pytest.fixture
def sanne(office: Office, tilburg: Desk) -> Iterator[Browser]:
    """Member of staff in Tilburg, logged in."""
    browser = log_in(office, "Sanne", role="staff", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()
