"""The doors of the demo: one click logs in, and a phone is pulled out; no other Balie has them."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from appliance.api.app import create_app
from appliance.api.services import DemoDoors, Services
from appliance.clock import SystemClock
from appliance.demo import doors
from appliance.desk.team import staff
from appliance.queue.gate import ConsentGate
from appliance.runtime import process
from appliance.runtime.balie import Balie
from appliance.store import branches, devices, lines, routes
from appliance.store.feed import EventFeed
from appliance.store.store import Store, Tx
from tests.api.conftest import web_server
from tests.api.office import BOTH, WebServer

__all__ = ["web_server"]

NUMBER = "+31612345601"
ANNA, BRAM = "Anna de Wit", "Bram Jansen"
HOUSE = Path(process.__file__).parents[1]
Moves = list[tuple[str, bool]]


@pytest.fixture
def moves() -> Moves:
    """What was done to phones."""
    return []


@pytest.fixture
def demo(web_server: WebServer, tmp_path: Path, moves: Moves) -> Iterator[httpx.Client]:
    """A visitor's browser in the demo."""
    clock = SystemClock()
    with closing(Store(tmp_path / "balie.db", clock)) as store:
        store.write(_fill)
        services = Services(
            store=store,
            gate=ConsentGate(),
            clock=clock,
            feed=EventFeed(store, poll_s=0.05),
            planned=lambda: None,
            ready=tuple,
            data_dir=tmp_path,
            demo=DemoDoors(names=[ANNA], numbers=[NUMBER]),
        )
        pages = doors.doors(lambda number, out: moves.append((number, out)))
        with (
            web_server.serving(services, pages),
            httpx.Client(base_url=web_server.url, timeout=60) as client,
        ):
            yield client


def _fill(tx: Tx) -> None:
    branch_id = branches.add_branch(tx, "Utrecht")
    line_id = lines.add_line(tx, branch_id=branch_id, number=NUMBER)
    device_id = devices.enrol(tx, kind="phone", address="127.0.0.1:7001")
    for channel in sorted(BOTH, key=lambda each: each.name):
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
    for name in (ANNA, BRAM):
        staff.add(tx, name, role="staff", branch_id=branch_id)


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', page.text)
    assert found
    return found[1]


def logs_in(client: httpx.Client, name: str) -> httpx.Response:
    token = csrf_of(client.get("/login"))
    return client.post("/demo/login", data={"csrf": token, "name": name})


def test_one_click_logs_in(demo: httpx.Client) -> None:
    """As one of those whom the page names, without a password."""
    assert "Log in als Anna" in demo.get("/login").text
    assert logs_in(demo, ANNA).headers["Location"] == "/"
    assert demo.get("/").status_code == 200


def test_nobody_else_is_let_in_so(demo: httpx.Client) -> None:
    """Not another colleague, and not from a form of another site."""
    assert logs_in(demo, BRAM).status_code == 404
    assert demo.post("/demo/login", data={"name": ANNA}).status_code == 403
    assert demo.get("/").status_code == 303


def test_a_phone_is_pulled_out_and_put_back(demo: httpx.Client, moves: Moves) -> None:
    """The page of the devices has the button; only a known number is taken."""
    logs_in(demo, ANNA)
    page = demo.get("/devices")
    assert "/demo/phone" in page.text
    form = {"csrf": csrf_of(page), "number": NUMBER}
    for what in ("out", "back"):
        assert demo.post("/demo/phone", data={**form, "what": what}).status_code == 303
    other = {**form, "number": "+31612345699"}
    assert demo.post("/demo/phone", data=other).status_code == 404
    assert moves == [(NUMBER, True), (NUMBER, False)]


def test_balie_run_has_no_such_door(tmp_path: Path, web_server: WebServer) -> None:
    """What it serves has no address of the demo, and no page names one."""
    balie = Balie(tmp_path, SystemClock())
    with closing(balie.store):
        balie.store.write(_fill)
        assert balie.services.demo is None
        assert [path for path in _paths(create_app(balie.services).routes) if "demo" in path] == []
        with (
            web_server.serving(balie.services),
            httpx.Client(base_url=web_server.url, timeout=60) as client,
        ):
            page = client.get("/login")
            assert "/demo" not in page.text
            form = {"csrf": csrf_of(page), "name": ANNA}
            assert client.post("/demo/login", data=form).status_code == 404
            assert client.post("/demo/phone", data=form).status_code == 404


def test_no_other_program_knows_the_demo() -> None:
    """`balie run` hands the app its services and no further page."""
    assert "create_app(balie.services)," in Path(process.__file__).read_text("utf-8")
    served = [*(HOUSE / "runtime").rglob("*.py"), *(HOUSE / "api").rglob("*.py")]
    assert [path for path in served if "appliance.demo" in path.read_text("utf-8")] == []


def _paths(found: object) -> Iterator[str]:
    for route in found if isinstance(found, list) else []:
        if isinstance(route, APIRoute):
            yield route.path
        else:
            yield from _paths(getattr(getattr(route, "original_router", None), "routes", []))
