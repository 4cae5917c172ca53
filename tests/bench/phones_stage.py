"""The stage of the phones' benchmark: emulated phones, an adb server and `balie run`.

Each is a process of its own, so that Balie's figures are Balie's.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import adbutils
import httpx

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.access import tokens
from appliance.runtime.balie import DATABASE
from appliance.store import branches, devices, lines, routes
from appliance.store.store import Store, Tx
from tests import http_calls
from tests.bench import processes
from tests.running_demo import eventually

PATIENCE_S = 60.0
#: Real seconds of silence on the stream of events, which beats every two.
_LISTENS_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """`heard` gets every event as an API client gets it; `numbers` are those of the phones."""

    url: str
    token: str
    pid: int
    numbers: Sequence[str]
    control: httpx.Client
    heard: SimpleQueue[dict[str, Any]]
    server: "AdbServer"

    def api(self, path: str) -> Any:
        return http_calls.get(f"{self.url}/api/v1{path}", headers=self._bearer).json()

    def messages(self, direction: str) -> Sequence[Mapping[str, Any]]:
        """All of them: the run makes more than a page holds."""
        found: list[Mapping[str, Any]] = []
        after: str | None = ""
        while after is not None:
            since = f"&after={after}" if after else ""
            page = self.api(f"/messages?direction={direction}&limit=200{since}")
            found += page["items"]
            after = page["next"]
        return found

    def post(self, path: str, body: dict[str, Any]) -> Any:
        url = f"{self.url}/api/v1{path}"
        return http_calls.post(url, headers=self._bearer, json=body).raise_for_status().json()

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def inject(self, **body: Any) -> None:
        self.control.post("/inject", json=body).raise_for_status()

    def fault(self, phone: str, kind: str, **more: Any) -> None:
        self.control.post("/fault", json={"phone": phone, "fault": kind, **more}).raise_for_status()

    def truth(self) -> list[str]:
        items = self.control.get("/truth").raise_for_status().json()["items"]
        return [each["text"] for each in items]

    def round_trips(self, phone: str) -> int:
        items = self.control.get("/phones").raise_for_status().json()["items"]
        return int(next(each for each in items if each["number"] == phone)["round_trips"])

    def states(self) -> dict[str, str]:
        """By the id of the device."""
        items = self.api("/devices")["items"]
        return {str(each["id"]): str(each["state"]) for each in items}

    def are_ready(self) -> bool:
        states = self.states().values()
        return len(states) == len(self.numbers) and set(states) == {"ready"}

    def cpu_s(self) -> float:
        return processes.cpu_s(self.pid)

    def resident_mb(self) -> float:
        return processes.resident_mb(self.pid)

    def forget_heard(self) -> None:
        while not self.heard.empty():
            self.heard.get()

    def hears(self, kind: str) -> dict[str, Any]:
        """The next event of this kind; raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                event = self.heard.get(timeout=PATIENCE_S)
            except Empty:
                break
            if event.get("kind") == kind:
                return event
        raise TimeoutError(f"no event {kind}")


class AdbServer:
    """An adb server on a port of its own, which looks for no phones by itself."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "ANDROID_USER_HOME": str(home / ".android"),
            "ANDROID_ADB_SERVER_PORT": str(self.port),
            "ADB_MDNS": "0",
            "ADB_USB": "0",
            "ADB_EMU": "0",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [adbutils.adb_path(), "-L", f"tcp:localhost:{self.port}", "server", "nodaemon"]
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        eventually(self._listens, "the adb server listens")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def end_any(self) -> None:
        """Also one that Balie has started."""
        self.kill()
        if self._listens():
            command = [adbutils.adb_path(), "-P", str(self.port), "kill-server"]
            subprocess.run(command, env=self.environment, check=False, capture_output=True)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def branch(phones: int) -> Iterator[Branch]:
    """Ready: every phone is. One line a phone."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = AdbServer(folder)
        server.start()
        stack.callback(server.end_any)
        facts = stack.enter_context(_emulator(phones))
        control = stack.enter_context(httpx.Client(base_url=facts["control"], timeout=PATIENCE_S))
        token = _furnished(folder, facts["phones"])
        url, pid = stack.enter_context(_balie(folder, server.environment))
        heard: SimpleQueue[dict[str, Any]] = SimpleQueue()
        made = Branch(
            url=url,
            token=token,
            pid=pid,
            numbers=[each["number"] for each in facts["phones"]],
            control=control,
            heard=heard,
            server=server,
        )
        threading.Thread(target=_listen, args=(made,), daemon=True).start()
        eventually(made.are_ready, "all phones are ready")
        yield made


@contextmanager
def _emulator(phones: int) -> Iterator[dict[str, Any]]:
    command = [
        *(sys.executable, "-m", "appliance", "emulate", "--until-stdin-closes", "--no-traffic"),
        *("--phones", str(phones)),
    ]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin
    assert child.stdout
    try:
        yield json.loads(child.stdout.readline())
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()


def _furnished(data: Path, phones: Sequence[dict[str, str]]) -> str:
    """A line for each phone, each at its own branch; gives a token for the API."""
    store = Store(data / DATABASE, SystemClock())
    try:
        store.write(lambda tx: _furnish(tx, phones))
        return store.write(lambda tx: tokens.add(tx, "bench", life_days=None)).token
    finally:
        store.close()


def _furnish(tx: Tx, phones: Sequence[dict[str, str]]) -> None:
    for place, phone in enumerate(phones):
        branch_id = branches.add_branch(tx, f"Bench {place}")
        line_id = lines.add_line(tx, branch_id=branch_id, number=phone["number"])
        device_id = devices.enrol(tx, kind="phone", address=phone["serial"])
        for channel in (Channel.WHATSAPP, Channel.SMS):
            routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)


@contextmanager
def _balie(data: Path, environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "appliance", "run", "--data", str(data), "--port", str(port)]
    with (data / "stderr").open("a") as stderr:
        child = subprocess.Popen(command, env=environment, stderr=stderr)
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: _is_ready(url), "Balie is ready")
        yield url, child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(PATIENCE_S)
        sys.stderr.write((data / "stderr").read_text()[-4000:])


def _is_ready(url: str) -> bool:
    try:
        return http_calls.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False


def _listen(made: Branch) -> None:
    headers = {"Authorization": f"Bearer {made.token}"}
    with (
        httpx.Client(timeout=_LISTENS_S) as client,
        client.stream("GET", f"{made.url}/api/v1/events", headers=headers) as answer,
    ):
        try:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    made.heard.put(json.loads(line[5:]))
        except httpx.HTTPError:
            return
