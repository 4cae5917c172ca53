"""A head office behind Balie's real web server, and boxes that join it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.office.head import privacy_choice
from appliance.slices import Privacy
from tests.api.office import Caller, WebServer, open_office, run_web_server
from tests.office.head_office import HeadOffice, OfficeServer, open_head_office, run_office_server
from tests.office.over_boxes import followed
from tests.office.plain_box import NOW_MS, PlainBox
from tests.office.real_box import RealBox, boxes_of, joined


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


@pytest.fixture(scope="module")
def box_server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture(scope="module")
def head(
    office_server: OfficeServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HeadOffice]:
    """The office of a company that lets it have all."""
    data = tmp_path_factory.mktemp("head")
    with open_head_office(office_server, data, ManualClock(NOW_MS)) as opened:
        opened.store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
        yield opened


@pytest.fixture(scope="module")
def boxes(
    head: HeadOffice, box_server: WebServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sequence[RealBox]]:
    """The first one has its own API, the last one keeps to itself what was written."""
    folder = tmp_path_factory.mktemp("boxes")
    with open_office(box_server, folder / "Tilburg", head.clock) as branch:
        tilburg = joined(head, branch, "Tilburg", "+31612345000")
        with boxes_of(head, folder, ("Breda", "Zwolle", "Venlo")) as others:
            others[-1].privacy = Privacy.ON_DEMAND
            found = [tilburg, *others]
            followed(head, found)
            yield found


@pytest.fixture(scope="module")
def planning(head: HeadOffice) -> Iterator[Caller]:
    with httpx.Client(base_url=head.url, timeout=60) as client:
        yield Caller(client, head.store.write(lambda tx: tokens.add(tx, "planning")))
