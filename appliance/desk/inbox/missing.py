"""The view *Not arrived*: messages that did not arrive, or may not have, newest first."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.inbox import merged
from appliance.desk.inbox.overview import Query
from appliance.identities import Identity
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store.contacts import identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRow:
    """`assignee` is the colleague who has its conversation; `author` is who wrote it."""

    id: str
    conversation_id: str
    line_id: str
    contact_id: str | None
    name: str | None
    identity: Identity
    text: str
    state: MessageState
    reason: Reason | None
    author: str | None
    assignee: str | None
    since_ms: int

    @property
    def title(self) -> str:
        return self.name or self.identity.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPage:
    rows: Sequence[MissingRow]
    more: bool


def missing(conn: sqlite3.Connection, query: Query) -> MissingPage:
    about = {"most": query.limit + 1, "hidden": json.dumps(sorted(query.hidden))}
    asks = [(_KEYS, {**about, "line": each}) for each in query.line_ids]
    keys = merged.first(conn, asks, limit=query.limit + 1, descending=True)
    ids = [key.rpartition(" ")[2] for key in keys[: query.limit]]
    found = {row["id"]: _row(row) for row in conn.execute(_ROWS, (json.dumps(ids),))}
    return MissingPage(rows=[found[each] for each in ids], more=len(keys) > query.limit)


def _row(row: sqlite3.Row) -> MissingRow:
    return MissingRow(
        id=row["id"],
        conversation_id=row["conversation_id"],
        line_id=row["line_id"],
        contact_id=row["contact_id"],
        name=row["name"],
        identity=identity_of(row),
        text=row["text"],
        state=MessageState(row["state"]),
        reason=Reason.of(row["reason"]),
        author=row["author"],
        assignee=row["assignee"],
        since_ms=row["since_ms"],
    )


# One column that sorts as the list does.
_KEYS = f"""
SELECT printf('%015d %s', n.since_ms, n.message_id) FROM not_arrived n INDEXED BY not_arrived_line
CROSS JOIN message m ON m.id = n.message_id
WHERE n.line_id = :line AND m.conversation_id NOT IN {HIDDEN}
ORDER BY n.since_ms DESC, n.message_id DESC LIMIT :most
"""  # noqa: S608 -- our own words
_ROWS = """
SELECT m.id, m.conversation_id, m.line_id, c.contact_id, m.value, m.scheme, m.state, m.reason,
  coalesce(g.name, k.office_name, k.chosen_name) AS name, substr(m.text, 1, 160) AS text,
  coalesce(author.name, api_token.name) AS author, owner.name AS assignee, n.since_ms
FROM not_arrived n
JOIN message m ON m.id = n.message_id
JOIN conversation c ON c.id = m.conversation_id
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
LEFT JOIN staff author ON author.id = m.staff_id
LEFT JOIN api_token ON api_token.id = m.token_id
LEFT JOIN casework w ON w.conversation_id = c.id
LEFT JOIN staff owner ON owner.id = w.assignee_id
WHERE n.message_id IN (SELECT value FROM json_each(?))
"""
