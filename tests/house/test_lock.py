"""The locks are current: checked without a network, by the files and the installed packages."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROVISIONING = ROOT / "provisioning"
FRONTEND = ROOT / "appliance" / "api" / "web" / "frontend"
OIDC_PROVIDER = ROOT / "tests" / "oidc_provider"
CLIENTS = ROOT / "tests" / "clients"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")

_PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; (?P<marker>.+))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    name: str
    version: str
    marker: str | None
    hashes: tuple[str, ...]

    @property
    def is_for_here(self) -> bool:
        return self.marker is None or Marker(self.marker).evaluate()


def pins_of(lock: str) -> list[Pin]:
    """The pins of a lock file's text; a line that is no pin with hashes is an error."""
    pins = []
    for line in lock.replace("\\\n", " ").strip().splitlines():
        pin, *hashes = re.split(r"\s+(?=--hash)", line.strip())
        parts = _PIN.fullmatch(pin)
        if parts is None or not all(_HASH.fullmatch(one) for one in hashes):
            raise ValueError(f"not a pin with hashes: {line}")
        pins.append(Pin(**parts.groupdict(), hashes=tuple(hashes)))
    return pins


def installed(pins: list[Pin]) -> dict[str, Pin]:
    """The pins that count on this machine, by name."""
    return {pin.name: pin for pin in pins if pin.is_for_here}


def wanted(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """The requirements of an installed distribution here, with the given extras."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        environments = [{"extra": extra} for extra in extras or {""}]
        marker = requirement.marker
        if marker is None or any(marker.evaluate(each) for each in environments):
            yield requirement


def unmet(roots: list[Requirement], pins: Mapping[str, Pin]) -> Iterator[str]:
    """What `roots` and all their needs lack among the pins, and the pins that nothing needs."""
    todo = list(roots)
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement = todo.pop()
        name: str = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        pin = pins.get(name)
        if pin is None:
            yield f"{requirement} is not pinned"
        elif not requirement.specifier.contains(pin.version, prereleases=True):
            yield f"{requirement} is pinned to {pin.version}"
        elif key not in seen:
            todo += wanted(name, key[1])
        seen.add(key)
    for name in pins.keys() - {name for name, _ in seen}:
        yield f"{name} is pinned, but nothing needs it"


def project() -> dict[str, list[str]]:
    """The requirements that pyproject.toml declares: `run` and each extra."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared: dict[str, list[str]] = {"run": table["project"]["dependencies"]}
    declared |= table["project"]["optional-dependencies"]
    declared["build"] = table["build-system"]["requires"]
    return declared


def requirements(*groups: str) -> list[Requirement]:
    return [Requirement(text) for group in groups for text in project()[group]]


def read(lock: str) -> list[Pin]:
    return pins_of((PROVISIONING / lock).read_text("utf-8"))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(lock: str) -> None:
    """A lock pins versions by content: each has hashes, and none has an address."""
    assert "://" not in (PROVISIONING / lock).read_text("utf-8")
    pins = read(lock)
    assert pins
    assert [pin.name for pin in pins if not pin.hashes] == []


def test_the_lock_for_running_is_current() -> None:
    """All that pyproject.toml needs for running, with all that this needs, is pinned; no more."""
    assert list(unmet(requirements("run", "nats"), installed(read("requirements.lock")))) == []


def test_the_lock_for_tests_is_current() -> None:
    """The same holds with the tools for tests."""
    everything = requirements("run", "nats", "dev")
    assert list(unmet(everything, installed(read("requirements-dev.lock")))) == []


def test_the_lock_for_building_is_current() -> None:
    """The packages that build Balie, and adbutils on a Pi, are pinned as the two files ask."""
    pins = installed(read("requirements-build.lock"))
    asked = (PROVISIONING / "requirements-build.in").read_text("utf-8").splitlines()
    lines = [Requirement(line) for line in asked if line and not line.startswith("#")]
    assert list(unmet([*requirements("build"), *lines], pins)) == []


def test_tests_run_on_what_is_shipped() -> None:
    """The lock for tests holds every pin of the lock for running, and adds to it."""
    run, dev = set(read("requirements.lock")), set(read("requirements-dev.lock"))
    assert run < dev


def test_what_is_installed_is_what_is_locked() -> None:
    """The environment that runs this has the pinned versions."""
    for pin in installed(read("requirements-dev.lock")).values():
        assert Version(distribution(pin.name).version) == Version(pin.version), pin.name


@pytest.mark.parametrize("folder", [FRONTEND, OIDC_PROVIDER, CLIENTS], ids=lambda each: each.name)
def test_what_npm_brings_is_locked(folder: Path) -> None:
    """package.json pins exact versions; its lock holds the same, with hashes, without addresses."""
    wants = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
    text = (folder / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert packages.pop("")["dependencies"] == wants
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wants} == wants
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


def pin(name: str, version: str = "1") -> dict[str, Pin]:
    return {name: Pin(name=name, version=version, marker=None, hashes=("x",))}


def test_the_clients_of_others_are_pinned_by_content() -> None:
    """The environment of their own is locked as Balie's is, at the versions that are asked for."""
    text = (CLIENTS / "requirements.lock").read_text("utf-8")
    pins = {pin.name: pin for pin in pins_of(text)}
    asked = (CLIENTS / "requirements.in").read_text("utf-8").splitlines()
    lines = [Requirement(line) for line in asked if line and not line.startswith("#")]
    assert "://" not in text
    assert [pin.name for pin in pins.values() if not pin.hashes] == []
    assert [str(each) for each in lines if pins[each.name].version not in each.specifier] == []


def test_a_stale_lock_is_reported() -> None:
    """Missing, too old, and left over: each is reported, also for a need of a need."""
    real = installed(read("requirements.lock"))
    missing = {name: each for name, each in real.items() if name != "click"}
    assert "uvicorn>=999 is pinned to" in next(unmet([Requirement("uvicorn>=999")], real))
    assert list(unmet([Requirement("a>=2")], pin("a"))) == ["a>=2 is pinned to 1"]
    assert "left is pinned, but nothing needs it" in list(unmet([], pin("left")))
    assert any(line.startswith("click") for line in unmet(requirements("run"), missing))


@pytest.mark.parametrize("line", ["a>=1", "a==1 --hash=md5:1", "a @ file:a.whl", "-e ."])
def test_a_line_that_pins_nothing_is_an_error(line: str) -> None:
    """A lock is read strictly: a line that is no pin is an error."""
    with pytest.raises(ValueError, match="not a pin"):
        pins_of(line)


def test_a_package_that_is_not_installed_is_not_passed_over() -> None:
    """If a pinned package is absent, the check stops instead of trusting the pin."""
    with pytest.raises(PackageNotFoundError):
        list(unmet([Requirement("no-such-package")], pin("no-such-package")))
