"""What hangs on this machine without a number yet, for whoever adds one."""

from collections.abc import Sequence

from appliance.api.services import PluggedIn
from appliance.devices.modem import doctor as modem_doctor
from appliance.devices.phone.adb import adb_server
from appliance.errors import SetupError


def plugged_in() -> Sequence[PluggedIn]:
    """Takes a while: adb is asked. A serial port may have a modem behind it; none is opened."""
    return [*_phones(), *_ports()]


def _phones() -> Sequence[PluggedIn]:
    """Nothing when no adb server runs."""
    try:
        listed = adb_server.devices()
    except SetupError:
        return []
    return [PluggedIn(kind="phone", address=each.serial, state=each.state.value) for each in listed]


def _ports() -> Sequence[PluggedIn]:
    return [
        PluggedIn(kind="modem", address=port, state="plugged-in")
        for port in modem_doctor.serial_ports()
    ]
