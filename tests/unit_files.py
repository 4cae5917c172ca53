"""Unit files of systemd, read as it reads them and judged by its own program."""

import configparser
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

_PROGRAM = re.compile(r"^(Exec\w+=)\S+", re.MULTILINE)
_WITHIN_S = 60


class Unit(configparser.RawConfigParser):
    """Of a key that stands more than once the last value counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
        self.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way
        self.read_string(path.read_text("utf-8"))


def exposure(path: Path) -> float:
    """What an attacker inside could reach, from 0 to 10."""
    done = _analyze("security", "--offline=true", path)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stderr
    return float(found[1])


def complaints(paths: Iterable[Path], folder: Path) -> list[str]:
    """About copies of these in the folder, whose programs are others: this machine has not all."""
    copies = []
    for path in paths:
        copy = folder / path.name.replace("@.", "@sda1.")
        copy.write_text(_PROGRAM.sub(r"\1/bin/true", path.read_text("utf-8")), "utf-8")
        copies.append(copy)
    done = _analyze("verify", "--man=no", *copies)
    return [line for line in done.stderr.splitlines() if str(folder) in line]


def _analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *words],
        capture_output=True,
        text=True,
        timeout=_WITHIN_S,
        check=False,
    )
