"""What Balie mails to colleagues, as bytes: text alone, and marked as written by a machine."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from appliance.mail_settings import sender_address

WIRE = SMTP.clone(cte_type="7bit")
"""No server on the way has to carry more than ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMail:
    """`reference`: the same for each try of the same mail, without spaces."""

    to: str
    subject: str
    text: str
    language: str
    reference: str


def written(mail: NoticeMail, *, sender: str, now_ms: int) -> bytes:
    """Raises ValueError for an address that no mail can go to."""
    author = sender_address(sender)
    message = EmailMessage(policy=WIRE)
    message["From"] = author
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = datetime.fromtimestamp(now_ms / 1000, UTC)
    message["Message-ID"] = f"<{mail.reference}@{author.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message["Content-Language"] = mail.language
    message.set_content(mail.text)
    return message.as_bytes()
