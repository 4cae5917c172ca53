"""What somebody says in a mail now: without what they quote, and without their signature.

The whole mail stays in the mailbox.
"""

import re

_SIGNATURE = re.compile(r"-- ?")
_SENT_FROM = re.compile(
    r"(?:Sent from my|Verzonden vanaf mijn|Verstuurd vanaf mijn|Von meinem .* gesendet|"
    r"Envoyé de mon|Wysłane z|Get Outlook for|Outlook voor)\b.{0,60}",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"-{2,}\s*(?:Original Message|Oorspronkelijk bericht|Ursprüngliche Nachricht"
    r"|Message d'origine|Forwarded message|Doorgestuurd bericht|Wiadomość oryginalna)\s*-{2,}"
    r"|_{10,}",
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
_ATTRIBUTION_LINES = 4
"""So many lines a client breaks it into."""


def own_words(text: str) -> str:
    """Empty where nothing but quotes stands there."""
    lines = [each.rstrip() for each in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept: list[str] = []
    for at, line in enumerate(lines):
        if _ends(lines, at):
            break
        kept.append(line)
    said = _without_quotes(kept)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(said)).strip()


def _ends(lines: list[str], at: int) -> bool:
    """Whether all from here on is no word of theirs of now."""
    line = lines[at].strip()
    if _SIGNATURE.fullmatch(lines[at]) or _CUT.fullmatch(line) or _SENT_FROM.fullmatch(line):
        return True
    if _HEADS.match("\n".join(lines[at : at + 3])):
        return True
    after = _attribution(lines, at)
    rest = lines[after:] if after else []
    return bool(after) and all(not each.strip() or each.startswith(">") for each in rest)


def _without_quotes(lines: list[str]) -> list[str]:
    """An answer may stand between or below what it quotes."""
    kept, at = [], 0
    while at < len(lines):
        after = _attribution(lines, at)
        if after and after < len(lines) and _is_quoted_next(lines, after):
            at = after
        elif lines[at].startswith(">"):
            at += 1
        else:
            kept.append(lines[at])
            at += 1
    return kept


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
