"""`provisioning/deb`: builds the packages and prints where they are and how large."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from appliance import __version__
from provisioning.package.archive import check_version, write_archive
from provisioning.package.tree import ROOT, Release, lay_out
from provisioning.package.wheels import (
    MACHINES,
    PYTHONS,
    PackageError,
    Target,
    fetch,
    lay_over,
)

_LOCK = ROOT / "provisioning" / "requirements.lock"
_MB = 1_000_000


def main() -> int:
    given = _arguments()
    try:
        release = Release(version=check_version(given.version), epoch=epoch())
        for arch in given.arch or sorted(MACHINES):
            made = build(arch, release, given.out, effort=given.effort)
            print(f"{made}  {made.stat().st_size / _MB:.1f} MB", flush=True)  # noqa: T201
    except PackageError as exc:
        print(f"deb: {exc}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="provisioning/deb",
        description="Builds balie_VERSION_ARCH.deb for Debian 12 and 13 and Raspberry Pi OS.",
    )
    parser.add_argument(
        "--arch", choices=sorted(MACHINES), action="append", help="one only; default: each"
    )
    parser.add_argument("--version", default=__version__, help=f"default: {__version__}")
    parser.add_argument(
        "--out", type=Path, default=ROOT / ".artifacts" / "deb", help="default: .artifacts/deb"
    )
    parser.add_argument(
        "--effort", type=int, choices=range(10), default=6, help="of xz; 0 is quick and large"
    )
    return parser.parse_args()


def build(arch: str, release: Release, out: Path, *, effort: int = 6) -> Path:
    """The package of one processor. The packages that it needs are fetched once for a lock."""
    with tempfile.TemporaryDirectory(prefix="balie-deb-") as name:
        tree = Path(name) / "tree"
        tree.mkdir()
        lay_out(tree, release, libraries(arch))
        return write_archive(tree, release, arch, out, effort=effort)


def libraries(arch: str) -> Path:
    """What Balie needs there, for each Python laid over each other; kept below .artifacts."""
    kept = ROOT / ".artifacts" / "deb-libraries" / f"{arch}-{_fingerprint()}"
    if kept.exists():
        return kept
    with tempfile.TemporaryDirectory(prefix="balie-wheels-") as name:
        work = Path(name)
        folders = []
        for python in PYTHONS:
            print(f"deb: fetching packages for {arch}, Python {python}", file=sys.stderr)  # noqa: T201
            folders.append(work / python)
            fetch(_LOCK, Target(arch=arch, python=python), folders[-1], work)
        laid = work / "laid"
        lay_over(folders, laid)
        part = kept.with_name(f"{kept.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(laid, part)
        part.rename(kept)
    return kept


def _fingerprint() -> str:
    """Of the lock and of the code that lays its packages out."""
    command = ["git", "hash-object", str(_LOCK), str(Path(__file__).with_name("wheels.py"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return "-".join(each[:12] for each in done.stdout.split())


def epoch() -> int:
    """The time of the last commit, unless who builds says another."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    sys.exit(main())
