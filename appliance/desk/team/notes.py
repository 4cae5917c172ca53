"""Internal notes: what colleagues say to each other about a conversation.

A note is no message and never becomes one: nothing here knows the queue.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.characters import is_blank
from appliance.desk.access.rights import Permission, rights_of
from appliance.desk.inbox.directory import Colleague, Page
from appliance.desk.outgoing.attaching import MOST_FILES, NO_SUCH_FILE
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.messages import MAX_TEXT
from appliance.store import casework, note_media
from appliance.store.casework import Casework
from appliance.store.media import Media, by_id
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamNote:
    """`author` is the name of the colleague or the program that wrote it. `text` may be empty where
    it has files.
    """

    id: str
    conversation_id: str
    text: str
    author: str | None
    created_ms: int
    mentions: Sequence[Colleague]
    media: Sequence[Media]


def already(
    conn: sqlite3.Connection,
    conversation_id: str,
    text: str,
    by: Author,
    *,
    client_id: str,
    contents: Sequence[str] = (),
) -> str | None:
    """The id of the note that was written under this client id; `contents` are the hashes of its
    files. Raises InvalidInput where it is another one: what is written now would be lost.
    """
    row = conn.execute("SELECT * FROM note WHERE client_id = ?", (client_id,)).fetchone()
    if row is None:
        return None
    kept = sorted(each.sha256 or "" for each in one(conn, row["id"]).media)
    said = (conversation_id, by.staff_id, text, sorted(contents))
    if (row["conversation_id"], row["staff_id"], row["text"], kept) != said:
        raise InvalidInput("note_again", "This client id was used for another note before.")
    return str(row["id"])


def write(
    tx: Tx,
    conversation_id: str,
    text: str,
    by: Author,
    media_ids: Sequence[str] = (),
    *,
    client_id: str | None = None,
    note_id: str | None = None,
) -> str:
    """The id of the note, which is `note_id` where it has one elsewhere already; the same
    `client_id` again makes no other one (with files, who calls has asked `already`). Raises
    InvalidInput for the text, and for files that its author did not upload or that are somewhere
    already.
    """
    if client_id and not media_ids:
        known = already(tx.conn, conversation_id, text, by, client_id=client_id)
        if known is not None:
            return known
    if (is_blank(text) and not media_ids) or len(text) > MAX_TEXT or "\0" in text:
        raise InvalidInput("note", f"A note has 1 to {MAX_TEXT} characters.")
    _check_files(tx.conn, media_ids, by)
    case = casework.of(tx.conn, conversation_id)
    note_id, named = note_id or tx.new_id(), mentioned(tx.conn, case, text)
    tx.conn.execute(
        "INSERT INTO note (id, conversation_id, staff_id, token_id, text, at_ms, client_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (note_id, conversation_id, by.staff_id, by.token_id, text, tx.now_ms, client_id),
    )
    note_media.put(tx, note_id, media_ids)
    tx.conn.executemany(
        "INSERT INTO note_mention (note_id, staff_id, seen_ms) VALUES (?, ?, ?)",
        [(note_id, each.id, tx.now_ms if each.id == by.staff_id else None) for each in named],
    )
    if by.staff_id:
        forget_draft(tx, by.staff_id, conversation_id)
    facts = {"note": note_id, "mentions": [each.id for each in named], "token": by.token_id}
    kind = EventKind.CONVERSATION_NOTED
    casework.change(tx, case, kind, facts=facts, staff_id=by.staff_id)
    return note_id


def _check_files(conn: sqlite3.Connection, media_ids: Sequence[str], by: Author) -> None:
    if len(media_ids) > MOST_FILES or len({*media_ids}) < len(media_ids):
        raise InvalidInput("media", f"A note has at most {MOST_FILES} files, each of them once.")
    for each in media_ids:
        found = by_id(conn, each)
        if found is None or (found.staff_id, found.token_id) != (by.staff_id, by.token_id):
            raise InvalidInput("media", NO_SUCH_FILE)
        if note_media.is_used(conn, each):
            sentence = "This file is in a message or a note already. Upload it for this note alone."
            raise InvalidInput("media", sentence)


def notes(conn: sqlite3.Connection, conversation_id: str, page: Page) -> Sequence[TeamNote]:
    """Oldest first; the caller looks whether they may be seen."""
    rows = conn.execute(
        f"{_NOTE} WHERE n.conversation_id = ? AND n.id > ? ORDER BY n.id LIMIT ?",
        (conversation_id, page.after.lower(), page.limit),
    )
    return [_note(conn, row) for row in rows]


def between(
    conn: sqlite3.Connection, conversation_id: str, *, from_ms: int, to_ms: int
) -> Sequence[TeamNote]:
    """From one moment up to before another, oldest first."""
    rows = conn.execute(
        f"{_NOTE} WHERE n.conversation_id = ? AND n.at_ms >= ? AND n.at_ms < ?"
        " ORDER BY n.at_ms, n.id",
        (conversation_id, from_ms, to_ms),
    )
    return [_note(conn, row) for row in rows]


def one(conn: sqlite3.Connection, note_id: str) -> TeamNote:
    return _note(conn, conn.execute(f"{_NOTE} WHERE n.id = ?", (note_id,)).fetchone())


def is_known(conn: sqlite3.Connection, note_id: str) -> bool:
    return conn.execute("SELECT 1 FROM note WHERE id = ?", (note_id,)).fetchone() is not None


def came_since(conn: sqlite3.Connection, conversation_id: str, seq: int) -> bool:
    """Whether somebody wrote one since this event."""
    found = conn.execute(
        "SELECT 1 FROM conversation_event of CROSS JOIN event e ON e.seq = of.event_seq"
        " CROSS JOIN event_kind k ON k.code = e.kind WHERE of.conversation_id = ?"
        " AND of.event_seq > ? AND k.name = ? LIMIT 1",
        (conversation_id, seq, EventKind.CONVERSATION_NOTED.value),
    )
    return found.fetchone() is not None


def unseen(conn: sqlite3.Connection, conversation_id: str, staff_id: str) -> str | None:
    """The newest note there that names them and that they have not seen."""
    row = conn.execute(
        "SELECT max(n.id) AS id FROM note_mention m INDEXED BY note_mention_unseen"
        " CROSS JOIN note n ON n.id = m.note_id"
        " WHERE m.staff_id = ? AND m.seen_ms IS NULL AND n.conversation_id = ?",
        (staff_id, conversation_id),
    ).fetchone()
    return None if row["id"] is None else str(row["id"])


def see(tx: Tx, conversation_id: str, staff_id: str) -> bool:
    """They have seen where they are mentioned there; False where that was nothing new."""
    seen = tx.conn.execute(
        "UPDATE note_mention SET seen_ms = ? WHERE staff_id = ? AND seen_ms IS NULL"
        " AND note_id IN (SELECT id FROM note WHERE conversation_id = ?)",
        (tx.now_ms, staff_id, conversation_id),
    )
    if not seen.rowcount:
        return False
    line_id = casework.of(tx.conn, conversation_id).line_id
    about = {"conversation_id": conversation_id, "line_id": line_id, "staff_id": staff_id}
    tx.emit(EventKind.CONVERSATION_READ, **about)
    return True


def mentioned(conn: sqlite3.Connection, case: Casework, text: str) -> Sequence[Colleague]:
    """Whom the text names after an @, by their whole name, or by the first where it is one's."""
    found: dict[str, Colleague] = {}
    folded, names = text.casefold(), list(_names(_readers(conn, case)))
    for place in (at + 1 for at, sign in enumerate(folded) if sign == "@"):
        for name, colleague in names:
            if folded.startswith(name, place) and not folded[place + len(name) :][:1].isalnum():
                found[colleague.id] = colleague
                break
    return list(found.values())


def to_mention(conn: sqlite3.Connection, conversation_id: str, typed: str) -> Sequence[Colleague]:
    """Whom a note there can name, of whom a word of the name begins like this."""
    begins = typed.casefold()
    return [
        each
        for each in _readers(conn, casework.of(conn, conversation_id))
        if any(word.startswith(begins) for word in each.name.casefold().split())
    ]


def _names(readers: Sequence[Colleague]) -> Iterator[tuple[str, Colleague]]:
    """The longest first: Anna de Wit is not Anna."""
    first = Counter(each.name.split()[0].casefold() for each in readers)
    names = [(each.name.casefold(), each) for each in readers]
    names += [(name.split()[0], each) for name, each in names if first[name.split()[0]] == 1]
    yield from sorted(names, key=lambda each: -len(each[0]))


def _readers(conn: sqlite3.Connection, case: Casework) -> Sequence[Colleague]:
    """Who may see the conversation: a group may be held to others."""
    rows = conn.execute(
        "SELECT id, name FROM staff WHERE disabled_ms IS NULL AND id IN (SELECT staff_id"
        " FROM staff_grant WHERE permission = ? AND coalesce(branch_id, ?) = ?) ORDER BY name",
        (Permission.INBOX_READ.value, case.branch_id, case.branch_id),
    )
    found = [Colleague(**dict(row)) for row in rows]
    if case.contact_id is not None:
        return found
    hides = {each.id: rights_of(conn, each.id).groups.hides for each in found}
    return [each for each in found if not hides[each.id](case.conversation_id)]


def save_draft(tx: Tx, staff_id: str, conversation_id: str, text: str) -> None:
    """An empty text deletes it."""
    if is_blank(text):
        forget_draft(tx, staff_id, conversation_id)
        return
    tx.conn.execute(
        "INSERT OR REPLACE INTO note_draft (staff_id, conversation_id, text, saved_ms)"
        " VALUES (?, ?, ?, ?)",
        (staff_id, conversation_id, text[: 4 * MAX_TEXT], tx.now_ms),
    )


def forget_draft(tx: Tx, staff_id: str, conversation_id: str) -> None:
    tx.conn.execute(
        "DELETE FROM note_draft WHERE staff_id = ? AND conversation_id = ?",
        (staff_id, conversation_id),
    )


def draft_of(conn: sqlite3.Connection, staff_id: str, conversation_id: str) -> str:
    row = conn.execute(
        "SELECT text FROM note_draft WHERE staff_id = ? AND conversation_id = ?",
        (staff_id, conversation_id),
    ).fetchone()
    return "" if row is None else str(row["text"])


def _note(conn: sqlite3.Connection, row: sqlite3.Row) -> TeamNote:
    mentions = conn.execute(
        "SELECT staff.id, staff.name FROM note_mention m JOIN staff ON staff.id = m.staff_id"
        " WHERE m.note_id = ? ORDER BY staff.name",
        (row["id"],),
    )
    return TeamNote(
        **dict(row),
        mentions=[Colleague(**dict(each)) for each in mentions],
        media=note_media.of_note(conn, row["id"]),
    )


_NOTE = """
SELECT n.id, n.conversation_id, n.text, coalesce(staff.name, api_token.name) AS author,
  n.at_ms AS created_ms
FROM note n LEFT JOIN staff ON staff.id = n.staff_id
LEFT JOIN api_token ON api_token.id = n.token_id
"""
