"""A battery is held between 40 and 80 percent in quiet minutes."""

import pytest

from appliance.desk.lines.charging import BETWEEN_MS, CANNOT_MS, QUIET_MS, ChargePauses
from appliance.devices.charge_protocol import ChargePause
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.protocol import DeviceState, Status
from tests.queue.counter import ANNA, BOTH, Counter, at

NIGHT = "2026-06-15 23:30"


@pytest.fixture
def pauses(counter: Counter) -> ChargePauses:
    counter.clock.at_ms = at(NIGHT)
    return ChargePauses(counter.store)


def asked(counter: Counter, pauses: ChargePauses, percent: int | None) -> ChargePause | None:
    counter.clock.advance(ms=BETWEEN_MS)
    own = {} if percent is None else {"battery_percent": percent}
    status = Status(state=DeviceState.READY, channels=BOTH, facts=DeviceFacts(own=own))
    counter.reception.status(counter.device_id, status)
    return pauses.next_pause(counter.device_id, BOTH)


def test_from_the_upper_bound_it_goes_down_to_the_lower_one(
    counter: Counter, pauses: ChargePauses
) -> None:
    levels = [79, 80, 79, 60, 41, 40, 41, 79, 81]
    spared = [asked(counter, pauses, percent) is not None for percent in levels]
    assert spared == [False, True, True, True, True, False, False, False, True]
    assert asked(counter, pauses, None) is None


def test_it_is_left_alone_while_somebody_needs_it(counter: Counter, pauses: ChargePauses) -> None:
    """In office hours, while people write, and when something leaves soon."""
    pause = asked(counter, pauses, 90)
    assert pause is not None
    assert pause.goes_on()
    counter.hears(sender=ANNA)
    assert not pause.goes_on()
    assert asked(counter, pauses, 90) is None
    counter.clock.advance(ms=QUIET_MS)
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET expected_ms = ?", (tx.now_ms,))
    )
    assert asked(counter, pauses, 90) is None
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'cancelled', expected_ms = NULL WHERE state = 'queued'"
        )
    )
    assert asked(counter, pauses, 90) is not None
    counter.clock.at_ms = at("2026-06-16 10:00")
    assert asked(counter, pauses, 90) is None


def test_a_device_that_cannot_be_spared_is_asked_once_a_day(
    counter: Counter, pauses: ChargePauses
) -> None:
    """Nor is it asked twice within a minute."""
    pause = asked(counter, pauses, 90)
    assert pause is not None
    assert pauses.next_pause(counter.device_id, BOTH) is None
    pause.over(done=False)
    counter.clock.advance(ms=CANNOT_MS - 3 * BETWEEN_MS)
    assert asked(counter, pauses, 90) is None
    counter.clock.at_ms = at("2026-06-17 01:00")
    assert asked(counter, pauses, 90) is not None
