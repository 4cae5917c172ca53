"""Balie stops while somebody follows it: the streams end, and nothing is logged as an error."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from appliance.api.app import create_app
from appliance.api.services import Services
from appliance.clock import SystemClock
from appliance.desk.access import sessions, tokens
from appliance.desk.team import staff
from appliance.queue.gate import ConsentGate
from appliance.runtime.patience import PatientSocket
from appliance.runtime.web import Server, address_of, bind, web_config
from appliance.store.feed import EventFeed
from appliance.store.store import Store


@contextmanager
def running(store: Store, data_dir: Path) -> Iterator[str]:
    """As `serve` runs it, until the block ends; then it is told to stop."""
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=store.clock,
        feed=EventFeed(store, poll_s=0.05),
        planned=lambda: None,
        ready=tuple,
        data_dir=data_dir,
    )
    listening = bind("127.0.0.1", 0)
    address, connections = address_of(listening), services.connections
    config = web_config(create_app(services), connections)
    server = Server(config, connections, services.feed.end)
    door = PatientSocket.at(listening, connections)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])), name="web")
    thread.start()
    yield address
    server.should_exit = True
    thread.join(20)


def test_streams_end_without_an_error_when_balie_stops(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A page's stream and one of other software both end by themselves."""
    caplog.set_level(logging.WARNING)
    store = Store(tmp_path / "balie.db", SystemClock())
    token = store.write(lambda tx: tokens.add(tx, "planning").token)
    cookie = store.write(
        lambda tx: sessions.begin(tx, staff.add(tx, "Sanne", role="admin", branch_id=None)).token
    )
    browser, software = {"Cookie": f"balie_session={cookie}"}, {"Authorization": f"Bearer {token}"}
    with ExitStack() as streams:
        with running(store, tmp_path) as address:
            client = streams.enter_context(httpx.Client(base_url=address, timeout=60))
            opened = [
                streams.enter_context(client.stream("GET", path, headers=headers)).iter_lines()
                for path, headers in (("/live?after=0", browser), ("/api/v1/events", software))
            ]
            assert all(next(lines) for lines in opened)
        for lines in opened:
            list(lines)
    store.close()
    assert [each for each in caplog.records if each.exc_info or each.levelno > logging.INFO] == []
