"""One search over all that somebody may see."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.search import messages_found, people_found
from appliance.desk.search.hits import PAGE, Hit, HitKind, HitPage
from appliance.desk.search.places import places_of
from appliance.desk.search.question import question_of

SOME = 5
"""People, and conversations, that stand before the messages when all kinds are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """`q` as it was typed. `kind` None: people, conversations and messages, in this order; further
    pages have messages alone.
    """

    q: str
    kind: HitKind | None = None
    after: str | None = None
    limit: int = PAGE


def people(conn: sqlite3.Connection, sight: Sight, q: str, limit: int) -> Sequence[Hit]:
    """Conversations with people and in groups, then people who have none, by what they are called.
    Raises InvalidInput.
    """
    question = question_of(q)
    places = places_of(conn, sight, question)
    said = people_found.conversations(conn, question, places, limit=limit).hits
    left = limit - len(said)
    return [*said, *people_found.unheard(conn, question, places, limit=left)] if left else said


def found(conn: sqlite3.Connection, sight: Sight, search: Search) -> HitPage:
    """Raises InvalidInput for a question that cannot be asked."""
    question = question_of(search.q)
    places = places_of(conn, sight, question)
    limit, after = search.limit, search.after
    about = (conn, question, places)
    match search.kind:
        case HitKind.CONTACT:
            return people_found.contacts(*about, limit=limit, after=after)
        case HitKind.CONVERSATION:
            return people_found.conversations(*about, limit=limit, after=after)
        case HitKind.MESSAGE:
            return messages_found.found(conn, question, places, limit=limit, after=after)
    before: list[Hit] = []
    if after is None:
        some = min(SOME, limit // 3)
        before += people_found.contacts(*about, limit=some).hits
        before += people_found.conversations(*about, limit=some).hits
    rest = limit - len(before)
    messages = messages_found.found(conn, question, places, limit=rest, after=after)
    return HitPage(hits=[*before, *messages.hits], next=messages.next)
