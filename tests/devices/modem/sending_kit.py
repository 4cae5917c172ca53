"""How a modem's tries are told in tests."""

import pytest

from appliance.devices.protocol import Found
from appliance.errors import DeviceError, Transient
from tests.devices.floor_above import Try
from tests.devices.modem.modem_kit import ModemDesk
from tests.emulated.phone_bench import eventually

LONG = "".join(f"{number:03} schapen. " for number in range(110))  # 1430 characters: ten parts


def states(error: DeviceError) -> list[str]:
    return [part["state"] for part in error.evidence["parts"]]


def fails(desk: ModemDesk, attempt: Try) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        desk.driver.send(attempt)
    return caught.value


LOST = ("silence", "cms-500", "error", "hang-up")


def settled(desk: ModemDesk, attempt: Try) -> Found:
    """Asks again until the network's time-out has passed."""
    found: list[Found] = []

    def asked() -> bool:
        try:
            found.append(desk.look(attempt))
        except Transient:
            return False
        return True

    assert eventually(asked)
    return found[-1]
