"""The text of a message as WhatsApp draws it: its marks, its lists, its quotes, and addresses.

What people write becomes elements of this module and text, and nothing else: each piece of theirs
goes through `Markup`, which escapes it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import groupby
from urllib.parse import urlsplit

import regex
from markupsafe import Markup, escape

MOST = 4_096
"""Characters of a text whose marks are looked for: a longer one is no message that somebody typed,
and would take long.
"""
MOST_EMOJI = 6
"""More of them are drawn as a text is."""

# Without any of these a text is drawn as it is.
_MAY_MEAN = regex.compile(
    r"[*_~`]|^(?:>|-\s|\d{1,3}\.\s)|https?://|www\.", regex.IGNORECASE | regex.MULTILINE
)
_ELEMENTS = {"*": "strong", "_": "em", "~": "s"}
_LINE_BREAK = regex.compile(r"```[^`]+```(*SKIP)(*FAIL)|\n")
_QUOTE = regex.compile(r">\s?(.+)", regex.DOTALL)
_BULLET = regex.compile(r"[*-]\s+(\S.*)", regex.DOTALL)
_NUMBER = regex.compile(r"\d{1,3}\.\s+\S.*", regex.DOTALL)
# A mark opens where no word goes on before it, and closes where none goes on behind it.
_OPENS = regex.compile(
    r"```(?P<code>[^`]+)```|`(?P<code>[^`\n]+)`"
    r"|(?<![\p{L}\p{N}@.])(?P<link>(?i:https?://|www\.)[^\s<>\p{C}\p{Z}]+)"
    r"|(?<![\p{L}\p{N}])(?P<mark>[*_~])(?!(?P=mark)|\s)"
)
_CLOSES = {
    mark: regex.compile(rf"(?<=\S){regex.escape(mark)}(?![\p{{L}}\p{{N}}])") for mark in _ELEMENTS
}
_AFTER_LINK = ".,;:!?'\"*_~)]}»…"
_EMOJI = regex.compile(
    r"\s*(?:(?=(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[0-9#*]\ufe0f?\u20e3))\X\s*)"
    rf"{{1,{MOST_EMOJI}}}"
)


def drawn(text: str) -> Markup:
    if len(text) > MOST or not _MAY_MEAN.search(text):
        return escape(text)
    lines = groupby(_LINE_BREAK.split(text), _kind)
    return Markup("").join(_DRAW[kind](list(found)) for kind, found in lines)


def is_emoji(text: str) -> bool:
    """A few of them and not a word."""
    return _EMOJI.fullmatch(text) is not None


def _kind(line: str) -> str:
    if _QUOTE.fullmatch(line):
        return "quote"
    return "items" if _BULLET.fullmatch(line) or _NUMBER.fullmatch(line) else "plain"


def _plain(lines: list[str]) -> Markup:
    return Markup("\n").join(map(_inline, lines))


def _quote(lines: list[str]) -> Markup:
    said = [_QUOTE.sub(r"\1", line) for line in lines]
    return Markup('<span class="quote">{}</span>').format(_plain(said))


def _items(lines: list[str]) -> Markup:
    """No list of the page: who walks its lists with a screen reader wants the messages."""
    items = [_BULLET.sub("• \\1", line) for line in lines]
    return Markup("").join(Markup('<span class="item">{}</span>').format(_inline(i)) for i in items)


_DRAW: dict[str, Callable[[list[str]], Markup]] = {
    "plain": _plain,
    "quote": _quote,
    "items": _items,
}


def _inline(text: str, marks: str = "*_~") -> Markup:
    return Markup("").join(_pieces(text, marks))


def _pieces(text: str, marks: str) -> Iterator[Markup]:
    """Inside a mark the same one means nothing, so no text makes this go deep."""
    ends = {mark: [each.start() for each in _CLOSES[mark].finditer(text)] for mark in marks}
    at = told = 0
    while found := _OPENS.search(text, at):
        at = found.end()
        mark = found["mark"]
        if mark is None:
            yield escape(text[told : found.start()])
            yield _code(found["code"]) if found["code"] else _link(found["link"])
            told = at
        elif mark in marks and (end := _next(ends[mark], at)):
            yield escape(text[told : found.start()])
            yield _element(_ELEMENTS[mark], _inline(text[at:end], marks.replace(mark, "")))
            at = told = end + 1
    yield escape(text[told:])


def _next(places: list[int], after: int) -> int | None:
    """The first place behind it, with something between."""
    index = bisect_right(places, after)
    return places[index] if index < len(places) else None


def _code(text: str) -> Markup:
    return _element("code", escape(text))


def _element(name: str, said: Markup) -> Markup:
    return Markup(f"<{name}>{{}}</{name}>").format(said)  # noqa: S704 -- a name of ours


def _link(found: str) -> Markup:
    """The whole address is what is read. One that hides where it leads is text: a name before an @,
    letters of another script in the name of the machine.
    """
    shown = found.rstrip(_AFTER_LINK)
    if found[len(shown) :].startswith(")") and "(" in shown:
        shown += ")"
    address = shown if "://" in shown else f"https://{shown}"
    if not _leads_where_it_says(address):
        return escape(found)
    link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>')
    return link.format(address, shown) + escape(found[len(shown) :])


def _leads_where_it_says(address: str) -> bool:
    try:
        parts = urlsplit(address)
        name = parts.hostname or ""
    except ValueError:
        return False
    return "@" not in parts.netloc and name.isascii() and "." in name.strip(".")
