"""The words of an IMAP command: atoms, quoted words, literals and lists (RFC 9051 §9)."""

import re
from collections.abc import Callable, Sequence

ImapWord = str | bytes | list["ImapWord"]
"""A literal is bytes, anything in parentheses a list."""

_LITERAL = re.compile(rb"\{(\d{1,9})(\+?)\}\r?\n?$")
_MOST_LITERAL = 30_000_000
_ATOM = re.compile(rb"[^\s()\"\[]*(?:\[[^\]]*\][^\s()\"]*)?")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')


class BadCommand(Exception):
    """The words are none that a client of this kind says."""


def read_command(
    read: Callable[[int], bytes], line: Callable[[], bytes], go: Callable[[], None]
) -> list[ImapWord]:
    """The next command; empty at the end. `go` asks for a literal. Raises BadCommand."""
    words: list[ImapWord] = []
    open_lists: list[list[ImapWord]] = []
    while True:
        raw = line()
        if not raw:
            return []
        literal = _LITERAL.search(raw)
        _take(raw[: literal.start()] if literal else raw.rstrip(b"\r\n"), words, open_lists)
        if literal is None:
            if open_lists:
                raise BadCommand("a list is not closed")
            return words
        size = int(literal[1])
        if size > _MOST_LITERAL:
            raise BadCommand("a literal is too long")
        if not literal[2]:
            go()
        (open_lists[-1] if open_lists else words).append(read(size))


def _take(raw: bytes, words: list[ImapWord], open_lists: list[list[ImapWord]]) -> None:
    at = 0
    while at < len(raw):
        here = open_lists[-1] if open_lists else words
        if raw[at : at + 1].isspace():
            at += 1
        elif raw[at : at + 1] == b"(":
            open_lists.append([])
            at += 1
        elif raw[at : at + 1] == b")":
            closed = open_lists.pop() if open_lists else None
            if closed is None:
                raise BadCommand("a list is closed that was not opened")
            (open_lists[-1] if open_lists else words).append(closed)
            at += 1
        else:
            at += _one(raw[at:], here)


def _one(raw: bytes, here: list[ImapWord]) -> int:
    quoted = _QUOTED.match(raw)
    if quoted is not None:
        here.append(re.sub(rb"\\(.)", rb"\1", quoted[1]).decode("utf-8", "replace"))
        return quoted.end()
    atom = _ATOM.match(raw)
    if atom is None or not atom[0]:
        raise BadCommand("a word that is none")
    here.append(atom[0].decode("utf-8", "replace"))
    return atom.end()


def text_of(word: ImapWord) -> str:
    """Raises BadCommand for a list."""
    if isinstance(word, list):
        raise BadCommand("a list in the place of a word")
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word


def flags_of(word: ImapWord) -> set[str]:
    given: Sequence[ImapWord] = word if isinstance(word, list) else [word]
    return {_as_written(text_of(each)) for each in given}


def _as_written(flag: str) -> str:
    return f"\\{flag[1:].capitalize()}" if flag.startswith("\\") else flag


def numbers_of(word: ImapWord, highest: int) -> Callable[[int], bool]:
    """Whether a number is in a set such as `1,3:7,9:*`. Raises BadCommand."""
    ranges = []
    for each in text_of(word).split(","):
        first, _, last = each.partition(":")
        ends = [_number(end, highest) for end in (first, last or first)]
        ranges.append((min(ends), max(ends)))
    return lambda number: any(low <= number <= high for low, high in ranges)


def _number(text: str, highest: int) -> int:
    if text == "*":
        return highest
    if not text.isdecimal():
        raise BadCommand("a number that is none")
    return int(text)


def quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'
