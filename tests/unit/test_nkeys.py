"""Keys and passes are spelled as servers of NATS read them."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.office.nkeys import KeyKind, PassSigner, answered, spelled

SEED = bytes(range(32))


def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(SEED)


def test_a_key_is_spelled_with_whose_it_is_and_a_checksum() -> None:
    """Literal spellings, so that both sides of Balie cannot be wrong together."""
    public = key().public_key().public_bytes_raw()
    found = {kind: spelled(kind, public) for kind in KeyKind}
    assert found == GOLDEN


def test_a_pass_is_signed_by_who_vouches() -> None:
    signer = PassSigner(KeyKind.ACCOUNT, key())
    head, body, signature = signer.passed("UABC", "box", 7, {"type": "user"}).split(".")
    told = json.loads(_raw(body))
    key().public_key().verify(_raw(signature), f"{head}.{body}".encode())
    assert json.loads(_raw(head)) == {"typ": "JWT", "alg": "ed25519-nkey"}
    assert (told["iss"], told["sub"], told["iat"]) == (signer.name, "UABC", 7)
    assert told["nats"] == {"type": "user", "version": 2}


def test_a_nonce_is_answered_by_the_key() -> None:
    key().public_key().verify(base64.b64decode(answered(key(), "nonce")), b"nonce")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


GOLDEN = {
    KeyKind.ACCOUNT: "AAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3QPZV",
    KeyKind.OPERATOR: "OAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3QZVT",
    KeyKind.USER: "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK",
}
