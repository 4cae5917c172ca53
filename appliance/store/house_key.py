"""The key of this house, in a file outside the database: a copied database alone opens nothing.

It does two things. `stands_for` makes what takes the place of an erased number: a plain hash of a
phone number is guessed at once, because there are few numbers; one with this key is not. `seal`
keeps a secret in a column that is of no use without the key.

The file holds a key a line, the newest first. A new key seals from then on. The earlier ones stay,
because what stands for an erased person cannot be made again: nobody knows the number any more.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.errors import SetupError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE = "house-key"
"""In the data directory. No copy of the database holds it."""
CREDENTIAL = "balie-house-key"
"""The name under which systemd hands it in (`LoadCredential=`, `SetCredentialEncrypted=`). Then it
is read there alone, and the data directory holds none."""

_KEY_BYTES = 32
_NONCE_BYTES = 12
"""As AES-GCM has it (NIST SP 800-38D, 8.2). A random one is good for 2^32 seals a key."""
_NAME_BYTES = 8
_SEALED = "sealed:"
_LINE = re.compile(r"[0-9a-f]{64}")
_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True, repr=False)
class _OneKey:
    secret: bytes

    def derived(self, purpose: str) -> bytes:
        """A key of its own for each purpose, so that none weakens another."""
        return hmac.digest(self.secret, f"balie {purpose}".encode(), hashlib.sha256)

    @property
    def name(self) -> str:
        """What a database may know of it: it tells nothing of the key."""
        return self.derived("name")[:_NAME_BYTES].hex()


class HouseKey:
    """Usable from every thread. Keys and what they open stand in no `repr`, log or error."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` are of 32 bytes each, the newest first."""
        self._keys = tuple(_OneKey(each) for each in keys)

    @classmethod
    def of(cls, data_dir: Path) -> "HouseKey":
        """Made when it is first needed. Raises SetupError with what to do."""
        handed_in, path = _credential(), path_of(data_dir)
        try:
            with _MAKING:
                if handed_in is None and not path.exists():
                    _write(path, [secrets.token_bytes(_KEY_BYTES)], replaces=False)
            return cls(_keys_in(path.read_text("ascii")))
        except (OSError, ValueError) as exc:
            raise SetupError(
                f"The key of this house, {path}, cannot be read ({exc}). Put back the copy that you"
                " keep of it. Without it what stands for erased people is not known again, and what"
                " was sealed stays shut; everything else goes on."
            ) from exc

    @property
    def names(self) -> Sequence[str]:
        """Of its keys, the newest first. They tell nothing of the keys themselves."""
        return [each.name for each in self._keys]

    def stands_for(self, scheme: str, value: str) -> str:
        """What may take the place of an identity: the same for the same one, under this key."""
        return _stands_for(self._keys[0], scheme, value)

    def ever_stood_for(self, scheme: str, value: str) -> Sequence[str]:
        """The same under each key that the house ever had: for who looks whether it is known."""
        return [_stands_for(each, scheme, value) for each in self._keys]

    def seal(self, secret: bytes, *, about: str = "") -> bytes:
        """Opens for the same `about` only: a sealed value moved to another place stays shut."""
        newest = self._keys[0]
        nonce = secrets.token_bytes(_NONCE_BYTES)
        shut = _cipher(newest).encrypt(nonce, secret, about.encode())
        return bytes.fromhex(newest.name) + nonce + shut

    def open(self, sealed: bytes, *, about: str = "") -> bytes:
        """Raises SetupError for what was sealed with a key that is not here, or was changed."""
        # The package takes some megabytes, and most processes never open anything.
        from cryptography.exceptions import InvalidTag

        name = sealed[:_NAME_BYTES].hex()
        nonce = sealed[_NAME_BYTES : _NAME_BYTES + _NONCE_BYTES]
        shut = sealed[_NAME_BYTES + _NONCE_BYTES :]
        key = next((each for each in self._keys if each.name == name), None)
        if key is None:
            raise SetupError(
                "This was sealed with a key of the house that is not here. Put it back with"
                " balie key add FILE."
            )
        try:
            return _cipher(key).decrypt(nonce, shut, about.encode())
        except (InvalidTag, ValueError) as exc:
            raise SetupError("What was sealed has been changed, so it stays shut.") from exc

    def seal_text(self, secret: str, *, about: str) -> str:
        """As `seal`, for a column of text."""
        return _SEALED + base64.b64encode(self.seal(secret.encode(), about=about)).decode()

    def open_text(self, sealed: str, *, about: str) -> str:
        """As `open`. Raises SetupError for what is not sealed at all, too."""
        return self.open(_bytes_of(sealed), about=about).decode()

    def seals_newest(self, kept: str) -> bool:
        """Whether this text is sealed, and with the newest key: else it is time to seal it."""
        if not is_sealed(kept):
            return False
        return _bytes_of(kept)[:_NAME_BYTES].hex() == self._keys[0].name


def is_sealed(kept: str) -> bool:
    return kept.startswith(_SEALED)


def path_of(data_dir: Path) -> Path:
    """Where the key is read."""
    return _credential() or data_dir / FILE


def turn(data_dir: Path) -> HouseKey:
    """A new key is the first from now on; the earlier ones stay. Raises SetupError."""
    return _with(data_dir, [secrets.token_bytes(_KEY_BYTES)], first=True)


def add(data_dir: Path, file: Path) -> HouseKey:
    """The keys of `file`, such as an earlier machine's, open and are known here, too.

    Raises SetupError.
    """
    try:
        return _with(data_dir, _keys_in(file.read_text("ascii")), first=False)
    except (OSError, ValueError) as exc:
        raise SetupError(f"{file} is no key of a house ({exc}).") from exc


def _with(data_dir: Path, keys: Sequence[bytes], *, first: bool) -> HouseKey:
    if _credential() is not None:
        raise SetupError(
            f"The key is handed in by systemd ({CREDENTIAL}). Write it there: a key a line, the"
            " newest first, and keep the earlier ones."
        )
    HouseKey.of(data_dir)
    path = data_dir / FILE
    with _MAKING:
        there = _keys_in(path.read_text("ascii"))
        new = [each for each in keys if each not in there]
        _write(path, [*new, *there] if first else [*there, *new], replaces=True)
    return HouseKey.of(data_dir)


def _credential() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / CREDENTIAL if folder else None
    return path if path is not None and path.exists() else None


def _keys_in(text: str) -> Sequence[bytes]:
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found or not all(_LINE.fullmatch(line) for line in found):
        raise ValueError("a key is a line of 64 hexadecimal digits")
    return [bytes.fromhex(line) for line in found]


def _write(path: Path, keys: Sequence[bytes], *, replaces: bool) -> None:
    """Whole or not at all, never for other eyes, and never over what another process just made."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with part.open("w", encoding="ascii") as file:
        file.write("# The key of this house. Keep a copy apart from the copies of the database.\n")
        file.writelines(f"{each.hex()}\n" for each in keys)
        file.flush()
        os.fsync(file.fileno())
    if replaces:
        part.replace(path)
    else:
        _name_first(part, path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _name_first(part: Path, path: Path) -> None:
    """Whoever is first has made the key: the other one takes that."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _stands_for(key: _OneKey, scheme: str, value: str) -> str:
    said = f"{scheme}\n{value}".encode()
    return hmac.digest(key.derived("identities"), said, hashlib.sha256).hex()


def _bytes_of(sealed: str) -> bytes:
    try:
        return base64.b64decode(sealed.removeprefix(_SEALED).encode(), validate=True)
    except ValueError as exc:
        raise SetupError("What was sealed has been changed, so it stays shut.") from exc


def _cipher(key: _OneKey) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key.derived("secrets"))
