"""The process `com.wetest.uia2.Main` of u2.jar, which ends with its shell stream."""

import asyncio
from collections.abc import Mapping

from appliance.emulated.phone.wire.seam import Handset, ShellResult
from appliance.emulated.phone.wire.shell_output import ShellOutput
from appliance.emulated.phone.wire.stream import Stream
from appliance.emulated.phone.wire.u2_server import U2Server
from appliance.emulated.world.traffic import Traffic

_MAIN_CLASS = "com.wetest.uia2.Main"
_DEFAULT_PORT = 9008
#: As recorded from u2.jar 0.4.1.
_GREETING = """\
[server] INFO: [UiAutomator2Server] Starting Server
SLF4J: Failed to load class "org.slf4j.impl.StaticLoggerBinder".
SLF4J: Defaulting to no-operation (NOP) logger implementation
SLF4J: See http://www.slf4j.org/codes.html#StaticLoggerBinder for further details.
[server] INFO: [UiAutomator2Server] http server listening on *:{port}
"""
_STARTING = b"[server] INFO: [UiAutomator2Server] Starting Server\n"
#: Android gives UiAutomation to one client at a time.
_SECOND_CLIENT = b"""\
java.lang.IllegalStateException: UiAutomationService \
android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@5deffd5already registered!
"""
_KILLED = ShellResult(stdout=b"Killed \n", exit_code=137)


class U2Process:
    """At most one runs; `tcp:` streams to its port are refused while none does."""

    def __init__(self, handset: Handset, traffic: Traffic) -> None:
        self._handset = handset
        self._traffic = traffic
        self._port: int | None = None
        self._ended = asyncio.Event()
        self._result = ShellResult()
        self._http_streams: set[Stream] = set()

    @property
    def running(self) -> bool:
        return self._port is not None

    def listens_on(self, port: int) -> bool:
        return self._port == port

    def killed_by(self, argv: list[str]) -> ShellResult | None:
        """`pkill -f com.wetest.uia2.Main` ends it, whoever started it."""
        if argv != ["pkill", "-f", _MAIN_CLASS] or not self.running:
            return None
        self.kill()
        return ShellResult()

    def refusal(self, argv: list[str]) -> ShellResult | None:
        """What the shell's own `uiautomator` prints while u2.jar has UiAutomation."""
        if self.running and argv[0] == "uiautomator":
            return ShellResult(stderr=_SECOND_CLIENT, exit_code=1)
        return None

    def kill(self) -> None:
        """As the out-of-memory killer does; without a running process nothing happens."""
        self._end(_KILLED)

    async def run(
        self, argv: list[str], env: Mapping[str, str], output: ShellOutput
    ) -> ShellResult:
        """Returns when the process has ended, by itself or with its stream."""
        if _MAIN_CLASS not in argv or env.get("CLASSPATH") not in self._handset.files:
            text = f"java.lang.ClassNotFoundException: {_MAIN_CLASS}\nAborted \n"
            return ShellResult(stderr=text.encode(), exit_code=134)
        if self.running:
            return ShellResult(stdout=_STARTING + _SECOND_CLIENT, exit_code=1)
        self._port = _port_option(argv)
        self._ended.clear()
        try:
            output.put(1, _GREETING.format(port=self._port).encode())
            await output.flush()
            await self._until_end(output.stream)
        finally:
            self._port = None
            for stream in list(self._http_streams):
                stream.close()
        return self._result

    async def serve_http(self, stream: Stream) -> None:
        self._http_streams.add(stream)
        server = U2Server(self._handset, self._traffic, lambda: self._end(ShellResult()))
        try:
            await server.serve(stream)
        finally:
            self._http_streams.discard(stream)

    def _end(self, result: ShellResult) -> None:
        if self.running:
            self._port = None
            self._result = result
            self._ended.set()

    async def _until_end(self, stream: Stream) -> None:
        waits = [
            asyncio.ensure_future(self._ended.wait()),
            asyncio.ensure_future(stream.closed_within(None)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _port_option(argv: list[str]) -> int:
    if "-p" in argv[:-1] and (given := argv[argv.index("-p") + 1]).isdigit():
        return int(given)
    return _DEFAULT_PORT
