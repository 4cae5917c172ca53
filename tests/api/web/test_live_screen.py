"""The live screen of a phone: for who manages it, while they look, and each look is told."""
# ruff: noqa: ARG002 -- the device of these tests is one, and has no driver

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.devices import kind as device_kinds
from appliance.devices.kind import Kind, Picture, PictureOf, Remote, learn
from appliance.devices.protocol import DeviceState, Driver, Status
from appliance.errors import DeviceGone, InvalidInput
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import devices, events, routes
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office, WebServer, open_office
from tests.emulated.phone_bench import eventually

SHOWN = io.BytesIO()
Image.new("RGB", (48, 96), "teal").save(SHOWN, "WEBP")


@dataclass
class Panel:
    """A device of a kind of its own, with a screen; its thread is the test's."""

    pictures: int = 0
    of: PictureOf = PictureOf.SCREEN
    pressed: list[Any] = field(default_factory=list)
    away: bool = False

    def look(self, address: str) -> Picture:
        self.pictures += 1
        if self.away:
            raise DeviceGone("It is away.")
        return Picture(webp=SHOWN.getvalue(), of=self.of)

    def tap(self, driver: Driver, x: float, y: float) -> None:
        if x > 0.9:
            raise InvalidInput("tap", "It sends.")
        self.pressed.append((x, y))

    def back(self, driver: Driver) -> None:
        self.pressed.append("back")

    def ask(self, device_id: str, errand: Callable[[Any], Any], *, within_s: float) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(errand(None))
        except Exception as exc:
            answer.set_exception(exc)
        return answer


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Panel:
    made = Panel()
    remote = Remote(look=made.look, tap=made.tap, back=made.back)
    monkeypatch.setattr(device_kinds, "_KNOWN", dict(device_kinds._KNOWN))
    learn(Kind(name="panel", label="Phone", channels=(Channel.WHATSAPP,), remote=remote))
    return made


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, panel: Panel
) -> Iterator[Office]:
    with open_office(web_server, tmp_path, clock, asking=panel.ask) as opened:
        yield opened


@pytest.fixture
def address(office: Office, tilburg: Desk) -> str:
    def add(tx: Tx) -> str:
        device_id = devices.enrol(tx, kind="panel", address="here")
        routes.add_route(tx, line_id=tilburg.line_id, device_id=device_id, channel=Channel.WHATSAPP)
        return device_id

    return f"/devices/{office.store.write(add)}/screen"


@pytest.fixture
def ilse(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Ilse", role="branch-it", branch_id=tilburg.branch_id)
    browser.client.headers["accept-language"] = "en"
    yield browser
    browser.client.close()


def told(office: Office, *kinds: EventKind) -> list[EventKind]:
    found = office.store.read(lambda conn: events.after(conn, 0, limit=10_000))
    return [each.kind for each in found if each.kind in kinds]


BEGUN, ENDED = EventKind.SCREEN_LOOK_BEGUN, EventKind.SCREEN_LOOK_ENDED


def test_a_look_is_told_when_it_begins_and_when_it_ends(
    office: Office, ilse: Browser, address: str
) -> None:
    """Not each picture; who looked and at what stand in it."""
    assert ilse.get(address).status_code == 200
    assert told(office, BEGUN) == []
    for _ in range(2):
        answer = ilse.get(f"{address}/picture")
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["balie-picture"] == "screen"
        assert answer.headers["cache-control"] == "no-store"
    assert told(office, BEGUN, ENDED) == [BEGUN]
    assert ilse.post(f"{address}/end").status_code == 204
    assert eventually(lambda: told(office, BEGUN, ENDED) == [BEGUN, ENDED])
    found = office.store.read(lambda conn: events.after(conn, 0, limit=10_000))
    begun = next(each for each in found if each.kind is BEGUN)
    assert (begun.staff_id, begun.device_id) == (ilse.staff_id, address.split("/")[2])


def test_a_phone_that_is_out_of_reach_is_not_offered(
    office: Office, ilse: Browser, tilburg: Desk
) -> None:
    """One that something else is wrong with is: somebody looks there to see what."""
    link = f'href="/devices/{tilburg.device_id}/screen"'
    offered = {}
    for state in DeviceState:
        office.phone_is(tilburg, Status(state=state, reason=Reason.LOCKED))
        offered[state] = link in ilse.get("/devices").text
    assert {state for state in offered if offered[state]} == {
        DeviceState.READY,
        DeviceState.DEGRADED,
    }


def test_a_look_ends_by_itself_when_the_page_is_gone(
    office: Office, ilse: Browser, address: str, web_server: WebServer
) -> None:
    """A laptop that is closed says nothing."""
    app: Any = web_server.app
    app.state.web.looks._gone_s = 0.1
    ilse.get(f"{address}/picture")
    assert eventually(lambda: told(office, BEGUN, ENDED) == [BEGUN, ENDED])


def test_many_who_look_at_once_get_one_picture(
    office: Office, ilse: Browser, address: str, panel: Panel
) -> None:
    """A phone is asked at most twice a second."""
    threads = [threading.Thread(target=lambda: ilse.get(f"{address}/picture")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert panel.pictures < 6
    assert told(office, BEGUN) == [BEGUN]


def test_a_look_may_end_while_its_next_picture_waits(
    ilse: Browser, address: str, panel: Panel, web_server: WebServer
) -> None:
    """A phone that gave none is asked again after a pause, in which the page may be left."""
    app: Any = web_server.app
    looks, device_id = app.state.web.looks, address.split("/")[2]
    panel.away = True
    assert ilse.get(f"{address}/picture").status_code == 503
    codes: list[int] = []
    waiting = threading.Thread(
        target=lambda: codes.append(ilse.get(f"{address}/picture").status_code)
    )
    waiting.start()
    assert eventually(looks._cameras[device_id].turn.locked)
    ilse.post(f"{address}/end")
    waiting.join()
    assert codes in ([404], [503])  # a slow machine asks the phone before the page is left


def test_only_who_manages_the_phone_sees_it(
    office: Office, sanne: Browser, breda: Desk, address: str, panel: Panel
) -> None:
    """Nobody else learns that it is there; nothing is told, and no picture is taken."""
    other = log_in(office, "Bo", role="branch-it", branch_id=breda.branch_id)
    for browser in (sanne, other):
        for path in (address, f"{address}/picture"):
            assert browser.get(path).status_code == 404
        assert browser.post(f"{address}/tap", {"x": "0.5", "y": "0.5"}).status_code == 404
        assert browser.post(f"{address}/back").status_code == 404
    assert panel.pictures == 0
    assert panel.pressed == []
    assert told(office, BEGUN, EventKind.SCREEN_PRESSED) == []
    other.client.close()


def test_a_press_reaches_the_phone_and_is_told(
    office: Office, ilse: Browser, address: str, panel: Panel
) -> None:
    assert ilse.post(f"{address}/tap", {"x": "0.25", "y": "0.75"}).status_code == 204
    assert ilse.post(f"{address}/back").status_code == 204
    assert panel.pressed == [(0.25, 0.75), "back"]
    assert len(told(office, EventKind.SCREEN_PRESSED)) == 2


def test_what_reaches_people_is_not_pressed_from_afar(
    ilse: Browser, address: str, panel: Panel
) -> None:
    answer = ilse.post(f"{address}/tap", {"x": "0.95", "y": "0.75"})
    assert answer.status_code == 422
    assert "on the phone" in answer.text
    assert panel.pressed == []
    assert ilse.post(f"{address}/tap", {"x": "1.5", "y": "0"}).status_code == 404
    assert ilse.post(f"{address}/tap", {"x": "nan", "y": "0"}).status_code == 404


def test_a_phone_that_gives_no_picture_is_said(ilse: Browser, address: str, panel: Panel) -> None:
    """And what a black picture means."""
    panel.away = True
    answer = ilse.get(f"{address}/picture")
    assert answer.status_code == 503
    assert "plugged in" in answer.text
    panel.away, panel.of = False, PictureOf.NOTHING
    assert ilse.get(f"{address}/picture").headers["balie-picture"] == "nothing"


def test_nothing_is_pressed_while_the_phone_sends(
    office: Office, ilse: Browser, planning: Caller, tilburg: Desk, address: str, panel: Panel
) -> None:
    office.writes("+31687654321", tilburg)
    sent = planning.post({"line": tilburg.number, "to": "+31687654321", "text": "Dag"})
    assert sent.status_code == 202

    def in_hand(tx: Tx) -> None:
        tx.conn.execute("UPDATE message SET state = 'sending' WHERE direction = 'out'")
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, started_ms)"
            " SELECT 'a-1', id, ?, 'whatsapp', 1 FROM message WHERE state = 'sending' LIMIT 1",
            (address.split("/")[2],),
        )

    office.store.write(in_hand)
    answer = ilse.post(f"{address}/back")
    assert answer.status_code == 409
    assert panel.pressed == []
