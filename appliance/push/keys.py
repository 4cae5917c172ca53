"""The key that push services know this house by (VAPID, RFC 8292), made when it is first needed."""

import base64
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.errors import SetupError

if TYPE_CHECKING:
    from py_vapid import Vapid02

_MAKING = threading.Lock()
FILE = "push-key.pem"
"""In the data directory. Without it each browser has to be asked again."""


def key_of(data_dir: Path) -> "Vapid02":
    """Raises SetupError with what to do."""
    # The packages take some megabytes, and most houses never ask for them.
    from py_vapid import Vapid02, VapidException

    path = data_dir / FILE
    try:
        with _MAKING:
            if not path.exists():
                _make(path)
        return Vapid02.from_pem(path.read_bytes())
    except (OSError, ValueError, VapidException) as exc:
        raise SetupError(
            f"The key for notifications, {path}, cannot be used ({exc}). Move it aside: a new one"
            " is made, and everybody switches their notifications on again."
        ) from exc


def public_key_of(data_dir: Path) -> str:
    """As a browser wants it: an uncompressed point in base64url. Raises SetupError."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = key_of(data_dir).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _make(path: Path) -> None:
    """Whole or not at all, and never for other eyes."""
    from py_vapid import Vapid02

    made = Vapid02()
    made.generate_keys()
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with part.open("wb") as file:
        file.write(made.private_pem())
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
