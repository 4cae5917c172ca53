"""A mail server, and whether this house may talk to it as it was told to."""

import socket
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from appliance.addresses import Networks, is_loopback, tidy
from appliance.errors import MailLater, SetupError
from appliance.mail_settings import PORTS, MailSettings, MailTls

LAN = Networks.of(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])
"""RFC 1918 and RFC 4193: where a house has its own machines."""
_LONGEST_PASSWORD = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """`ca_file`: certificates that are trusted beside those of the system."""

    host: str
    port: int
    tls: MailTls
    user: str | None = None
    password: str = field(default="", repr=False)
    ca_file: Path | None = None

    @classmethod
    def of(cls, settings: MailSettings) -> "MailServer":
        """Reads the password. Raises SetupError with what to do."""
        return cls(
            host=settings.server,
            port=settings.port or PORTS[settings.tls],
            tls=settings.tls,
            user=settings.user,
            password=_password(settings.password_file) if settings.password_file else "",
            ca_file=settings.ca_file,
        )

    def context(self) -> ssl.SSLContext:
        """Raises SetupError."""
        found = ssl.create_default_context()
        if self.ca_file is not None:
            try:
                found.load_verify_locations(self.ca_file)
            except (OSError, ssl.SSLError) as exc:
                raise SetupError(f"The certificates {self.ca_file} cannot be read: {exc}.") from exc
        return found

    def reached_at(self) -> str:
        """What to connect to: the name, or without encryption an address that was looked up and is
        of this machine or the LAN. Raises MailLater, or SetupError where it is neither.
        """
        if self.tls is not MailTls.NONE:
            return self.host
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as exc:
            raise MailLater(f"The name of the mail server {self.host} is not found.") from exc
        address = str(found[0][4][0])
        if not is_near(address):
            raise SetupError(
                f"The mail server {self.host} is outside of this network, so it must be talked to"
                " encrypted: choose starttls or tls."
            )
        return address


def is_near(address: str) -> bool:
    """Of this machine or of the LAN."""
    known = tidy(address)
    return known is not None and (is_loopback(known) or LAN.hold(str(ip_address(known))))


def _password(path: Path) -> str:
    try:
        found = path.read_text("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as exc:
        raise SetupError(
            f"The password of the mail server, {path}, cannot be read: {exc}."
        ) from exc
    if not found or "\n" in found or len(found) > _LONGEST_PASSWORD:
        raise SetupError(f"{path} does not hold one password in one line.")
    return found
