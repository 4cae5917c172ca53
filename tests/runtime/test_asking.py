"""How the web asks a device for something: it always gets an answer, and in time."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.api.services import Services
from appliance.clock import SystemClock
from appliance.errors import DeviceGone, Transient
from appliance.runtime.balie import Balie


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    balie = Balie(tmp_path, SystemClock())
    with closing(balie.store):
        yield balie.services


def test_a_device_that_no_line_uses_is_away(services: Services) -> None:
    with pytest.raises(DeviceGone):
        asyncio.run(services.ask_device("nobody", lambda _: None))


def test_a_device_that_hangs_is_not_waited_for(services: Services) -> None:
    """Its errand is given up, so it is not begun later."""
    waiting: Future[Any] = Future()
    patient = replace(services, asking=lambda *_, **__: waiting)
    with pytest.raises(Transient):
        asyncio.run(patient.ask_device("hangs", lambda _: None, within_s=0.01))
    assert waiting.cancelled()
