"""Lists of all boxes as one: each replica gives its page, and the first entries of all of them are
the page.

Where a cursor means the same to each box, all go on behind it. Else each goes on behind its own
last entry that was given (`walks.py`).
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from appliance.api.json.declared import Read
from appliance.desk.inbox.selection import Sort
from appliance.desk.search.hits import HitKind, HitPage
from appliance.office.api.asking import FoundAt
from appliance.office.api.walks import BoxWalk

Key = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOrder:
    """How entries of several boxes stand among each other; `newest`: the greatest key first.
    `walks`: each box has a place of its own.
    """

    key: Key
    newest: bool = False
    walks: bool = False


def order_of(read: Read[Any, Any], asked: Any) -> MergeOrder:
    if read.name == "listMessages":
        return MergeOrder(key=_when_known, newest=asked.search.newest_first, walks=True)
    if read.name == "listContacts" and asked.since is not None:
        return MergeOrder(key=_last_change)
    if read.name == "listConversations" and asked.sort is not Sort.BEGUN:
        waits = asked.sort is Sort.WAITING
        return MergeOrder(key=_longest_wait if waits else _last_heard, newest=True, walks=True)
    return MergeOrder(key=lambda entry: entry.id, newest=read.name == "listRounds")


def _when_known(message: Any) -> Any:
    return message.created_ms, message.id


def _last_change(changed: Any) -> Any:
    return changed.updated_ms, changed.id


def _last_heard(conversation: Any) -> Any:
    return conversation.last_ms, conversation.id


def _longest_wait(conversation: Any) -> Any:
    return -(conversation.waiting_ms or 0), conversation.id


def placed(read: Read[Any, Any], asked: Any, place: str | None) -> Any:
    """What is asked of a box that goes on behind this entry of its own."""
    if place is None:
        return asked
    if read.name == "listMessages":
        return replace(asked, search=replace(asked.search, after=place))
    return replace(asked, page=replace(asked.page, after=place))


def page_of_all(
    read: Read[Any, Any],
    asked: Any,
    walk: BoxWalk,
    found: Sequence[FoundAt[Sequence[Any]]],
    *,
    lacks: bool,
) -> dict[str, Any]:
    """The body of the answer. `found` has of each box up to one entry more than a page; `lacks`:
    a box is missing, and may be back for the next page.
    """
    order = order_of(read, asked)
    entries = merged(order, found)
    taken = list(islice(entries, asked.limit))
    body = read.body([entry for _, entry in taken], asked)
    if order.walks and (lacks or len(found) > 1) and body["next"] is not None:
        given = taken[: asked.limit - 1]
        body["next"] = walk.behind(_places(walk, found, {at: each.id for at, each in given}))
    return body


def merged(order: MergeOrder, found: Sequence[FoundAt[Sequence[Any]]]) -> Any:
    """Pairs of a box's id and an entry. Those of one box keep the box's own order."""
    told = [[(each.box.id, entry) for entry in each.found] for each in found]
    return heapq.merge(*told, key=lambda pair: order.key(pair[1]), reverse=order.newest)


def _places(
    walk: BoxWalk, found: Sequence[FoundAt[Any]], given: Mapping[str, str]
) -> Mapping[str, str]:
    """Where each box is after this page: behind the last of its entries that was given."""
    places = {each.box.id: given.get(each.box.id) or walk.place(each.box.id) for each in found}
    return {box: place for box, place in places.items() if place is not None}


SOME = 5
"""As `search.finding.SOME`: people, and conversations, before the first messages."""


def hits_of_all(
    asked: Any, walk: BoxWalk, found: Sequence[FoundAt[HitPage]]
) -> tuple[HitPage, str | None]:
    """The page, and its `next`. Each box's hits keep their order."""
    told = [[(each.box.id, hit) for hit in each.found.hits] for each in found]
    every = heapq.merge(*told, key=lambda pair: _hit_key(pair[1]))
    hits = list(_few_people(every, asked))
    taken = hits[: asked.limit]
    page = HitPage(hits=[hit for _, hit in taken], next=None)
    if len(hits) == len(taken) and not any(each.found.next for each in found):
        return page, None
    return page, walk.behind(_hit_places(asked, walk, found, taken))


def _hit_key(hit: Any) -> Any:
    place = (HitKind.CONTACT, HitKind.CONVERSATION, HitKind.MESSAGE).index(hit.kind)
    return place, -hit.at_ms


def _few_people(every: Any, asked: Any) -> Any:
    """As at a box: where all kinds are asked for, a few people and conversations come first."""
    seen: Counter[HitKind] = Counter()
    some = min(SOME, asked.limit // 3)
    for box, hit in every:
        seen[hit.kind] += 1
        if asked.kind is not None or hit.kind is HitKind.MESSAGE or seen[hit.kind] <= some:
            yield box, hit


def _hit_places(
    asked: Any,
    walk: BoxWalk,
    found: Sequence[FoundAt[HitPage]],
    taken: Sequence[tuple[str, Any]],
) -> Mapping[str, str]:
    """A box all of whose hits were given goes on where its own page says."""
    counts = asked.kind is None
    last = {box: hit.id for box, hit in taken if not counts or hit.kind is HitKind.MESSAGE}
    given = Counter(box for box, _ in taken)
    for each in found:
        if each.found.next is not None and given[each.box.id] == len(each.found.hits):
            last[each.box.id] = each.found.next
    return _places(walk, found, last)


def search_of(asked: Any, walk: BoxWalk, place: str | None) -> Any:
    """What is asked of one box: on later pages of a search of all kinds its messages alone."""
    kind = HitKind.MESSAGE if walk.is_begun and asked.kind is None else asked.kind
    return replace(asked, kind=kind, after=place)
