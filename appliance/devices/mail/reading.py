"""A mail from outside, read: whoever wrote it may have written anything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from appliance.characters import clean_name
from appliance.devices.mail import machines, parts
from appliance.devices.mail.channel import address_of, value_of
from appliance.devices.mail.machines import Bounce
from appliance.devices.mail.parts import MailFile, tried, whole_letters
from appliance.errors import InvalidInput

_ID = re.compile(r"<[^<>\s]{1,250}>")
_ANSWER = re.compile(
    r"\s*(?:re|aw|antw|betr|sv|odp|ynt|fwd?|wg|tr|doorst|pd)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE
)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|doorst|pd)\s*:", re.IGNORECASE)
_LONGEST_TEXT = 10_000
_LONGEST_QUOTED = 20_000
_LONGEST_SUBJECT = 300
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEAD = 256_000
_LONGEST_HEADER = 16_000
"""Characters; the library's parsers need ever more time for each of what stands behind them."""


class _Short(policy.EmailPolicy):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


class _ShortRaw(policy.Compat32):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


_SHORT, _SHORT_RAW = _Short(), _ShortRaw()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """`sender` is the value of an identity, or an address that cannot be answered as it is shown;
    None where there is none.
    `heading` is the subject where it says something of its own, `text` what was written now and
    `quoted` what that answers; what is not `readable` has a text and files that nobody knows.
    """

    message_id: str | None
    sender: str | None
    sender_name: str | None
    subject: str
    heading: str
    text: str
    at_ms: int | None
    by_machine: bool
    bounce: Bounce | None
    references: Sequence[str]
    files: Sequence[MailFile]
    readable: bool = True
    quoted: str = ""

    def key(self, place: str) -> str:
        """The same for the same mail, in whichever folder and however often it comes. `place` is
        where it lies, for one that names itself by nothing.
        """
        named = self.message_id or place
        return named.replace("#", "%23")


_NOTHING = ReadMail(
    message_id=None,
    sender=None,
    sender_name=None,
    subject="",
    heading="",
    text="",
    at_ms=None,
    by_machine=True,
    bounce=None,
    references=(),
    files=(),
    readable=False,
)
"""Not even its head can be read."""


def read(content: bytes) -> ReadMail:
    """Raises nothing: of what the library cannot take apart, its head is told."""
    try:
        return _read(content)
    except Exception:
        return tried(lambda: replace(_read(_head_of(content)), readable=False), _NOTHING)


def _read(content: bytes) -> ReadMail:
    mail = message_from_bytes(content, policy=_SHORT)
    whole = mail if isinstance(mail, EmailMessage) else EmailMessage()
    raw = message_from_bytes(content, policy=_SHORT_RAW)
    sender, name = _sender(whole, str(raw.get("From", "")))
    ids = _ID.findall(str(raw.get("Message-ID", "")))
    subject = tried(lambda: str(whole["Subject"] or ""), "")
    subject = whole_letters(" ".join(subject.split()))[:_LONGEST_SUBJECT]
    found = tried(
        lambda: parts.taken_apart(whole, forwarded=_FORWARD.match(subject) is not None), None
    )
    return ReadMail(
        message_id=ids[0] if ids else None,
        sender=sender,
        sender_name=name,
        subject=subject,
        heading="" if _ANSWER.match(subject) else subject,
        text=whole_letters(found.text if found else "")[:_LONGEST_TEXT],
        at_ms=tried(lambda: _date(str(raw.get("Date", ""))), None),
        by_machine=sender is None
        or tried(lambda: machines.is_of_a_machine(raw, address_of(sender)), True),
        bounce=tried(lambda: machines.bounce_of(raw), None),
        references=_ID.findall(str(raw.get("References", "")))[-10:],
        files=found.files if found else (),
        readable=found is not None,
        quoted=whole_letters(found.quoted if found else "")[:_LONGEST_QUOTED],
    )


def id_in(key: str) -> str | None:
    """The Message-ID by which a mail, or a file of it, has its key; None where it names itself by
    nothing.
    """
    named, closed, _ = key.partition(">")
    return f"{named.replace('%23', '#')}>" if closed and named.startswith("<") else None


def _head_of(content: bytes) -> bytes:
    return _BLANK_LINE.split(content[:_LONGEST_HEAD], maxsplit=1)[0]


def answer_subject(subject: str) -> str:
    """`Re: …`, once, however often they answered one another."""
    return f"Re: {bare_subject(subject)}".strip()


def bare_subject(subject: str) -> str:
    """Without what mail programs put before it."""
    bare = subject
    while found := _ANSWER.match(bare):
        bare = bare[found.end() :]
    return bare


def _sender(mail: EmailMessage, raw: str) -> tuple[str | None, str | None]:
    """An address that no answer can go to is shown as it is, as a word."""

    def by_parser() -> tuple[str, str]:
        addresses: Sequence[Address] = mail["From"].addresses
        return addresses[0].display_name, addresses[0].addr_spec

    name, read = tried(by_parser, parseaddr(raw))
    address = read.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    shown = whole_letters(name)
    try:
        return value_of(_in_ascii(address)), clean_name(shown)
    except InvalidInput:
        odd = clean_name(whole_letters(address))
        return (odd, clean_name(shown)) if odd and "@" in odd else (None, None)


def _in_ascii(address: str) -> str:
    """Its domain as the mail servers of the world know it."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{tried(lambda: domain.encode('idna').decode(), domain)}"


def _date(text: str) -> int | None:
    at = parsedate_to_datetime(text)
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)
