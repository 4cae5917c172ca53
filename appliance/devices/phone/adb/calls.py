"""Phones behind the adb server: each call has a deadline, each error is ours.

The classes change adbutils only where it waits too long or does too much. No call lasts longer than
its deadline, starts a server, asks the server's version first, or sleeps when it closes.
"""

import os
import re
import secrets
import shlex
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import adbutils
from adbutils.errors import AdbConnectionError

from appliance.devices.phone.adb.adb_errors import translated
from appliance.errors import DeviceGone, Transient

# The port of every adb unless the environment names another (adb's own default).
DEFAULT_SERVER_PORT = 5037

_LOOPBACK = "127.0.0.1"
_SERVER_ANSWERS_S = 3.0
# A request's length has four hexadecimal digits on the wire.
_LONGEST_REQUEST = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds of the real clock after which a call to a phone counts as unanswered."""

    #: A shell command; `content query` takes a second on a slow phone.
    shell_s: float = 15.0
    #: A call to the on-device server; a dump of a busy screen takes three.
    rpc_s: float = 10.0


def server_port() -> int:
    return int(os.environ.get("ANDROID_ADB_SERVER_PORT", DEFAULT_SERVER_PORT))


class ServerConnection(adbutils.AdbConnection):
    """A connection to the server that starts no server and closes without a wait."""

    check_okay: Callable[[], None]

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        super().__init__(host, port)

    def _safe_connect(self) -> socket.socket:
        """Keepalive notices within a minute that the other end is gone without a word."""
        try:
            sock = socket.create_connection(self._address, timeout=_SERVER_ANSWERS_S)
        except TimeoutError as exc:
            raise adbutils.AdbTimeout("connect to adb server timeout") from exc
        except OSError as exc:
            raise AdbConnectionError(f"connect to adb server failed: {exc}") from exc
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.settimeout(None)
        return sock

    def send_command(self, cmd: str) -> None:
        data = cmd.encode()
        if len(data) > _LONGEST_REQUEST:
            raise Transient("The command is too long for adb.")
        self.conn.sendall(f"{len(data):04x}".encode() + data)

    def close(self) -> None:
        """Closes without the parent's sleep; the shutdown wakes a thread that still reads."""
        if not self.closed:
            with suppress(OSError):
                self.conn.shutdown(socket.SHUT_RDWR)
            self.conn.close()
            self._AdbConnection__conn = None


class DeadlineAdbClient(adbutils.AdbClient):
    """The server on our port; every connection to it has a deadline."""

    def __init__(self, *, deadline_s: float = _SERVER_ANSWERS_S, port: int | None = None) -> None:
        super().__init__(host=_LOOPBACK, port=port or server_port())
        self._deadline_s = deadline_s

    def make_connection(self, timeout: float | None = None) -> ServerConnection:
        connection = ServerConnection(self.host, self.port)
        connection.conn.settimeout(min(timeout or self._deadline_s, self._deadline_s))
        return connection


class DeadlineAdbDevice(adbutils.AdbDevice):
    """A phone whose calls all end by their deadline, the HTTP of uiautomator2 included.

    uiautomator2 ignores the deadlines that it is given, so the sockets made here have one.
    """

    def __init__(self, serial: str, deadlines: Deadlines | None = None) -> None:
        self.deadlines = deadlines or Deadlines()
        self.client = DeadlineAdbClient(deadline_s=self.deadlines.shell_s)
        super().__init__(self.client, serial)

    def open_transport(
        self, command: str | None = None, timeout: float | None = None
    ) -> ServerConnection:
        connection = self.client.make_connection(timeout=timeout)
        try:
            if command:
                connection.send_command(f"host-serial:{self.serial}:{command}")
                connection.check_okay()
            else:
                connection.send_command(f"host:tport:serial:{self.serial}")
                connection.check_okay()
                connection.read_exact(8)  # the transport's id, of no use here
        except BaseException:
            connection.close()
            raise
        return connection

    def create_connection(self, network: adbutils.Network, address: int | str) -> socket.socket:
        sock: socket.socket = super().create_connection(network, address)
        sock.settimeout(self.deadlines.rpc_s)
        return sock

    def open_shell(self, cmdargs: str | list[str] | tuple[str, ...]) -> ServerConnection:
        connection = self.open_transport()
        try:
            command = cmdargs if isinstance(cmdargs, str) else shlex.join(cmdargs)
            connection.send_command("shell:" + command)
            connection.check_okay()
        except BaseException:
            connection.close()
            raise
        return connection

    # The parents of adbutils' own class do not agree on this signature, either.
    def shell(self, cmdargs: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Like adbutils' own, but a stream has no deadline.

        The on-device server lives as long as the stream that started it, which stays silent.
        """
        if kwargs.get("stream"):
            connection = self.open_shell(cmdargs)
            connection.conn.settimeout(None)
            return connection
        kwargs["timeout"] = min(kwargs.get("timeout") or 1e9, self.deadlines.shell_s)
        return super().shell(cmdargs, *args, **kwargs)

    def run(self, *commands: str) -> "list[Output]":
        """Runs the commands in one shell call.

        A mark that no text on the phone can know separates their outputs. Raises DeviceGone when
        the phone is away or its answer is cut short.
        """
        mark = secrets.token_hex(12)
        script = "; ".join(f"{command}; echo {mark}=$?" for command in commands)
        with translated():
            text: str = self.shell(script, rstrip=False)
        return _outputs(text, mark, len(commands))


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What one command of a batch printed, errors included, and its exit status."""

    text: str
    status: int

    @property
    def line(self) -> str:
        """The answer of a command that gives one line."""
        return last_line(self.text)


def last_line(text: str) -> str:
    """The last line without blanks: a linker or a vendor may have put lines before it."""
    return text.removesuffix("\n").rpartition("\n")[2].strip()


def _outputs(text: str, mark: str, count: int) -> list[Output]:
    parts = re.split(rf"{mark}=(\d+)\r?\n", text)
    texts, statuses = parts[0:-1:2], parts[1::2]
    if len(statuses) != count:
        raise DeviceGone("The phone's answer was cut short.")
    pairs = zip(texts, statuses, strict=True)
    return [Output(text=text, status=int(status)) for text, status in pairs]
