"""The whole phone as the wire needs it: the handset and its shell."""

from collections.abc import AsyncGenerator, Mapping

from appliance.emulated.phone.commands import logcat, table
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.properties import properties_of
from appliance.emulated.phone.wire.seam import ShellResult


class EmulatedHandset(BareHandset):
    """Implements `seam.Handset`."""

    @property
    def properties(self) -> Mapping[str, str]:
        return properties_of(self)

    async def run(self, argv: list[str], env: Mapping[str, str]) -> ShellResult:
        del env
        return await table.run(self, argv)

    def logcat(self, argv: list[str]) -> AsyncGenerator[bytes, None]:
        return logcat.logcat(self, argv)
