"""The words of an HTML mail, without what it quotes, hides or loads."""

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

_LONGEST = 2_000_000
"""Characters of HTML; what stands behind them is left out."""
_NOT_WORDS = "script, style, head, title, template, noscript, object, svg"
_QUOTES = (
    "//blockquote | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(@class, 'moz-cite-prefix')] | //*[@id='divRplyFwdMsg']"
    " | //*[@id='divRplyFwdMsg']/following-sibling::* | //*[@id='appendonsend']"
    " | //*[@id='appendonsend']/following-sibling::*"
    " | //*[contains(concat(' ', @class, ' '), ' gmail_signature ')]"
)
"""As Gmail, Apple Mail, Thunderbird and Outlook mark what is not said now."""
_BLOCKS = frozenset(
    {
        *("address", "article", "blockquote", "div", "dl", "dt", "dd", "fieldset", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
        *("nav", "ol", "p", "pre", "section", "table", "tr", "ul"),
    }
)


def words_of(html: str) -> str:
    """Lines as a reader sees them. Raises nothing: what cannot be read has no words."""
    try:
        deep = lxml.html.HTMLParser(huge_tree=True)  # the length above is the limit
        page = lxml.html.document_fromstring(html[:_LONGEST], parser=deep)
    except (etree.ParserError, ValueError):
        return ""
    for each in _unsaid(page):
        if each.getparent() is not None:
            each.drop_tree()
    said: list[str] = []
    _say(page, said)
    lines = (" ".join(line.split()) for line in "".join(said).split("\n"))
    return "\n".join(lines).strip()


def _unsaid(page: HtmlElement) -> list[HtmlElement]:
    names = [f"//{each.strip()}" for each in _NOT_WORDS.split(",")]
    hidden = "//*[contains(translate(@style, ' ', ''), 'display:none')]"
    found = page.xpath(" | ".join([*names, hidden, _QUOTES, "//comment()"]))
    return [each for each in found if hasattr(each, "drop_tree")]


def _say(root: HtmlElement, said: list[str]) -> None:
    """Without recursion: a mail may nest as deep as it likes."""
    for event, each in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = each.tag if isinstance(each.tag, str) else ""
        if event == "start":
            if tag == "br" or tag in _BLOCKS:
                said.append("\n")
            said.append(_flat(each.text))
        elif event == "end":
            said.append(_link(each) if tag == "a" else "\n" if tag in _BLOCKS else "")
            said.append(_flat(each.tail))
        else:
            said.append(_flat(each.tail))


def _link(element: HtmlElement) -> str:
    """Where it really leads, where its words do not say so."""
    target = element.get("href") or ""
    shown = "".join(element.itertext()).strip()
    if not target.startswith(("http://", "https://")) or shown.rstrip("/") == target.rstrip("/"):
        return ""
    return f" ({target})"


def _flat(text: str | None) -> str:
    return " ".join((text or "").replace("\n", " ").split(" "))
