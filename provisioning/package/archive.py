"""The archive that dpkg takes, the same bytes from the same tree."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

from provisioning.package.tree import DEBIAN, Release, put
from provisioning.package.wheels import PackageError

_SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
_KB = 1024


def write_archive(tree: Path, release: Release, arch: str, out: Path, *, effort: int = 6) -> Path:
    """`balie_VERSION_ARCH.deb` in `out`; `tree` gets its control folder on the way. `effort` is
    xz's, from 0 to 9.
    """
    _control(tree, release, arch)
    _one_time(tree, release.epoch)
    out.mkdir(parents=True, exist_ok=True)
    made = out / f"balie_{release.version}_{arch}.deb"
    part = made.with_suffix(".part")
    # One thread: xz divides the data otherwise when there are more.
    command = [
        "dpkg-deb",
        "--root-owner-group",
        "-Zxz",
        f"-z{effort}",
        "--threads-max=1",
        "--build",
    ]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(release.epoch)}
    done = subprocess.run(
        [*command, str(tree), str(part)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackageError(f"dpkg-deb failed: {done.stderr.strip()}")
    part.replace(made)
    return made


def _control(tree: Path, release: Release, arch: str) -> None:
    files = sorted(each for each in tree.rglob("*") if each.is_file())
    taken = sum(each.stat().st_size + _KB for each in files) // _KB
    text = (DEBIAN / "control").read_text("utf-8")
    control = tree / "DEBIAN"
    control.mkdir()
    for name, value in {"VERSION": release.version, "ARCH": arch, "SIZE": str(taken)}.items():
        text = text.replace(f"@{name}@", value)
    (control / "control").write_text(text, "utf-8")
    fixed = [each for each in files if not _is_setting(each, tree)]
    sums = [f"{_md5(each)}  {each.relative_to(tree)}\n" for each in fixed]
    (control / "md5sums").write_text("".join(sums), "utf-8")
    conffiles = [f"/{each.relative_to(tree)}\n" for each in files if _is_setting(each, tree)]
    (control / "conffiles").write_text("".join(conffiles), "utf-8")
    put(DEBIAN / "templates", control / "templates")
    for name in _SCRIPTS:
        if (DEBIAN / name).exists():
            put(DEBIAN / name, control / name, mode=0o755)


def _is_setting(path: Path, tree: Path) -> bool:
    return path.relative_to(tree).parts[0] == "etc"


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _one_time(tree: Path, epoch: int) -> None:
    """Also the modes: the umask of who builds says nothing of the package."""
    for path in [tree, *tree.rglob("*")]:
        if path.is_dir():
            path.chmod(0o700 if path == tree / "etc/balie/tls" else 0o755)
        elif path.is_file() and not path.stat().st_mode & 0o111:
            path.chmod(0o644)
        elif path.is_file():
            path.chmod(0o755)
        os.utime(path, (epoch, epoch))


def check_version(version: str) -> str:
    """Raises PackageError for what dpkg or Python would not take as one."""
    if not re.fullmatch(r"\d+(\.\d+)*([a-z0-9.+~]*)", version):
        raise PackageError(f"“{version}” is no version such as 1.2.0 or 1.3.0~rc1.")
    return version
