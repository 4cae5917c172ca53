"""Where the messages that other software asks for lie: the numbers of one page of them.

The order is that of `seq`, in which Balie came to know them. Whatever is asked, an index has it in
this order: a thread, or what is in one state on one line. A page merges as many as are asked for.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox import merged
from appliance.desk.inbox.merged import Ask
from appliance.messages import Direction, MessageState, direction_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """None: no filter on that. `after` is the id of the last message of the page before."""

    direction: Direction | None = None
    state: MessageState | None = None
    line_id: str | None = None
    contact_id: str | None = None
    conversation_id: str | None = None
    after: str | None = None
    newest_first: bool = False
    limit: int = 50

    @property
    def states(self) -> Sequence[MessageState]:
        """Those that a message may be in: `direction` allows some of them, too."""
        return [
            each
            for each in MessageState
            if self.state in (None, each) and self.direction in (None, direction_of(each))
        ]


def found(conn: sqlite3.Connection, sight: Sight, wanted: MessageFilter) -> Sequence[int]:
    """The `seq` of each message on the page, in the page's order."""
    values = {"after": _after(conn, wanted), "limit": wanted.limit, "hidden": sight.hidden_json}
    compared, order = ("<", "DESC") if wanted.newest_first else (">", "ASC")
    within = f" AND conversation_id NOT IN {HIDDEN}" if sight.groups.hidden else ""
    asks = [
        (
            f"{_sql(statement, compared)}{within} ORDER BY seq {order} LIMIT :limit",
            {**values, **about},
        )
        for statement, about in _places(conn, sight, wanted)
    ]
    return merged.first(conn, asks, limit=wanted.limit, descending=wanted.newest_first)


def _sql(statement: str, compared: str) -> str:
    return statement.replace("{after}", f"seq {compared} :after")


def _after(conn: sqlite3.Connection, wanted: MessageFilter) -> int:
    """Where the page before ended, also if its last message is not there any more."""
    statement, else_from = (_NEXT, _LAST) if wanted.newest_first else (_PREVIOUS, 0)
    row = conn.execute(statement, (wanted.after,)).fetchone()
    return else_from if row is None else int(row["seq"])


def _places(conn: sqlite3.Connection, sight: Sight, wanted: MessageFilter) -> Iterator[Ask]:
    asked = {
        "branches": sight.json,
        "line": wanted.line_id,
        "contact": wanted.contact_id,
        "conversation": wanted.conversation_id,
    }
    if wanted.conversation_id is not None or wanted.contact_id is not None:
        # What somebody wrote to a line and was sent from it is one conversation.
        threads = _OF_CONTACT if wanted.conversation_id is None else _ONE
        for thread in conn.execute(threads, asked).fetchall():
            yield from _in_thread(conn, wanted.states, dict(thread))
    elif len(wanted.states) == len(MessageState) and wanted.line_id is None and sight.json is None:
        yield _ALL, {}
    else:
        for line in conn.execute(_LINES, asked).fetchall():
            for state in wanted.states:
                yield (
                    f"{_on_line(state)} AND {_EXACTLY}",
                    {"line": line["line"], "state": state.value},
                )


def _in_thread(
    conn: sqlite3.Connection, states: Sequence[MessageState], thread: Mapping[str, Any]
) -> Iterator[Ask]:
    """One state is looked for among what is in it on the line, if that is less than the thread."""
    if len(states) == len(MessageState):
        yield _THREAD, thread
        return
    if len(states) == 1 and _is_rare(conn, states[0], thread):
        statement = f"{_on_line(states[0])} AND conversation_id = :conversation"
        yield statement, {**thread, "state": states[0].value}
        return
    if states:
        yield _SOME_OF_THREAD, {**thread, "states": json.dumps([each.value for each in states])}


def _is_rare(conn: sqlite3.Connection, state: MessageState, thread: Mapping[str, Any]) -> bool:
    """Whether fewer are in the state on the line than stand in the thread; asks indexes alone."""
    values = {**thread, "state": state.value, "after": 0}
    (many,) = conn.execute(_COUNT.format(_sql(_THREAD, ">")), values).fetchone()
    on_line = f"{_sql(_on_line(state), '>')} LIMIT :many"
    (found,) = conn.execute(_COUNT.format(on_line), {**values, "many": many}).fetchone()
    return int(found) < int(many)


def _on_line(state: MessageState) -> str:
    on_its_way = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNCONFIRMED)
    return _WAITING if state in on_its_way else _SETTLED


_LAST = 2**63 - 1
_PREVIOUS = "SELECT seq FROM message WHERE id <= ? ORDER BY id DESC LIMIT 1"
_NEXT = "SELECT seq FROM message WHERE id >= ? ORDER BY id LIMIT 1"

_COUNT = "SELECT count(*) FROM ({})"
# In each `{after}` is where the page before ended.
_ALL = "SELECT seq FROM message WHERE {after}"
_THREAD = """
SELECT seq FROM message INDEXED BY message_thread
WHERE conversation_id = :conversation AND {after}
"""
# The thread's rows are looked at in the order of the page, so none behind it.
_SOME_OF_THREAD = f"""
SELECT seq FROM message NOT INDEXED
WHERE seq IN ({_THREAD}) AND state IN (SELECT value FROM json_each(:states))
"""  # noqa: S608 -- our own words
_SETTLED = """
SELECT seq FROM message INDEXED BY message_listed
WHERE substr(line_id, -6) = substr(:line, -6) AND state = :state AND {after}
AND state NOT IN ('queued', 'sending', 'unconfirmed')
"""
_WAITING = """
SELECT seq FROM message INDEXED BY message_waiting
WHERE line_id = :line AND state = :state AND {after}
AND state IN ('queued', 'sending', 'unconfirmed')
"""
# With the plus SQLite does not put the line's id into the expression of the index.
_EXACTLY = "+line_id = :line"
_LINES = f"""
SELECT id AS line FROM line WHERE (:line IS NULL OR id = :line) AND {IN_SIGHT}
"""  # noqa: S608 -- our own condition
_THREADS = f"""
SELECT c.id AS conversation, line.id AS line
FROM conversation c CROSS JOIN line ON line.id = c.line_id
WHERE (:line IS NULL OR line.id = :line) AND {IN_SIGHT}
"""  # noqa: S608 -- our own condition
_OF_CONTACT = f"{_THREADS} AND c.contact_id = :contact"
_ONE = f"{_THREADS} AND c.id = :conversation AND (:contact IS NULL OR c.contact_id = :contact)"
