"""What lies in a package, looked at without installing it: for the processor that this machine is
not.
"""

import re
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MACHINE: Final = {"amd64": 62, "arm64": 183}
"""ELF's numbers of processors (EM_X86_64, EM_AARCH64)."""
_ELF = b"\x7fELF"
_OTHER_SYSTEMS = (b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs of Windows and macOS begin: wheels bring some along."""
_MACHINE_AT = 18
_NEWEST_GLIBC = 36
"""Debian 12's."""
_GLIBC = re.compile(rb"GLIBC_2\.(\d+)")
_FOR_ONE_PYTHON = re.compile(r"\.cpython-(\d+)")
_PYTHONS = {"311", "313"}


def complaints(package: Path, arch: str) -> list[str]:
    """Sentences; none when all is as it should be."""
    with tempfile.TemporaryDirectory(prefix="balie-contents-") as name:
        folder = Path(name)
        command = ["dpkg-deb", "--extract", str(package), str(folder)]
        subprocess.run(command, check=True, capture_output=True)
        control = [*_of_control(package, arch)]
        return [*control, *_of_compiled(folder, MACHINE[arch]), *_of_rest(folder)]


def _of_control(package: Path, arch: str) -> Iterator[str]:
    command = ["dpkg-deb", "--field", str(package), "Architecture"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    if told != arch:
        yield f"it says that it is for {told}"


def _of_compiled(folder: Path, machine: int) -> Iterator[str]:
    modules: dict[str, set[str]] = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        if content.startswith(_OTHER_SYSTEMS):
            yield f"{path.name} is for another system"
        if not content.startswith(_ELF):
            continue
        if struct.unpack_from("<H", content, _MACHINE_AT)[0] != machine:
            yield f"{path.name} is for another processor"
        if max((int(each) for each in _GLIBC.findall(content)), default=0) > _NEWEST_GLIBC:
            yield f"{path.name} needs a later libc than Debian 12 has"
        if found := _FOR_ONE_PYTHON.search(path.name):
            modules.setdefault(str(path.parent / path.name.partition(".")[0]), set()).add(found[1])
    if not modules:
        yield "nothing is compiled"
    for module, pythons in modules.items():
        if pythons != _PYTHONS:
            yield f"{module.rpartition('/')[2]} is there for {', '.join(sorted(pythons))} only"


def _of_rest(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.name == "__pycache__":
            yield f"{path} was compiled where it was built"
        if path.is_symlink():
            yield f"{path} is a link"
    for name in ("usr/lib/balie/lib/appliance/box/build.json", "usr/bin/balie"):
        if not (folder / name).is_file():
            yield f"{name} is missing"
