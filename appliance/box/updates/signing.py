"""Whether a package is from somebody whom this box trusts: a signature in a file beside it.

`FILE.sig` has four lines: what it is, the SHA-256 and the size of the package, and an Ed25519
signature of the three lines before it, as Base64. So a package of any size is read once, in
pieces. `balie update sign` writes it.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from appliance.errors import SetupError, UpdateRefused

SUFFIX = ".sig"
MOST_BYTES = 4096
_HEAD = "balie-update 1"
_END = "-----END PUBLIC KEY-----"
_FORM = re.compile(
    rf"{_HEAD}\nsha256 (?P<sha256>[0-9a-f]{{64}})\nbytes (?P<size>[1-9][0-9]{{0,11}})\n"
    r"signature (?P<signature>[A-Za-z0-9+/]{86}==)\n?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageContent:
    """What a package is made of."""

    sha256: str
    size: int

    @property
    def statement(self) -> str:
        return f"{_HEAD}\nsha256 {self.sha256}\nbytes {self.size}\n"


def content_of(package: Path) -> PackageContent:
    """Raises OSError."""
    with package.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return PackageContent(sha256=digest.hexdigest(), size=file.tell())


def sign(content: PackageContent, key: Ed25519PrivateKey) -> str:
    signature = base64.b64encode(key.sign(content.statement.encode())).decode()
    return f"{content.statement}signature {signature}\n"


def check(content: PackageContent, told: str, keys: Sequence[Ed25519PublicKey]) -> None:
    """Raises UpdateRefused, with what is wrong: not all of it is here, it is another file, nobody
    whom this box trusts signed it.
    """
    signed, signature = _read(told)
    if not any(_signed(key, signature, signed.statement) for key in keys):
        raise UpdateRefused(
            "foreign",
            "It is signed with a key that this box does not trust. Take the package from whoever"
            " looks after your updates, or put their public key into /etc/balie/update.pub.",
        )
    if content.size < signed.size:
        raise UpdateRefused(
            "cut-short",
            f"Only {content.size} of {signed.size} bytes are here. Copy the file again.",
        )
    if content != signed:
        raise UpdateRefused("damaged", "It is not the file that was signed. Copy it again.")


def keys_in(path: Path) -> Sequence[Ed25519PublicKey]:
    """Of a file with one or several keys as PEM, the old one and the new one for instance; none
    where there is no file. Raises SetupError where one cannot be read.
    """
    try:
        text = path.read_text("ascii")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as exc:
        raise SetupError(f"{path} cannot be read: {exc}.") from exc
    blocks = [f"{block}{_END}\n" for block in text.split(_END) if block.strip()]
    return [_public(path, block) for block in blocks]


def private_key(path: Path) -> Ed25519PrivateKey:
    """Raises SetupError."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as exc:
        raise SetupError(f"{path} is no private key as PEM: {exc}.") from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise SetupError(f"{path} is no Ed25519 key.")
    return key


def _public(path: Path, block: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(block.strip().encode())
    except ValueError as exc:
        raise SetupError(f"{path} holds no public key as PEM: {exc}.") from exc
    if not isinstance(key, Ed25519PublicKey):
        raise SetupError(f"{path} holds a key that is not of Ed25519.")
    return key


def _read(told: str) -> tuple[PackageContent, bytes]:
    found = _FORM.fullmatch(told)
    if found is None:
        raise UpdateRefused(
            "foreign", "Its signature cannot be read. Copy the package and its .sig file again."
        )
    content = PackageContent(sha256=found["sha256"], size=int(found["size"]))
    return content, base64.b64decode(found["signature"])


def _signed(key: Ed25519PublicKey, signature: bytes, statement: str) -> bool:
    try:
        key.verify(signature, statement.encode())
    except InvalidSignature:
        return False
    return True
