"""How the web process asks root for an update: a file with the path of a package, nothing else.

`balie-update.path` sees the file and starts root's unit. Everything else is decided by root: what
is copied, whether it is signed, whether it is newer.
"""

import os
import stat
import time
from pathlib import Path

from appliance.box.updates.packages import ENDINGS
from appliance.box.whole_files import put_whole
from appliance.errors import UpdateRefused

FILE = "update-request"
_MOST_BYTES = 4096


def ask_for(data: Path, package: Path) -> None:
    put_whole(data / FILE, f"{package}\n".encode())


def is_asked(data: Path) -> bool:
    return (data / FILE).exists()


def take_request(data: Path) -> Path | None:
    """The path; None where nobody asked. The file is gone, so one that is wrong is read once.
    Raises UpdateRefused.
    """
    path = data / FILE
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as exc:
        _take_away(path)
        raise _refused() from exc
    try:
        is_file = stat.S_ISREG(os.fstat(handle).st_mode)
        content = os.read(handle, _MOST_BYTES + 1) if is_file else b""
    finally:
        os.close(handle)
    _take_away(path)
    return _path_in(content)


def _take_away(path: Path) -> None:
    """Whatever it is: while something has this name, root is started again and again."""
    try:
        path.unlink(missing_ok=True)
    except IsADirectoryError:
        path.rename(path.with_name(f"{FILE}.{time.time_ns()}"))


def _path_in(content: bytes) -> Path:
    try:
        said = content.decode().removesuffix("\n")
    except UnicodeDecodeError as exc:
        raise _refused() from exc
    package = Path(said)
    if (
        len(content) > _MOST_BYTES
        or not said.isprintable()
        or not package.is_absolute()
        or ".." in package.parts
        or package.suffix not in ENDINGS.values()
    ):
        raise _refused()
    return package


def _refused() -> UpdateRefused:
    return UpdateRefused("no-package", f"What stands in {FILE} is no path of a package.")
