"""The adb daemon of one emulated phone, on a TCP port of its own."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable

from appliance.emulated.phone.wire.handshake import Handshake
from appliance.emulated.phone.wire.seam import Handset, RsaPublicKey
from appliance.emulated.phone.wire.services import AdbServices
from appliance.emulated.phone.wire.transport import Transport
from appliance.emulated.phone.wire.u2_process import U2Process
from appliance.emulated.world.traffic import Traffic

_logger = logging.getLogger(__name__)

_HOST = "127.0.0.1"
#: Below the ports that Linux gives to outgoing connections, so that no connection takes a phone's
#: port while the phone is away. Far from 5555-5585, which an adb server probes by itself.
_PORTS = range(20_000, 32_000)
_PROBED_BY_ADB = range(5555, 5586)
_PORT_TRIES = 200
_LISTEN_AGAIN_S = 0.1


class Adbd:
    """Everything happens on the event loop on which `start` is called."""

    def __init__(self, handset: Handset, port: int = 0) -> None:
        if port in _PROBED_BY_ADB:
            raise ValueError(f"an adb server probes port {port} by itself")
        self.traffic = Traffic()
        self._handset = handset
        self._port = port
        self._u2 = U2Process(handset, self.traffic)
        #: What a reboot is, is the phone's business.
        self.restarts: Callable[[], None] = self.reconnect
        self._services = AdbServices(
            handset,
            self.traffic,
            self._u2,
            reconnect=self.reconnect,
            reboot=self._reboot,
        )
        self._met_keys: set[RsaPublicKey] = set()
        self._transports: set[Transport] = set()
        self._listener: asyncio.Server | None = None
        self._return: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """0 before `start`."""
        return self._port

    @property
    def address(self) -> str:
        """The serial under which an adb server knows this phone."""
        return f"{_HOST}:{self._port}"

    @property
    def server_running(self) -> bool:
        """Whether u2.jar's process runs on the phone."""
        return self._u2.running

    @property
    def opens(self) -> int:
        return self.traffic.opens

    @property
    def round_trips(self) -> int:
        return self.traffic.round_trips

    @property
    def taps(self) -> int:
        return self.traffic.taps

    @property
    def rpc_calls(self) -> Counter[str]:
        return self.traffic.rpc_calls

    async def start(self) -> int:
        """The port it listens on; raises OSError when that is taken."""
        for port in [self._port] if self._port else random.sample(_PORTS, _PORT_TRIES):
            try:
                await self._listen(port)
            except OSError:
                if self._port:
                    raise
            else:
                self._port = port
                return port
        raise OSError(f"no free port between {_PORTS[0]} and {_PORTS[-1]}")

    async def stop(self) -> None:
        self._cancel_return()
        self._stop_listening()
        for transport in list(self._transports):
            await transport.stop()

    def authorise(self) -> None:
        """Call it when a person has accepted a key on the screen."""
        for transport in list(self._transports):
            transport.authorise()

    def reconnect(self) -> None:
        """Ends all connections; new ones are welcome."""
        for transport in list(self._transports):
            transport.abort()

    def _reboot(self) -> None:
        self.restarts()

    def drop(self, seconds: float) -> None:
        """Pulls the cable for `seconds`: ends all connections and refuses new ones."""
        self._cancel_return()
        self._stop_listening()
        self.reconnect()
        self._return = asyncio.get_running_loop().create_task(self._return_after(seconds))

    def restore(self) -> None:
        """Plugs the cable in again, if it was out."""
        if self._listener is None:
            self._cancel_return()
            self._return = asyncio.get_running_loop().create_task(self._return_after(0))

    def kill_server(self) -> None:
        """Android ends u2.jar's process."""
        self._u2.kill()

    async def _listen(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._new_transport, _HOST, port)

    async def _return_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        while True:
            try:
                await self._listen(self._port)
            except OSError as exc:
                _logger.warning("port %d is taken, the phone stays away: %s", self._port, exc)
                await asyncio.sleep(_LISTEN_AGAIN_S)
            else:
                return

    def _new_transport(self) -> Transport:
        handshake = Handshake(self._handset, self._met_keys)
        transport = Transport(handshake, self._services.find, self._forget)
        self._transports.add(transport)
        return transport

    def _forget(self, transport: Transport) -> None:
        self._transports.discard(transport)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _cancel_return(self) -> None:
        if self._return is not None:
            self._return.cancel()
            self._return = None
