"""Which service a stream asks for, by its name on the wire."""

import asyncio
from collections.abc import Callable

from appliance.emulated.phone.wire.seam import Handset
from appliance.emulated.phone.wire.shell_service import ShellService
from appliance.emulated.phone.wire.stream import Stream
from appliance.emulated.phone.wire.sync_service import SyncService
from appliance.emulated.phone.wire.transport import Service
from appliance.emulated.phone.wire.u2_process import U2Process
from appliance.emulated.world.traffic import Traffic

#: The daemon's answer reaches the server before the connection is gone.
_ENDS_AFTER_S = 0.05


def _stay() -> None:
    """Nothing ends."""


class AdbServices:
    """`reconnect` ends the daemon's connections, `reboot` starts the phone anew."""

    def __init__(
        self,
        handset: Handset,
        traffic: Traffic,
        u2: U2Process,
        *,
        reconnect: Callable[[], None] = _stay,
        reboot: Callable[[], None] = _stay,
    ) -> None:
        self._handset = handset
        self._traffic = traffic
        self._u2 = u2
        self._ends = {"reconnect": reconnect, "reboot": reboot}
        self._shell = ShellService(handset, traffic, u2)

    def find(self, name: str) -> Service | None:
        """None refuses the stream, as a real phone does for a port without a listener."""
        self._traffic.opens += 1
        kind, _, rest = name.partition(":")
        if kind == "tcp":
            return self._port(rest)
        options = kind.split(",")
        if options[0] in {"shell", "exec"} and rest:
            self._traffic.round_trips += 1
            return self._script(rest, framed="v2" in options)
        if kind == "sync":
            self._traffic.round_trips += 1
            return self._sync
        if kind in self._ends:
            return self._ending(kind)
        return None

    def _ending(self, kind: str) -> Service:
        async def serve(stream: Stream) -> None:
            del stream
            self._traffic.endings[kind] += 1
            asyncio.get_running_loop().call_later(_ENDS_AFTER_S, self._ends[kind])

        return serve

    def _port(self, rest: str) -> Service | None:
        """`PORT` or `PORT:HOST`."""
        port = rest.partition(":")[0]
        if port.isdigit() and self._u2.listens_on(int(port)):
            return self._u2.serve_http
        return None

    def _script(self, script: str, *, framed: bool) -> Service:
        async def serve(stream: Stream) -> None:
            await self._shell.serve(stream, script, framed=framed)

        return serve

    async def _sync(self, stream: Stream) -> None:
        await SyncService(self._handset, stream).serve()
