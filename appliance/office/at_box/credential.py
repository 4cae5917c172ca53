"""What this box shows head office, beside the database: no copy of that holds it.

`office-credential` is sent as Bearer; `office-key` is the box's own key, Ed25519, whose public half
the office got when the box joined. Whoever has the data directory has both, and with them no more
than this box may.
"""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.box.whole_files import keep_names, put_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "office-credential"
BEFORE = "office-credential-before"
"""The one before a renewal: an office that was put back from a copy may know that one only."""
KEY_FILE = "office-key"
_IS_ONE = re.compile("[!-~]{1,500}")


def is_joined(data: Path) -> bool:
    return any((data / name).exists() for name in (FILE, BEFORE))


def readable(data: Path) -> Sequence[str]:
    """The newest first; empty where none can be read."""
    found = (_read(data / name) for name in (FILE, BEFORE))
    return list(dict.fromkeys(each for each in found if each is not None))


def _read(path: Path) -> str | None:
    """Also None for what no office gives out."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = path.read_text("ascii").strip()
        return text if _IS_ONE.fullmatch(text) else None
    return None


def keep(data: Path, credential: str, *, beside: str | None = None) -> None:
    """`beside` holds until the new one was used. Raises OSError."""
    if beside is not None:
        put_whole(data / BEFORE, f"{beside}\n".encode())
    put_whole(data / FILE, f"{credential}\n".encode())
    if beside is None:
        (data / BEFORE).unlink(missing_ok=True)


class CredentialInTurn:
    """What this box shows: its newest credential, and the one of before where that opens nothing.
    Neither is thrown away. Used by the thread of the link alone.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._refused: set[str] = set()

    def now(self) -> str | None:
        """None where none can be read."""
        found = readable(self._data)
        return next((each for each in found if each not in self._refused), None) or next(
            iter(found), None
        )

    def opens_nothing(self) -> bool:
        """That one; whether there is another to try at once."""
        if (shown := self.now()) is not None:
            self._refused.add(shown)
        if set(readable(self._data)) - self._refused:
            return True
        self._refused.clear()
        return False


def forget(data: Path) -> None:
    for name in (FILE, BEFORE, KEY_FILE):
        (data / name).unlink(missing_ok=True)
    keep_names(data)


def own_key(data: Path) -> "Ed25519PrivateKey":
    """Made when it is first needed, and the same for who asks again. One that cannot be read is
    made anew: only an invitation that is open hangs on it. Raises OSError.
    """
    # The package takes some megabytes, and most boxes belong to no office.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = data / KEY_FILE
    with contextlib.suppress(FileNotFoundError, ValueError):
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(
        serialization.Encoding.Raw,
        serialization.PrivateFormat.Raw,
        serialization.NoEncryption(),
    )
    put_whole(path, f"{raw.hex()}\n".encode())
    return key


def public_half(key: "Ed25519PrivateKey") -> bytes:
    from cryptography.hazmat.primitives import serialization

    public = key.public_key()
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
