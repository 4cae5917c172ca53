"""The stage of the modem's benchmark: emulated modems and a Balie, each in its own process."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.bench import processes
from tests.bench.peers import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Modems:
    """Emulated modems in their own process. Their control connection stays open, because it is
    timed.
    """

    ports: Sequence[str]
    numbers: Sequence[str]
    control: httpx.Client

    def truth(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.control.get("/truth").raise_for_status().json()["items"]
        return items

    def left(self) -> Counter[str]:
        """How often each text left, over all modems."""
        return Counter(each["text"] for each in self.truth())

    def parts_left(self) -> Counter[tuple[str, int]]:
        """How often each part left, by its own text and its place in the message."""
        items = self.control.get("/truth").raise_for_status().json()["parts"]
        return Counter((each["text"], each["part"]) for each in items)

    def inject(self, **body: Any) -> None:
        self.control.post("/inject", json=body).raise_for_status()

    def fault(self, place: int, kind: str, **more: Any) -> None:
        body = {"modem": self.numbers[place], "fault": kind, **more}
        self.control.post("/fault", json=body).raise_for_status()


@contextmanager
def modems(count: int, *, send_ms: int = 0) -> Iterator[Modems]:
    command = [
        *(sys.executable, "-m", "appliance", "emulate", "--until-stdin-closes", "--no-traffic"),
        *("--phones", "0", "--modems", str(count), "--modem-delay-ms", str(send_ms)),
    ]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin
    assert child.stdout
    try:
        facts = json.loads(child.stdout.readline())
        with httpx.Client(base_url=facts["control"], timeout=30) as control:
            yield Modems(
                ports=[each["port"] for each in facts["modems"]],
                numbers=[each["number"] for each in facts["modems"]],
                control=control,
            )
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()


@dataclass(slots=True)
class Office:
    """A Balie of the benchmark; it may be killed and started again on its data."""

    data: Path
    ports: Sequence[str]
    facts: dict[str, Any] = field(default_factory=dict)
    _child: subprocess.Popen[str] | None = field(default=None, init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.bench.modem_office", str(self.data), *self.ports]
        with (self.data / "stderr").open("a") as stderr:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        line = self._line()
        if not line:
            raise RuntimeError((self.data / "stderr").read_text()[-2000:])
        self.facts = json.loads(line)

    def accept(self, texts: Sequence[Text]) -> bool:
        """True when it acknowledged them as durable; the lines take turns."""
        assert self._child
        assert self._child.stdin
        lines = self.facts["lines"]
        body = [
            {"line": lines[place % len(lines)], "number": each.number, "text": each.text}
            for place, each in enumerate(texts)
        ]
        with suppress(BrokenPipeError):
            self._child.stdin.write(json.dumps({"texts": body}) + "\n")
            self._child.stdin.flush()
            return bool(self._line())
        return False

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.facts['port']}/api/v1",
            headers={"Authorization": f"Bearer {self.facts['token']}"},
        )

    def resident_mb(self) -> float:
        assert self._child
        return processes.resident_mb(self._child.pid)

    def kill(self) -> None:
        assert self._child
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()

    def _line(self) -> str:
        assert self._child
        assert self._child.stdout
        return self._child.stdout.readline()


@contextmanager
def office(ports: Sequence[str]) -> Iterator[Office]:
    with tempfile.TemporaryDirectory() as folder:
        made = Office(data=Path(folder), ports=ports)
        made.start()
        try:
            yield made
        finally:
            made.kill()
