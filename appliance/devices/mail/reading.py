"""A mail from outside, read: whoever wrote it may have written anything."""

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from typing import TypeVar

from appliance.characters import clean_file_name, clean_name
from appliance.devices.mail import html_text, machines
from appliance.devices.mail.channel import value_of
from appliance.devices.mail.machines import Bounce
from appliance.devices.mail.own_words import own_words
from appliance.errors import InvalidInput

T = TypeVar("T")

_ID = re.compile(r"<[^<>\s]{1,250}>")
_ANSWER = re.compile(r"\s*(?:re|aw|antw|sv|odp|fwd?|wg|tr)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)
_LONGEST_TEXT = 10_000
_LONGEST_SUBJECT = 300
_LONGEST_READ = 200_000
"""Characters of a text in which their words are looked for."""
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEAD = 256_000
MOST_FILES = 20
NO_NAME = "file"
"""Of a file that is given none."""


_CHARSETS = frozenset(
    {
        *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
        *(f"iso8859-{part}" for part in range(1, 17)),
        *(f"cp{page}" for page in (437, 850, 852, 866, 874, 932, 949, 950, *range(1250, 1259))),
        *("koi8-r", "koi8-u", "mac-roman", "gb2312", "gbk", "gb18030", "big5", "big5hkscs"),
        *("shift_jis", "euc_jp", "euc_kr", "iso2022_jp", "iso2022_kr", "tis-620", "hz"),
    }
)
"""In which people's mail programs write. Python knows others that are no letters, and some whose
time grows with the square of the length.
"""
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
class MailFile:
    """`place`: which of the mail's files it is, from 0."""

    place: int
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """`sender` is the value of an identity; None where there is none that could be answered.
    `heading` is the subject where it says something of its own, `text` what was written now; what
    is not `readable` has a text and files that nobody knows.
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
        return _tried(lambda: replace(_read(_head_of(content)), readable=False), _NOTHING)


def _read(content: bytes) -> ReadMail:
    mail = message_from_bytes(content, policy=_SHORT)
    whole = mail if isinstance(mail, EmailMessage) else EmailMessage()
    raw = message_from_bytes(content, policy=_SHORT_RAW)
    sender, name = _sender(whole, str(raw.get("From", "")))
    ids = _ID.findall(str(raw.get("Message-ID", "")))
    subject = _tried(lambda: str(whole["Subject"] or ""), "")
    subject = _whole_letters(" ".join(subject.split()))[:_LONGEST_SUBJECT]
    body: str | None = _tried(lambda: _words(whole), None)
    files: Sequence[MailFile] = _tried(lambda: _files(whole), ())
    return ReadMail(
        message_id=ids[0] if ids else None,
        sender=sender,
        sender_name=name,
        subject=subject,
        heading="" if _ANSWER.match(subject) else subject,
        text=_whole_letters(body or "")[:_LONGEST_TEXT],
        at_ms=_tried(lambda: _date(str(raw.get("Date", ""))), None),
        by_machine=sender is None
        or _tried(lambda: machines.is_of_a_machine(raw, sender.removeprefix("mail:")), True),
        bounce=_tried(lambda: machines.bounce_of(raw), None),
        references=_ID.findall(str(raw.get("References", "")))[-10:],
        files=files,
        readable=body is not None,
    )


def _head_of(content: bytes) -> bytes:
    return _BLANK_LINE.split(content[:_LONGEST_HEAD], maxsplit=1)[0]


def answer_subject(subject: str) -> str:
    """`Re: …`, once, however often they answered one another."""
    bare = subject
    while found := _ANSWER.match(bare):
        bare = bare[found.end() :]
    return f"Re: {bare}".strip()


def _sender(mail: EmailMessage, raw: str) -> tuple[str | None, str | None]:
    def by_parser() -> tuple[str, str]:
        addresses: Sequence[Address] = mail["From"].addresses
        return addresses[0].display_name, addresses[0].addr_spec

    name, address = _tried(by_parser, parseaddr(raw))
    try:
        return value_of(address), clean_name(_whole_letters(name))
    except InvalidInput:
        return None, None


def _words(mail: EmailMessage) -> str:
    """Plain text where there is some; else what a reader sees of the HTML."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    said = own_words(_content(plain)[:_LONGEST_READ]) if plain is not None else ""
    if not said and html is not None:
        said = own_words(html_text.words_of(_content(html)))
    return said


def _content(part: MIMEPart) -> str:
    """In the encoding that it names, else as Western mail programs of old wrote."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    for charset in (part.get_content_charset("utf-8"), "utf-8"):
        try:
            if codecs.lookup(charset).name in _CHARSETS:
                return content.decode(charset)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _files(mail: EmailMessage) -> Sequence[MailFile]:
    found: list[MailFile] = []
    for part in mail.iter_attachments():
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content or len(found) >= MOST_FILES:
            continue
        name = clean_file_name(_whole_letters(_name_of(part)))
        found.append(MailFile(place=len(found), name=name or NO_NAME, content=content))
    return found


def _name_of(part: MIMEPart) -> str:
    return _tried(lambda: part.get_filename() or "", "")


def _date(text: str) -> int | None:
    at = parsedate_to_datetime(text)
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def _whole_letters(text: str) -> str:
    """Without NUL and halves of letters, which a header in no encoding leaves."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _tried(read_it: Callable[[], T], otherwise: T) -> T:
    """The parser of the library stumbles over some mails in many ways; none costs us the mail."""
    try:
        return read_it()
    except Exception:
        return otherwise
