"""From an emulated phone through driver, desk and store to the list of incidents, and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.lines.incidents.shown import IncidentPage, incident_page
from appliance.desk.lines.incidents.watch import IncidentWatch
from appliance.errors import LineStopped, Transient
from appliance.store.store import Store
from tests.devices.phone.driver_kit import Desk
from tests.fresh_store import fresh_store
from tests.queue.counter import MONDAY, Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    clock = ManualClock(at_ms=MONDAY)
    store: Store = fresh_store(tmp_path / "balie.db", clock)
    yield Counter(store, clock, tmp_path / "evidence")
    store.close()


def open_kinds(desk: Desk, counter: Counter, watch: IncidentWatch) -> dict[str, list[str]]:
    """What the API lists as open, and what each stops, when things have lasted for two minutes."""
    desk.driver._examiner.look_at_stop_at = 0.0
    for _ in range(3):
        counter.reception.status(counter.device_id, desk.driver.probe())
        watch.look()
        counter.clock.advance(s=60)
    watch.look()
    wanted = IncidentPage(page=Page(), is_open=True)
    found = counter.store.read(lambda conn: incident_page(conn, Sight(None), wanted))
    return {each.kind.value: list(each.stops) for each in found}


BOTH = ["sms", "whatsapp"]


@pytest.mark.parametrize(
    ("begins", "ends", "kind", "stops"),
    [
        ({"kind": "battery", "temperature": 470}, {"temperature": 300}, "hot", BOTH),
        ({"kind": "battery", "health": 4}, {"health": 2}, "battery", []),
        ({"kind": "battery", "level": 8, "usb": False}, {"usb": True}, "battery", []),
        ({"kind": "storage", "free_mb": 90}, {"free_mb": 9000}, "storage", []),
        ({"kind": "radio", "on": False}, {"on": True}, "no-network", ["sms"]),
        ({"kind": "unplug-sim"}, None, "no-sim", BOTH),
    ],
)
def test_what_befalls_a_phone_opens_and_closes(
    desk: Desk,
    counter: Counter,
    begins: dict[str, Any],
    ends: dict[str, Any] | None,
    kind: str,
    stops: list[str],
) -> None:
    watch = IncidentWatch(counter.store)
    sim = desk.world.handset.sim
    assert open_kinds(desk, counter, watch) == {}
    desk.world.inject(**begins)
    assert open_kinds(desk, counter, watch) == {kind: stops}
    if ends is None:
        desk.world.inject(kind="plug-sim", iccid=sim.iccid, number=sim.number)
    else:
        desk.world.inject(**{"kind": begins["kind"], **ends})
    assert open_kinds(desk, counter, watch) == {}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("banned", "banned"),
        ("logged-out", "logged-out"),
        ("expired", "update-required"),
        ("clock-wrong", "clock"),
        ("storage-full", "storage"),
    ],
)
def test_what_closes_whatsapp_opens_and_closes(
    desk: Desk, counter: Counter, fault: str, kind: str
) -> None:
    """Known by its page, after a try to send met it."""
    watch = IncidentWatch(counter.store)
    desk.world.fault(fault)
    with pytest.raises((LineStopped, Transient)):
        desk.send("Dag")
    assert list(open_kinds(desk, counter, watch)) == [kind]
    desk.world.lift(fault)
    assert open_kinds(desk, counter, watch) == {}


def test_a_phone_that_is_gone_and_back(desk: Desk, counter: Counter) -> None:
    watch = IncidentWatch(counter.store)
    desk.world.fault("phone-gone", seconds=600)
    assert list(open_kinds(desk, counter, watch)) == ["away"]
    desk.world.lift("phone-gone")
    desk.world.connect()
    assert open_kinds(desk, counter, watch) == {}
