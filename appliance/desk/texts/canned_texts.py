"""Texts that the office has ready, each with a shortcut and one or more variants.

They belong to a branch or to all. A variant may hold placeholders, `{voornaam}` as in lists and any
other word: what Balie cannot fill is told to whoever takes the text.
"""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from appliance.characters import clean_name
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing import wording
from appliance.desk.outgoing.wording import MAX_VARIANTS, FilledText
from appliance.desk.search.folding import words_of
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.messages import clean_text
from appliance.store.store import Tx

_SHORTCUT = re.compile(r"[^\s/{}]{1,40}")
_LANGUAGE = re.compile("[a-z]{2,3}")
DEFAULT_LANGUAGE = "nl"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWords:
    """What a canned text is: all that somebody may say of it. `branch_id` None: all branches."""

    shortcut: str
    title: str
    variants: Sequence[str]
    branch_id: str | None = None
    language: str = DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedText(TextWords):
    id: str
    created_ms: int

    @property
    def words(self) -> TextWords:
        return TextWords(
            shortcut=self.shortcut,
            title=self.title,
            variants=self.variants,
            branch_id=self.branch_id,
            language=self.language,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAuthor:
    """`token_id` where it is software. Exactly one is set."""

    staff_id: str | None = None
    token_id: str | None = None


def listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[CannedText]:
    """By id."""
    values = {"branches": sight.json, "after": page.after.lower(), "limit": page.limit}
    return [_text(row) for row in conn.execute(_LISTED, values)]


def ready(conn: sqlite3.Connection, branch_id: str) -> Sequence[CannedText]:
    """Those that one may write in this branch, by shortcut."""
    return [_text(row) for row in conn.execute(_READY, (branch_id,))]


def one(conn: sqlite3.Connection, sight: Sight, text_id: str) -> CannedText:
    """Raises NotFound."""
    row = conn.execute(_ONE, (text_id.lower(),)).fetchone()
    if row is None or not (row["branch_id"] is None or sight.sees_branch(row["branch_id"])):
        raise NotFound("text")
    return _text(row)


def changeable(conn: sqlite3.Connection, sight: Sight, text_id: str) -> CannedText:
    """A text of the whole company is changed by who sees all of it. Raises NotFound."""
    text = one(conn, sight, text_id)
    if not sight.sees_branch(text.branch_id):
        raise NotFound("text")
    return text


def add(tx: Tx, new: TextWords, by: TextAuthor) -> CannedText:
    """Raises InvalidInput."""
    words = _checked(tx.conn, new)
    text_id = tx.new_id()
    row = tx.conn.execute(_ADD, {**_values(words), "id": text_id, "at_ms": tx.now_ms}).fetchone()
    _index(tx.conn, row["seq"], words)
    _tell(tx, text_id, words.branch_id, by, "added")
    return CannedText(**asdict(words), id=text_id, created_ms=tx.now_ms)


def change(tx: Tx, text_id: str, new: TextWords, by: TextAuthor) -> CannedText:
    """Raises InvalidInput."""
    words = _checked(tx.conn, new, text_id)
    row = tx.conn.execute(_CHANGE, {**_values(words), "id": text_id}).fetchone()
    _index(tx.conn, row["seq"], words)
    _tell(tx, text_id, words.branch_id, by, "changed")
    return CannedText(**asdict(words), id=text_id, created_ms=row["created_ms"])


def remove(tx: Tx, text: CannedText, by: TextAuthor) -> None:
    row = tx.conn.execute("DELETE FROM canned_text WHERE id = ? RETURNING seq", (text.id,))
    _index(tx.conn, row.fetchone()["seq"], None)
    _tell(tx, text.id, text.branch_id, by, "removed")


def render(tx: Tx, text: CannedText, name: str | None, variant: int | None = None) -> FilledText:
    """For somebody of this name. Without a variant they are taken in turn.

    Raises InvalidInput for a variant that there is not.
    """
    if variant is None:
        taken = tx.conn.execute(_TAKE, (text.id,)).fetchone()
        variant = int(taken["turn"]) % len(text.variants)
    if not 0 <= variant < len(text.variants):
        sentence = f"“variant” is a number from 0 to {len(text.variants) - 1}."
        raise InvalidInput("variant", sentence)
    return wording.fill(text.variants[variant], name)


def _checked(conn: sqlite3.Connection, new: TextWords, text_id: str = "") -> TextWords:
    shortcut, title = new.shortcut.strip().removeprefix("/"), clean_name(new.title)
    if not _SHORTCUT.fullmatch(shortcut):
        sentence = "A shortcut is one word of at most 40 characters, such as loon."
        raise InvalidInput("shortcut", sentence)
    if title is None:
        raise InvalidInput("title", "Write a title, so that others know what the text is for.")
    if not _LANGUAGE.fullmatch(new.language):
        raise InvalidInput("language", "Write the language in two letters, such as nl, en or pl.")
    words = TextWords(
        shortcut=shortcut,
        title=title,
        variants=_variants(new.variants),
        branch_id=new.branch_id,
        language=new.language,
    )
    if conn.execute(_TAKEN, {**_values(words), "id": text_id}).fetchone():
        raise InvalidInput("shortcut", f"There is a text /{shortcut} already; choose another word.")
    return words


def _variants(texts: Sequence[str]) -> Sequence[str]:
    if not 1 <= len(texts) <= MAX_VARIANTS:
        raise InvalidInput("variants", f"Write 1 to {MAX_VARIANTS} variants of the text.")
    try:
        variants = [clean_text(text.strip()) for text in texts]
    except InvalidInput as exc:
        raise InvalidInput("variants", exc.sentence) from exc
    if any(wording.has_stray_brace(text) for text in variants):
        sentence = "Braces hold one word to be filled in, such as {voornaam} or {datum}."
        raise InvalidInput("variants", sentence)
    return variants


def _index(conn: sqlite3.Connection, seq: int, words: TextWords | None) -> None:
    """What the text is suggested by; None: it is gone."""
    conn.execute("DELETE FROM canned_text_words WHERE rowid = ?", (seq,))
    if words is not None:
        called = words_of(f"{words.title} {words.shortcut}")
        said = " ".join(words_of(each) for each in words.variants)
        conn.execute(
            "INSERT INTO canned_text_words (rowid, called, said) VALUES (?, ?, ?)",
            (seq, called, said),
        )


def _tell(tx: Tx, text_id: str, branch_id: str | None, by: TextAuthor, what: str) -> None:
    facts = {"text": text_id, "what": what}
    if by.token_id is not None:
        facts["token"] = by.token_id
    tx.emit(EventKind.TEXT_CHANGED, branch_id=branch_id, staff_id=by.staff_id, facts=facts)


def _values(words: TextWords) -> dict[str, Any]:
    return {**asdict(words), "variants": json.dumps(words.variants, ensure_ascii=False)}


def _text(row: Mapping[str, Any]) -> CannedText:
    return CannedText(**{**dict(row), "variants": json.loads(row["variants"])})


_COLUMNS = "id, shortcut, title, variants, branch_id, language, created_ms"
_LISTED = f"""
SELECT {_COLUMNS} FROM canned_text
WHERE id > :after AND (branch_id IS NULL OR :branches IS NULL
  OR branch_id IN (SELECT value FROM json_each(:branches)))
ORDER BY id LIMIT :limit
"""  # noqa: S608 -- our own columns
_READY = f"""
SELECT {_COLUMNS} FROM canned_text WHERE branch_id IS NULL OR branch_id = ?
ORDER BY shortcut COLLATE NOCASE, branch_id IS NULL, language
"""  # noqa: S608 -- our own columns
_ONE = f"SELECT {_COLUMNS} FROM canned_text WHERE id = ?"  # noqa: S608 -- our own columns
_ADD = """
INSERT INTO canned_text (id, branch_id, shortcut, title, variants, language, created_ms)
VALUES (:id, :branch_id, :shortcut, :title, :variants, :language, :at_ms) RETURNING seq
"""
_CHANGE = """
UPDATE canned_text SET branch_id = :branch_id, shortcut = :shortcut, title = :title,
  variants = :variants, language = :language
WHERE id = :id RETURNING seq, created_ms
"""
_TAKEN = """
SELECT 1 FROM canned_text WHERE coalesce(branch_id, '') = coalesce(:branch_id, '')
AND shortcut = :shortcut COLLATE NOCASE AND language = :language AND id <> :id
"""
_TAKE = "UPDATE canned_text SET turn = turn + 1 WHERE id = ? RETURNING turn - 1 AS turn"
