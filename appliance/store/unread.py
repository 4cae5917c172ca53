"""How many conversations of each line a person has not read, counted as it changes.

Unread is personal: the newest incoming message came after the person's mark, and not before they
joined. Counting afresh reads every conversation and each of the person's marks.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

IS_UNREAD = """
c.group_id IS NULL AND c.news_ms >= me.created_ms AND c.news_id > coalesce(r.message_id, '')
"""
"""Of the conversation `c` for `me`, whose mark in it is `r`."""


@contextmanager
def counted(conn: sqlite3.Connection, conversation_ids: Collection[str]) -> Iterator[None]:
    """What is done to these in the block, and to marks in them, is counted. Not to be nested."""
    if not conversation_ids:
        yield
        return
    before = _of(conn, conversation_ids)
    yield
    after = _of(conn, conversation_ids)
    changed = {each: after[each] - before[each] for each in before | after}
    conn.executemany(
        "INSERT INTO unread (line_id, staff_id, conversations) VALUES (?, ?, ?)"
        " ON CONFLICT (line_id, staff_id) DO UPDATE"
        " SET conversations = conversations + excluded.conversations",
        [(*each, more) for each, more in changed.items() if more],
    )


def count(conn: sqlite3.Connection, staff_id: str | None = None) -> None:
    """Counts afresh for one person, or for all."""
    values = {"staff_id": staff_id}
    conn.execute("DELETE FROM unread WHERE :staff_id IS NULL OR staff_id = :staff_id", values)
    conn.execute(_COUNT, values)


def on_line(conn: sqlite3.Connection, line_id: str, staff_id: str) -> int:
    row = conn.execute(
        "SELECT conversations FROM unread WHERE line_id = ? AND staff_id = ?", (line_id, staff_id)
    ).fetchone()
    return 0 if row is None else int(row[0])


def on_lines(
    conn: sqlite3.Connection, line_ids: Sequence[str], staff_ids: Sequence[str]
) -> Mapping[tuple[str, str], int]:
    """By line and person, where there are any."""
    rows = conn.execute(
        "SELECT line_id, staff_id, conversations FROM json_each(?) line"
        " CROSS JOIN json_each(?) staff"
        " CROSS JOIN unread ON line_id = line.value AND staff_id = staff.value",
        (json.dumps(line_ids), json.dumps(staff_ids)),
    )
    return {(row["line_id"], row["staff_id"]): row["conversations"] for row in rows}


def _of(conn: sqlite3.Connection, conversation_ids: Collection[str]) -> Counter[tuple[str, str]]:
    """For whom they are unread: how many, by line and person."""
    rows = conn.execute(_UNREAD, (json.dumps(list(conversation_ids)),))
    return Counter((row["line_id"], row["staff_id"]) for row in rows)


_UNREAD = f"""
SELECT c.line_id, me.id AS staff_id FROM conversation c CROSS JOIN staff me
LEFT JOIN read_mark r ON r.staff_id = me.id AND r.conversation_id = c.id
WHERE c.id IN (SELECT value FROM json_each(?)) AND {IS_UNREAD}
"""  # noqa: S608 -- our own condition

# Both tables are read in the order of their ids, which is that of the file: an index is not.
_COUNT = f"""
INSERT INTO unread (line_id, staff_id, conversations)
SELECT c.line_id, me.id, count(*) FROM staff me CROSS JOIN conversation c NOT INDEXED
LEFT JOIN read_mark r ON r.staff_id = me.id AND r.conversation_id = c.id
WHERE (:staff_id IS NULL OR me.id = :staff_id) AND {IS_UNREAD}
GROUP BY me.id, c.line_id
"""  # noqa: S608 -- our own condition
