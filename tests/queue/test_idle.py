"""Phones with nothing to do let the disk rest: an SD card wears with each write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from appliance.devices import device_facts
from appliance.devices.device_facts import (
    CardFacts,
    DeviceFacts,
    HardwareFacts,
    NetworkFacts,
    Registration,
    SmsLimitFacts,
    StorageFacts,
)
from appliance.devices.protocol import DeviceState, Sim, Status
from appliance.reasons import Reason
from appliance.store import devices
from appliance.store.store import Store
from tests.queue.counter import BOTH, SMS, Counter
from tests.queue.idle_phones import IdlePhones

HOME = NetworkFacts(registration=Registration.HOME, signal_dbm=-71, network="KPN")
KNOWN = DeviceFacts(
    hardware=HardwareFacts(imei="356938035643809", port="/dev/ttyUSB2"),
    network=HOME,
    storage=StorageFacts(storage_used=1, storage_total=50),
    own={"battery_celsius": 25.0},
)
READY = Status(state=DeviceState.READY, channels=BOTH, facts=KNOWN)


@contextmanager
def commits(store: Store) -> Iterator[list[bool]]:
    """Each commit within; True for one that waits for the disk."""
    found: list[bool] = []
    waits = [True]

    def traced(statement: str) -> None:
        if statement.startswith("PRAGMA synchronous = "):
            waits[0] = statement.endswith("FULL")
        elif statement == "COMMIT":
            found.append(waits[0])

    store.write(lambda tx: tx.conn.set_trace_callback(traced))
    found.clear()
    yield found
    store.write(lambda tx: tx.conn.set_trace_callback(None), durable=False)


def test_an_hour_of_sixteen_idle_phones_hardly_waits_for_the_disk(counter: Counter) -> None:
    """Their batteries warm by a tenth of a degree again and again, and each is kept to be shown."""
    phones = IdlePhones(counter)
    phones.plug_in()
    with commits(counter.store) as found:
        phones.lie(hours=1)
    assert found.count(True) <= 2 * 60
    assert found.count(False) >= 9 * 60
    kept = {each.id: device_facts.read(each.facts) for each in counter.store.read(devices.devices)}
    assert {each: kept[each] for each in phones.told()} == phones.told()


@pytest.mark.parametrize(
    "drift",
    [
        replace(KNOWN, own={"battery_celsius": 25.1}),
        replace(KNOWN, network=replace(HOME, signal_dbm=-75)),
        replace(KNOWN, storage=StorageFacts(storage_used=2, storage_total=50)),
    ],
)
def test_what_drifts_is_shown_at_once_and_waits_for_no_disk(
    counter: Counter, drift: DeviceFacts
) -> None:
    """A power cut may take it back, and the next examination finds it again."""
    counter.reception.status(counter.device_id, READY)
    with commits(counter.store) as found:
        counter.reception.status(counter.device_id, replace(READY, facts=drift))
    assert found == [False]
    kept = counter.store.read(lambda conn: devices.device(conn, counter.device_id))
    assert device_facts.read(kept.facts) == drift


@pytest.mark.parametrize(
    "news",
    [
        replace(READY, state=DeviceState.DEGRADED, reason=Reason.LOCKED, channels=frozenset()),
        replace(READY, channels=frozenset({SMS})),
        replace(READY, facts=replace(KNOWN, card=CardFacts(iccid="8931440000000000001"))),
        replace(READY, facts=replace(KNOWN, network=replace(HOME, roaming=True))),
        replace(READY, facts=replace(KNOWN, hardware=HardwareFacts(imei="490154203237518"))),
        replace(
            READY,
            facts=replace(KNOWN, sms_limit=SmsLimitFacts(sms_parts=5, sms_window_ms=60_000)),
        ),
    ],
)
def test_what_matters_of_a_device_is_on_the_disk_at_once(counter: Counter, news: Status) -> None:
    """Its state, its SIM, its network and what it may send."""
    counter.reception.status(counter.device_id, READY)
    with commits(counter.store) as found:
        counter.reception.status(counter.device_id, news)
    assert found == [True]


def test_a_sim_is_written_when_it_is_bound_and_never_again(counter: Counter) -> None:
    """Each part of it that shows for the first time binds, and is on the disk at once."""
    seen, device_id = counter.reception.sim_seen, counter.device_id
    with commits(counter.store) as found:
        assert seen(device_id, Sim(iccid=None, number=None))
        assert found == []
        assert seen(device_id, Sim(iccid="8931", number=None))
        assert seen(device_id, Sim(iccid="8931", number="+31687654321"))
        assert found == [True, True]
        assert seen(device_id, Sim(iccid="8931", number="+31600000000"))
        assert not seen(device_id, Sim(iccid="8932", number=None))
        assert found == [True, True]


def test_a_modem_that_is_known_is_asked_about_without_a_write(counter: Counter) -> None:
    """Only the first modem of a device binds it."""
    seen, device_id = counter.reception.hardware_seen, counter.device_id
    with commits(counter.store) as found:
        assert seen(device_id, "356938035643809", None) is Reason.NONE
        assert found == [True]
        assert seen(device_id, "356938035643809", None) is Reason.NONE
        assert seen(device_id, "490154203237518", None) is Reason.OTHER_MODEM
        assert found == [True]
