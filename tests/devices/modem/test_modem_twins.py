"""Two modems of one batch with the same IMEI, and the store that tells them apart."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.modem.driver import ModemDriver
from appliance.devices.modem.options import ModemOptions
from appliance.devices.protocol import DeviceState, Status
from appliance.emulated.modem.spec import ModemSpec
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.store import branches, devices, lines, routes
from appliance.store.store import Store, Tx
from tests.devices.modem.modem_kit import ANNA, QUICK, ModemWorld
from tests.emulated.phone_bench import eventually

NUMBERS = ("+31653000001", "+31653000002")
ZEROS = "0" * 15


@dataclass(slots=True)
class Twins:
    """Both modems with a line each, in one database; `drivers` in the order of NUMBERS."""

    world: ModemWorld
    store: Store
    reception: Reception = field(init=False)
    ids: list[str] = field(init=False)
    drivers: list[ModemDriver] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reception = Reception(self.store, ConsentGate())
        self.ids = self.store.write(self._enrol)
        self.starts(*(modem.port.path for modem in self.world.modems))

    def _enrol(self, tx: Tx) -> list[str]:
        branch_id = branches.add_branch(tx, "Utrecht")
        ids = []
        for number in NUMBERS:
            line_id = lines.add_line(tx, branch_id=branch_id, number=number)
            ids.append(devices.enrol(tx, kind="modem", address=f"/dev/{number}"))
            routes.add_route(tx, line_id=line_id, device_id=ids[-1], channel=Channel.SMS)
        return ids

    def starts(self, *ports: str) -> None:
        """Balie starts, and first searches each modem at its own port."""
        self.close()
        for device_id, port in zip(self.ids, ports, strict=True):
            known = self.store.read(partial(devices.device, device_id=device_id))
            self.drivers.append(
                ModemDriver(
                    device_id=device_id,
                    port=port,
                    imei=known.imei,
                    listener=self.reception,
                    clock=self.world.clock,
                    options=ModemOptions(patience=QUICK),
                )
            )

    def close(self) -> None:
        while self.drivers:
            self.drivers.pop().close()

    def probe(self) -> list[Status]:
        return [driver.probe() for driver in self.drivers]

    def are_ready(self) -> bool:
        return all(status.state is DeviceState.READY for status in self.probe())

    def cards(self) -> list[str]:
        return [str(status.facts.as_json()["iccid"]) for status in self.probe()]


@pytest.fixture(params=["356938035643809", ZEROS])
def world(request: pytest.FixtureRequest) -> Iterator[ModemWorld]:
    made = ModemWorld(*(ModemSpec(number=number, imei=request.param) for number in NUMBERS))
    yield made
    made.close()


@pytest.fixture
def twins(world: ModemWorld, tmp_path: Path) -> Iterator[Twins]:
    store = Store(tmp_path / "balie.db", world.clock)
    made = Twins(world, store)
    yield made
    made.close()
    store.close()


def own_cards(world: ModemWorld) -> list[str]:
    sims = [modem.equipment.sim for modem in world.modems]
    return [sim.iccid for sim in sims if sim is not None]


def test_both_are_ready_and_each_is_its_own(twins: Twins) -> None:
    assert eventually(twins.are_ready)
    assert twins.cards() == own_cards(twins.world)


def test_neither_is_taken_for_the_other_when_their_ports_change_names(twins: Twins) -> None:
    """Each is searched where the other one is; incoming messages are for the right line."""
    assert eventually(twins.are_ready)
    twins.starts(*(modem.port.path for modem in reversed(twins.world.modems)))
    assert eventually(twins.are_ready)
    assert twins.cards() == own_cards(twins.world)
    for modem, text in zip(twins.world.modems, ("een", "twee"), strict=True):
        twins.world.write(ANNA, text, to=modem.number)

    def lines_of_what_came() -> list[tuple[str, str]]:
        for driver in twins.drivers:
            driver.receive()
        rows = twins.store.read(
            lambda conn: conn.execute(
                "SELECT line.number, text FROM message m JOIN line ON line.id = m.line_id"
                " WHERE direction = 'in' ORDER BY line.number"
            ).fetchall()
        )
        return [(row["number"], row["text"]) for row in rows]

    expected = [(NUMBERS[0], "een"), (NUMBERS[1], "twee")]
    assert eventually(lambda: lines_of_what_came() == expected)


def test_the_one_that_is_left_is_not_taken_for_the_one_that_is_gone(twins: Twins) -> None:
    assert eventually(twins.are_ready)
    first, second = twins.world.modems
    twins.world.on_loop(first.unplug)
    twins.starts(second.port.path, second.port.path)
    seen: list[Status] = []

    def second_is_ready() -> bool:
        seen[:] = twins.probe()
        return seen[1].state is DeviceState.READY

    assert eventually(second_is_ready)
    assert seen[0].state is not DeviceState.READY
    assert seen[1].facts.as_json()["iccid"] == own_cards(twins.world)[1]


def test_a_card_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """This card shows its number only after a PIN that Balie does not have."""
    world = ModemWorld(
        ModemSpec(number=NUMBERS[0], imei=ZEROS),
        ModemSpec(number=NUMBERS[1], imei=ZEROS, pin="4711", shy=True),
    )
    store = Store(tmp_path / "balie.db", world.clock)
    twins = Twins(world, store)
    try:
        for _ in range(3):
            first, second = twins.probe()
            assert first.state is DeviceState.READY
            assert (second.state, second.reason) == (DeviceState.DEGRADED, Reason.SAME_IMEI)
    finally:
        twins.close()
        store.close()
        world.close()
