"""Follows which phones adb sees, and keeps phones on the network connected."""

import logging
import select
import threading
import time
from collections.abc import Callable, Mapping

import adbutils

from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.adb_errors import state_of
from appliance.devices.phone.adb.calls import DeadlineAdbClient, ServerConnection
from appliance.devices.protocol import DeviceState
from appliance.errors import DeviceError, SetupError
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

# How soon the thread notices that it is to stop.
_NOTICE_S = 0.5
_SERVER_AGAIN_S = 0.5
_FIRST_WAIT_S = 0.25
# A phone on the network is back this soon after it can be reached.
_LONGEST_WAIT_S = 5.0
# A server that something else restarts is back by then (balie-adb.service: two seconds and its
# start); one that nothing restarts must be back early enough for all phones.
_REVIVE_AFTER_S = 6.0

Changed = Callable[[], None]


class AdbWatch:
    """Tells each phone's worker when the phone comes, goes or changes its state.

    It connects a followed `host:port`, and again when the connection drops. Any thread may call
    `follow`, `forget` and `stop`. It starts a server that stays away for `revive_after_s`; None
    leaves that to others.
    """

    def __init__(self, *, revive_after_s: float | None = _REVIVE_AFTER_S) -> None:
        self._revive_after_s = revive_after_s
        self._lock = threading.Lock()
        self._followers: dict[str, Changed] = {}
        self._dialers: dict[str, _Dialer] = {}
        self._states: dict[str, DeviceState] = {}
        self._stopping = threading.Event()
        self._stumbling = Trouble(log, "the watch over adb", level=logging.ERROR)
        self._no_server = Trouble(log, "no adb server can be started")
        self._thread = threading.Thread(target=self._run, name="adb-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with self._lock:
            dialers = list(self._dialers.values())
        for dialer in dialers:
            dialer.stop()
        if self._thread.is_alive():
            self._thread.join()

    def follow(self, serial: str, changed: Changed) -> None:
        """`changed` is called in the watch's thread and must not block."""
        with self._lock:
            self._followers[serial] = changed
            if adb_server.is_address(serial) and serial not in self._dialers:
                dialer = _Dialer(serial, self._states.get(serial, DeviceState.ABSENT))
                self._dialers[serial] = dialer
                dialer.start()

    def forget(self, serial: str) -> None:
        with self._lock:
            self._followers.pop(serial, None)
            dialer = self._dialers.pop(serial, None)
        if dialer is not None:
            dialer.stop()

    def _run(self) -> None:
        gone_since: float | None = None
        while not self._stopping.is_set():
            try:
                with _tracking() as connection:
                    self._note_server(gone_since)
                    gone_since = None
                    self._follow_server(connection)
            except (adbutils.AdbError, OSError, EOFError, ValueError) as exc:
                if gone_since is None:
                    log.warning("the adb server is gone: %s", exc)
                    gone_since = time.monotonic()
            except Exception as exc:
                self._stumbling.met("Balie itself failed", exc=exc)
            self._seen({})
            self._revive(gone_since)
            self._stopping.wait(_SERVER_AGAIN_S)

    def _note_server(self, gone_since: float | None) -> None:
        """A server that is back knows no phone on the network until it is told of it."""
        if gone_since is None:
            return
        log.info("the adb server is back after %d s", time.monotonic() - gone_since)
        with self._lock:
            dialers = list(self._dialers.values())
        for dialer in dialers:
            dialer.hurry()

    def _follow_server(self, connection: ServerConnection) -> None:
        """Returns when stopped; raises when the server ends."""
        while not self._stopping.is_set():
            readable, _, _ = select.select([connection.conn], [], [], _NOTICE_S)
            if readable:
                self._seen(_listed(connection.read_string_block()))

    def _seen(self, states: Mapping[str, DeviceState]) -> None:
        with self._lock:
            before, self._states = self._states, dict(states)
            moved = [s for s in before.keys() | states.keys() if before.get(s) != states.get(s)]
            calls = [self._followers[serial] for serial in moved if serial in self._followers]
            for serial, dialer in self._dialers.items():
                dialer.see(states.get(serial, DeviceState.ABSENT))
        for call in calls:
            call()

    def _revive(self, gone_since: float | None) -> None:
        if gone_since is None or self._revive_after_s is None:
            return
        if time.monotonic() - gone_since < self._revive_after_s or self._stopping.is_set():
            return
        try:
            if adb_server.running_version() is None:
                adb_server.start()
        except SetupError as exc:
            self._no_server.met(exc)
        else:
            self._no_server.over()


def _tracking() -> ServerConnection:
    connection = DeadlineAdbClient().make_connection()
    try:
        connection.send_command("host:track-devices")
        connection.check_okay()
    except BaseException:
        connection.close()
        raise
    return connection


def _listed(block: str) -> dict[str, DeviceState]:
    pairs = (line.split("\t", maxsplit=1) for line in block.splitlines())
    return {pair[0].strip(): state_of(pair[1]) for pair in pairs if len(pair) > 1}


class _Dialer:
    """Connects one address for as long as it is not connected, in a thread of its own."""

    def __init__(self, address: str, state: DeviceState) -> None:
        self._address = address
        self._state = state
        self._wait_s = _FIRST_WAIT_S
        self._moved = threading.Event()
        self._stopping = threading.Event()
        name = f"adb-connect-{address}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def see(self, state: DeviceState) -> None:
        if state is not self._state:
            self._state = state
            self._moved.set()

    def hurry(self) -> None:
        """It may be reached by now."""
        self._wait_s = _FIRST_WAIT_S
        self._moved.set()

    def stop(self) -> None:
        """The thread ends by itself after the call in hand."""
        self._stopping.set()
        self._moved.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._state is DeviceState.READY:
                self._wait_s = _FIRST_WAIT_S
                self._moved.wait()
            else:
                self._dial()
                wait_s, self._wait_s = self._wait_s, min(self._wait_s * 2, _LONGEST_WAIT_S)
                self._moved.wait(wait_s)
            self._moved.clear()

    def _dial(self) -> None:
        """The server must drop a dead connection before it makes another."""
        if self._state is DeviceState.UNAUTHORIZED:
            return
        try:
            if self._state is DeviceState.OFFLINE:
                adb_server.disconnect(self._address)
            answer = adb_server.connect(self._address)
        except DeviceError as exc:
            answer = str(exc)
        log.debug("adb connect %s: %s", self._address, answer)
