"""A mail server, and whether this house may talk to it as it was told to."""

import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from appliance.addresses import is_near
from appliance.errors import MailLater, SetupError
from appliance.mail_settings import PORTS, MailSettings, MailTls

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
        try:
            return trusting(self.ca_file)
        except OSError as exc:
            raise SetupError(f"The certificates {self.ca_file} cannot be read: {exc}.") from exc

    def reached_at(self) -> str:
        """What to connect to: the name, or without encryption an address that was looked up and is
        of this machine or the LAN. Raises MailLater, or SetupError where it is neither.
        """
        if self.tls is not MailTls.NONE:
            return self.host
        try:
            address = near_address(self.host, self.port)
        except OSError as exc:
            raise MailLater(f"The name of the mail server {self.host} is not found.") from exc
        if address is None:
            raise SetupError(
                f"The mail server {self.host} is outside of this network, so it must be talked to"
                " encrypted: choose starttls or tls."
            )
        return address


def near_address(host: str, port: int) -> str | None:
    """Of this machine or the LAN; None for what is outside. Raises OSError."""
    found = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    return found if is_near(found) else None


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """The system's certificates, and these. Raises OSError where they cannot be read."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def is_of_certificate(exc: BaseException | None) -> bool:
    """Whether a server was not believed to be the one that it was called."""
    while exc is not None:
        if isinstance(exc, ssl.SSLCertVerificationError):
            return True
        exc = exc.__cause__ or exc.__context__
    return False


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
