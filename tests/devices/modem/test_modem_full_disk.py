"""A full disk: a message on the SIM stays there until it can be kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.modem.driver import ModemDriver
from appliance.devices.modem.options import ModemOptions
from appliance.devices.protocol import DeviceState
from appliance.errors import StoreError
from appliance.queue.gate import ConsentGate
from appliance.store import branches, devices, lines, routes
from appliance.store.store import Store, Tx
from tests.devices.modem.modem_kit import ANNA, OWN, QUICK, ModemWorld
from tests.emulated.phone_bench import eventually
from tests.full_disk import fill_the_disk, make_room


@pytest.fixture
def store(world: ModemWorld, tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "balie.db", world.clock)
    yield opened
    opened.close()


@pytest.fixture
def driver(world: ModemWorld, store: Store) -> Iterator[ModemDriver]:
    """A modem with a line of its own, ready, over the real store."""

    def enrol(tx: Tx) -> str:
        branch_id = branches.add_branch(tx, "Utrecht")
        line_id = lines.add_line(tx, branch_id=branch_id, number=OWN)
        device_id = devices.enrol(tx, kind="modem", address=world.modem.port.path)
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.SMS)
        return device_id

    made = ModemDriver(
        device_id=store.write(enrol),
        port=world.modem.port.path,
        imei=None,
        listener=Reception(store, ConsentGate()),
        clock=world.clock,
        options=ModemOptions(patience=QUICK),
    )
    assert made.probe().state is DeviceState.READY
    made.receive()
    yield made
    made.close()


def texts(store: Store) -> list[str]:
    rows = store.read(
        lambda conn: conn.execute(
            "SELECT text FROM message WHERE direction = 'in' ORDER BY id"
        ).fetchall()
    )
    return [row["text"] for row in rows]


@pytest.mark.parametrize(("words", "count"), [(10, 40), (40, 20)])
def test_what_cannot_be_kept_stays_on_the_modem(
    world: ModemWorld, store: Store, driver: ModemDriver, words: int, count: int
) -> None:
    """Single messages and parts: all are there once as soon as there is room, and freed only
    then.
    """
    sent = [f"Bericht {number:02} " * words for number in range(count)]
    parts = len(world.parts_of(ANNA, sent[0]))
    fill_the_disk(store)
    for each in sent:
        world.write(ANNA, each)
    for _ in range(3):
        with pytest.raises(StoreError):
            receive_until(driver, lambda: False)
        kept = texts(store)
        assert len(world.stored()) >= parts * (count - len(kept)) > 0
    make_room(store)
    assert receive_until(driver, lambda: len(texts(store)) == count)
    assert receive_until(driver, lambda: world.stored() == [])
    assert sorted(texts(store)) == sent


def receive_until(driver: ModemDriver, is_so: Callable[[], bool]) -> bool:
    def turned() -> bool:
        driver.rest(0.01)
        driver.receive()
        return is_so()

    return eventually(turned)
