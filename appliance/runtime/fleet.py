"""Every device that carries a line has a worker, also when lines are added and removed."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from appliance.devices import errands
from appliance.devices.kind import Kind, Watch
from appliance.devices.protocol import Driver
from appliance.devices.worker import DeviceWorker
from appliance.errors import StoreError
from appliance.store import device_accounts, devices, routes
from appliance.store.devices import Device
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

T = TypeVar("T")

NOTICE_S = 1.0
"""Real seconds until a line that the CLI added gets its device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crew:
    """`watch` None: the device sees for itself whether it is there. `account_ms`: since when it
    logs in as it does.
    """

    address: str
    account_ms: int | None
    watch: Watch | None
    worker: DeviceWorker


class Fleet:
    """Starts, wakes and stops the workers. One thread keeps them equal to the routes.

    `watches` by the name of the kind of device.
    """

    def __init__(
        self,
        store: Store,
        make_worker: Callable[[Device], DeviceWorker],
        watches: Mapping[str, Watch],
    ) -> None:
        self._store = store
        self._make_worker = make_worker
        self._watches = watches
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

    def ask(self, device_id: str, errand: Callable[[Driver], T], *, within_s: float) -> Future[T]:
        """Has it done in the device's thread; see `DeviceWorker.ask`."""
        with self._lock:
            found = self._crew.get(device_id)
        if found is not None:
            return found.worker.ask(errand, within_s=within_s)
        nobody: Future[T] = Future()
        nobody.set_exception(errands.gone())
        return nobody

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
        """Old workers end before new ones begin: both may use the same port."""
        carrying = self._store.read(_carrying)
        wanted = {each.id: (each, account_ms) for each, account_ms in carrying}
        other = {
            device_id
            for device_id, crew in self._crew.items()
            if device_id in wanted and wanted[device_id][1] != crew.account_ms
        }
        self._end(self._taken_off((self._crew.keys() - wanted.keys()) | other))
        for device_id in wanted.keys() - self._crew.keys():
            self._begin(*wanted[device_id])

    def _begin(self, device: Device, account_ms: int | None) -> None:
        worker = self._make_worker(device)
        watch = self._watches.get(device.kind)
        with self._lock:
            self._crew[device.id] = _Crew(
                address=device.address, account_ms=account_ms, watch=watch, worker=worker
            )
        worker.start()
        if watch is not None:
            watch.follow(device.address, worker.changed)

    def _taken_off(self, device_ids: Iterable[str]) -> Sequence[_Crew]:
        with self._lock:
            return [self._crew.pop(device_id) for device_id in device_ids]

    def _end(self, ending: Sequence[_Crew]) -> None:
        """Stops all of them at once: a device that hangs must not delay the others."""
        for each in ending:
            if each.watch is not None:
                each.watch.forget(each.address)
        threads = [threading.Thread(target=each.worker.stop) for each in ending]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _carrying(conn: sqlite3.Connection) -> Sequence[tuple[Device, int | None]]:
    """Each device that can be driven, and since when it logs in as it does."""
    found = [each for each in devices.carrying(conn) if Kind.named(each.kind) in Kind.known()]
    accounts = ((each, device_accounts.of(conn, each.id)) for each in found)
    return [(each, account.changed_ms if account else None) for each, account in accounts]
