"""What the search says: what is not right about a question, and a hit with its marks."""

from collections.abc import Iterator, Sequence

from appliance.api.web.words.i18n import Words
from appliance.desk.search.hits import BETWEEN_NAMES, Hit, HitKind
from appliance.desk.search.question import WrongFilter
from appliance.errors import InvalidInput

FILTERS = {
    "from": "Write a name or a number behind from: without a space.",
    "line": "There is no such number here. Write a number or a branch behind line:",
    "label": "There is no such label.",
    "before": "Write a day behind before: as 2026-03-31.",
    "after": "Write a day behind after: as 2026-03-31.",
    "has": "Behind has: stands photo, video, voice, audio, document, sticker, location, contact or"
    " file.",
    "is": "Behind is: stands failed, queued, sent, delivered, read, received, cancelled or"
    " unconfirmed.",
}
"""For each filter what to write behind it."""
NO_FILTER = (
    "There is no such filter. There are from: line: label: before: after: has: and is:"
    " – put words with a colon in quotes."
)
TOO_LONG = "That is more than the search can look for. Leave some words out."


def wrong(words: Words, exc: InvalidInput) -> str:
    if isinstance(exc, WrongFilter):
        return words.text(FILTERS.get(exc.name, NO_FILTER))
    return words.text(TOO_LONG)


Piece = tuple[str, bool]
"""True: it is what was looked for."""


def names(hit: Hit) -> Sequence[Sequence[Piece]]:
    """The snippet in pieces; that of a person name by name, because each runs in a direction of its
    own: behind an Arabic name a number would stand the wrong way round.
    """
    if hit.kind is HitKind.MESSAGE:
        return [list(_pieces(hit))]
    found: list[list[Piece]] = [[]]
    for text, is_mark in _pieces(hit):
        first, *others = text.split(BETWEEN_NAMES)
        found[-1].append((first, is_mark))
        found += [[(each, is_mark)] for each in others]
    return found


def _pieces(hit: Hit) -> Iterator[Piece]:
    at = 0
    for start, end in hit.marks:
        yield hit.snippet[at:start], False
        yield hit.snippet[start:end], True
        at = end
    yield hit.snippet[at:], False
