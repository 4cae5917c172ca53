"""Every device that carries a line has a worker; lines that come and go are noticed."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from appliance.devices.phone.adb.watch import AdbWatch
from appliance.devices.worker import DeviceWorker
from appliance.errors import StoreError
from appliance.store import devices, routes
from appliance.store.devices import Device
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

NOTICE_S = 1.0
"""Real seconds until a line that the CLI added gets its device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crew:
    """`serial` is a phone's; a modem sees for itself whether it is there."""

    serial: str | None
    worker: DeviceWorker


class Fleet:
    """Starts, wakes and stops the workers. One thread keeps them equal to the routes."""

    def __init__(
        self, store: Store, make_worker: Callable[[Device], DeviceWorker], watch: AdbWatch
    ) -> None:
        self._store = store
        self._make_worker = make_worker
        self._watch = watch
        self._crew: dict[str, _Crew] = {}
        self._lock = threading.Lock()
        self._unread = Trouble(log, "the lines could not be read", level=logging.ERROR)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)

    def start(self) -> None:
        self._keep_up()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._end(self._taken_off(list(self._crew)))

    def wake_line(self, line_id: str) -> None:
        """Something on this line may leave now."""
        ways = self._store.read(lambda conn: routes.routes_of_line(conn, line_id))
        with self._lock:
            for device_id in {route.device_id for route in ways}:
                if found := self._crew.get(device_id):
                    found.worker.wake()

    def _run(self) -> None:
        version = -1
        while not self._stopping.wait(NOTICE_S):
            try:
                if (seen := self._store.data_version()) != version:
                    self._keep_up()
                    version = seen
            except StoreError as exc:
                self._unread.met(exc, exc=exc)
            else:
                self._unread.over()

    def _keep_up(self) -> None:
        """Who goes has ended before another begins: it may be on the same port."""
        wanted = {device.id: device for device in self._store.read(devices.carrying)}
        self._end(self._taken_off(self._crew.keys() - wanted.keys()))
        for device_id in wanted.keys() - self._crew.keys():
            self._begin(wanted[device_id])

    def _begin(self, device: Device) -> None:
        worker = self._make_worker(device)
        serial = device.address if device.kind == "phone" else None
        with self._lock:
            self._crew[device.id] = _Crew(serial=serial, worker=worker)
        worker.start()
        if serial is not None:
            self._watch.follow(serial, worker.changed)

    def _taken_off(self, device_ids: Iterable[str]) -> Sequence[_Crew]:
        with self._lock:
            return [self._crew.pop(device_id) for device_id in device_ids]

    def _end(self, ending: Sequence[_Crew]) -> None:
        """All at once: a device that hangs must not make the others wait for their end."""
        for each in ending:
            if each.serial is not None:
                self._watch.forget(each.serial)
        threads = [threading.Thread(target=each.worker.stop) for each in ending]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
