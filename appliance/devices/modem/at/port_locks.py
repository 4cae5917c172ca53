"""Lock files of serial ports, as minicom, pppd, gammu and smsd write them (FHS 3.0 §5.9)."""

import os
from pathlib import Path

_LOCKS = Path("/var/lock")
#: Some programs write the number as a C int instead of as text.
_BINARY = 4


def holder(port: str, *, locks: Path = _LOCKS) -> int | None:
    """The process that a lock file names for this port, if it lives and is not this one."""
    name = Path(os.path.realpath(port)).name
    try:
        content = (locks / f"LCK..{name}").read_bytes()
    except OSError:
        return None
    pid = _pid(content)
    return pid if pid and pid != os.getpid() and Path(f"/proc/{pid}").exists() else None


def _pid(content: bytes) -> int | None:
    text = content.strip()
    if text.isdigit():
        return int(text)
    return int.from_bytes(content, "little") if len(content) == _BINARY else None
