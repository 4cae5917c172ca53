"""Certificates that the box makes itself: an authority that can speak for its names alone, and the
certificate that browsers see.

Only root reads the key of the authority. Whoever stole it could pass for this box and for no other
machine: its names and addresses are in the authority as critical name constraints (RFC 5280,
4.2.1.10).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.box.home_wish import HOMES
from appliance.box.names import Address, BoxNames
from appliance.errors import SetupError

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

LIFE = timedelta(days=390)
"""Of the certificate. Apple's systems take none that lives longer than 397 days."""
RENEW_BEFORE = timedelta(days=130)
"""A third of its life: a box that was off for a season has time left when it comes back."""
LIFE_OF_AUTHORITY = timedelta(days=3652)
_RENEW_AUTHORITY_BEFORE = timedelta(days=30)
"""As late as can be: with a new authority every device in the branch has to trust it again."""
_SLACK = timedelta(days=1)
"""Clocks of browsers run behind."""
_BLOCK = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\n?", re.DOTALL)
_FINGERPRINT = hashes.SHA256()
_ALL_4, _ALL_6 = ip_network("0.0.0.0/0"), ip_network("::/0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A key with its certificate, followed by those that vouch for it. In a file they stand
    together, so one rename replaces both.
    """

    key: Key
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        return self.chain[0]

    def pem(self) -> bytes:
        key = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return key + self.public_pem()

    def public_pem(self) -> bytes:
        return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in self.chain)


def pair_in(*files: Path) -> Pair:
    """The key and certificates of one file, or of several. Raises SetupError."""
    named = " and ".join(map(str, files))
    try:
        blocks = [
            (found[1], found[0]) for file in files for found in _BLOCK.finditer(file.read_bytes())
        ]
        key = next(_key(text) for kind, text in blocks if kind.endswith(b"PRIVATE KEY"))
        chain = [
            x509.load_pem_x509_certificate(text) for kind, text in blocks if kind[:4] == b"CERT"
        ]
    except OSError as exc:
        raise SetupError(f"{exc.filename} cannot be read ({exc.strerror}).") from exc
    except (StopIteration, ValueError, TypeError) as exc:
        raise SetupError(
            f"{named}: no certificate with its key as PEM, without a password."
        ) from exc
    if not chain or chain[0].public_key() != key.public_key():
        raise SetupError(f"{named}: the first certificate does not belong to the key.")
    return Pair(key=key, chain=tuple(chain))


def _key(text: bytes) -> Key:
    found = serialization.load_pem_private_key(text, password=None)
    if not isinstance(found, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise TypeError("browsers take EC and RSA keys")
    return found


def certificates_in(file: Path) -> Sequence[x509.Certificate]:
    """Without a key: what anybody may read. Empty where there is none."""
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        return ()


def make_authority(names: BoxNames, now: datetime, *, since: datetime | None = None) -> Pair:
    """`since`: the day of the build. A clock that was wrong once cannot make it begin later."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = _named(f"Balie {names.first} {now:%Y-%m-%d}")
    begins = min(now, since or now) - 2 * _SLACK
    signed = (
        _builder(who, who, key, begins, now + LIFE_OF_AUTHORITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_only(names), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pair(key=key, chain=(signed,))


def _only(names: BoxNames) -> x509.NameConstraints:
    """A kind of address that nothing permits would be free, so it is excluded as a whole.

    Whoever comes from home finds the box by an address of a network that is chosen later.
    """
    dns = [x509.DNSName(each) for each in names.dns]
    networks = [*map(ip_network, names.addresses), HOMES]
    addresses = [x509.IPAddress(each) for each in networks]
    versions = {each.version for each in networks}
    missing = [every for every in (_ALL_4, _ALL_6) if every.version not in versions]
    return x509.NameConstraints(
        permitted_subtrees=[*dns, *addresses],
        excluded_subtrees=[x509.IPAddress(each) for each in missing] or None,
    )


def make_certificate(
    authority: Pair, names: BoxNames, now: datetime, *, calls: bool = False
) -> Pair:
    """For these names; it ends before its authority does. `calls`: for a server that also calls
    others of its kind and shows it there; no browser does, so it lasts as long as the authority.

    Raises SetupError where that has ended.
    """
    above = authority.certificate
    life = LIFE_OF_AUTHORITY if calls else LIFE
    ends = min(now - _SLACK + life, above.not_valid_after_utc)
    if ends <= now:
        raise SetupError(f"The authority “{_told(above)}” ended on {ends:%Y-%m-%d}.")
    key = ec.generate_private_key(ec.SECP256R1())
    own = [x509.DNSName(each) for each in names.dns]
    places = [*own, *(x509.IPAddress(each) for each in names.addresses)]
    begins = max(now - _SLACK, above.not_valid_before_utc)
    signed = (
        _builder(_named(names.first), above.subject, key, begins, ends)
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_uses(calls=calls)), critical=False)
        .add_extension(_above(above), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    between = [each for each in authority.chain if each.issuer != each.subject]
    return Pair(key=key, chain=(signed, *between))


def _uses(*, calls: bool) -> list[x509.ObjectIdentifier]:
    also = [ExtendedKeyUsageOID.CLIENT_AUTH] if calls else []
    return [ExtendedKeyUsageOID.SERVER_AUTH, *also]


def _builder(
    who: x509.Name, by: x509.Name, key: Key, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _above(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    kind = x509.SubjectKeyIdentifier
    try:
        own = authority.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        own = kind.from_public_key(authority.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _named(name: str) -> x509.Name:
    """At most 64 characters (RFC 5280, ub-common-name); the alternative names say all of it."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _told(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, as browsers and systems show it."""
    return certificate.fingerprint(_FINGERPRINT).hex(":").upper()


def is_due(certificate: x509.Certificate, now: datetime, *, authority: bool = False) -> bool:
    """Whether it ends soon, or begins after now."""
    before = _RENEW_AUTHORITY_BEFORE if authority else RENEW_BEFORE
    ends = certificate.not_valid_after_utc
    return not certificate.not_valid_before_utc <= now < ends - before


def names_in(certificate: x509.Certificate) -> BoxNames:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return BoxNames(dns=())
    return BoxNames(
        dns=tuple(found.get_values_for_type(x509.DNSName)),
        addresses=tuple(_single(found.get_values_for_type(x509.IPAddress))),
    )


def _single(found: Sequence[object]) -> list[Address]:
    return [each for each in found if isinstance(each, Address)]


def permitted(authority: x509.Certificate, names: BoxNames) -> BoxNames:
    """Those of the names for which this authority may speak."""
    try:
        only = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return names
    free, shut = only.permitted_subtrees or [], only.excluded_subtrees or []
    return BoxNames(
        dns=tuple(each for each in names.dns if _may(each, free, shut)),
        addresses=tuple(each for each in names.addresses if _may(each, free, shut)),
    )


def _may(
    name: str | Address, free: Sequence[x509.GeneralName], shut: Sequence[x509.GeneralName]
) -> bool:
    kind = x509.DNSName if isinstance(name, str) else x509.IPAddress
    of_kind = [each for each in free if isinstance(each, kind)]
    allowed = not of_kind or any(_within(name, each) for each in of_kind)
    return allowed and not any(_within(name, each) for each in shut)


def _within(name: str | Address, tree: x509.GeneralName) -> bool:
    if isinstance(name, str):
        above = tree.value.lower().lstrip(".") if isinstance(tree, x509.DNSName) else None
        return above is not None and (not above or f".{name}".endswith(f".{above}"))
    return isinstance(tree, x509.IPAddress) and name in ip_network(tree.value, strict=False)
