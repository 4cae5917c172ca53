"""Devices on this machine that have no number yet, for the person who adds one."""

from collections.abc import Sequence

from appliance.api.services import PluggedIn
from appliance.devices.kind import Kind


def plugged_in() -> Sequence[PluggedIn]:
    """Takes a while: each kind looks for its own."""
    return [
        PluggedIn(kind=kind.name, address=seen.address, state=seen.state)
        for kind in Kind.known()
        for seen in kind.plugged_in()
    ]
