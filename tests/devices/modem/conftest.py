"""One emulated modem on a pty, with its driver."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.emulated.modem.spec import ModemSpec
from tests.devices.modem.modem_kit import OWN, ModemDesk, ModemWorld

MakeDesk = Callable[..., ModemDesk]
MakeWorld = Callable[..., ModemWorld]


@pytest.fixture
def make_world() -> Iterator[MakeWorld]:
    """Makes a world with one modem; the arguments go into its spec."""
    worlds: list[ModemWorld] = []

    def make(**spec: Any) -> ModemWorld:
        worlds.append(ModemWorld(ModemSpec(**{"number": OWN, **spec})))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(make_world: MakeWorld) -> ModemWorld:
    return make_world()


@pytest.fixture
def make_desk(tmp_path: Path) -> Iterator[MakeDesk]:
    """Makes a driver for a world's first modem, and closes it."""
    desks: list[ModemDesk] = []

    def make(world: ModemWorld, **more: Any) -> ModemDesk:
        desks.append(ModemDesk(world, tmp_path, **more))
        return desks[-1]

    yield make
    for desk in desks:
        desk.driver.close()


@pytest.fixture
def desk(world: ModemWorld, make_desk: MakeDesk) -> ModemDesk:
    """A driver whose modem is ready."""
    made = make_desk(world)
    made.driver.probe()
    return made
