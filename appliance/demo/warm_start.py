"""Balie's command line in processes that begin with all its code read.

To read it takes five seconds of a core of a small machine, which is most of the time that a Balie
needs to start. One process reads it once and forks for each start; whoever died is back in two.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

READ_FIRST = (
    *("appliance.__main__", "appliance.cli.running", "appliance.cli.office"),
    *("appliance.cli.office_link", "appliance.runtime.kinds"),
    *("appliance.demo.one_box", "appliance.runtime.office"),
)
"""What the verbs of the demo of several boxes import when they are called, and when they run."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(list(READ_FIRST))


@dataclass(frozen=True, slots=True)
class WarmProgram:
    """A running `balie VERB`, with what `subprocess.Popen` can do."""

    process: ForkServerProcess

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(self.process.name, timeout or 0)
        return code

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()


def begin(verb: Sequence[str], environment: Mapping[str, str], log: Path) -> WarmProgram:
    """Starts `balie VERB`; what it says goes to the end of the log."""
    process = _forks.Process(
        target=_run, args=(tuple(verb), dict(environment), log), name=verb[0], daemon=True
    )
    process.start()
    return WarmProgram(process)


def _run(verb: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as said:
        for number in (1, 2):
            os.dup2(said.fileno(), number)
    sys.argv = ["balie", *verb]
    runpy.run_module("appliance", run_name="__main__")
