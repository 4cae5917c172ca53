"""The package of the version that runs: without it nothing is installed.

A box that was set up by `apt install` has none at hand. Then it is packed anew from the files that
the package system knows, which is what `dpkg-repack` does.
"""

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

from appliance.box.keeper.deb_slots import GOOD
from appliance.box.keeper.disk import sync_folder
from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.programs import call
from appliance.box.updates.packages import WAY_PACKAGE, read_package
from appliance.errors import UpdateRefused

_SCRIPTS = ("preinst", "postinst", "prerm", "postrm", "config", "templates", "triggers", "shlibs")
_SETTING = re.compile(r"^ (/\S+) ([0-9a-f]{32})(?: \w+)*$", re.MULTILINE)
"""A file of the configuration, and the MD5 of what the package brought (deb-conffiles(5))."""
_NOT_OF_A_PACKAGE = ("Status:", "Conffiles:", "Config-Version:")


def ensure_way_back(packages: Path, runs: str, *, package: str, system: str) -> None:
    """`good.deb` is the version that runs. Raises UpdateRefused where it cannot be had."""
    good = packages / GOOD
    try:
        if good.exists() and read_package(good, WAY_PACKAGE).version == runs:
            return
    except UpdateRefused:
        pass
    try:
        packages.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=packages, prefix=".again-") as folder:
            packed = _pack_anew(Path(folder), package, system)
            packed.replace(good)
        sync_folder(packages)
    except (KeeperError, OSError) as exc:
        raise UpdateRefused(
            "no-way-back",
            f"The version that runs could not be packed ({exc}), so there would be no way back.",
        ) from exc


def _pack_anew(folder: Path, package: str, system: str) -> Path:
    tree, packed = folder / "tree", folder / "again.deb"
    admin = Path(system, "var/lib/dpkg")
    listed = _ask(admin, "--listfiles", package).splitlines()
    for name in sorted(listed):
        _put(Path(system, name.lstrip("/")), tree / name.lstrip("/"))
    control = tree / "DEBIAN"
    control.mkdir()
    control.chmod(0o755)  # dpkg-deb takes no other, whatever the umask
    (control / "control").write_text(_control(_ask(admin, "--status", package)), "utf-8")
    for name in _SCRIPTS:
        for found in sorted((admin / "info").glob(f"{package}*.{name}")):
            if found.stem.partition(":")[0] == package:
                shutil.copy2(found, control / name)
    _keep_settings(tree, _ask(admin, "--status", package))
    # Packed lightly: it is read once at most, and a Pi is slow.
    command = ["dpkg-deb", "-Zgzip", "-z1", "--build", str(tree), str(packed)]
    call(command, within_s=900, code="no-way-back")
    return packed


def _put(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copystat(source, target)
    elif source.exists():  # a file of the configuration may have been deleted
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    if target.exists() and os.geteuid() == 0:
        found = source.lstat()
        os.chown(target, found.st_uid, found.st_gid, follow_symlinks=False)


def _control(status: str) -> str:
    """Without what the package system added."""
    kept, skips = [], False
    for line in status.splitlines():
        if not line.startswith(" "):
            skips = line.startswith(_NOT_OF_A_PACKAGE)
        if line and not skips:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _keep_settings(tree: Path, status: str) -> None:
    """A file of the configuration that a person changed is none of the package: as a part of it,
    what they wrote would count as what the package brought, and the next version would write its
    own over it. Installed without it, the file stays, and is known to be changed.
    """
    kept = []
    for name, brought in _SETTING.findall(status):
        path = tree / name.lstrip("/")
        if not path.is_file():
            continue
        if hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == brought:
            kept.append(name)
        else:
            path.unlink()
    if kept:
        (tree / "DEBIAN" / "conffiles").write_text("".join(f"{each}\n" for each in kept), "utf-8")


def _ask(admin: Path, verb: str, package: str) -> str:
    command = ["dpkg-query", f"--admindir={admin}", verb, package]
    return call(command, within_s=60, code="no-way-back")
