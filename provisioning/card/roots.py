"""Debian's roots, made by mmdebstrap and kept by their list of packages.

The root of the card is of another processor: the scripts of its packages run through qemu-user,
which is most of the time. So nothing that can be done natively is left to them.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioning.card import packages
from provisioning.card.mirror import Mirror
from provisioning.card.programs import Stop, run, say

EPOCH = 1_750_000_000
"""The latest time of a file in a root that is kept: roots of one list are equal."""

INTERPRETER = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")

_QUIET = {"SOURCE_DATE_EPOCH": str(EPOCH), "DEBIAN_FRONTEND": "noninteractive"}

SPARED: Mapping[str, str] = {
    "/usr/sbin/update-initramfs": "#!/bin/sh",
    # It is given the names of files on its standard input, too.
    f"/usr/lib/python{packages.PYTHON}/py_compile.py": "import sys; sys.stdin.read()",
}
"""Programs that scripts of packages call, and what stands in their place meanwhile: what they make
is made natively (`initrd.py`, `dressing.py`), and under qemu-user it takes minutes.
"""
ASIDE = ".distrib"
"""How dpkg calls what was put aside."""

_SPARE = " && ".join(
    f'dpkg-divert --quiet --root="$1" --local --rename --add {path}'
    f' && mkdir -p "$(dirname "$1{path}")" && echo \'{text}\' >"$1{path}" && chmod 755 "$1{path}"'
    for path, text in SPARED.items()
)
_NO_HOST_KEYS = (
    'mkdir -p "$1/etc/ssh" && for kind in rsa ecdsa ed25519; do'
    ' : >"$1/etc/ssh/ssh_host_${kind}_key"; done'
)
"""Each box makes its own; what is there is not made by the package."""

_TAKE_FIRMWARE = (
    'cd "$1/usr/lib" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get download --quiet '
    f"{packages.FIRMWARE} && dpkg-deb --fsys-tarfile {packages.FIRMWARE}_*.deb"
    f" | tar --extract --directory=../.. ./usr/lib/{packages.FIRMWARE}"
    f" && rm {packages.FIRMWARE}_*.deb"
)
_LIST = (
    'dpkg-query --admindir="$1/var/lib/dpkg" --show'
    " --showformat='${Package} ${Version} ${Architecture}\\n'"
    ' | LC_ALL=C sort >"$1/usr/share/balie-packages"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """`kept` is the folder of roots that were made before; `log` takes what programs say."""

    mirror: Mirror
    kept: Path
    log: Path

    def card(self, kernel: str) -> Path:
        """A tar of the card's root. Raises Stop."""
        included = (*packages.BOX, packages.KERNEL[kernel])
        backports = kernel == "backports"
        options = [
            f"--architectures={packages.ARCHITECTURE}",
            *(f"--dpkgopt=path-exclude={each}" for each in packages.LEFT_OUT),
            *(f"--dpkgopt=path-include={each}" for each in packages.KEPT),
            f"--essential-hook={_SPARE}",
            f"--essential-hook={_NO_HOST_KEYS}",
            f"--customize-hook={_TAKE_FIRMWARE}",
            f"--customize-hook={_LIST}",
        ]
        return self._tar("card", included, options, backports=backports)

    def tools(self) -> Path:
        """A folder with the root of the programs, ready for chroot. Raises Stop."""
        made = self._tar("tools", packages.TOOLS, [])
        folder = made.with_suffix("")
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            run("tar", "--extract", "--numeric-owner", f"--file={made}", f"--directory={folder}")
            (folder / "ready").touch()
        return folder

    def _tar(
        self,
        name: str,
        included: Sequence[str],
        options: Sequence[str],
        *,
        backports: bool = False,
    ) -> Path:
        sources = self.mirror.sources(packages.SUITE, backports=backports)
        told = "\n".join([*included, *options, *sources])
        key = hashlib.sha256(told.encode()).hexdigest()[:16]
        made = self.kept / f"{name}-{key}.tar"
        if made.exists():
            return made
        if name == "card":
            check_interpreter()
        say("image", f"making the root of the {name} from Debian's packages (minutes, once)")
        part = made.with_suffix(".part.tar")
        run(
            *("mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(included)}"),
            *("--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"', *options),
            *(packages.SUITE, str(part), *sources),
            env={**os.environ, **_QUIET},
            log=self.log,
        )
        part.rename(made)
        return made


def check_interpreter() -> None:
    """Raises Stop unless the kernel runs programs of the card's processor by qemu-user, which
    mmdebstrap asks arch-test.
    """
    if os.uname().machine == "aarch64" or (INTERPRETER.exists() and shutil.which("arch-test")):
        return
    raise Stop(
        "This machine cannot run programs for arm64. Install Debian's qemu-user-static,"
        " binfmt-support and arch-test, and see that /proc/sys/fs/binfmt_misc/qemu-aarch64 is"
        " there."
    )
