"""What a package says of itself, and which of two versions is newer."""

import json
from dataclasses import dataclass
from pathlib import Path

from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.programs import call
from appliance.errors import UpdateRefused

WAY_PACKAGE, WAY_SLOTS = "package", "slots"
ENDINGS = {WAY_PACKAGE: ".deb", WAY_SLOTS: ".raucb"}
_WITHIN_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFacts:
    """`architecture` is Debian's name, or what the hardware of a bundle is called."""

    name: str
    version: str
    architecture: str


def read_package(path: Path, way: str) -> PackageFacts:
    """Raises UpdateRefused for what is none, or is cut short. RAUC checks the signature of a
    bundle here, too.
    """
    try:
        return _bundle(path) if way == WAY_SLOTS else _deb(path)
    except (KeeperError, ValueError, KeyError) as exc:
        raise UpdateRefused(
            "no-package", f"It is no package of Balie, or not all of it is here ({exc})."
        ) from exc


def own_architecture(way: str) -> str:
    """Of this machine, in the same words."""
    if way == WAY_SLOTS:
        told = json.loads(_call(["rauc", "status", "--output-format=json"]))
        return str(told["compatible"])
    return _call(["dpkg", "--print-architecture"]).strip()


def is_newer(version: str, than: str) -> bool:
    """As Debian orders versions: 1.10 is after 1.9, and 1.0~rc1 before 1.0."""
    try:
        _call(["dpkg", "--compare-versions", version, "gt", than])
    except KeeperError:
        return False
    return True


def _deb(path: Path) -> PackageFacts:
    _call(["dpkg-deb", "--contents", str(path)])  # to its end: a part of a package is none
    said = _call(["dpkg-deb", "--field", str(path), "Package", "Version", "Architecture"])
    fields = dict(line.split(": ", 1) for line in said.splitlines())
    return PackageFacts(
        name=fields["Package"], version=fields["Version"], architecture=fields["Architecture"]
    )


def _bundle(path: Path) -> PackageFacts:
    told = json.loads(_call(["rauc", "info", "--output-format=json", str(path)]))
    return PackageFacts(
        name="balie", version=str(told["version"]), architecture=str(told["compatible"])
    )


def _call(command: list[str]) -> str:
    return call(command, within_s=_WITHIN_S, code="package")
