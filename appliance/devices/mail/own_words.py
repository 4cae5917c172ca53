"""What somebody says in a mail now, and what they quote: both without their signature.

The whole mail stays in the mailbox.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

_SIGNATURE = re.compile(r"-- ?")
_SENT_FROM = re.compile(
    r"(?:Sent from my|Verzonden vanaf mijn|Verstuurd vanaf mijn|Von meinem .* gesendet|"
    r"Envoyé de mon|Wysłane z|Get Outlook for|Outlook voor)\b.{0,60}",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"-{2,}\s*(?:Original Message|Oorspronkelijk bericht|Ursprüngliche Nachricht"
    r"|Message d'origine|Wiadomość oryginalna)\s*-{2,}",
    re.IGNORECASE,
)
_LINE = re.compile(r"_{10,}")
_FORWARD = re.compile(
    r"-{2,}\s*(?:Forwarded message|Doorgestuurd bericht|Weitergeleitete Nachricht"
    r"|Message transféré|Wiadomość przekazana)\s*-{2,}"
    r"|(?:Begin forwarded message|Begin doorgestuurd bericht"
    r"|Anfang der weitergeleiteten Nachricht|Début du message transféré)\s*:",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"(?:On|Op|Am|Le|El|W dniu|Dnia)\s.{4,250}?"
    r"(?:wrote|schreef\b.{0,120}|schrieb\b.{0,120}|a écrit|escribió|napisał(?:\(a\)|a)?)\s*:",
    re.IGNORECASE | re.DOTALL,
)
_HEADS = re.compile(
    r"\*?(?:From|Van|Von|De|Od)\*?:.*\n(?:.*\n){0,1}?"
    r"\*?(?:Sent|Date|Verzonden|Datum|Gesendet|Envoyé|Wysłano)\*?:",
    re.IGNORECASE,
)
_OF_A_MAIL = re.compile(
    r"^\*?(?:(?:From|Van|Von|De|Od|To|Aan|An|À|Do)\*?:.*@"
    r"|(?:Subject|Onderwerp|Betreff|Objet|Temat|Asunto)\*?:)",
    re.IGNORECASE | re.MULTILINE,
)
"""Hours of work are written as `Van:` and `Datum:`, too."""
_HEAD_LINES = 7
_LOOKED_AT = 60
"""Lines of a signature, above which a quote begins."""
_ATTRIBUTION_LINES = 4
"""So many lines a client breaks it into."""


@dataclass(frozen=True, slots=True)
class MailText:
    """`said` is empty where nothing but quotes stands there; `quoted` is what was answered, without
    signatures above it.
    """

    said: str
    quoted: str = ""


def parted(text: str, *, forwarded: bool = False) -> MailText:
    """What they say, and what they quote. What they pass on is what they say, so of a mail that is
    `forwarded` nothing is left out.
    """
    lines = [each.rstrip() for each in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    until = 0 if forwarded else len(lines)
    passed_on = lines if forwarded else []
    for at, line in enumerate(lines[:until]):
        if _FORWARD.fullmatch(line.strip()):
            until, passed_on = at, lines[at:]
            break
        if _ends(lines, at):
            until = at
            break
    kept, between = _without_quotes(lines[:until])
    behind = [] if passed_on else _quoted_in(lines[until:])
    return MailText(_trimmed([*kept, *passed_on]), _trimmed([*between, *behind]))


def quoted_behind(said: str, whole: str) -> str:
    """Of a text that has its quotes and no signature, what stands below the words that they say."""
    if not whole.startswith(said):
        return ""
    behind = whole[len(said) :].split("\n")
    return _trimmed(_quoted_in(behind) or behind)


def _trimmed(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _quoted_in(lines: list[str]) -> list[str]:
    """From the first quote on: a signature may stand above it."""
    for at, line in enumerate(lines[:_LOOKED_AT]):
        if line.startswith(">") or _CUT.fullmatch(line.strip()) or _is_head(lines, at):
            return lines[at:]
        if _attribution(lines, at) or (_LINE.fullmatch(line.strip()) and _is_dated(lines, at + 1)):
            return lines[at:]
    return []


def _ends(lines: list[str], at: int) -> bool:
    """Whether all from here on is no word of theirs of now."""
    line = lines[at].strip()
    if _SIGNATURE.fullmatch(lines[at]) or _CUT.fullmatch(line) or _SENT_FROM.fullmatch(line):
        return True
    if _is_head(lines, at) or (_LINE.fullmatch(line) and _is_dated(lines, at + 1)):
        return True
    after = _attribution(lines, at)
    rest = lines[after:] if after else []
    return bool(after) and all(not each.strip() or each.startswith(">") for each in rest)


def _is_head(lines: list[str], at: int) -> bool:
    """Whether the head of another mail begins here."""
    if not _is_dated(lines, at):
        return False
    head = list(takewhile(str.strip, lines[at : at + _HEAD_LINES]))
    return _OF_A_MAIL.search("\n".join(head)) is not None


def _is_dated(lines: list[str], at: int) -> bool:
    return _HEADS.match("\n".join(lines[at : at + 3])) is not None


def _without_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    """And what is quoted there: an answer may stand between or below what it quotes."""
    kept: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        after = _attribution(lines, at)
        if after and after < len(lines) and _is_quoted_next(lines, after):
            quoted += lines[at:after]
            at = after
        elif lines[at].startswith(">"):
            quoted.append(lines[at])
            at += 1
        else:
            kept.append(lines[at])
            at += 1
    return kept, quoted


def _attribution(lines: list[str], at: int) -> int:
    """The line behind “On …, … wrote:” that begins here; 0 for none."""
    if not lines[at].strip():
        return 0
    for count in range(1, _ATTRIBUTION_LINES + 1):
        if _WROTE.fullmatch(" ".join(each.strip() for each in lines[at : at + count])):
            return at + count
    return 0


def _is_quoted_next(lines: list[str], at: int) -> bool:
    following = next((each for each in lines[at:] if each.strip()), "")
    return following.startswith(">")
