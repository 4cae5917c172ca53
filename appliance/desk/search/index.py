"""The index at the SQL edge: what stands in it, and what is put in and taken out.

A message stands under its `seq`, with its words and its place: line, conversation and person, each
as a word. The index of messages keeps no texts, so what is taken out must be said as it was put in.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from appliance.desk.search.folding import VERSION, national, words, words_of

_OF_ID = 12
"""The end of an id, which is random, is enough of it."""
_SHORT = 3
"""Beginnings of two and three letters are indexed themselves (`prefix` in the schema)."""
MOST_WORDS = 100
"""Words that are asked for in place of their beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the index is: see `search_progress` in the schema."""

    low_seq: int
    high_seq: int
    event_seq: int
    contact_id: str
    version: int

    @property
    def is_current(self) -> bool:
        return self.version == VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCounts:
    """What stands in the index: messages, and people and groups."""

    messages: int
    subjects: int


def counts(conn: sqlite3.Connection) -> IndexCounts:
    """Reads the numbers of all messages."""
    return IndexCounts(**dict(conn.execute(_COUNTS).fetchone()))


def progress(conn: sqlite3.Connection) -> Progress:
    row = conn.execute(
        "SELECT low_seq, high_seq, event_seq, contact_id, version FROM search_progress"
    ).fetchone()
    return Progress(**dict(row))


def keep(conn: sqlite3.Connection, now: Progress) -> None:
    conn.execute(
        "UPDATE search_progress SET low_seq = ?, high_seq = ?, event_seq = ?, contact_id = ?,"
        " version = ?",
        (now.low_seq, now.high_seq, now.event_seq, now.contact_id, now.version),
    )


def begin_anew(conn: sqlite3.Connection) -> None:
    """Empties the index; it is built from the newest message backwards, and from the first contact
    on.
    """
    conn.execute("INSERT INTO search_message (search_message) VALUES ('delete-all')")
    conn.execute("INSERT INTO search_name (search_name) VALUES ('delete-all')")
    conn.execute("DELETE FROM search_subject")
    conn.execute("DELETE FROM search_word")
    conn.execute("DELETE FROM search_change")
    conn.execute(_BEGIN_ANEW, (VERSION,))


def line_word(line_id: str) -> str:
    return _word("l", line_id)


def conversation_word(conversation_id: str) -> str:
    return _word("c", conversation_id)


def person_word(contact_id: str) -> str:
    return _word("p", contact_id)


def _word(kind: str, of_id: str) -> str:
    return kind + of_id[-_OF_ID:].replace("-", "").lower()


def add_messages(conn: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> None:
    """`rows` are those of `MESSAGES`."""
    entries = [(row["seq"], *_indexed(row)) for row in rows]
    conn.executemany("INSERT INTO search_message (rowid, words, place) VALUES (?, ?, ?)", entries)
    new = {word for _, words_in_it, _ in entries for word in words_in_it.split()}
    conn.executemany(
        "INSERT INTO search_word (word) VALUES (?) ON CONFLICT DO NOTHING",
        [(word,) for word in sorted(new)],
    )


def words_that_begin(conn: sqlite3.Connection, beginning: str) -> Sequence[str] | None:
    """None where they are too many to be asked for one by one, or so short a beginning is in the
    index itself.
    """
    if len(beginning) <= _SHORT:
        return None
    last = beginning + chr(0x10FFFF)
    rows = conn.execute(_WORDS, (beginning, last, MOST_WORDS + 1)).fetchall()
    return None if len(rows) > MOST_WORDS else [row["word"] for row in rows]


def settle_changes(conn: sqlite3.Connection, most: int) -> int:
    """Takes out what messages said before they changed, and puts in what they say now. Gives how
    many there were.
    """
    rows = conn.execute("SELECT * FROM search_change ORDER BY seq LIMIT ?", (most,)).fetchall()
    gone: set[str] = set()
    for row in rows:
        words_in_it, place = _indexed(row)
        conn.execute(
            "INSERT INTO search_message (search_message, rowid, words, place)"
            " VALUES ('delete', ?, ?, ?)",
            (row["seq"], words_in_it, place),
        )
        conn.execute("DELETE FROM search_change WHERE seq = ?", (row["seq"],))
        add_messages(conn, conn.execute(f"{MESSAGES} WHERE seq = ?", (row["seq"],)).fetchall())
        gone.update(words_in_it.split())
    for word in sorted(gone):
        asked = f'words : "{word}"'
        if conn.execute(_IS_SAID, (asked,)).fetchone() is None:
            conn.execute("DELETE FROM search_word WHERE word = ?", (word,))
    return len(rows)


def renew_contacts(conn: sqlite3.Connection, contact_ids: Collection[str]) -> None:
    """Puts in what these people are called now; who is gone, or is another, is taken out."""
    for contact_id in contact_ids:
        row = conn.execute(_CONTACT, (contact_id,)).fetchone()
        _renew(conn, "contact_id", contact_id, row and _names(row), row and _numbers(row))


def renew_groups(conn: sqlite3.Connection, group_ids: Collection[str]) -> None:
    for group_id in group_ids:
        row = conn.execute("SELECT name FROM chat_group WHERE id = ?", (group_id,)).fetchone()
        _renew(conn, "group_id", group_id, row and words_of(row["name"]), "")


def _renew(
    conn: sqlite3.Connection, column: str, subject_id: str, names: str | None, numbers: str | None
) -> None:
    was = conn.execute(
        f"SELECT seq, names, numbers FROM search_subject WHERE {column} = ?",  # noqa: S608 -- ours
        (subject_id,),
    ).fetchone()
    if was is not None:
        if (was["names"], was["numbers"]) == (names, numbers):
            return
        conn.execute(
            "INSERT INTO search_name (search_name, rowid, names, numbers)"
            " VALUES ('delete', ?, ?, ?)",
            tuple(was),
        )
    if names is None:
        conn.execute(f"DELETE FROM search_subject WHERE {column} = ?", (subject_id,))  # noqa: S608 -- ours
        return
    now = conn.execute(
        f"INSERT INTO search_subject ({column}, names, numbers) VALUES (?, ?, ?)"  # noqa: S608 -- ours
        f" ON CONFLICT ({column}) DO UPDATE SET names = excluded.names, numbers = excluded.numbers"
        " RETURNING seq, names, numbers",
        (subject_id, names, numbers),
    ).fetchone()
    conn.execute("INSERT INTO search_name (rowid, names, numbers) VALUES (?, ?, ?)", tuple(now))


def merge_some(conn: sqlite3.Connection, pages: int) -> bool:
    """Brings the parts of the index nearer to one, in which nothing is left of what was taken out;
    False when they are one.
    """
    before = conn.total_changes
    for table in ("search_message", "search_name"):
        conn.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (-pages,))  # noqa: S608 -- ours
    # SQLite's manual: a merge that finds nothing to do counts as one change.
    return conn.total_changes - before > len(("search_message", "search_name"))


def merges_asked(conn: sqlite3.Connection) -> int:
    """How many times it was asked that nothing stays of what was taken out (`merge_some`)."""
    return int(conn.execute("SELECT merges FROM search_progress").fetchone()[0])


def note_merged(conn: sqlite3.Connection, asked: int) -> None:
    """It is one; who asked since then is not served by that."""
    conn.execute("UPDATE search_progress SET merges = merges - ?", (asked,))


def _indexed(row: sqlite3.Row) -> tuple[str, str]:
    place = [line_word(row["line_id"]), conversation_word(row["conversation_id"])]
    if row["contact_id"] is not None:
        place.append(person_word(row["contact_id"]))
    return words_of(row["text"]), " ".join(place)


def _names(row: sqlite3.Row) -> str:
    called: Sequence[str | None] = (
        row["office_name"],
        row["chosen_name"],
        row["personnel_number"],
    )
    return " ".join(token.word for name in called if name for token in words(name))


def _numbers(row: sqlite3.Row) -> str:
    """Numbers in one word; what is none, such as the word that somebody sends under, as words."""
    written = (row["identities"] or "").split("\n")
    return " ".join(national(each) if each.startswith("+") else words_of(each) for each in written)


_WORDS = "SELECT word FROM search_word WHERE word >= ? AND word < ? ORDER BY word LIMIT ?"
_IS_SAID = "SELECT 1 FROM search_message WHERE search_message MATCH ? LIMIT 1"
MESSAGES = "SELECT seq, text, line_id, conversation_id, contact_id FROM message"
_COUNTS = """
SELECT (SELECT count(*) FROM message, search_progress WHERE seq > low_seq AND seq <= high_seq)
  AS messages, (SELECT count(*) FROM search_subject) AS subjects
"""
_BEGIN_ANEW = """
UPDATE search_progress SET (low_seq, high_seq) = (
  SELECT last, last FROM (SELECT coalesce(max(seq), 0) AS last FROM message)),
  event_seq = (SELECT coalesce(max(seq), 0) FROM event), contact_id = '', version = ?
"""
_CONTACT = """
SELECT office_name, chosen_name, personnel_number,
  (SELECT group_concat(value, char(10)) FROM (
    SELECT value FROM contact_identity WHERE contact_id = contact.id
    UNION SELECT value FROM identity_claim WHERE contact_id = contact.id)) AS identities
FROM contact WHERE id = ? AND joined_into IS NULL
"""
