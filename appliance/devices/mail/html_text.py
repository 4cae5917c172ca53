"""The words of an HTML mail, without what it quotes, hides or loads."""

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

_LONGEST = 200_000
"""Characters of HTML; what stands behind them is left out."""
_NOT_WORDS = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "object", "svg"}
)
_QUOTES = frozenset({"gmail_quote", "gmail_signature"})
_SIGNATURES = frozenset({"gmail_signature", "moz-signature"})
_QUOTE_AND_ALL_BEHIND = frozenset({"divRplyFwdMsg", "appendonsend"})
"""As Gmail, Apple Mail, Thunderbird and Outlook mark what is not said now."""
_MOST_PIECES = 50
"""Of a link's words: one in more pieces does not read as its address."""
_BLOCKS = frozenset(
    {
        *("address", "article", "blockquote", "div", "dl", "dt", "dd", "fieldset", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
        *("nav", "ol", "p", "pre", "section", "table", "tr", "ul"),
    }
)


def words_of(html: str, *, forwarded: bool = False, signed: bool = True) -> str:
    """Lines as a reader sees them; of a mail that is `forwarded` with its quotes, and with
    signatures that are marked where it is `signed`. Raises nothing: what cannot be read has no
    words.
    """
    try:
        deep = lxml.html.HTMLParser(huge_tree=True)  # the length above is the limit
        page = lxml.html.document_fromstring(html[:_LONGEST], parser=deep)
    except (etree.ParserError, ValueError):
        return ""
    said: list[str] = []
    _say(page, said, _Unsaid(with_quotes=forwarded, signed=signed))
    lines = (" ".join(line.split()) for line in "".join(said).split("\n"))
    return "\n".join(lines).strip()


def _say(root: HtmlElement, said: list[str], unsaid: "_Unsaid") -> None:
    """In one walk without recursion: a mail may nest as deep as it likes."""
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    links: list[int] = []
    for event, each in walk:
        tag = each.tag if isinstance(each.tag, str) else ""
        if event == "start" and unsaid.begins(each, tag):
            walk.skip_subtree()
        elif event == "start":
            if tag == "br" or tag in _BLOCKS:
                said.append("\n")
            if tag == "a":
                links.append(len(said))
            said.append(_flat(each.text))
        elif event == "end" and not unsaid.ends(each):
            if tag == "a":
                said.append(_link(each, said[(begun := links.pop()) : begun + _MOST_PIECES]))
            elif tag in _BLOCKS:
                said.append("\n")
            said.append(_flat(each.tail))
        else:
            said.append(_flat(each.tail))


class _Unsaid:
    """What is left out of a walk: what is hidden, loaded or quoted."""

    def __init__(self, *, with_quotes: bool, signed: bool) -> None:
        self._with_quotes, self._signed = with_quotes, signed
        self._skipped: HtmlElement | None = None
        self._quoting: set[HtmlElement] = set()
        """In these nothing is said any more."""

    def begins(self, element: HtmlElement, tag: str) -> bool:
        parent = element.getparent()
        if parent is None:
            return False
        is_signature = not self._signed and not _SIGNATURES.isdisjoint(_classes(element))
        if tag in _NOT_WORDS or _is_hidden(element) or is_signature:
            self._skipped = element
            return True
        return not self._with_quotes and self._is_quoted(element, parent, tag)

    def _is_quoted(self, element: HtmlElement, parent: HtmlElement, tag: str) -> bool:
        behind = element.get("id") in _QUOTE_AND_ALL_BEHIND
        if behind:
            self._quoting.add(parent)
        if behind or parent in self._quoting or tag == "blockquote" or _is_marked(element):
            self._skipped = element
            return True
        return False

    def ends(self, element: HtmlElement) -> bool:
        """Whether it is the one that was left out last."""
        if self._skipped is not element:
            return False
        self._skipped = None
        return True


def _is_hidden(element: HtmlElement) -> bool:
    return "display:none" in (element.get("style") or "").replace(" ", "")


def _is_marked(element: HtmlElement) -> bool:
    classes = element.get("class") or ""
    return "moz-cite-prefix" in classes or not _QUOTES.isdisjoint(_classes(element))


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()


def _link(element: HtmlElement, pieces: list[str]) -> str:
    """Where it really leads, where its words do not say so."""
    target = element.get("href") or ""
    shown = "".join(pieces).strip()
    if not target.startswith(("http://", "https://")) or shown.rstrip("/") == target.rstrip("/"):
        return ""
    return f" ({target})"


def _flat(text: str | None) -> str:
    return (text or "").replace("\n", " ")
