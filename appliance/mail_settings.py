"""The table `[mail]` of the settings: the server that takes Balie's own e-mail, its notices.

```toml
[mail]
server = "smtp.example.com"
tls = "starttls"                                  # or "tls"; "none" to this machine or the LAN only
port = 587                                        # as usual for `tls` where it is left out
sender = "Balie <balie@example.com>"
user = "balie@example.com"
password_file = "/etc/balie/mail-password"
ca_file = "/etc/balie/ca.pem"                     # of a house with certificates of its own
```
"""

from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class MailTls(StrEnum):
    #: In the clear first, and encrypted before anything is said; else nothing is said.
    STARTTLS = "starttls"
    #: Encrypted from the first byte.
    TLS = "tls"
    #: In the clear: to this machine or to one on the LAN.
    NONE = "none"


PORTS = {MailTls.STARTTLS: 587, MailTls.TLS: 465, MailTls.NONE: 25}
"""RFC 6409 and RFC 8314; what is not encrypted is a relay of the house."""


def sender_address(given: str) -> Address:
    """From `Name <a@b.nl>` or `a@b.nl`. Raises ValueError."""
    name, address = parseaddr(given)
    if not address.isascii() or not all(address.rpartition("@")[::2]) or not given.isprintable():
        raise ValueError("the sender is an address such as Balie <balie@example.com>")
    try:
        return Address(name, addr_spec=address)
    except (ValueError, IndexError, AttributeError) as exc:  # what the parser meets in odd ones
        raise ValueError("the sender is an address such as Balie <balie@example.com>") from exc


def _sender(given: str) -> str:
    return str(sender_address(given))


class MailSettings(BaseModel):
    """`password_file` holds the password alone, in one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str = Field(min_length=1, max_length=253, pattern=r"^[^\s/@]+$")
    sender: Annotated[str, AfterValidator(_sender)]
    tls: MailTls = MailTls.STARTTLS
    port: int | None = Field(default=None, ge=1, le=65535)
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _has_both_or_none(self) -> Self:
        if (self.user is None) is not (self.password_file is None):
            raise ValueError("a user and a password file belong together")
        return self
