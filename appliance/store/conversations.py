"""Conversations: one line with one contact, or one line with one group."""

import sqlite3
from collections.abc import Sequence

from appliance.messages import Direction, Origin
from appliance.store import casework, listed, unread
from appliance.store.store import Tx


def with_contact(tx: Tx, line_id: str, contact_id: str) -> str:
    """The id of the line's conversation with this contact, created when new."""
    row = tx.conn.execute(
        "SELECT id FROM conversation WHERE line_id = ? AND contact_id = ?", (line_id, contact_id)
    ).fetchone()
    return str(row[0]) if row else _create(tx, line_id, contact_id=contact_id)


def of_contact(conn: sqlite3.Connection, line_id: str, contact_id: str) -> str | None:
    row = conn.execute(
        "SELECT id FROM conversation WHERE line_id = ? AND contact_id = ?", (line_id, contact_id)
    ).fetchone()
    return str(row[0]) if row else None


def contact_of(conn: sqlite3.Connection, conversation_id: str) -> str | None:
    """None of one with a group, too."""
    row = conn.execute(
        "SELECT contact_id FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    return None if row is None else row["contact_id"]


def found_or_begun(tx: Tx, line_id: str, contact_id: str) -> tuple[str, int | None]:
    """As `with_contact`, and the time when the contact last wrote in it."""
    row = tx.conn.execute(
        "SELECT id, last_in_ms FROM conversation WHERE line_id = ? AND contact_id = ?",
        (line_id, contact_id),
    ).fetchone()
    if row is None:
        return _create(tx, line_id, contact_id=contact_id), None
    return str(row["id"]), row["last_in_ms"]


def with_group(tx: Tx, line_id: str, jid: str, name: str) -> str:
    """The id of the line's conversation with this group, its name kept up to date."""
    row = tx.conn.execute(
        "INSERT INTO chat_group (id, line_id, jid, name, created_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (line_id, jid) DO UPDATE SET name = excluded.name RETURNING id",
        (tx.new_id(), line_id, jid, name, tx.now_ms),
    ).fetchone()
    group_id = str(row[0])
    found = tx.conn.execute(
        "SELECT id FROM conversation WHERE line_id = ? AND group_id = ?", (line_id, group_id)
    ).fetchone()
    return str(found[0]) if found else _create(tx, line_id, group_id=group_id)


def touch(
    tx: Tx,
    conversation_id: str,
    message_id: str,
    *,
    at_ms: int,
    direction: Direction,
    origin: Origin = Origin.PERSON,
    rule: str | None = None,
) -> None:
    """Records the newest message of the conversation; only a person's message can be answered.

    One that goes out waits still, so it ends no wait.
    """
    incoming = direction is Direction.IN
    is_news = incoming and origin is not Origin.TECHNICAL
    with unread.counted(tx.conn, [conversation_id] if is_news else []):
        tx.conn.execute(
            _TOUCH,
            {
                "conversation": conversation_id,
                "id": message_id,
                "at_ms": at_ms,
                "now_ms": tx.now_ms,
                "by_rule": rule is not None,
                "by_person": incoming and origin is Origin.PERSON,
                "is_notice": incoming and origin is Origin.NOTICE,
                "is_news": is_news,
            },
        )
    if incoming and origin is Origin.PERSON:
        casework.they_wrote(tx, conversation_id)
    if incoming:
        listed.settle_wait(tx.conn, conversation_id, came_ms=at_ms)


def touch_outgoing(tx: Tx, pairs: Sequence[tuple[str, str]], *, rule: str | None = None) -> None:
    """As `touch`, for new outgoing messages: a conversation and the message's id each."""
    about = {
        "at_ms": tx.now_ms,
        "now_ms": tx.now_ms,
        "by_rule": rule is not None,
        "by_person": False,
        "is_notice": False,
        "is_news": False,
    }
    tx.conn.executemany(
        _TOUCH,
        [{**about, "conversation": conversation_id, "id": kept} for conversation_id, kept in pairs],
    )


_TOUCH = f"""
UPDATE conversation AS c SET
  shown_message_id = {listed.SHOWN_NEXT},
  last_message_id = iif(:at_ms >= last_ms, :id, last_message_id),
  last_ms = max(last_ms, :at_ms),
  last_in_ms = iif(:by_person, max(coalesce(last_in_ms, 0), :at_ms), last_in_ms),
  has_notices = has_notices OR :is_notice,
  news_id = iif(:is_news AND :id > coalesce(news_id, ''), :id, news_id),
  news_ms = iif(:is_news AND :id > coalesce(news_id, ''), :now_ms, news_ms)
WHERE id = :conversation
"""  # noqa: S608 -- our own words


def _create(
    tx: Tx, line_id: str, *, contact_id: str | None = None, group_id: str | None = None
) -> str:
    conversation_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO conversation (id, line_id, contact_id, group_id, last_ms, created_ms)"
        " VALUES (?, ?, ?, ?, 0, ?)",
        (conversation_id, line_id, contact_id, group_id, tx.now_ms),
    )
    return conversation_id
