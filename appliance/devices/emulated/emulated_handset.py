"""The whole phone as the wire needs it: the handset and its shell."""

from collections.abc import Mapping

from appliance.devices.emulated.commands import table
from appliance.devices.emulated.handset import BareHandset
from appliance.devices.emulated.properties import properties_of
from appliance.devices.emulated.seam import ShellResult


class EmulatedHandset(BareHandset):
    """Implements `seam.Handset`."""

    @property
    def properties(self) -> Mapping[str, str]:
        return properties_of(self)

    async def run(self, argv: list[str], env: Mapping[str, str]) -> ShellResult:
        del env
        return await table.run(self, argv)
