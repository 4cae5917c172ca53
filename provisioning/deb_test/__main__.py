"""`scripts/deb-test`: a table of what was tried, and status 1 when something failed."""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance import __version__
from provisioning.deb_test import inside
from provisioning.deb_test.contents import complaints
from provisioning.deb_test.roots import SUITES, Root, TrialError, plain_root, words_of
from provisioning.package.__main__ import build, epoch
from provisioning.package.tree import ROOT, Release
from provisioning.package.wheels import MACHINES, PackageError

_OUT = ROOT / ".artifacts" / "deb-trial"
_LATER = f"{__version__}+later"
_INSIDE = Path("tmp/inside.py")
_SETTINGS = Path("etc/balie/balie.toml")
_KEPT = "# an administrator wrote this\n"
_MB = 1_000_000


@dataclass(slots=True)
class Table:
    rows: list[tuple[str, str, bool, str]] = field(default_factory=list)

    def judged(self, where: str, what: str, good: bool, told: object = "") -> None:
        self.rows.append((where, what, bool(good), str(told)))
        mark = "ok  " if good else "FAIL"
        print(f"{mark} {where:10} {what:58} {str(told)[:400]}", flush=True)  # noqa: T201

    @property
    def failed(self) -> bool:
        return not self.rows or not all(good for _, _, good, _ in self.rows)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/deb-test", description="Tries the package on plain Debian 12 and 13, as root."
    )
    parser.add_argument("--suite", choices=SUITES, action="append", help="default: each")
    given = parser.parse_args()
    table = Table()
    try:
        packages = [_built(table, version) for version in (__version__, _LATER)]
    except PackageError as exc:
        print(f"deb-test: {exc}", file=sys.stderr)  # noqa: T201
        return 1
    for suite in given.suite or SUITES:
        try:
            with plain_root(suite) as root:
                _tried(table, suite, root, *packages)
        except (TrialError, OSError, ValueError) as exc:
            table.judged(suite, "went to its end", False, exc)
    return int(table.failed)


def _built(table: Table, version: str) -> Path:
    """For this machine's processor; the others' are looked at, and two builds are compared."""
    release = Release(version=version, epoch=epoch())
    arch = next(name for name, machine in MACHINES.items() if machine == _machine())
    made = build(arch, release, _OUT, effort=0)
    if version == __version__:
        again = build(arch, release, _OUT / "again", effort=0)
        table.judged(arch, "two builds are the same bytes", _same(made, again), _size(made))
        for each in sorted(MACHINES):
            package = made if each == arch else build(each, release, _OUT, effort=0)
            found = complaints(package, each)
            table.judged(each, "contents", not found, "; ".join(found) or _size(package))
    return made


def _machine() -> str:
    import platform

    return platform.machine()


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _size(package: Path) -> str:
    return f"{package.stat().st_size / _MB:.1f} MB"


def _tried(table: Table, suite: str, root: Root, first: Path, later: Path) -> None:
    judged: Callable[..., None] = lambda what, good, told="": table.judged(suite, what, good, told)  # noqa: E731
    shutil.copy(inside.__file__, root.folder / _INSIDE)
    begun = time.monotonic()
    said = _installed(root, first)
    judged("apt install ./balie.deb", True, f"{time.monotonic() - begun:.0f} s")
    judged("says where it is and where the set-up code stands", "set-up code" in said)
    _units_are_understood(judged, root)
    _judge_running(judged, _looked(root, __version__), [__version__])

    settings = root.folder / _SETTINGS
    settings.write_text(settings.read_text("utf-8") + _KEPT, "utf-8")
    _installed(root, later)
    judged("upgrade keeps the settings", _KEPT in settings.read_text("utf-8"))
    _judge_running(judged, _looked(root, _LATER), [__version__, _LATER])

    _removed(judged, root)
    _purged(judged, root, later)


def _installed(root: Root, package: Path) -> str:
    shutil.copy(package, root.folder / "tmp" / package.name)
    return root.apt("--no-install-recommends", "install", f"/tmp/{package.name}")  # noqa: S108


def _looked(root: Root, version: str) -> dict[str, Any]:
    done = root.run("python3", f"/{_INSIDE}", version, alone=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _units_are_understood(judged: Callable[..., None], root: Root) -> None:
    names = sorted(each.name for each in (root.folder / "usr/lib/systemd/system").glob("balie*"))
    done = root.run("systemd-analyze", "verify", "--man=no", *names, check=False)
    ours = [line for line in done.stderr.splitlines() if "balie" in line]
    judged("systemd understands the units", not ours, "; ".join(ours) or words_of(names))


def _judge_running(judged: Callable[..., None], found: dict[str, Any], versions: list[str]) -> None:
    good = found["page"] == 200 and found["is_balie"]  # noqa: PLR2004 -- HTTP
    judged("https answers, vouched for by the box", good, f"after {found['answers_s']} s")
    said = found["setup_code"] and found["said_address"]
    judged("the set-up code and the address are in its log", said)
    judged("http says how to trust the box", found["trust_page"])
    to_https = f"https://{inside.ON_THE_LAN}/inbox"
    judged("http sends all else to https", found["sent_to"] == to_https, found["sent_to"])
    judged("root's balie adds a branch", found["added"][0] == 0, found["added"][1])
    names = {each["name"] for each in json.loads(found["branches"][1])["items"]}
    judged("what was added before is there", names == set(_named(versions)), sorted(names))
    status, told = found["doctor"]
    judged("balie doctor looks", status in (0, 1) and told.startswith("{"), told)
    judged("balie tls status", found["tls"][0] == 0, found["tls"][1])
    kept = found["settings"]
    judged("root writes the settings, Balie reads them", kept == "root:balie:640", kept)
    stranger = found["stranger"]
    judged("another user is told what to do", stranger[0] == 1 and "sudo balie" in stranger[1])
    judged("no file of root's in the data", not found["foreign"], found["foreign"])
    judged("starts with the machine", found["enabled"])
    judged("memory of Balie", found["memory_mb"] < 320, f"{found['memory_mb']} MB")  # noqa: PLR2004


def _named(versions: list[str]) -> Iterator[str]:
    for version in versions:
        yield f"Utrecht {version}"


def _removed(judged: Callable[..., None], root: Root) -> None:
    root.apt("remove", "balie")
    there = [each for each in ("balie", "default") if (_sites(root) / each).is_symlink()]
    judged("removal gives nginx its own site back", there == ["default"], there)
    judged("nginx is well without it", root.run("nginx", "-t", check=False).returncode == 0)
    left = list((root.folder / "usr/lib/balie").glob("**/*.py*"))
    judged("removal leaves no code", not left, left[:3])


def _sites(root: Root) -> Path:
    return root.folder / "etc/nginx/sites-enabled"


def _purged(judged: Callable[..., None], root: Root, package: Path) -> None:
    database = root.folder / "var/lib/balie/balie.db"
    root.apt("purge", "balie")
    judged("purge keeps what was written", database.is_file())
    _installed(root, package)
    judged("a new installation has its site again", (_sites(root) / "balie").is_symlink())
    found = _looked(root, "again")
    judged("and goes on with it", f"Utrecht {_LATER}" in found["branches"][1])
    answer = "balie balie/remove-data boolean true\n"
    (root.folder / "tmp/answer").write_text(answer, "utf-8")
    root.run("debconf-set-selections", "/tmp/answer")  # noqa: S108
    root.apt("purge", "balie")
    state = root.folder / "var/lib"
    left = [each.name for each in state.glob("balie*")]
    judged("purge with a yes takes everything", not left, left)


if __name__ == "__main__":
    sys.exit(main())
