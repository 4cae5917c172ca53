"""What there is, as other software reads it: lines, conversations, calls, devices.

Each list is a page ordered by id, and begins after the last id of the page before.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.access import group_limits
from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox import merged
from appliance.desk.inbox.merged import Ask
from appliance.desk.inbox.other_side import OtherSide
from appliance.devices import device_facts
from appliance.errors import NotFound
from appliance.store.kept_settings import facts
from appliance.store.line_settings import settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchEntry:
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackEntry:
    after_min: int
    classes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEntry:
    """`ready`: the channels over which it can send now; `routes`: its ways to send, best first."""

    id: str
    number: str
    branch_id: str
    branch_name: str
    stopped: str | None
    ready: Sequence[str]
    routes: Sequence[Mapping[str, str]]
    settings: Mapping[str, Any]
    waiting: int

    @property
    def branch(self) -> BranchEntry:
        return BranchEntry(id=self.branch_id, name=self.branch_name)

    @property
    def fallback(self) -> FallbackEntry:
        return FallbackEntry(
            after_min=self.settings["fallback_after_min"],
            classes=self.settings["fallback_classes"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEntry:
    """With a contact or with a group. `number` is the one that the contact last used here.

    `waiting_ms`: since when somebody waits for an answer. `snoozed_until`: a time as ISO 8601, or
    `reply` for until they write.
    """

    id: str
    line_id: str
    contact_id: str | None
    group_id: str | None
    name: str | None
    number: str | None
    last_message_id: str | None
    last_ms: int
    last_in_ms: int | None
    created_ms: int
    waiting_ms: int | None
    state: str
    assignee_id: str | None
    assignee_name: str | None
    labels: Sequence[str]
    snoozed_until: str | None
    closing_note: str | None

    @property
    def assignee(self) -> Colleague | None:
        if self.assignee_id is None or self.assignee_name is None:
            return None
        return Colleague(id=self.assignee_id, name=self.assignee_name)

    @property
    def contact(self) -> OtherSide | None:
        if self.contact_id is None:
            return None
        return OtherSide(id=self.contact_id, number=self.number, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """A call that nobody answered; a caller who withheld their number has none.

    `channel` None: over the mobile network.
    """

    id: str
    line_id: str
    number: str
    contact_id: str | None
    at_ms: int
    channel: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceEntry:
    """`at_ms` is when it was read."""

    cents: int
    at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEntry:
    """`facts` is what its driver reported, without what belongs to the SIM alone."""

    id: str
    kind: str
    state: str
    reason: str
    channels: Sequence[str]
    sim_number: str | None
    imei: str | None
    balance_cents: int | None
    balance_ms: int | None
    facts: Mapping[str, Any]
    lines: Sequence[str]
    changed_ms: int

    @property
    def balance(self) -> BalanceEntry | None:
        if self.balance_cents is None:
            return None
        return BalanceEntry(cents=self.balance_cents, at_ms=self.balance_ms)


def lines(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[LineEntry]:
    return [
        LineEntry(
            **{
                **dict(row),
                "ready": _strings(row["ready"]),
                "routes": json.loads(row["routes"]),
                "settings": facts(settings_of(row["settings"])),
            }
        )
        for row in conn.execute(_LINES, _about(sight, page))
    ]


def conversations(
    conn: sqlite3.Connection,
    sight: Sight,
    page: Page,
    *,
    line_id: str | None = None,
    contact_id: str | None = None,
) -> Sequence[ConversationEntry]:
    about = {**_about(sight, page), "line": line_id, "contact": contact_id}
    if contact_id is not None:
        asks: Iterable[Ask] = [(_OF_CONTACT, about)]
    elif sight.json is None and line_id is None:
        asks = [(_CONVERSATION_IDS, about)]
    else:
        asks = _of_lines(conn, _OF_LINE, about)
    return entries(conn, sight, merged.first(conn, asks, limit=page.limit))


def entries(
    conn: sqlite3.Connection, sight: Sight, conversation_ids: Sequence[str]
) -> Sequence[ConversationEntry]:
    """By id, whatever the order in which they are named; without those out of sight."""
    about = {**_seen(sight), "ids": json.dumps(conversation_ids)}
    return [
        ConversationEntry(**{**dict(row), "labels": _strings(row["labels"])})
        for row in conn.execute(_CONVERSATIONS, about)
    ]


def conversation(conn: sqlite3.Connection, sight: Sight, wanted_id: str) -> ConversationEntry:
    """Raises NotFound."""
    found = entries(conn, sight, [wanted_id.lower()])
    if not found:
        raise NotFound("conversation")
    return found[0]


def answerable(
    conn: sqlite3.Connection, sight: Sight, token_id: str, wanted_id: str
) -> ConversationEntry:
    """As `conversation`, for a program that changes something there: it may be held to reading.
    Asked anew, because what a token may is believed for a moment. Raises NotFound.
    """
    found = conversation(conn, sight, wanted_id)
    if not group_limits.of_token(conn, token_id).may_answer(found.id):
        raise NotFound("conversation")
    return found


def calls(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[CallEntry]:
    about = _about(sight, page)
    ids = merged.first(conn, _of_lines(conn, _CALL_IDS, about), limit=page.limit)
    rows = conn.execute(_CALLS, {"ids": json.dumps(ids), "branches": sight.json})
    return [CallEntry(**dict(row)) for row in rows]


def devices(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[DeviceEntry]:
    return [
        DeviceEntry(
            **{
                **dict(row),
                "channels": sorted(_strings(row["channels"])),
                "facts": device_facts.shown(row["facts"]),
                "lines": _strings(row["lines"]),
            }
        )
        for row in conn.execute(_DEVICES, _about(sight, page))
    ]


def _about(sight: Sight, page: Page) -> dict[str, str | int | None]:
    return {**_seen(sight), "after": page.after.lower(), "limit": page.limit}


def _seen(sight: Sight) -> dict[str, str | int | None]:
    return {"branches": sight.json, "hidden": sight.hidden_json}


def _of_lines(conn: sqlite3.Connection, statement: str, about: Mapping[str, Any]) -> Sequence[Ask]:
    """Asks each line that is in sight, or the one that `about` names."""
    found = conn.execute(_LINE_IDS, {"line": None, **about}).fetchall()
    return [(statement, {**about, "line": row["id"]}) for row in found]


def _strings(value: str) -> list[str]:
    return [str(each) for each in json.loads(value)]


_LINES = f"""
SELECT line.id, line.number, line.branch_id, branch.name AS branch_name, line.stopped,
  (SELECT json_group_array(DISTINCT route.channel) FROM route
   JOIN device ON device.id = route.device_id
   JOIN json_each(device.channels) AS open ON open.value = route.channel
   WHERE route.line_id = line.id) AS ready,
  (SELECT json_group_array(json_object('channel', channel, 'device', device_id)) FROM
   (SELECT channel, device_id FROM route WHERE line_id = line.id ORDER BY rank)) AS routes,
  line.settings,
  (SELECT count(*) FROM message WHERE line_id = line.id
   AND state IN ('queued', 'sending', 'unconfirmed')) AS waiting
FROM line JOIN branch ON branch.id = line.branch_id
WHERE line.removed_ms IS NULL AND line.id > :after AND {IN_SIGHT}
ORDER BY line.id LIMIT :limit
"""  # noqa: S608 -- our own condition

_LINE_IDS = f"SELECT id FROM line WHERE (:line IS NULL OR id = :line) AND {IN_SIGHT}"  # noqa: S608 -- our own condition

_CONVERSATION_IDS = f"""
SELECT id FROM conversation WHERE id > :after AND id NOT IN {HIDDEN} ORDER BY id LIMIT :limit
"""  # noqa: S608 -- our own words
_OF_LINE = f"""
SELECT id FROM conversation INDEXED BY conversation_listed
WHERE line_id = :line AND id > :after AND id NOT IN {HIDDEN} ORDER BY id LIMIT :limit
"""  # noqa: S608 -- our own words
_OF_CONTACT = f"""
SELECT c.id FROM conversation c INDEXED BY conversation_contact CROSS JOIN line
ON line.id = c.line_id
WHERE c.contact_id = :contact AND c.id > :after AND (:line IS NULL OR line.id = :line)
AND {IN_SIGHT} ORDER BY c.id LIMIT :limit
"""  # noqa: S608 -- our own condition
_CONVERSATIONS = f"""
SELECT c.id, c.line_id, c.contact_id, c.group_id,
  coalesce(g.name, k.office_name, k.chosen_name) AS name,
  coalesce((SELECT m.value FROM message m WHERE m.conversation_id = c.id AND m.direction = 'in'
            AND c.group_id IS NULL ORDER BY m.happened_ms DESC, m.id DESC LIMIT 1),
           (SELECT value FROM contact_identity n WHERE n.contact_id = c.contact_id
            ORDER BY created_ms, value, scheme LIMIT 1)) AS number,
  c.last_message_id, c.last_ms, c.last_in_ms, c.created_ms, c.waiting_ms,
  iif(w.done_ms IS NULL, 'open', 'done') AS state, w.assignee_id, owner.name AS assignee_name,
  (SELECT json_group_array(name) FROM (SELECT label.name FROM conversation_label of
   CROSS JOIN label ON label.id = of.label_id WHERE of.conversation_id = c.id ORDER BY label.name)
  ) AS labels,
  iif(w.returns = 'time', strftime('%Y-%m-%dT%H:%M:%fZ', w.returns_ms / 1000.0, 'unixepoch'),
    w.returns) AS snoozed_until,
  w.closing_note
FROM conversation c
JOIN line ON line.id = c.line_id
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
LEFT JOIN casework w ON w.conversation_id = c.id
LEFT JOIN staff owner ON owner.id = w.assignee_id
WHERE c.id IN (SELECT value FROM json_each(:ids)) AND {IN_SIGHT} AND c.id NOT IN {HIDDEN}
AND k.joined_into IS NULL ORDER BY c.id
"""  # noqa: S608 -- our own condition

_CALL_IDS = """
SELECT id FROM missed_call INDEXED BY missed_call_line
WHERE line_id = :line AND id > :after ORDER BY id LIMIT :limit
"""
_CALLS = f"""
SELECT c.id, c.line_id, c.value AS number, c.at_ms, c.channel,
  (SELECT n.contact_id FROM contact_identity n WHERE n.value = c.value AND n.scheme = c.scheme
   AND (:branches IS NULL OR EXISTS (SELECT 1 FROM conversation JOIN line ON line.id = line_id
     WHERE conversation.contact_id = n.contact_id AND {IN_SIGHT}))) AS contact_id
FROM missed_call c WHERE c.id IN (SELECT value FROM json_each(:ids)) ORDER BY c.id
"""  # noqa: S608 -- our own condition

_DEVICES = f"""
SELECT device.id, kind, state, reason, channels, sim_number, imei, balance_cents, balance_ms, facts,
  changed_ms,
  (SELECT json_group_array(DISTINCT line_id) FROM route JOIN line ON line.id = line_id
   WHERE device_id = device.id AND {IN_SIGHT}) AS lines
FROM device
WHERE removed_ms IS NULL AND device.id > :after
AND (:branches IS NULL OR EXISTS (SELECT 1 FROM route JOIN line ON line.id = line_id
     WHERE route.device_id = device.id AND {IN_SIGHT}))
ORDER BY device.id LIMIT :limit
"""  # noqa: S608 -- our own condition
