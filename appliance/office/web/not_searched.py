"""What a search at head office does not find: it names the boxes, and leads to their own search."""

from collections.abc import Collection, Sequence
from urllib.parse import urlencode

from appliance.api.web.pages.search import NotSearched
from appliance.api.web.visit import Visit
from appliance.api.web.words import office_sentences
from appliance.office.api.fetched import is_away
from appliance.office.api.seen_boxes import SeenBox
from appliance.slices import Privacy

MOST_NAMED = 8


def of(
    visit: Visit, boxes: Sequence[SeenBox], missing: Collection[str], q: str
) -> Sequence[NotSearched]:
    """`missing` are the ids of boxes of which nothing could be read now."""
    now_ms, there = visit.now_ms, [each for each in boxes if each.id not in missing]
    found = {
        "missing": [each for each in boxes if each.id in missing],
        "keeps": [each for each in there if each.privacy is not Privacy.ALL],
        "away": [each for each in there if each.privacy is Privacy.ALL and is_away(each, now_ms)],
    }
    return [
        NotSearched(
            sentence=office_sentences.not_searched(visit.words, why),
            places=[(each.name, _search_at(each, q)) for each in which[:MOST_NAMED]],
            more=len(which[MOST_NAMED:]),
        )
        for why, which in found.items()
        if which
    ]


def _search_at(box: SeenBox, q: str) -> str:
    return f"{box.address}/search?{urlencode({'q': q})}" if box.address else ""
