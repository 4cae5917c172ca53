"""A head office as `balie office run` makes one, in this process and on a loopback port."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fastapi import FastAPI

from appliance.api.app import create_app
from appliance.api.app import furnish as furnish_web
from appliance.api.services import Services
from appliance.clock import ManualClock
from appliance.office.api import routes
from appliance.office.head import inviting
from appliance.office.head.furnishing import furnish
from appliance.office.head.head import Head
from appliance.office.head.office_store import OFFICE_DATABASE, open_office
from appliance.office.tables import boxes
from appliance.office.tables.boxes import OfficeBox
from appliance.office.web.routes import pages
from appliance.queue.gate import ConsentGate
from appliance.store.feed import EventFeed
from appliance.store.store import Store
from tests.api.office import WebServer, run_web_server
from tests.fresh_store import fresh_store
from tests.office.plain_box import PlainBox
from tests.running_demo import SETTLES_S

T = TypeVar("T")


@dataclass(slots=True)
class OfficeServer:
    """The application is made once; each test gives it another office."""

    web: WebServer
    made: FastAPI | None = None

    @contextmanager
    def serving(self, services: Services, head: Head) -> Iterator[None]:
        if self.made is None:
            self.made = create_app(services, pages=pages, api=routes.routers())
            furnish(self.made, head)
        else:
            furnish_web(self.made, services)
            self.made.state.head = head
        routes.furnish(self.made)
        self.web._made = self.made
        with self.web.serving(services):
            yield
            self.web.loop.call_soon_threadsafe(head.waiting.end)


@contextmanager
def run_office_server() -> Iterator[OfficeServer]:
    with run_web_server() as web:
        yield OfficeServer(web)


@dataclass(slots=True)
class HeadOffice:
    data: Path
    store: Store
    head: Head
    clock: ManualClock
    url: str
    opened: list[PlainBox] = field(default_factory=list)

    def token(self, branch: str | None = None, *, box: str | None = None) -> str:
        return inviting.invite(self.store, self.data, branch=branch, url=self.url, box_id=box)

    def invited(self, name: str) -> PlainBox:
        box = PlainBox.invited(self.token(), name)
        self.opened.append(box)
        return box

    def joined(self, name: str) -> PlainBox:
        box = self.invited(name)
        box.join()
        return box

    def box(self, plain: PlainBox) -> OfficeBox:
        return self.store.read(lambda conn: boxes.one(conn, plain.box))

    def replica(self, plain: PlainBox, work: Callable[[sqlite3.Connection], T]) -> T:
        with self.head.replicas.opened(plain.box) as store:
            return store.read(work)

    def told(self, plain: PlainBox) -> list[tuple[int, str]]:
        """The log as the office has it."""
        return self.replica(
            plain,
            lambda conn: [
                (row["seq"], row["kind"])
                for row in conn.execute("SELECT seq, kind FROM event_log ORDER BY seq")
            ],
        )

    def texts(self, plain: PlainBox) -> list[str]:
        found = "SELECT text FROM message ORDER BY seq"
        return self.replica(plain, lambda conn: [row["text"] for row in conn.execute(found)])

    def until(self, found: Callable[[sqlite3.Connection], T | None]) -> T:
        """Once office.db says so: what follows the replicas does it in a thread of its own."""
        until_s = time.monotonic() + SETTLES_S
        while time.monotonic() < until_s:
            if (value := self.store.read(found)) is not None:
                return value
            time.sleep(0.01)
        raise AssertionError("it never came")


@contextmanager
def open_head_office(server: OfficeServer, data: Path, clock: ManualClock) -> Iterator[HeadOffice]:
    fresh_store(data / OFFICE_DATABASE, clock).close()
    store = open_office(data, clock)
    head = Head(data, store)
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=clock,
        feed=EventFeed(store, poll_s=0.05),
        planned=lambda: None,
        ready=list,
        data_dir=data,
    )
    head.start()
    office = HeadOffice(data, store, head, clock, server.web.url)
    with server.serving(services, head):
        yield office
        for each in office.opened:
            each.client.close()
    head.stop()
    store.close()
