"""Messages in which all of a question fits, the newest first.

Candidates come from an index in the order of the page and are looked at one by one, so a page ends
with its last message. Who asks for something rare among much that is frequent is shown what was
found among `LOOKED_AT` of them, and where to go on.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from heapq import merge
from itertools import islice
from typing import Any

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import Sight
from appliance.desk.inbox import message_search
from appliance.desk.inbox.message_search import MessageFilter
from appliance.desk.search import match
from appliance.desk.search.hits import Hit, HitKind, HitPage
from appliance.desk.search.index import conversation_word, line_word, person_word, words_that_begin
from appliance.desk.search.marking import excerpt_of
from appliance.desk.search.places import Places
from appliance.desk.search.question import SearchQuestion
from appliance.messages import Direction, MessageState
from appliance.phone_numbers import readable
from appliance.store.care_marks import NOT_SHOWN

LOOKED_AT = 20_000
_AT_ONCE = 100
"""The first candidates; then four times as many each time."""
_FEW = 40
"""So many people or conversations are asked of the index; of more, each message is looked at."""
_OF_STATE = 1_000
"""Messages of one line in one state that a page looks through."""
NOWHERE = "nowhere"
_RARE = frozenset(MessageState) - {
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.READ,
    MessageState.RECEIVED,
}
"""Of messages in these states there are few; whether the words fit is seen in each."""


def found(
    conn: sqlite3.Connection,
    question: SearchQuestion,
    places: Places,
    *,
    limit: int,
    after: str | None = None,
) -> HitPage:
    """`after` is the `next` of the page before."""
    if question.asks_nothing or not places.lines:
        return HitPage(hits=(), next=None)
    before = _before(conn, after)
    candidates = _candidates(conn, question, places, before)
    hits: list[Hit] = []
    looked_at, many = 0, _AT_ONCE
    while seqs := list(islice(candidates, many)):
        for hit in _hits(conn, question, places, seqs):
            if len(hits) == limit:
                return HitPage(hits=hits, next=hits[-1].id)
            hits.append(hit)
        looked_at, many = looked_at + len(seqs), many * 4
        if looked_at >= LOOKED_AT:
            return HitPage(hits=hits, next=_id_at(conn, seqs[-1]))
    return HitPage(hits=hits, next=None)


def _before(conn: sqlite3.Connection, after: str | None) -> int:
    if after is None:
        return 1 << 62
    row = conn.execute(_SEQ, (after,)).fetchone()
    return 0 if row is None else int(row["seq"])


def _id_at(conn: sqlite3.Connection, seq: int) -> str | None:
    row = conn.execute("SELECT id FROM message WHERE seq = ?", (seq,)).fetchone()
    return row and str(row["id"])


def _candidates(
    conn: sqlite3.Connection, question: SearchQuestion, places: Places, before: int
) -> Iterator[int]:
    """Their `seq`, the greatest first."""
    values: dict[str, Any] = {"before": before, "most": LOOKED_AT}
    if question.states is not None and question.states <= _RARE:
        return _in_states(conn, question.states, places, before)
    if question.terms or places.writers is not None or places.conversations is not None:
        asked = _asked(conn, question, places)
        statement = _MATCHING if asked else _ALL
    elif question.states is not None:
        return _in_states(conn, question.states, places, before)
    elif question.media is not None:
        asked, statement = "", _WITH_FILES
    else:
        asked = "" if places.is_everywhere else _at_lines(places)
        statement = _MATCHING if asked else _ALL
    return (row["seq"] for row in conn.execute(statement, {**values, "asked": asked}))


def _in_states(
    conn: sqlite3.Connection, states: Collection[MessageState], places: Places, before: int
) -> Iterator[int]:
    """Line by line, and state by state, each in the order of an index."""
    after = _id_at(conn, before)
    asks = [
        message_search.found(
            conn,
            Sight(None),
            MessageFilter(
                state=state, line_id=line_id, after=after, newest_first=True, limit=_OF_STATE
            ),
        )
        for line_id in places.lines
        for state in states
    ]
    return islice(merge(*asks, reverse=True), LOOKED_AT)


def _asked(conn: sqlite3.Connection, question: SearchQuestion, places: Places) -> str:
    """Empty when the index has nothing to say about it."""
    begin = partial(words_that_begin, conn)
    asked = [match.in_words(question.terms, begin)] if question.terms else []
    if places.writers is not None and len(places.writers) <= _FEW:
        asked.append(match.at_places([person_word(each) for each in places.writers] or [NOWHERE]))
    if places.conversations is not None and len(places.conversations) <= _FEW:
        threads = [conversation_word(each) for each in places.conversations]
        asked.append(match.at_places(threads or [NOWHERE]))
    if not places.is_everywhere:
        asked.append(_at_lines(places))
    return " AND ".join(asked)


def _at_lines(places: Places) -> str:
    return match.at_places([line_word(each) for each in places.lines])


def _hits(
    conn: sqlite3.Connection, question: SearchQuestion, places: Places, seqs: Sequence[int]
) -> Iterator[Hit]:
    values = {
        "seqs": json.dumps(seqs),
        "lines": places.lines_json,
        "writers": _json(places.writers),
        "conversations": _json(places.conversations),
        "hidden": places.hidden,
        "states": _json(question.states and [each.value for each in question.states]),
        "media": _json(question.media),
    }
    hits = (_hit(row, question) for row in conn.execute(_FITTING, values))
    return (hit for hit in hits if hit is not None)


def _json(values: Any) -> str | None:
    return None if values is None else json.dumps(sorted(values))


def _hit(row: Mapping[str, Any], question: SearchQuestion) -> Hit | None:
    """None where the words are gone since the index was told of them."""
    excerpt = excerpt_of(row["text"], question.terms)
    if question.terms and not excerpt.marks:
        return None
    return Hit(
        kind=HitKind.MESSAGE,
        id=row["id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        line_id=row["line_id"],
        at_ms=row["happened_ms"],
        title=row["title"] or readable(row["value"]),
        snippet=excerpt.snippet,
        marks=excerpt.marks,
        direction=Direction(row["direction"]),
    )


_SEQ = "SELECT seq FROM message WHERE id <= ? ORDER BY id DESC LIMIT 1"
_MATCHING = """
SELECT rowid AS seq FROM search_message WHERE search_message MATCH :asked AND rowid < :before
ORDER BY rowid DESC LIMIT :most
"""
# An id tells when a message was made, so the files of the newest come first. That of one that a
# phone had before Balie came tells when it was written.
_WITH_FILES = """
SELECT m.seq FROM message_media f CROSS JOIN message m ON m.id = f.message_id
WHERE f.message_id < coalesce((SELECT id FROM message WHERE seq = :before), '~')
GROUP BY f.message_id ORDER BY f.message_id DESC LIMIT :most
"""
_ALL = "SELECT seq FROM message WHERE seq < :before ORDER BY seq DESC LIMIT :most"
_FITTING = f"""
SELECT m.id, m.conversation_id, m.contact_id, m.line_id, m.happened_ms, m.text, m.direction,
  m.value, coalesce(g.name, k.office_name, k.chosen_name) AS title
FROM json_each(:seqs) asked
CROSS JOIN message m ON m.seq = asked.value
CROSS JOIN json_each(:lines) place ON place.key = m.line_id
CROSS JOIN conversation c ON c.id = m.conversation_id
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
WHERE m.happened_ms >= place.value ->> 0 AND m.happened_ms < place.value ->> 1
AND m.conversation_id NOT IN {HIDDEN} AND NOT {NOT_SHOWN}
AND (:writers IS NULL OR m.direction = 'in'
  AND m.contact_id IN (SELECT value FROM json_each(:writers)))
AND (:conversations IS NULL OR m.conversation_id IN (SELECT value FROM json_each(:conversations)))
AND (:states IS NULL OR m.state IN (SELECT value FROM json_each(:states)))
AND (:media IS NULL OR EXISTS (
  SELECT 1 FROM message_media f JOIN media ON media.id = f.media_id
  WHERE f.message_id = m.id AND media.kind IN (SELECT value FROM json_each(:media))))
ORDER BY asked.key
"""  # noqa: S608 -- our own words
