"""How a phone checks the computer that wants to debug it.

The computer signs a token of 20 bytes as if it were a SHA-1 digest (PKCS #1 v1.5) and, when no
signature convinces, sends its public key in Android's own format for the person to accept.
Source: `daemon/auth.cpp` of AOSP's adb and `libcrypto_utils/android_pubkey.cpp`.
"""

import base64
import binascii
import secrets
import struct

from appliance.emulated.phone.wire.packets import WireError
from appliance.emulated.phone.wire.seam import RsaPublicKey

TOKEN_SIZE = 20
_MODULUS_SIZE = 256
_MODULUS_WORDS = _MODULUS_SIZE // 4
#: Words in the modulus, -1/n[0] mod 2^32, modulus, R^2 mod n, exponent; all little-endian.
_ANDROID_KEY = struct.Struct(f"<II{_MODULUS_SIZE}s{_MODULUS_SIZE}sI")
#: ASN.1 of "a SHA-1 digest of 20 bytes follows" (RFC 8017, section 9.2, note 1).
_SHA1_DIGEST_INFO = bytes.fromhex("3021300906052b0e03021a05000414")


def new_token() -> bytes:
    return secrets.token_bytes(TOKEN_SIZE)


def parse_public_key(payload: bytes) -> tuple[RsaPublicKey, str]:
    """The key and its comment (mostly `user@host`) from `base64 comment NUL`."""
    encoded, _, comment = payload.rstrip(b"\0").strip().partition(b" ")
    try:
        words, _, modulus, _, exponent = _ANDROID_KEY.unpack(base64.b64decode(encoded))
    except (binascii.Error, struct.error) as exc:
        raise WireError("the public key is not in Android's format") from exc
    if words != _MODULUS_WORDS:
        raise WireError(f"a modulus of {words} words is not RSA-2048")
    key = RsaPublicKey(int.from_bytes(modulus, "little"), exponent)
    return key, comment.decode(errors="replace")


def signature_fits(key: RsaPublicKey, token: bytes, signature: bytes) -> bool:
    if len(signature) != _MODULUS_SIZE:
        return False
    opened = pow(int.from_bytes(signature, "big"), key.exponent, key.modulus)
    digest_info = _SHA1_DIGEST_INFO + token
    filler = b"\xff" * (_MODULUS_SIZE - len(digest_info) - 3)
    padded = b"\x00\x01" + filler + b"\x00" + digest_info
    return opened.to_bytes(_MODULUS_SIZE, "big") == padded
