"""What this box shows head office, beside the database: no copy of that holds it.

`office-credential` is sent as Bearer; `office-key` is the box's own key, Ed25519, whose public half
the office got when the box joined. Whoever has the data directory has both, and with them no more
than this box may.
"""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.box.whole_files import keep_names, put_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "office-credential"
BEFORE = "office-credential-before"
"""The one before a renewal: an office that was put back from a copy may know that one only."""
KEY_FILE = "office-key"


def is_joined(data: Path) -> bool:
    return (data / FILE).exists()


def read(data: Path, name: str = FILE) -> str | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return (data / name).read_text("ascii").strip() or None
    return None


def keep(data: Path, credential: str) -> None:
    """Raises OSError."""
    if (now := read(data)) is not None:
        put_whole(data / BEFORE, f"{now}\n".encode())
    put_whole(data / FILE, f"{credential}\n".encode())


def go_back(data: Path) -> bool:
    """To the one before, once; False where there is none."""
    before = read(data, BEFORE)
    if before is None:
        return False
    put_whole(data / FILE, f"{before}\n".encode())
    (data / BEFORE).unlink(missing_ok=True)
    return True


def forget_before(data: Path) -> None:
    """Of another office none is of use."""
    for name in (FILE, BEFORE):
        (data / name).unlink(missing_ok=True)


def forget(data: Path) -> None:
    for name in (FILE, BEFORE, KEY_FILE):
        (data / name).unlink(missing_ok=True)
    keep_names(data)


def own_key(data: Path) -> "Ed25519PrivateKey":
    """Made when it is first needed, and the same for who asks again. Raises OSError."""
    # The package takes some megabytes, and most boxes belong to no office.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = data / KEY_FILE
    if path.exists():
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
