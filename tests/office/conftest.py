"""A head office behind Balie's real web server, and boxes that join it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from tests.office.head_office import HeadOffice, OfficeServer, open_head_office, run_office_server
from tests.office.plain_box import NOW_MS, PlainBox


@pytest.fixture(scope="session")
def office_server() -> Iterator[OfficeServer]:
    with run_office_server() as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW_MS)


@pytest.fixture
def office(office_server: OfficeServer, tmp_path: Path, clock: ManualClock) -> Iterator[HeadOffice]:
    with open_head_office(office_server, tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def tilburg(office: HeadOffice) -> PlainBox:
    return office.joined("Tilburg")


@pytest.fixture
def breda(office: HeadOffice) -> PlainBox:
    return office.joined("Breda")
