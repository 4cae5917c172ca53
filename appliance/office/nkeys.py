"""Keys and passes as servers of NATS spell them: Ed25519 keys (nkeys) and JWTs signed by one.

The spelling is that of github.com/nats-io/nkeys: one byte that says whose key it is, the key, and a
CRC-16 (XMODEM, low byte first), as base32 without padding.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}
_VERSION = 2
_SEED = 18 << 3


class KeyKind(IntEnum):
    """Whose it is; the value is the first byte, which makes the first letter O, A or U."""

    ACCOUNT = 0 << 3
    OPERATOR = 14 << 3
    USER = 20 << 3


def spelled(kind: KeyKind, public: bytes) -> str:
    """`public`: raw, 32 bytes."""
    told = bytes([kind]) + public
    told += binascii.crc_hqx(told, 0).to_bytes(2, "little")
    return base64.b32encode(told).decode("ascii").rstrip("=")


def seed_of(kind: KeyKind, key: "Ed25519PrivateKey") -> str:
    """The private half; its second letter says whose it is."""
    told = bytes([_SEED | kind >> 5, (kind & 31) << 3]) + key.private_bytes_raw()
    told += binascii.crc_hqx(told, 0).to_bytes(2, "little")
    return base64.b32encode(told).decode("ascii").rstrip("=")


def creds(jwt: str, seed: str) -> str:
    """The file that clients of NATS take: a pass and its key."""
    return (
        f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )


@dataclass(frozen=True, slots=True)
class PassSigner:
    """A key that vouches for others, or for itself."""

    kind: KeyKind
    key: "Ed25519PrivateKey"

    @property
    def name(self) -> str:
        return spelled(self.kind, self.key.public_key().public_bytes_raw())

    def passed(self, about: str, name: str, now_s: int, facts: Mapping[str, Any]) -> str:
        """A JWT that says `facts` about the key of this spelling."""
        told = {"iat": now_s, "iss": self.name, "name": name, "sub": about}
        whole = {**told, "nats": {**facts, "version": _VERSION}}
        digest = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).digest()
        whole["jti"] = base64.b32encode(digest).decode("ascii").rstrip("=")
        text = f"{_part(_HEADER)}.{_part(whole)}"
        return f"{text}.{_plain64(self.key.sign(text.encode()))}"


def answered(key: "Ed25519PrivateKey", nonce: str) -> bytes:
    """What a server wants to see of who has the key."""
    return base64.b64encode(key.sign(nonce.encode()))


def _part(told: Mapping[str, Any]) -> str:
    return _plain64(json.dumps(told, separators=(",", ":")).encode())


def _plain64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
