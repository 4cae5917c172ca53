"""Plain Debian in a folder, made once for each suite, and what is done in it.

A trial runs in namespaces of its own: it has its own processes, mounts and name, and while Balie
runs, a network of its own, so its ports are nobody else's.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.package.tree import ROOT

SUITES: Final = ("bookworm", "trixie")
NAME = "balie-proef"
_KEPT = ROOT / ".artifacts" / "deb-roots"
_SOURCES = ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")
_MIRROR = re.compile(r"https?://\S+/debian/?(?=\s|$)")
_PLAIN = "systemd,systemd-sysv,udev,dbus,debconf,ca-certificates,procps"
_NO_SERVICES = "#!/bin/sh\nexit 101\n"
"""Debian's policy-rc.d: packages that are installed start nothing, for nothing runs systemd."""


class TrialError(Exception):
    """The sentence says what was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    folder: Path

    def run(
        self, *command: str, alone: bool = False, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """In it, as root; `alone`: without a network but its own loopback."""
        apart = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child"]
        prepare = (
            f"mount --bind {self.folder} {self.folder}; mount -t proc proc {self.folder}/proc; "
            f"mount --rbind /dev {self.folder}/dev; mount --rbind /sys {self.folder}/sys; "
            f"mount --bind {_cache(self.folder.name)} {self.folder}/var/cache/apt/archives; "
            f"hostname {NAME}; "
        )
        if alone:
            apart.append("--net")
            prepare += "ip link set lo up; "
        inside = 'exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"'
        done = subprocess.run(
            [*apart, "sh", "-ec", prepare + inside, str(self.folder), *command],
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            said = (done.stdout + done.stderr).strip()[-3000:]
            raise TrialError(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
        return done

    def apt(self, *words: str) -> str:
        """What apt said."""
        options = ("--yes", "-o", "APT::Keep-Downloaded-Packages=true")
        noninteractive = ("env", "DEBIAN_FRONTEND=noninteractive")
        done = self.run(*noninteractive, "apt-get", *options, *words)
        return done.stdout + done.stderr


def _cache(trial: str) -> Path:
    """Downloaded packages, for the next trial of the suite; apt locks the folder."""
    folder = _KEPT / f"archives-{trial}"
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def plain_root(suite: str) -> Iterator[Root]:
    """A fresh copy of it; it goes at the end."""
    folder = _KEPT / f"trial-{suite}"
    _remove(folder)
    folder.mkdir(parents=True)
    _run("tar", "--extract", f"--file={_plain(suite)}", f"--directory={folder}")
    (folder / "usr/sbin/policy-rc.d").write_text(_NO_SERVICES, "utf-8")
    (folder / "usr/sbin/policy-rc.d").chmod(0o755)
    (folder / "etc/dpkg/dpkg.cfg.d/in-a-hurry").write_text("force-unsafe-io\n", "utf-8")
    (folder / "etc/hosts").write_text(f"127.0.0.1 localhost {NAME}\n", "utf-8")
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    try:
        root = Root(folder=folder)
        root.apt("update")
        yield root
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Nothing is mounted in it: mounts ended with the namespace that made them."""
    if folder.exists():
        _run("rm", "--recursive", "--force", "--one-file-system", str(folder))


def _plain(suite: str) -> Path:
    kept = _KEPT / f"{suite}.tar"
    if not kept.exists():
        _KEPT.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part.tar")
        mirror = _mirror()
        security = f"{mirror.rstrip('/')}-security"
        sources = (
            f"deb {mirror} {suite} main",
            f"deb {mirror} {suite}-updates main",
            f"deb {security} {suite}-security main",
        )
        options = ("--mode=root", "--variant=apt", f"--include={_PLAIN}")
        _run("mmdebstrap", *options, suite, str(part), *sources)
        part.rename(kept)
    return kept


def _mirror() -> str:
    """Where this machine has its own packages from."""
    for name in _SOURCES:
        if Path(name).is_file() and (found := _MIRROR.search(Path(name).read_text("utf-8"))):
            return found[0]
    raise TrialError(f"None of {', '.join(_SOURCES)} names a mirror of Debian.")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TrialError(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-2000:]}")


def words_of(found: Sequence[str]) -> str:
    return ", ".join(found) or "nothing"
