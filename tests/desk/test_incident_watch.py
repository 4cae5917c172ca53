"""Incidents open and close by themselves, once for what comes and goes."""

from collections.abc import Sequence

import pytest

from appliance.channels import Channel
from appliance.desk.lines.incidents.machine_rules import MachineFacts
from appliance.desk.lines.incidents.watch import IncidentWatch
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.protocol import DeviceState, Status
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import battery_days, incidents, lines
from appliance.store.incidents import Incident, IncidentKind
from tests.queue.counter import BOTH, MONDAY, Counter

K = IncidentKind
HOUR_S = 3600


@pytest.fixture
def watch(counter: Counter) -> IncidentWatch:
    return IncidentWatch(counter.store)


def open_ones(counter: Counter) -> Sequence[Incident]:
    return counter.store.read(incidents.open_ones)


def kinds(counter: Counter) -> list[str]:
    return [each.kind.value for each in open_ones(counter)]


def goes_on(counter: Counter, watch: IncidentWatch, seconds: int) -> None:
    for _ in range(seconds // 5):
        counter.clock.advance(s=5)
        watch.look()


def is_away(counter: Counter) -> None:
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)


def is_back(counter: Counter) -> None:
    counter.phone_is(DeviceState.READY, channels=BOTH)


def tells(counter: Counter, **own: object) -> None:
    facts = DeviceFacts(own={"awake": True, **own})
    status = Status(state=DeviceState.READY, channels=BOTH, facts=facts)
    counter.reception.status(counter.device_id, status)


def test_what_lasts_becomes_an_incident_and_its_end_closes_it(
    counter: Counter, watch: IncidentWatch
) -> None:
    """It is told since when, and what it stops; each of both is one event."""
    is_away(counter)
    watch.look()
    goes_on(counter, watch, 15)
    assert open_ones(counter) == []
    goes_on(counter, watch, 5)
    (incident,) = open_ones(counter)
    assert (incident.kind, incident.device_id) == (K.AWAY, counter.device_id)
    assert (incident.line_id, incident.since_ms) == (counter.line_id, MONDAY)
    assert incident.facts == {"reason": "not-plugged-in", "stops": ["sms", "whatsapp"]}
    goes_on(counter, watch, 600)
    is_back(counter)
    goes_on(counter, watch, 15)
    assert kinds(counter) == ["away"]
    goes_on(counter, watch, 5)
    assert open_ones(counter) == []
    (closed,) = counter.all("SELECT since_ms, until_ms FROM incident")
    assert (closed["since_ms"], closed["until_ms"]) == (MONDAY, MONDAY + 620_000)
    facts = {"incident": incident.id, "kind": "away"}
    for kind in (EventKind.INCIDENT_OPENED, EventKind.INCIDENT_CLOSED):
        (event,) = counter.events(kind)
        assert (event.device_id, event.line_id, event.facts) == (
            counter.device_id,
            counter.line_id,
            facts,
        )


def test_a_moment_is_none(counter: Counter, watch: IncidentWatch) -> None:
    is_away(counter)
    goes_on(counter, watch, 10)
    is_back(counter)
    goes_on(counter, watch, 120)
    assert counter.all("SELECT 1 FROM incident") == []


def test_what_comes_and_goes_is_one_incident(counter: Counter, watch: IncidentWatch) -> None:
    """It opens although the phone is never away for long, and closes once it stays."""
    for _ in range(20):
        is_away(counter)
        goes_on(counter, watch, 10)
        is_back(counter)
        goes_on(counter, watch, 10)
    assert kinds(counter) == ["away"]
    goes_on(counter, watch, 30)
    assert len(counter.all("SELECT 1 FROM incident")) == 1
    assert open_ones(counter) == []


def test_what_was_wrong_with_a_phone_stays_while_it_is_away(
    counter: Counter, watch: IncidentWatch
) -> None:
    """A phone that nobody hears has not cooled by that."""
    tells(counter, resting=True, battery_celsius=47.0)
    watch.look()
    is_away(counter)
    goes_on(counter, watch, HOUR_S)
    assert kinds(counter) == ["hot", "away"]
    tells(counter, battery_celsius=30.0)
    goes_on(counter, watch, 60)
    assert open_ones(counter) == []


def test_what_is_open_when_balie_stops_goes_on_afterwards(counter: Counter) -> None:
    """Another process closes it, and opens no second one."""
    is_away(counter)
    goes_on(counter, IncidentWatch(counter.store), 30)
    after = IncidentWatch(counter.store)
    goes_on(counter, after, 60)
    assert kinds(counter) == ["away"]
    is_back(counter)
    goes_on(counter, after, 30)
    assert open_ones(counter) == []
    assert len(counter.all("SELECT 1 FROM incident")) == 1


def test_a_device_that_is_taken_off_its_line_has_none(
    counter: Counter, watch: IncidentWatch
) -> None:
    is_away(counter)
    goes_on(counter, watch, 30)
    counter.store.write(lambda tx: lines.remove_line(tx, counter.line_id))
    goes_on(counter, watch, 30)
    assert open_ones(counter) == []


def test_another_cause_of_the_same_is_told_without_an_event(
    counter: Counter, watch: IncidentWatch
) -> None:
    is_away(counter)
    goes_on(counter, watch, 30)
    counter.phone_is(DeviceState.UNAUTHORIZED, Reason.NOT_ALLOWED)
    watch.look()
    (incident,) = open_ones(counter)
    assert incident.facts["reason"] == "not-allowed"
    assert len(counter.events(EventKind.INCIDENT_OPENED)) == 1


def test_what_others_opened_is_theirs(counter: Counter, watch: IncidentWatch) -> None:
    """The same thing is one incident however often it is told; two groups are two."""

    def stop(group: str) -> str:
        return counter.store.write(
            lambda tx: incidents.open_incident(
                tx, K.GROUP_STOP, line_id=counter.line_id, about=group, facts={"group": group}
            )
        )

    first, again, other = stop("g-1"), stop("g-1"), stop("g-2")
    assert first == again != other
    goes_on(counter, watch, 600)
    assert kinds(counter) == ["group-stop", "group-stop"]
    counter.store.write(
        lambda tx: incidents.close_incident(tx, K.GROUP_STOP, line_id=counter.line_id, about="g-1")
    )
    assert [each.id for each in open_ones(counter)] == [other]


def test_the_machine_has_incidents_without_a_device(counter: Counter) -> None:
    """Its voltage dips for moments: one incident."""
    machine = [MachineFacts(undervoltage=True)]
    watch = IncidentWatch(counter.store, lambda: machine[0])
    for _ in range(6):
        machine[0] = MachineFacts(undervoltage=True)
        goes_on(counter, watch, 5)
        machine[0] = MachineFacts(undervoltage=False)
        goes_on(counter, watch, 120)
    (incident,) = open_ones(counter)
    assert (incident.kind, incident.device_id, incident.line_id) == (K.UNDERVOLTAGE, None, None)
    goes_on(counter, watch, 300)
    assert open_ones(counter) == []


def test_a_battery_has_one_row_a_day(counter: Counter, watch: IncidentWatch) -> None:
    """With the lowest and highest of the looks that were an hour apart."""
    for hour in range(30):
        tells(counter, battery_percent=60 + hour, battery_celsius=25.0 + hour / 10)
        watch.look()
        counter.clock.advance(s=HOUR_S)
    days = counter.store.read(lambda conn: battery_days.newest(conn, counter.device_id, days=10))
    assert [(each.day, each.lowest_percent, each.highest_percent) for each in days] == [
        ("2026-06-15", 60, 75),
        ("2026-06-16", 76, 89),
    ]
    assert [each.hottest_celsius for each in days] == [26.5, 27.9]


def test_a_hungry_battery_is_said_after_days(counter: Counter, watch: IncidentWatch) -> None:
    for _ in range(3 * 24):
        tells(counter, battery_percent=22, charging=True)
        watch.look()
        counter.clock.advance(s=HOUR_S)
    (incident,) = open_ones(counter)
    assert (incident.kind, incident.facts["what"]) == (K.BATTERY, "battery-low")


def test_after_a_year_and_more_it_is_forgotten(counter: Counter, watch: IncidentWatch) -> None:
    tells(counter, battery_percent=50)
    watch.look()
    is_away(counter)
    goes_on(counter, watch, 30)
    is_back(counter)
    goes_on(counter, watch, 30)
    counter.clock.advance(s=401 * 24 * HOUR_S)
    counter.store.write(incidents.forget_old)
    counter.store.write(battery_days.forget_old)
    assert counter.all("SELECT 1 FROM incident UNION ALL SELECT 1 FROM battery_day") == []


def test_a_modem_that_two_lines_share_tells_both(counter: Counter, watch: IncidentWatch) -> None:
    """Its event names no line, so that whoever sees one of them hears it."""
    other, _ = counter.add_line("+31687654322", "R58M999")
    counter.store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO route VALUES (?, ?, ?, 9, 0)", (other, counter.device_id, Channel.SMS.name)
        )
    )
    is_away(counter)
    goes_on(counter, watch, 30)
    (event,) = counter.events(EventKind.INCIDENT_OPENED)
    assert (event.device_id, event.line_id) == (counter.device_id, None)
