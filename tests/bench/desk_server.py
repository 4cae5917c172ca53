"""Balie itself on a copy of the database of size, and the browsers of its staff."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests import http_calls
from tests.bench import processes
from tests.bench.desk_database import Built
from tests.running_demo import eventually

_PATIENCE_S = 120.0
_REST_S, _REST = 0.5, 0.2
"""A fifth of a core is as quiet as it gets while the planner catches up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    url: str
    pid: int
    built: Built

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.built.token}"}

    def api(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v1{path}", headers=self.bearer, timeout=_PATIENCE_S)
        return answer.raise_for_status().json()

    def cpu_s(self) -> float:
        return processes.cpu_s(self.pid)

    def rests(self) -> None:
        """Waits until it has done what is left of an earlier load, so that the next figure is of
        the next load alone.
        """
        eventually(self._is_at_rest, "Balie rests", pause_s=0, within_s=_PATIENCE_S)

    def _is_at_rest(self) -> bool:
        before_s = self.cpu_s()
        time.sleep(_REST_S)
        return self.cpu_s() - before_s < _REST_S * _REST

    def logged_in(self, login: dict[str, str]) -> httpx.Client:
        """A browser of this person, with a session of its own."""
        client = httpx.Client(base_url=self.url, follow_redirects=False, timeout=_PATIENCE_S)
        form = {"csrf": csrf_of(client.get("/login").text), "next": "/"}
        answer = client.post(
            "/login", data={**form, "name": login["name"], "password": login["password"]}
        )
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"{login['name']} cannot log in: {answer.status_code}")
        return client


@contextmanager
def running(built: Built) -> Iterator[Server]:
    """Ready to serve; without an adb server, so that no phone is looked for."""
    port, none = _free_port(), _free_port()
    command = [sys.executable, "-m", "appliance", "run"]
    command += ["--data", built.data, "--port", str(port)]
    environment = {**os.environ, "ANDROID_ADB_SERVER_PORT": str(none)}
    environment |= {"ADBUTILS_ADB_PATH": "/nonexistent/adb"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        server = Server(url=f"http://127.0.0.1:{port}", pid=process.pid, built=built)
        eventually(lambda: _is_there(server.url), "Balie answers", within_s=_PATIENCE_S)
        yield server
    finally:
        process.terminate()
        process.wait()


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    if found is None:
        raise LookupError("the page has no form")
    return found[1]


def _is_there(url: str) -> bool:
    try:
        return http_calls.get(f"{url}/healthz").is_success
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
