"""The text of a message as WhatsApp draws it: its marks, its lists, its quotes, and addresses.

What people write becomes elements of this module and text, and nothing else: each piece of theirs
goes through `Markup`, which escapes it.
"""

import functools
from collections.abc import Callable, Iterator
from itertools import groupby
from urllib.parse import urlsplit

import regex
from markupsafe import Markup, escape

MOST = 8_000
"""Characters of a text whose marks are looked for: a longer one is no message that somebody typed,
and would take long.
"""
MOST_EMOJI = 6
"""More of them are drawn as a text is."""

_ELEMENTS = {"*": "strong", "_": "em", "~": "s"}
_LINE_ENDS = regex.compile(r"```[^`]+```(*SKIP)(*FAIL)|\n")
_QUOTE = regex.compile(r">\s?(.+)", regex.DOTALL)
_BULLET = regex.compile(r"[*-]\s+(\S.*)", regex.DOTALL)
_NUMBER = regex.compile(r"\d{1,3}\.\s+\S.*", regex.DOTALL)
_CODE = r"```(?P<code>[^`]+)```|`(?P<code>[^`\n]+)`"
_LINK = r"(?<![\p{L}\p{N}@.])(?P<link>(?i:https?://|www\.)[^\s<>\p{C}\p{Z}]+)"
_ENDS = ".,;:!?'\"*_~)]}»…"
_EMOJI = regex.compile(
    r"\s*(?:(?=(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[0-9#*]\ufe0f?\u20e3))\X\s*)"
    rf"{{1,{MOST_EMOJI}}}"
)


def drawn(text: str) -> Markup:
    if len(text) > MOST:
        return escape(text)
    lines = groupby(_LINE_ENDS.split(text), _kind)
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
    at = 0
    for found in _marked(marks).finditer(text):
        yield escape(text[at : found.start()])
        at = found.end()
        if found["code"]:
            yield Markup("<code>{}</code>").format(found["code"])
        elif found["link"]:
            yield _link(found["link"])
        else:
            mark, name = found["mark"], _ELEMENTS[found["mark"]]
            said = _inline(found["said"], marks.replace(mark, ""))
            yield Markup(f"<{name}>{{}}</{name}>").format(said)  # noqa: S704 -- a name of ours
    yield escape(text[at:])


@functools.cache
def _marked(marks: str) -> regex.Pattern[str]:
    """A mark opens where no word goes on before it, and closes where none goes on behind it."""
    pieces = [_CODE, _LINK]
    if marks:
        pieces.append(
            rf"(?<![\p{{L}}\p{{N}}])(?P<mark>[{marks}])(?!(?P=mark)|\s)"
            r"(?P<said>[^\n]{0,1000}?\S)(?P=mark)(?![\p{L}\p{N}])"
        )
    return regex.compile("|".join(pieces))


def _link(found: str) -> Markup:
    """The whole address is what is read. One that hides where it leads is text: a name before an @,
    letters of another script in the name of the machine.
    """
    shown = found.rstrip(_ENDS)
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
