"""The check of a computer's key, against a key that a real adb made."""

import pytest

from appliance.emulated.phone.wire.adb_auth import parse_public_key, signature_fits
from appliance.emulated.phone.wire.packets import WireError
from appliance.emulated.phone.wire.seam import RsaPublicKey

#: Written by `adb keygen` 36.0.0.
PUBLIC_KEY = (
    b"QAAAAG9dvgxxXvbf/xs3vw3eFvab8Sm955oIT0oolrZ0MRUhsMr8wFHKQfK8ynK8fEFp4rSWDIgj6je2GzEZC4NF"
    b"J+dMLhHXw1JVHstBPQpMaNb7BouHfnRON1cj58xScuodBuVyJWR26tdFvcDZWLDdpavTySbEAk6kH6m/BtF6uYfm"
    b"AYrjwQ2nJ0I0i/EILjPfYKg2KbBO6d4I4UyQ1sCQkgdTb0MdFwe0VQlrpqp6Ov7TQjWHtEKtcNQPU0wj8/X2UJdQ"
    b"jPjgJQJoAU9Lj1ADbESltCnUOqLR9UlhGbNUs0aVPFyAKeIbHKS8rLdydwS7H+LmJKj9fe2iD6ruskEbQKEdjFKt"
    b"7vzgqFIVftzzWKCngq0mmz62tprMxURXlDgY7Al33An+194sD9KZ4AwOBFqO2alMEmkZcFit/EXF5xN0X0W6bOsi"
    b"HyTKbJ8JRGpLjNRyfm6ekIKi26WgcNzY3Y38G04vmC2W5wb9kRyjFQ8CKseP2PZN4Yu3GlniBmEw9BRFQ5YS/B6m"
    b"5AWhiYoxAeTA6K0Ft7Lf6pB9hviojdu9ss8T7fGiC8Bv8nEJUSFFt/Lkks7mDSq8r+mf3k7k0NG7nD4BkG0n//I+"
    b"yunKdozOkXeu1Vf6o5TeirSELeaVyscktiM5SzDIFESyfJFsghZ+VxZBRhYop0ERKgYqCmmISzg7bAEAAQA="
    b" balie@branch\0"
)
MODULUS = int(
    "ad528c1da1401b41b2eeaa0fa2ed7dfda824e6e21fbb047772b7acbca41c1be229805c3c9546b354b3196149"
    "f5d1a23ad429b4a5446c03508f4b4f01680225e0f88c509750f6f5f3234c530fd470ad42b4873542d3fe3a7a"
    "aaa66b0955b407171d436f53079290c0d6904ce108dee94eb02936a860df332e08f18b344227a70dc1e38a01"
    "e687b97ad106bfa91fa44e02c426c9d3aba5ddb058d9c0bd45d7ea76642572e5061dea7252cce72357374e74"
    "7e878b06fbd6684c0a3d41cb1e5552c3d7112e4ce72745830b19311bb637ea23880c96b4e269417cbc72cabc"
    "f241ca51c0fccab021153174b696284a4f089ae7bd29f19bf616de0dbf371bffdff65e71"
    "",
    16,
)
TOKEN = bytes(range(20))
#: Made by OpenSSL with the private half over TOKEN as a SHA-1 digest.
SIGNATURE = bytes.fromhex(
    "04e6a8b9f454dc135c6b8f6ad98ab8f39b33e1c719b9dda902f8bb3351ec9a780078631a345210674e251bb0"
    "aef8edcd556f027d5c638695331c7b2d9d48483242b7cd0710b9ecb61b021f1e0176f4cc13d48c73ff7946b7"
    "5c1f31c582165e3d3124fa1d0ae548231fd02580d22c36d8ccba8dff3ede4ee11298c4979f86094d625e8d1a"
    "83fb13cb0879695eaddc02bc48a8ea1b200e12d38f8f25f8ac5b0a8db282d00aeeb199e5d8c7d8a25329b771"
    "7e6ea0f4160e63e015c1b343dc91c8caaa971a7ecc21eae33ec3b47d298a0e8623e1bfaf011b032193453275"
    "6719a8d266f467244385a529fe1fffca267d0d9889fc325e28a7e9a89522e0f91e9270b9"
)


def test_the_public_key_of_adb_is_read() -> None:
    """The modulus is little-endian inside, the comment stands behind the blank."""
    key, comment = parse_public_key(PUBLIC_KEY)
    assert key == RsaPublicKey(MODULUS, 65537)
    assert comment == "balie@branch"


def test_a_signature_over_the_token_fits_its_key() -> None:
    """Only the token that was signed fits, with the key that signed it."""
    key, _ = parse_public_key(PUBLIC_KEY)
    assert signature_fits(key, TOKEN, SIGNATURE)
    assert not signature_fits(key, TOKEN[::-1], SIGNATURE)
    assert not signature_fits(RsaPublicKey(MODULUS + 2, 65537), TOKEN, SIGNATURE)


@pytest.mark.parametrize("at", [0, 100, 255])
def test_a_signature_with_one_wrong_bit_does_not_fit(at: int) -> None:
    """Every byte of the signature counts."""
    key, _ = parse_public_key(PUBLIC_KEY)
    spoilt = bytearray(SIGNATURE)
    spoilt[at] ^= 1
    assert not signature_fits(key, TOKEN, bytes(spoilt))
    assert not signature_fits(key, TOKEN, SIGNATURE[:at])


@pytest.mark.parametrize("payload", [b"", b"AAAA me@here\0", b"!!!", PUBLIC_KEY[4:]])
def test_what_is_no_android_key_is_refused(payload: bytes) -> None:
    """A wrong length or no base64 raises WireError."""
    with pytest.raises(WireError):
        parse_public_key(payload)
