"""The emulator as a program of its own, and its control address."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any, Self

_ENDS_WITHIN_S = 60


class EmulatorProcess:
    """A context that ends the program at its exit; `first` is the first line it printed."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "appliance", "emulate", *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.first: dict[str, Any] = json.loads(self.process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.terminate()

    def terminate(self) -> int:
        self.process.terminate()
        return self._ended()

    def close_input(self) -> int:
        assert self.process.stdin
        self.process.stdin.close()
        return self._ended()

    def _ended(self) -> int:
        status = self.process.wait(_ENDS_WITHIN_S)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        return status

    @property
    def serial(self) -> str:
        return str(self.first["phones"][0]["serial"])

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON; a POST when there is a body, which may be raw bytes."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.first['control']}{path}", data=data)  # noqa: S310 -- loopback
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- loopback
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def truth(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.ask("/truth")[1]["items"]
        return items
