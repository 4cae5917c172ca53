"""Rows of the list as they are drawn, once for all who see the same.

A row's template is given what stands here and nothing else, so whatever changes what it shows makes
it be drawn anew.
"""

import functools
from dataclasses import dataclass

from markupsafe import Markup

from appliance.api.web import templating
from appliance.api.web.words import row_sentences
from appliance.api.web.words.i18n import Words
from appliance.api.web.words.row_sentences import RowTime
from appliance.desk.inbox.overview import ConversationRow

DRAWN = 1024
"""Drawings kept, of about 2 kB each: several pages of a busy house, in each list that is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlace:
    """The list that a row stands in, as far as the row shows it. `branch`: empty where all rows are
    of one. `query`: what names the list in an address. `is_open`: its conversation stands beside
    the list. `within_min`: the time in which the branch wants to answer.
    """

    zone: str
    may_write: bool
    within_min: int
    branch: str = ""
    query: str = ""
    is_open: bool = False


def drawn_row(row: ConversationRow, place: RowPlace, words: Words, now_ms: int) -> Markup:
    when = row_sentences.when(words, row, place.zone, now_ms, within_min=place.within_min)
    return _drawn(row, place, when, words.language)


@functools.lru_cache(maxsize=DRAWN)
def _drawn(row: ConversationRow, place: RowPlace, when: RowTime, language: str) -> Markup:
    html = templating.render("_row.html", Words(language), row=row, place=place, when=when)
    return Markup(html)  # noqa: S704 -- our own template


draws = _drawn.cache_info
forget_drawn = _drawn.cache_clear
