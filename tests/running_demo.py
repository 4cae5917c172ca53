"""A demo in its own process, as a newcomer starts it, and questions to it from outside."""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import http_calls

SETTLES_S = 120.0
"""Real seconds within which the whole chain must have done a task: a deadline, no measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """`control` is the address of the emulated phones, `pid` the process of Balie itself."""

    url: str
    logins: list[dict[str, str]]
    token: str
    control: str
    pid: int

    @property
    def numbers(self) -> list[str]:
        """The numbers of the emulated phones."""
        return [each["number"] for each in self._control("/")["phones"]]

    def login(self, role: str) -> dict[str, str]:
        return next(each for each in self.logins if each["role"] == role)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def api(self, path: str) -> Any:
        url = f"{self.url}/api/v1{path}"
        return http_calls.get(url, headers=self.bearer).raise_for_status().json()

    def posts(self, path: str, body: Any) -> Any:
        url = f"{self.url}/api/v1{path}"
        answer = http_calls.post(url, headers=self.bearer, json=body)
        return answer.raise_for_status().json()

    def writes(self, phone: str, sender: str, text: str, **more: str) -> None:
        """Somebody writes to the phone with this number, by WhatsApp by default."""
        self.inject(**{"phone": phone, "from": sender, "text": text, "channel": "whatsapp", **more})

    def inject(self, **body: Any) -> None:
        http_calls.post(f"{self.control}/inject", json=body).raise_for_status()

    def left(self, text: str) -> list[dict[str, Any]]:
        """The messages with this text that really left a phone."""
        return [each for each in self._control("/truth")["items"] if each["text"] == text]

    def phone(self, number: str) -> dict[str, Any]:
        """An emulated phone as an observer outside sees it."""
        items = self._control("/phones")["items"]
        found: dict[str, Any] = next(each for each in items if each["number"] == number)
        return found

    def round_trips(self, phone: str) -> int:
        return int(self.phone(phone)["round_trips"])

    def is_ready(self) -> bool:
        items = self.api("/devices")["items"]
        return bool(items) and all(each["state"] == "ready" for each in items)

    def resident_mb(self) -> float:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    def _control(self, path: str) -> Any:
        return http_calls.get(f"{self.control}{path}").raise_for_status().json()


@contextmanager
def running_demo(*options: str, under: Sequence[str] = ()) -> Iterator[Demo]:
    """Ready to use: both phones are ready. `under` is a command that runs the demo.

    Raises RuntimeError with its stderr.
    """
    command = [*under, sys.executable, "-m", "appliance", "demo", "--json", "--port", "0", *options]
    with tempfile.TemporaryFile("w+") as stderr:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                stderr.seek(0)
                raise RuntimeError(f"the demo did not start: {stderr.read()}")
            demo = Demo(**json.loads(line), pid=process.pid)
            eventually(demo.is_ready, "both phones are ready", pause_s=0.2)
            yield demo
        finally:
            process.terminate()
            process.communicate(timeout=60)


def eventually(
    is_so: Callable[[], Any], what: str, *, pause_s: float = 0.05, within_s: float = SETTLES_S
) -> Any:
    """Asks until the answer is true and gives it; raises TimeoutError with the sentence."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := is_so():
            return found
        time.sleep(pause_s)
    raise TimeoutError(f"not within {within_s:.0f} s: {what}")
