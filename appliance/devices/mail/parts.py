"""What a mail holds: its words, and each file wherever it lies in it."""

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage, MIMEPart
from functools import partial
from typing import TypeVar

from appliance.characters import clean_file_name
from appliance.devices.mail import html_text
from appliance.devices.mail.own_words import MailText, parted, quoted_behind

T = TypeVar("T")

MOST_FILES = 20
NO_NAME = "file"
"""Of a file that is given none."""
_LONGEST_READ = 200_000
"""Characters of a text in which their words are looked for."""
_MAILS = frozenset({"message/rfc822", "message/global"})
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
"""Of the mail: programs read them, and nobody opens them."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """`place`: which of the mail's files it is, from 0."""

    place: int
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`quoted` is what they answer, as it stands in their mail."""

    text: str
    quoted: str
    files: Sequence[MailFile]


def taken_apart(mail: EmailMessage, *, forwarded: bool) -> Parts:
    """`forwarded`: its subject says so. Raises whatever the library raises."""
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    found = MailText("")
    if plain is not None:
        found = parted(_content(plain)[:_LONGEST_READ], forwarded=forwarded)
    told = [plain]
    if not found.said and html is not None:
        found = _in_html(_content(html), forwarded=forwarded)
        told.append(html)
    return Parts(text=found.said, quoted=found.quoted, files=_files(mail, told))


def _in_html(content: str, *, forwarded: bool) -> MailText:
    """What is quoted is marked there in ways of which the words tell nothing, so the text is read
    once without and once with it.
    """
    found = parted(html_text.words_of(content, forwarded=forwarded), forwarded=forwarded)
    if forwarded or found.quoted:
        return found
    whole = html_text.words_of(content, forwarded=True, signed=False)
    return replace(found, quoted=quoted_behind(found.said, whole))


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


def _files(mail: EmailMessage, told: Sequence[MIMEPart | None]) -> Sequence[MailFile]:
    """`told` are the parts of which the words are told."""
    found: list[MailFile] = []
    for part, is_another_form in _leaves(mail):
        if any(part is each for each in told) or not _is_file(part, is_another_form):
            continue
        content = tried(partial(_bytes, part), b"")
        if content.strip() and len(found) < MOST_FILES:
            found.append(MailFile(place=len(found), name=_name_of(part), content=content))
    return found


def _leaves(mail: MIMEPart) -> Iterator[tuple[MIMEPart, bool]]:
    """In their order; a mail inside is one. And whether it lies among several forms of one text."""
    waiting = [(mail, False)]
    while waiting:
        part, is_another_form = waiting.pop()
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            here = is_another_form or part.get_content_subtype() == "alternative"
            waiting += [(each, here) for each in reversed(inside) if isinstance(each, MIMEPart)]
        else:
            yield part, is_another_form


def _is_file(part: MIMEPart, is_another_form: bool) -> bool:
    if part.get_content_type() in _SIGNATURES:
        return False
    if part.is_attachment() or tried(part.get_filename, None):
        return True
    return part.get_content_maintype() != "text" or not is_another_form


def _bytes(part: MIMEPart) -> bytes:
    inside = _mail_in(part)
    if inside is not None:
        return inside.as_bytes(policy=policy.compat32)
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _mail_in(part: MIMEPart) -> MIMEPart | None:
    inside = part.get_payload() if part.get_content_type() in _MAILS else ()
    first = inside[0] if isinstance(inside, list) and inside else None
    return first if isinstance(first, MIMEPart) else None


def _name_of(part: MIMEPart) -> str:
    name, inside = tried(lambda: part.get_filename() or "", ""), _mail_in(part)
    if inside is not None:
        name = name or tried(lambda: str(inside["Subject"] or "").replace("/", " "), "") or NO_NAME
        name = name if name.casefold().endswith(".eml") else f"{name}.eml"
    return clean_file_name(whole_letters(name)) or NO_NAME


def whole_letters(text: str) -> str:
    """Without NUL and halves of letters, which a header in no encoding leaves."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def tried(read_it: Callable[[], T], otherwise: T) -> T:
    """The parser of the library stumbles over some mails in many ways; none costs us the mail."""
    try:
        return read_it()
    except Exception:
        return otherwise
