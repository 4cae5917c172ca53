"""`balie` in a process of its own, which a verb may turn into another program."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from appliance.__main__ import app


def run(words: Sequence[str], env: Mapping[str, str], said: Path) -> None:
    """What the process prints stands in `said` as `out` and `err`."""
    os.environ.clear()
    os.environ.update(env)
    for descriptor, name in ((1, "out"), (2, "err")):
        with (said / name).open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    app(words)
