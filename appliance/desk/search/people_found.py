"""People and conversations whose name or number fits, those who became known last first."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile, islice
from typing import Any

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.search import match
from appliance.desk.search.hits import BETWEEN_NAMES, Hit, HitKind, HitPage
from appliance.desk.search.marking import excerpt_of
from appliance.desk.search.places import Places
from appliance.desk.search.question import SearchQuestion, Term
from appliance.phone_numbers import readable

LOOKED_AT = 2_000
"""Of all who fit; a branch sees few of a company's people."""
UNHEARD_LOOKED_AT = 500
"""While one types."""
_AT_ONCE = 100


def contacts(
    conn: sqlite3.Connection,
    question: SearchQuestion,
    places: Places,
    *,
    limit: int,
    after: str | None = None,
) -> HitPage:
    """`after` is the id of a contact."""
    return _page(_hits(conn, question, places, _CONTACTS, after), limit, after)


def unheard(
    conn: sqlite3.Connection, question: SearchQuestion, places: Places, *, limit: int
) -> Sequence[Hit]:
    """People with whom nothing was ever said on these lines: imported, or entered by hand."""
    hits = _hits(conn, question, places, _CONTACTS, None, most=UNHEARD_LOOKED_AT)
    return list(islice((each for each in hits if each.conversation_id is None), limit))


def conversations(
    conn: sqlite3.Connection,
    question: SearchQuestion,
    places: Places,
    *,
    limit: int,
    after: str | None = None,
) -> HitPage:
    """With people or in groups; `after` is the id of a conversation."""
    return _page(_hits(conn, question, places, _CONVERSATIONS, after), limit, after)


def _hits(
    conn: sqlite3.Connection,
    question: SearchQuestion,
    places: Places,
    statement: str,
    after: str | None,
    *,
    most: int = LOOKED_AT,
) -> Iterator[Hit]:
    is_nowhere = not places.lines and places.entered == ()
    if not question.terms or question.is_about_messages or is_nowhere:
        return iter(())
    values = {
        "lines": json.dumps(list(places.lines)),
        "entered": _json(places.entered),
        "conversations": _json(places.conversations),
        "hidden": places.hidden,
    }
    asked = {"asked": match.in_any_column(question.terms), "from": _subject_seq(conn, after)}
    fitting = conn.execute(_FITTING, {**asked, "most": most})
    return (
        _hit(row, question.terms)
        for some in iter(lambda: fitting.fetchmany(_AT_ONCE), [])
        for row in conn.execute(statement, {**values, "seqs": json.dumps([s["seq"] for s in some])})
    )


def _page(hits: Iterator[Hit], limit: int, after: str | None) -> HitPage:
    """Begins behind `after`, which is among the first of them."""
    if after is not None:
        behind = dropwhile(lambda hit: hit.id != after, hits)
        next(behind, None)
        hits = behind
    shown = list(islice(hits, limit + 1))
    more = len(shown) > limit
    return HitPage(hits=shown[:limit], next=shown[limit - 1].id if more else None)


def _subject_seq(conn: sqlite3.Connection, after: str | None) -> int:
    if after is None:
        return 1 << 62
    row = conn.execute(_SUBJECT, {"id": after}).fetchone()
    return 0 if row is None else int(row["seq"])


def _json(values: Sequence[str] | None) -> str | None:
    return None if values is None else json.dumps(list(values))


def _hit(row: Mapping[str, Any], terms: Sequence[Term]) -> Hit:
    numbers = [readable(str(each)) for each in json.loads(row["numbers"] or "[]")]
    name = row["office_name"] or row["chosen_name"] or row["group_name"]
    called = [name, *numbers] if name else numbers
    if row["chosen_name"] and row["chosen_name"] != name:
        called.append(f"~{row['chosen_name']}")
    if row["personnel_number"]:
        called.append(row["personnel_number"])
    excerpt = excerpt_of(BETWEEN_NAMES.join(called), terms)
    return Hit(
        kind=HitKind(row["kind"]),
        id=row["id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        line_id=row["line_id"],
        at_ms=row["at_ms"],
        title=called[0] if called else "?",
        snippet=excerpt.snippet,
        marks=excerpt.marks,
    )


_SUBJECT = """
SELECT seq FROM search_subject WHERE contact_id = :id
UNION ALL SELECT seq FROM search_subject WHERE contact_id =
  (SELECT contact_id FROM conversation WHERE id = :id)
UNION ALL SELECT seq FROM search_subject WHERE group_id =
  (SELECT group_id FROM conversation WHERE id = :id)
LIMIT 1
"""
_FITTING = """
SELECT rowid AS seq FROM search_name WHERE search_name MATCH :asked AND rowid <= :from
ORDER BY rowid DESC LIMIT :most
"""
_CALLED = """
k.office_name, k.chosen_name, k.personnel_number, (SELECT json_group_array(value) FROM (
  SELECT value, created_ms FROM contact_identity WHERE contact_id = k.id
  UNION ALL SELECT value, at_ms FROM identity_claim WHERE contact_id = k.id
  ORDER BY 2, 1)) AS numbers
"""
_IN_PLACE = f"""
c.line_id IN (SELECT value FROM json_each(:lines)) AND c.id NOT IN {HIDDEN}
AND (:conversations IS NULL OR c.id IN (SELECT value FROM json_each(:conversations)))
"""  # noqa: S608 -- our own condition
_CONTACTS = f"""
SELECT 'contact' AS kind, k.id, k.id AS contact_id, c.id AS conversation_id, c.line_id,
  coalesce(c.last_ms, k.created_ms) AS at_ms, NULL AS group_name, {_CALLED}
FROM json_each(:seqs) f CROSS JOIN search_subject s ON s.seq = f.value
CROSS JOIN contact k ON k.id = s.contact_id AND k.joined_into IS NULL
LEFT JOIN conversation c ON c.id = (
  SELECT c.id FROM conversation c WHERE c.contact_id = k.id AND {_IN_PLACE}
  ORDER BY c.last_ms DESC, c.id LIMIT 1)
WHERE c.id IS NOT NULL OR :entered IS NULL OR EXISTS (SELECT 1 FROM contact_branch b
  WHERE b.contact_id = k.id AND b.branch_id IN (SELECT value FROM json_each(:entered)))
ORDER BY s.seq DESC
"""  # noqa: S608 -- our own words
_CONVERSATIONS = f"""
SELECT 'conversation' AS kind, c.id, k.id AS contact_id, c.id AS conversation_id, c.line_id,
  c.last_ms AS at_ms, g.name AS group_name, {_CALLED}
FROM json_each(:seqs) f CROSS JOIN search_subject s ON s.seq = f.value
CROSS JOIN conversation c ON c.id IN (
  SELECT id FROM conversation WHERE contact_id = s.contact_id
  UNION ALL SELECT its.id FROM chat_group CROSS JOIN conversation its
    ON its.line_id = chat_group.line_id AND its.group_id = chat_group.id
  WHERE chat_group.id = s.group_id)
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
WHERE {_IN_PLACE}
ORDER BY s.seq DESC, c.id
"""  # noqa: S608 -- our own words
