"""Programs that come back when they die: as a service manager keeps them on a real machine."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

_ENDS_S = 10.0
_PAUSE_S = 0.5
"""Between two starts of one that dies at once."""


class RunningProgram(Protocol):
    """What `subprocess.Popen` can do."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(slots=True, kw_only=True)
class KeptProgram:
    """`begin` starts it once; what it says goes to the end of the `log`, whose path it is given."""

    begin: Callable[[Path], RunningProgram]
    log: Path
    _child: RunningProgram | None = field(default=None, init=False)
    _started_s: float = field(default=0.0, init=False)
    _is_stopped: bool = field(default=False, init=False)

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        self._started_s = time.monotonic()
        self._child = self.begin(self.log)

    def look(self) -> None:
        """Starts it again where it is gone."""
        gone = self._child is not None and self._child.poll() is not None
        if gone and not self._is_stopped and time.monotonic() - self._started_s >= _PAUSE_S:
            self.start()

    def kill(self) -> None:
        """At once, and waits until it is gone; `look` starts it again."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def stop(self) -> None:
        self._is_stopped = True
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(_ENDS_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
