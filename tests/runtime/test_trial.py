"""`balie run --trial`: held. It answers and shows; it touches, sends and takes nothing."""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.access import sessions, tokens
from appliance.desk.team import staff
from appliance.store import branches, devices, lines, routes
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store
from tests.running_demo import eventually

ADB_ASKED_S = 1.0
"""A Balie that works asks adb long before."""


def furnish(tx: Tx) -> tuple[str, str]:
    """A number on a phone, a program's token and somebody's session."""
    branch_id = branches.add_branch(tx, "Utrecht")
    line_id = lines.add_line(tx, branch_id=branch_id, number="+31612345678")
    device_id = devices.enrol(tx, kind="phone", address="127.0.0.1:5999")
    routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.WHATSAPP)
    somebody = staff.add(tx, "Sanne", role="admin", branch_id=None)
    return tokens.add(tx, "planning").token, sessions.begin(tx, somebody).token


def free_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def running(data: Path, adb: socket.socket, *options: str) -> Iterator[httpx.Client]:
    """The real process; `adb` stands in the place of the adb server."""
    port = free_port()
    env = {**os.environ, "ANDROID_ADB_SERVER_PORT": str(adb.getsockname()[1])}
    command = [sys.executable, "-m", "appliance", "run", "--data", str(data), "--port", str(port)]
    with (data.parent / "stderr").open("w") as stderr:
        process = subprocess.Popen([*command, *options], env=env, stderr=stderr)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            eventually(lambda: answers(client), "Balie answers", within_s=150)
            yield client
    finally:
        process.terminate()
        assert process.wait(30) == 0


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def adb() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening


def was_asked(adb: socket.socket) -> bool:
    return bool(select.select([adb], [], [], ADB_ASKED_S)[0])


def test_a_version_on_trial_answers_and_neither_touches_nor_takes_anything(
    tmp_path: Path, adb: socket.socket
) -> None:
    """It says so at `/readyz`; a program and a colleague are told to come back; adb is not asked,
    also not by the page that shows what is plugged in; the log of events stays as it was.
    """
    data = tmp_path / "data"
    with closing(fresh_store(data / "balie.db", SystemClock())) as store:
        token, cookie = store.write(furnish)
        before = events_of(store)
    program = {"Authorization": f"Bearer {token}"}
    colleague = {"Cookie": f"balie_session={cookie}", "Accept": "text/html"}
    with running(data, adb, "--trial") as client:
        assert client.get("/readyz").json() == {"status": "trial"}
        assert len(client.get("/api/v1/lines", headers=program).json()["items"]) == 1
        message = {"line": "+31612345678", "to": "+31655500201", "text": "Hallo"}
        refused = client.post("/api/v1/messages", headers=program, json=message)
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["code"] == "on-trial"
        assert refused.headers["retry-after"] == "60"
        page = client.post("/settings/look", headers=colleague, data={"theme": "dark"})
        assert (page.status_code, page.headers["content-type"][:9]) == (503, "text/html")
        assert "op proef" in page.text
        assert client.get("/devices/enrol", headers=colleague).status_code == 200
        assert not was_asked(adb)
    with closing(Store(data / "balie.db", SystemClock())) as store:
        assert events_of(store) == before


def test_without_a_trial_the_same_balie_begins_to_work(tmp_path: Path, adb: socket.socket) -> None:
    """So that the test above can fail: released, it asks adb for its phone at once."""
    data = tmp_path / "data"
    with closing(fresh_store(data / "balie.db", SystemClock())) as store:
        store.write(furnish)
    with running(data, adb) as client:
        assert client.get("/readyz").json() == {"status": "ok"}
        assert was_asked(adb)


def events_of(store: Store) -> int:
    return store.read(lambda conn: int(conn.execute("SELECT count(*) FROM event").fetchone()[0]))
