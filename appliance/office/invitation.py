"""Joining: the token that an office gives out, what a box asks with it, and what it gets."""

import base64
import binascii
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from appliance.office.batch import privacy_of
from appliance.office.broker import BrokerPlace, place_in
from appliance.office.reading import Fields, Malformed, base64_of, parsed, plain
from appliance.slices import Privacy

PREFIX = "balie-office-1."
HOLDS_MS = 3 * 24 * 3600 * 1000
"""So long the secret of an invitation may be used, once."""
KEY_BYTES = 32
_FINGERPRINT = re.compile("[0-9a-f]{64}")
_MAX_TOKEN = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeInvitation:
    """`url` has no path and no slash at its end. `fingerprint` is the SHA-256 of the office's CA
    (of its DER) in hex, and empty where `url` is plain http to this very machine. `box`: only for
    the box that the office knows by this id.
    """

    url: str
    fingerprint: str
    secret: str
    box: str | None = None

    def as_token(self) -> str:
        told = {"url": self.url, "fingerprint": self.fingerprint, "secret": self.secret}
        if self.box is not None:
            told["box"] = self.box
        return PREFIX + base64.urlsafe_b64encode(plain(told)).decode().rstrip("=")

    @classmethod
    def from_token(cls, token: str) -> "OfficeInvitation":
        """Raises Malformed."""
        said = token.strip()
        if not said.startswith(PREFIX) or len(said) > _MAX_TOKEN or not said.isascii():
            raise Malformed("that is no invitation of a head office")
        said = said.removeprefix(PREFIX)
        try:
            raw = base64.b64decode(said + "=" * (-len(said) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("that is no whole invitation of a head office") from None
        read = parsed(raw)
        found = cls(
            url=read.text("url", most=500),
            fingerprint=read.text("fingerprint", most=64),
            secret=read.id("secret"),
            box=read.id_or_none("box"),
        )
        found._must_be_safe()
        return found

    def _must_be_safe(self) -> None:
        if is_on_this_machine(self.url) and not self.fingerprint:
            return
        if not is_office_url(self.url) or not _FINGERPRINT.fullmatch(self.fingerprint):
            raise Malformed("the invitation names no office that can be trusted")


def is_office_url(url: str) -> bool:
    """It is https, or http to this machine; it has no path, user or query."""
    parts = _parts(url)
    return parts is not None and (parts[0] == "https" or is_on_this_machine(url))


def is_on_this_machine(url: str) -> bool:
    """Plain http to a loopback address: it leaves the machine in nobody's sight."""
    parts = _parts(url)
    if parts is None or parts[0] != "http":
        return False
    try:
        return ip_address(parts[1]).is_loopback
    except ValueError:
        return parts[1] == "localhost"


def _parts(url: str) -> tuple[str, str] | None:
    try:
        found = urlsplit(url)
        port, host = found.port, found.hostname or ""
    except ValueError:
        return None
    spoken = f"[{host}]" if ":" in host else host
    written = f"{found.scheme}://{spoken}" + ("" if port is None else f":{port}")
    known = found.scheme in ("http", "https") and bool(host)
    return (found.scheme, host) if known and written == url else None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAsk:
    """`key` is the box's public key, Ed25519, raw."""

    secret: str
    name: str
    version: str
    epoch: str
    key: bytes

    def as_json(self) -> dict[str, Any]:
        told = {"secret": self.secret, "name": self.name, "version": self.version}
        return {**told, "epoch": self.epoch, "key": base64_of(self.key)}

    @classmethod
    def from_json(cls, read: Fields) -> "JoinAsk":
        found = cls(
            secret=read.id("secret"),
            name=read.text("name", most=200),
            version=read.text("version", most=100),
            epoch=read.id("epoch"),
            key=read.raw("key"),
        )
        if len(found.key) != KEY_BYTES:
            raise read.wrong("key")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedOffice:
    """`box` is the box's id at the office; `office_key` the office's public key, Ed25519, raw.
    `broker`: by which the box is to tell what happens, where the office has one.
    """

    box: str
    credential: str
    renew_by_ms: int
    office_key: bytes
    privacy: Privacy
    broker: BrokerPlace | None = None

    def as_json(self) -> dict[str, Any]:
        told = {"box": self.box, "credential": self.credential, "renew_by_ms": self.renew_by_ms}
        more = {} if self.broker is None else {"broker": self.broker.as_json()}
        return {**told, "office_key": base64_of(self.office_key), "privacy": self.privacy, **more}

    @classmethod
    def from_json(cls, read: Fields) -> "JoinedOffice":
        found = cls(
            box=read.id("box"),
            credential=read.text("credential", most=500),
            renew_by_ms=read.number("renew_by_ms"),
            office_key=read.raw("office_key"),
            privacy=privacy_of(read),
            broker=place_in(read),
        )
        if len(found.office_key) != KEY_BYTES:
            raise read.wrong("office_key")
        return found
