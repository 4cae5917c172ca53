"""What a client looks for in a folder (RFC 9051 §6.4.4), as far as clients of this kind ask it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes

from appliance.emulated.mail.imap_words import BadCommand, ImapWord, numbers_of, text_of
from appliance.emulated.mail.mail_world import DELETED, SEEN, LyingMail, MailFolder

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A mail and its place in the folder, from 1."""

    place: int
    mail: LyingMail


Fits = Callable[[Lying], bool]


def search(folder: MailFolder, words: Sequence[ImapWord]) -> list[Lying]:
    """Raises BadCommand."""
    wanted = list(words)
    if wanted and isinstance(wanted[0], str) and wanted[0].upper() == "CHARSET":
        wanted = wanted[2:]
    fits = _all(_Keys(wanted, folder))
    lying = (Lying(place=at, mail=mail) for at, mail in enumerate(folder.mails, 1))
    return [each for each in lying if fits(each)]


class _Keys:
    """What is left to read of the words."""

    def __init__(self, words: list[ImapWord], folder: MailFolder) -> None:
        self.words, self.folder = words, folder

    def next(self) -> ImapWord:
        if not self.words:
            raise BadCommand("a word is missing")
        return self.words.pop(0)

    def text(self) -> str:
        return text_of(self.next())


def _all(keys: _Keys) -> Fits:
    every: list[Fits] = []
    while keys.words:
        every.append(_key(keys))
    return lambda each: all(fits(each) for fits in every)


def _key(keys: _Keys) -> Fits:
    word = keys.next()
    if isinstance(word, list):
        return _all(_Keys(list(word), keys.folder))
    name = text_of(word).upper()
    if name in _PLAIN:
        return _PLAIN[name]
    if name in _WITH_MORE:
        return _WITH_MORE[name](keys)
    return _numbered(name, len(keys.folder.mails), lambda each: each.place)


def _numbered(word: ImapWord, highest: int, number: Callable[[Lying], int]) -> Fits:
    within = numbers_of(word, highest)
    return lambda each: within(number(each))


def _uid(keys: _Keys) -> Fits:
    return _numbered(keys.next(), keys.folder.next_uid - 1, lambda each: each.mail.uid)


def _not(keys: _Keys) -> Fits:
    fits = _key(keys)
    return lambda each: not fits(each)


def _or(keys: _Keys) -> Fits:
    one, other = _key(keys), _key(keys)
    return lambda each: one(each) or other(each)


def _header(keys: _Keys) -> Fits:
    return _head(keys.text(), keys.text())


def _head(name: str, text: str) -> Fits:
    def fits(each: Lying) -> bool:
        found = message_from_bytes(each.mail.content).get(name)
        return found is not None and text.casefold() in str(found).casefold()

    return fits


def _text(keys: _Keys) -> Fits:
    wanted = keys.text().encode().lower()
    return lambda each: wanted in each.mail.content.lower()


def _day(text: str) -> int:
    """Days since 1970 of `9-Nov-2026`."""
    day, _, rest = text.partition("-")
    month, _, year = rest.partition("-")
    try:
        at = datetime(int(year), _MONTHS.index(month.lower()) + 1, int(day), tzinfo=UTC)
    except ValueError as exc:
        raise BadCommand("a day that is none") from exc
    return int(at.timestamp()) // 86_400


def _came(keys: _Keys, fits: Callable[[int, int], bool]) -> Fits:
    day = _day(keys.text())
    return lambda each: fits(int(each.mail.at_s) // 86_400, day)


_PLAIN: dict[str, Fits] = {
    "ALL": lambda _: True,
    "SEEN": lambda each: SEEN in each.mail.flags,
    "UNSEEN": lambda each: SEEN not in each.mail.flags,
    "DELETED": lambda each: DELETED in each.mail.flags,
    "UNDELETED": lambda each: DELETED not in each.mail.flags,
}
_WITH_MORE: dict[str, Callable[[_Keys], Fits]] = {
    "UID": _uid,
    "NOT": _not,
    "OR": _or,
    "HEADER": _header,
    "FROM": lambda keys: _head("From", keys.text()),
    "SUBJECT": lambda keys: _head("Subject", keys.text()),
    "TEXT": _text,
    "SINCE": lambda keys: _came(keys, lambda day, wanted: day >= wanted),
    "BEFORE": lambda keys: _came(keys, lambda day, wanted: day < wanted),
    "ON": lambda keys: _came(keys, lambda day, wanted: day == wanted),
}
