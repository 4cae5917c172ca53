"""Every phone that carries a line has a worker; lines that come and go are noticed."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable

from appliance.devices.watch import AdbWatch
from appliance.devices.worker import DeviceWorker
from appliance.errors import StoreError
from appliance.store import lines
from appliance.store.lines import Device
from appliance.store.store import Store

log = logging.getLogger(__name__)

NOTICE_S = 1.0
"""Real seconds until a line that the CLI added gets its phone."""


class Fleet:
    """Starts, wakes and stops the workers. One thread keeps them equal to the routes."""

    def __init__(
        self, store: Store, make_worker: Callable[[Device], DeviceWorker], watch: AdbWatch
    ) -> None:
        self._store = store
        self._make_worker = make_worker
        self._watch = watch
        self._workers: dict[str, DeviceWorker] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)

    def start(self) -> None:
        self._keep_up()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        with self._lock:
            self._end(list(self._workers))

    def wake_line(self, line_id: str) -> None:
        """Something on this line may leave now."""
        routes = self._store.read(lambda conn: lines.routes_of_line(conn, line_id))
        with self._lock:
            for device_id in {route.device_id for route in routes}:
                if worker := self._workers.get(device_id):
                    worker.wake()

    def _run(self) -> None:
        version = -1
        while not self._stopping.wait(NOTICE_S):
            try:
                if (seen := self._store.data_version()) != version:
                    version = seen
                    self._keep_up()
            except StoreError:
                log.exception("the lines could not be read")

    def _keep_up(self) -> None:
        wanted = {device.id: device for device in self._store.read(_carrying)}
        with self._lock:
            self._end([each for each in self._workers if each not in wanted])
            for device_id in wanted.keys() - self._workers.keys():
                worker = self._make_worker(wanted[device_id])
                self._workers[device_id] = worker
                worker.start()

    def _end(self, device_ids: Iterable[str]) -> None:
        ending = [self._workers.pop(device_id) for device_id in device_ids]
        for worker in ending:
            worker.stop()


def _carrying(conn: sqlite3.Connection) -> list[Device]:
    """The devices that some line sends through."""
    return [device for device in lines.devices(conn) if lines.routes_of_device(conn, device.id)]
