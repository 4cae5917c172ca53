"""Messages as other software reads them: by search, and one with its history and evidence."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox import message_search
from appliance.desk.inbox.earlier_texts import earlier_texts
from appliance.desk.inbox.message_search import MessageFilter
from appliance.desk.inbox.other_side import OtherSide
from appliance.desk.inbox.tries import Part, parts_of
from appliance.devices import evidence_facts
from appliance.errors import NotFound
from appliance.events import Event
from appliance.store import events, forecast
from appliance.store.media import Media, media_of
from appliance.store.quotes import quoted_by
from appliance.store.reactions import KeptReaction, reactions_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """One message. `number` and `name` are those of the other side; in a group, of the author.

    `channel` is how it travelled or is to travel, None while any will do. `author` is the member of
    staff, the token or the rule that wrote it. `awaited`: the phone has it and cannot read it yet.
    `typed_on_phone`: somebody wrote it on the device itself. `imported`: the phone had it before
    Balie came; `undated`: so, and its day did not show.
    """

    id: str
    direction: str
    line_id: str
    line_number: str
    conversation_id: str
    contact_id: str | None
    group_id: str | None
    number: str
    name: str | None
    channel: str | None
    text: str
    origin: str
    state: str
    reason: str | None
    kind: str | None
    author: str | None
    expected_ms: int | None
    not_before_ms: int | None
    expires_ms: int | None
    created_ms: int
    happened_ms: int
    written_ms: int | None
    sent_ms: int | None
    delivered_ms: int | None
    read_ms: int | None
    awaited: bool
    edited: bool
    deleted: bool
    typed_on_phone: bool
    imported: bool
    undated: bool
    media: Sequence[Media] = ()
    reactions: Sequence[KeptReaction] = ()
    #: The id of the message that it answers.
    quotes: str | None = None

    @property
    def contact(self) -> OtherSide:
        return OtherSide(id=self.contact_id, number=self.number, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One try over one device, and what was seen. `signature` was added to the text."""

    id: str
    device_id: str
    channel: str
    started_ms: int
    tapped_ms: int | None
    ended_ms: int | None
    outcome: str | None
    signature: str | None
    evidence: Mapping[str, Any]
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail(MessageRecord):
    """With every change of it, and what proves its state."""

    history: Sequence[Event]
    attempts: Sequence[AttemptRecord]
    earlier: Sequence[str]


def search(
    conn: sqlite3.Connection, sight: Sight, wanted: MessageFilter
) -> Sequence[MessageRecord]:
    """In the order in which Balie came to know them."""
    order = "DESC" if wanted.newest_first else "ASC"
    values = {"seqs": json.dumps(message_search.found(conn, sight, wanted)), "branches": sight.json}
    rows = conn.execute(f"{_RECORD} WHERE {_ON_PAGE} AND {IN_SIGHT} ORDER BY m.seq {order}", values)
    found = rows.fetchall()
    beside = _beside(conn, [row["id"] for row in found])
    return [MessageRecord(**dict(row), **beside(row["id"])) for row in found]


def one(conn: sqlite3.Connection, sight: Sight, message_id: str) -> MessageRecord:
    """Without its history. Raises NotFound."""
    row = conn.execute(
        f"{_RECORD} WHERE m.id = :id AND {IN_SIGHT}",
        {"id": message_id, "branches": sight.json},
    ).fetchone()
    if row is None or sight.groups.hides(row["conversation_id"]):
        raise NotFound("message")
    return MessageRecord(**dict(row), **_beside(conn, [message_id])(message_id))


def detail(conn: sqlite3.Connection, sight: Sight, message_id: str) -> Detail:
    """Raises NotFound."""
    row = conn.execute(
        f"{_RECORD} WHERE m.id = :id AND {IN_SIGHT}",
        {"id": message_id.lower(), "branches": sight.json},
    ).fetchone()
    if row is None or sight.groups.hides(row["conversation_id"]):
        raise NotFound("message")
    found_id = row["id"]
    return Detail(
        **dict(row),
        **_beside(conn, [found_id])(found_id),
        history=events.of_message(conn, found_id),
        attempts=_attempts(conn, found_id),
        earlier=earlier_texts(conn, [found_id]).get(found_id, ()),
    )


def _beside(
    conn: sqlite3.Connection, message_ids: Sequence[str]
) -> Callable[[str], Mapping[str, Any]]:
    """What stands beside each of these messages in tables of its own."""
    media = media_of(conn, message_ids)
    reactions = reactions_of(conn, message_ids)
    quoted = quoted_by(conn, message_ids)

    def of(message_id: str) -> Mapping[str, Any]:
        answers = quoted.get(message_id)
        return {
            "media": media.get(message_id, ()),
            "reactions": reactions.get(message_id, ()),
            "quotes": answers.id if answers else None,
        }

    return of


def _attempts(conn: sqlite3.Connection, message_id: str) -> Sequence[AttemptRecord]:
    rows = conn.execute(
        "SELECT id, device_id, channel, started_ms, tapped_ms, ended_ms, outcome, signature,"
        " evidence FROM attempt WHERE message_id = ? ORDER BY id",
        (message_id,),
    ).fetchall()
    parts = parts_of(conn, [row["id"] for row in rows])
    return [
        AttemptRecord(
            **{
                **dict(row),
                "evidence": _evidence(row),
                "parts": parts.get(row["id"], ()),
            }
        )
        for row in rows
    ]


def _evidence(row: sqlite3.Row) -> Mapping[str, Any]:
    """What was seen, and in which attempt."""
    seen = evidence_facts.read(row["evidence"])
    return {"attempt": row["id"], **seen} if seen else {}


_ON_PAGE = "m.seq IN (SELECT value FROM json_each(:seqs))"
_RECORD = f"""
SELECT m.id, m.direction, m.line_id, line.number AS line_number, m.conversation_id, m.contact_id,
  c.group_id, iif(k.joined_into = k.id, '', m.value) AS number,
  coalesce(k.office_name, k.chosen_name, m.sender_name) AS name,
  coalesce(m.channel, m.wanted) AS channel, m.text, m.origin, m.state,
  nullif({forecast.REASON}, '') AS reason,
  m.class AS kind,
  coalesce(staff.name, api_token.name, m.rule) AS author,
  {forecast.EXPECTED_MS} AS expected_ms, m.not_before_ms,
  m.expires_ms, m.created_ms, m.happened_ms, m.written_ms, m.sent_ms, m.delivered_ms, m.read_ms,
  m.awaited, m.edited_ms IS NOT NULL AS edited, m.deleted_ms IS NOT NULL AS deleted,
  m.direction = 'out' AND m.device_key IS NOT NULL AS typed_on_phone,
  m.imported IS NOT NULL AS imported, coalesce(m.imported = 0, 0) AS undated
FROM message m
JOIN line ON line.id = m.line_id
JOIN conversation c ON c.id = m.conversation_id
LEFT JOIN contact k ON k.id = m.contact_id
LEFT JOIN staff ON staff.id = m.staff_id
LEFT JOIN api_token ON api_token.id = m.token_id
"""  # noqa: S608 -- our own words
