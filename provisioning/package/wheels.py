"""The locked Python packages for another processor and another Python, fetched and never compiled.

What is compiled has the version of Python in its file's name, what is pure is the same for all: so
the folders of several versions are laid over each other, and everything stands once.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from typing import Final

from packaging.markers import Marker

PYTHONS: Final = ("3.11", "3.13")
"""Of Debian 12 and 13, and of Raspberry Pi OS, which follows them."""
MACHINES: Final[Mapping[str, str]] = {"amd64": "x86_64", "arm64": "aarch64"}
_NEWEST_GLIBC = 36
"""Debian 12's is 2.36. A wheel for an older one runs on it, too."""
_OLDEST_GLIBC = 5
_OLD_NAMES = ("manylinux2014", "manylinux2010", "manylinux1")
_BUILT_HERE: Final = ("adbutils", "http-ece")
"""Pure Python once built: the wheels of the first bring an adb, which Debian has; the second has
none.
"""
_NOT_NEEDED = ("RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json")
"""Of a distribution's facts: what only pip reads, and what differs between equal packages."""
_PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+?))? \\$")


class PackageError(Exception):
    """The sentence says what kept the package from being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`arch` as Debian calls it."""

    arch: str
    python: str

    @property
    def platforms(self) -> Iterator[str]:
        machine = MACHINES[self.arch]
        for glibc in range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1):
            yield f"manylinux_2_{glibc}_{machine}"
        for name in _OLD_NAMES:
            yield f"{name}_{machine}"

    @property
    def environment(self) -> dict[str, str]:
        """What the lock's markers ask of (PEP 508)."""
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": MACHINES[self.arch],
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }


def pins_for(lock: str, target: Target) -> Iterator[tuple[str, str]]:
    """The name of each pin that counts there, and its lines without the marker."""
    for block in re.split(r"\n(?=\S)", lock.strip()):
        first, _, hashes = block.partition("\n")
        found = _PIN.fullmatch(first)
        if found is None:
            raise PackageError(f"This line of the lock is no pin: {first}")
        marker = found["marker"]
        if marker is None or Marker(marker).evaluate(target.environment):
            yield found["name"], f"{found['name']}=={found['version']} \\\n{hashes}\n"


def fetch(lock: Path, target: Target, into: Path, work: Path) -> None:
    """The packages of the lock as they lie below a folder of Python's; `work` is for scratch."""
    pins = dict(pins_for(lock.read_text("utf-8"), target))
    own = "".join(pins.pop(name) for name in _BUILT_HERE)
    wanted = work / f"wanted-{target.arch}-{target.python}.lock"
    wanted.write_text("".join(pins.values()), "utf-8")
    digits = target.python.replace(".", "")
    options = [f"--platform={each}" for each in target.platforms]
    options += ["--implementation=cp", f"--python-version={target.python}"]
    options += [f"--abi={each}" for each in (f"cp{digits}", "abi3", "none")]
    _pip("install", *options, "--only-binary=:all:", f"--requirement={wanted}", into=into)
    _pip("install", "--no-index", *map(str, _built(own, work)), into=into, hashes=False)
    tidy(into)


def _built(pins: str, work: Path) -> list[Path]:
    """The wheels that this machine builds of pinned sources, once."""
    folder = work / "built"
    if not folder.exists():
        wanted = work / "built.lock"
        wanted.write_text(pins, "utf-8")
        options = [f"--no-binary={name}" for name in _BUILT_HERE]
        options += ["--no-build-isolation", f"--wheel-dir={folder}", f"--requirement={wanted}"]
        _run("wheel", "--no-deps", "--use-pep517", *options)
    wheels = sorted(folder.glob("*.whl"))
    for wheel in wheels:
        if not wheel.name.endswith("-none-any.whl"):
            raise PackageError(f"{wheel.name} was to be pure Python.")
    return wheels


def _pip(verb: str, *options: str, into: Path, hashes: bool = True) -> None:
    always = ("--no-deps", "--no-compile", "--upgrade", f"--target={into}")
    _run(verb, *always, *(["--require-hashes"] if hashes else []), *options)


def _run(verb: str, *options: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", verb, "--no-input"]
    done = subprocess.run([*command, "--quiet", *options], capture_output=True, text=True)  # noqa: PLW1510
    if done.returncode:
        raise PackageError(f"pip {verb} failed: {done.stderr.strip()[-2000:]}")


def tidy(folder: Path) -> None:
    """Takes away programs, also those for Windows that pip brings, bytecode, and facts that only
    pip reads.
    """
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for program in folder.rglob("*.exe"):
        program.unlink()
    for cache in folder.rglob("__pycache__"):
        shutil.rmtree(cache)
    for facts in folder.glob("*.dist-info"):
        for name in _NOT_NEEDED:
            (facts / name).unlink(missing_ok=True)
        shutil.rmtree(facts / "sboms", ignore_errors=True)  # they name the wheel, one a Python


def lay_over(folders: list[Path], into: Path) -> None:
    """One folder of all. Raises PackageError where two differ in a file: nobody could tell which
    of them Python reads.
    """
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            there = into / path.relative_to(folder)
            if there.exists():
                if not cmp(path, there, shallow=False):
                    raise PackageError(f"{path} differs from {there}.")
                continue
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, there)
