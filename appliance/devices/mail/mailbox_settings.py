"""A mailbox beside a line: where it is read, where its answers go out, and under which address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from appliance.devices.mail.mailbox_sentences import NO_ADDRESS, NO_PLACE
from appliance.errors import InvalidInput
from appliance.mail_settings import PORTS, MailTls
from appliance.mailing.servers import MailServer

_ENDINGS = {"s": MailTls.TLS, "": MailTls.STARTTLS, "+insecure": MailTls.NONE}
"""Of the scheme of an address: it says whether and how is encrypted, and nothing else does."""
_PORTS = {
    "imap": {MailTls.TLS: 993, MailTls.STARTTLS: 143, MailTls.NONE: 143},
    "smtp": PORTS,
}
_LONGEST = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPlace:
    host: str
    port: int
    tls: MailTls


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """`imap` and `smtp` are addresses: `imaps://mail.example.com` is encrypted from the first byte,
    `imap://` by STARTTLS or not talked to, `imap+insecure://` in the clear, to this machine and the
    LAN alone. `name` stands beside the address in what is sent. `ca_file`: certificates trusted
    beside those of the system.
    """

    imap: str
    smtp: str
    user: str
    address: str
    name: str = ""
    ca_file: str | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "MailboxSettings":
        """From what is kept. Raises InvalidInput."""
        known = {each: settings.get(each) for each in cls.__dataclass_fields__}
        found = cls(**{name: value for name, value in known.items() if value is not None})
        for place in ("imap", "smtp"):
            place_of(getattr(found, place), place)
        mail_address(found.address)
        return found

    def kept(self) -> dict[str, Any]:
        return asdict(self)


def place_of(url: str, scheme: str) -> MailPlace:
    """Raises InvalidInput."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    named, ending = parts.scheme.startswith(scheme), parts.scheme.removeprefix(scheme)
    tls = _ENDINGS.get(ending) if named else None
    if tls is None or not host or "@" in parts.netloc or parts.path.strip("/") or parts.query:
        raise InvalidInput(scheme, NO_PLACE[scheme])
    return MailPlace(host=host, port=port or _PORTS[scheme][tls], tls=tls)


def outgoing_server(settings: MailboxSettings, secret: str) -> MailServer:
    place = place_of(settings.smtp, "smtp")
    return MailServer(
        host=place.host,
        port=place.port,
        tls=place.tls,
        user=settings.user,
        password=secret,
        ca_file=Path(settings.ca_file) if settings.ca_file else None,
    )


def mail_address(text: str) -> str:
    """In the one form in which it is kept: the domain in small letters. Raises InvalidInput."""
    local, _, domain = text.strip().rpartition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(' <>,;:"()[]\\')
    if not plain or not local or "." not in domain or len(text) > _LONGEST or "@" in local:
        raise InvalidInput("address", NO_ADDRESS)
    return f"{local}@{domain.casefold()}"
