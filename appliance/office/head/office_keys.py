"""The office's own key (Ed25519): boxes know by it that a list of colleagues comes from the office.

It lies in a file beside the database, so that no copy of the database can speak for the office.
"""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.errors import SetupError

FILE = "office-key"


def office_key(data: Path) -> Ed25519PrivateKey:
    """Made when it is first needed. Raises SetupError."""
    path = data / FILE
    try:
        if not path.exists():
            _make(path)
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise SetupError(
            f"The key of this office, {path}, cannot be read ({exc}). Put back the copy that you"
            " keep of it: boxes believe no other one."
        ) from exc
    if not isinstance(found, Ed25519PrivateKey):
        raise SetupError(f"{path} is no key of an office.")
    return found


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _make(path: Path) -> None:
    """Whole or not at all, and never over what another process just made."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with part.open("wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(part)
    except FileExistsError:
        pass
    finally:
        part.unlink()
