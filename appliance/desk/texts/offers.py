"""Which texts fit: what somebody types behind a slash, and what a person has asked."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.wording import FilledText
from appliance.desk.search.dutch_forms import other_forms
from appliance.desk.search.folding import words, words_of
from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import CannedText
from appliance.errors import NotFound
from appliance.store import lines
from appliance.store.store import Tx

MOST = 8
_ALL = 1_000
SUGGESTED = 3
MIN_LETTERS = 4
"""Shorter words, as “is” and “een”, stand in every question."""
_LAST = 3
"""Messages since the last answer that are looked at: a question often comes in pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A conversation in which somebody writes. `name` is of whom it is with; None in a group.
    `conversation_id` None: it begins with what is written.
    """

    conversation_id: str | None
    branch_id: str
    name: str | None
    waits: bool


def writing(conn: sqlite3.Connection, rights: Rights, conversation_id: str) -> Writing:
    """Raises NotFound where one may not write."""
    row = conn.execute(_WRITING, (conversation_id,)).fetchone()
    if row is None:
        raise NotFound("conversation")
    rights.require(Permission.INBOX_WRITE, row["branch_id"], "conversation")
    if not rights.groups.may_answer(conversation_id):
        raise NotFound("conversation")
    return Writing(
        conversation_id=conversation_id,
        branch_id=row["branch_id"],
        name=row["name"],
        waits=row["waiting_ms"] is not None,
    )


def beginning(conn: sqlite3.Connection, rights: Rights, line_id: str, name: str | None) -> Writing:
    """For a first message from this line. Raises NotFound where one may not write."""
    branch_id = lines.line(conn, line_id).branch_id
    rights.require(Permission.INBOX_WRITE, branch_id, "line")
    return Writing(conversation_id=None, branch_id=branch_id, name=name, waits=False)


def matching(conn: sqlite3.Connection, about: Writing, typed: str) -> Sequence[CannedText]:
    """By the beginning of the shortcut, then of words of the title. Without anything typed those
    that fit the question stand first.
    """
    texts = canned_texts.ready(conn, about.branch_id)
    if not typed.strip():
        first = suggested(conn, about)
        return [*first, *(each for each in texts if each not in first)][:MOST]
    return _called(texts, typed)[:MOST]


def known(conn: sqlite3.Connection, sight: Sight, typed: str) -> Sequence[CannedText]:
    """As `matching`, among all that one may see."""
    return _called(canned_texts.listed(conn, sight, Page(limit=_ALL)), typed)


def _called(texts: Sequence[CannedText], typed: str) -> Sequence[CannedText]:
    begins = words_of(typed.removeprefix("/"))
    by_shortcut = [each for each in texts if words_of(each.shortcut).startswith(begins)]
    by_title = [
        each
        for each in texts
        if each not in by_shortcut
        and any(token.word.startswith(begins) for token in words(each.title))
    ]
    return [*by_shortcut, *by_title]


def suggested(conn: sqlite3.Connection, about: Writing) -> Sequence[CannedText]:
    """What may answer somebody who waits, the best first; of this box's own texts alone."""
    if not about.waits:
        return ()
    rows = conn.execute(_ASKED, (about.conversation_id, _LAST)).fetchall()
    asked = {
        form
        for row in rows
        for token in words(row["text"])
        if len(token.word) >= MIN_LETTERS
        for form in (token.word, *other_forms(token.word))
    }
    if not asked:
        return ()
    found = conn.execute(
        _FITTING,
        {
            "asked": " OR ".join(f'"{each}"' for each in sorted(asked)),
            "branch": about.branch_id,
            "most": SUGGESTED,
        },
    )
    ids = [row["id"] for row in found]
    by_id = {each.id: each for each in canned_texts.ready(conn, about.branch_id)}
    return [by_id[each] for each in ids]


def take(tx: Tx, about: Writing, text_id: str) -> FilledText:
    """Its next variant, filled for whom this conversation is with. Raises NotFound."""
    text = canned_texts.one(tx.conn, Sight(frozenset({about.branch_id})), text_id)
    return canned_texts.render(tx, text, about.name)


_WRITING = """
SELECT line.branch_id, c.waiting_ms, coalesce(k.office_name, k.chosen_name) AS name
FROM conversation c JOIN line ON line.id = c.line_id LEFT JOIN contact k ON k.id = c.contact_id
WHERE c.id = ?
"""
_ASKED = """
SELECT text FROM message WHERE conversation_id = ?1 AND direction = 'in' AND origin = 'person'
AND happened_ms >= (SELECT waiting_ms FROM conversation WHERE id = ?1)
ORDER BY happened_ms DESC LIMIT ?2
"""
# What a text is called says more of when it fits than one of its words.
_FITTING = """
SELECT t.id FROM canned_text_words CROSS JOIN canned_text t ON t.seq = canned_text_words.rowid
WHERE canned_text_words MATCH :asked AND (t.branch_id IS NULL OR t.branch_id = :branch)
ORDER BY bm25(canned_text_words, 4.0, 1.0), t.id LIMIT :most
"""
