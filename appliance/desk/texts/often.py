"""Answers that colleagues give often and that are no canned text yet."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox.thread import conversation_of_message
from appliance.desk.search.folding import words, words_of
from appliance.desk.texts.impersonal import impersonal
from appliance.errors import NotFound

LOOKED_THROUGH = 5_000
"""The newest messages of all: what was said often long ago is not said now."""
OFTEN = 3
"""To so many people at least."""
MOST = 5
_TRIED = 50
_FEWEST_WORDS, _LONGEST = 4, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class OftenGiven:
    """`text` is without what is personal; `message_id` the newest message that says so."""

    message_id: str
    text: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpersonalText:
    text: str
    branch_id: str


def often_given(
    conn: sqlite3.Connection, rights: Rights, known: Iterable[str]
) -> Sequence[OftenGiven]:
    """Those that most people were given first, of the branches in which one writes. `known` are the
    variants that there are.
    """
    branches = rights.branches(Permission.INBOX_WRITE)
    values = {
        "branches": None if branches is None else json.dumps(sorted(branches)),
        "rows": LOOKED_THROUGH,
        "longest": _LONGEST,
    }
    newest: dict[str, sqlite3.Row] = {}
    people: dict[str, set[str]] = {}
    for row in conn.execute(_GIVEN, values):
        gist = _gist(row["text"], row["name"])
        newest.setdefault(gist, row)
        people.setdefault(gist, set()).add(row["contact_id"])
    often = [each for each in newest if len(people[each]) >= OFTEN]
    often.sort(key=lambda each: -len(people[each]))
    have, called = {words_of(each) for each in known}, colleagues(conn)
    found = []
    for gist in often[:_TRIED]:
        row = newest[gist]
        text = impersonal(row["text"], names=[row["name"]], colleagues=called)
        said = words_of(text)
        if len(said.split()) >= _FEWEST_WORDS and said not in have:
            entry = OftenGiven(message_id=row["id"], text=text, people=len(people[gist]))
            found.append(entry)
    return found[:MOST]


def _gist(text: str, name: str | None) -> str:
    """Its words but for the person's name and what has a digit: cheap, for all that is looked
    through.
    """
    called = {token.word for token in words(name or "")}
    said = (token.word for token in words(text) if token.word not in called)
    return " ".join(word for word in said if word.isalpha())


def text_of(conn: sqlite3.Connection, rights: Rights, message_id: str) -> ImpersonalText:
    """What a canned text may begin with. Raises NotFound where one may not write, and for what
    somebody else wrote.
    """
    conversation_of_message(conn, rights, message_id)
    row = conn.execute(_ONE, (message_id,)).fetchone()
    if row is None:
        raise NotFound("message")
    text = impersonal(row["text"], names=[row["name"]], colleagues=colleagues(conn))
    return ImpersonalText(text=text, branch_id=row["branch_id"])


def colleagues(conn: sqlite3.Connection) -> Sequence[str]:
    """Their names, which may stand below what they wrote."""
    return [row["name"] for row in conn.execute("SELECT name FROM staff ORDER BY name")]


_GIVEN = """
SELECT m.id, m.text, m.contact_id, coalesce(k.office_name, k.chosen_name) AS name
FROM message m JOIN line ON line.id = m.line_id JOIN contact k ON k.id = m.contact_id
WHERE m.seq > (SELECT max(seq) FROM message) - :rows AND m.direction = 'out'
AND m.staff_id IS NOT NULL AND m.sent_ms IS NOT NULL AND length(m.text) <= :longest
AND (:branches IS NULL OR line.branch_id IN (SELECT value FROM json_each(:branches)))
ORDER BY m.seq DESC
"""
_ONE = """
SELECT m.text, line.branch_id, coalesce(k.office_name, k.chosen_name) AS name
FROM message m JOIN line ON line.id = m.line_id LEFT JOIN contact k ON k.id = m.contact_id
WHERE m.id = ? AND m.direction = 'out'
"""
