"""Who somebody is, as far as it is kept: card, names, numbers, and where each came from."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

from appliance.desk.access.sight import IN_SIGHT
from appliance.desk.groups.guarding import ITSELF
from appliance.desk.privacy.dossier.asked import (
    LEFT_OUT,
    MINE,
    SAME,
    DossierReading,
    Others,
    at,
    told,
)
from appliance.desk.privacy.dossier.naming import Naming, noted
from appliance.store.care_marks import NOT_SHOWN

Item = dict[str, Any]


def card(reading: DossierReading) -> Iterator[Item]:
    """One item."""
    row = reading.rows("SELECT * FROM contact WHERE id = :contact").fetchone()
    yield told(
        id=row["id"],
        office_name=row["office_name"],
        chosen_name=row["chosen_name"],
        personnel_number=row["personnel_number"],
        fields=json.loads(row["fields"]),
        standing=row["state"],
        standing_since=at(row["state_ms"]),
        blocked_at=at(row["blocked_ms"]),
        known_since=at(row["created_ms"]),
        labels=[each["name"] for each in reading.rows(_LABELS)],
    )


def identities(reading: DossierReading) -> Iterator[Item]:
    """By what they are known, and by what they were until it was taken from them."""
    for row in reading.rows(_IDENTITIES):
        yield told(
            number=row["value"],
            scheme=row["scheme"],
            since=at(row["since_ms"]),
            on_whatsapp=None if row["on_whatsapp"] is None else bool(row["on_whatsapp"]),
            asked_whatsapp_at=at(row["checked_ms"]),
            said_by=reading.by(row["staff_id"], None),
            is_former=True if row["former"] else None,
            first_written_at=at(row["written_ms"]),
        )


def names(reading: DossierReading) -> Iterator[Item]:
    """Each name that they had, with where it came from: what their messages showed, and what the
    office or an import said.
    """
    for row in reading.rows(_SHOWN_NAMES):
        yield told(
            name=row["name"],
            source="message",
            first_at=at(row["first_ms"]),
            last_at=at(row["last_ms"]),
            times=row["times"],
        )
    for row in reading.rows(_OTHER_NAMES):
        if row["name"]:
            yield told(name=row["name"], source=row["source"], first_at=at(row["at_ms"]))


def joinings(reading: DossierReading) -> Iterator[Item]:
    for row in reading.rows(_JOININGS):
        yield told(what=row["kind"], at=at(row["at_ms"]), undone_at=at(row["undone_ms"]))


def holds(reading: DossierReading) -> Iterator[Item]:
    """Disputes for which nothing of theirs was let go."""
    naming = Naming.of(reading)
    for row in reading.rows(_HOLDS):
        yield told(
            **noted(reading, naming, "reason", row["reason"], row["id"]),
            since=at(row["since_ms"]),
            until=at(row["until_ms"]),
            by=reading.by(row["staff_id"], row["token_id"]),
            ended_at=at(row["ended_ms"]),
            ended_by=reading.by(row["ended_by"], None),
        )


def consent(reading: DossierReading) -> Iterator[Item]:
    """The ledger: who agreed or withdrew, when, how, with which words and what proof."""
    for row in reading.rows(_CONSENT):
        kind, _, whose = row["recorded_by"].partition(":")
        yield told(
            what=row["kind"],
            number=row["value"],
            scheme=row["scheme"],
            at=at(row["at_ms"]),
            given_at=at(row["given_ms"]),
            line=row["number"],
            company_wide=True if row["line_id"] is None else None,
            channel=row["channel"],
            words=row["words"] or row["text"],
            hidden=True if row["not_shown"] else None,
            proof=row["message_id"],
            source=row["source"],
            recorded_by=kind,
            by=reading.by(*((whose, None) if kind == "staff" else (None, whose or None))),
        )


def taken_over(reading: DossierReading) -> Iterator[Item]:
    """Chats that a phone had with them before Balie came."""
    for row in reading.rows(_TAKEN_OVER):
        yield told(
            name=row["name"],
            number=row["value"],
            scheme=row["scheme"],
            line=row["number"],
            fate=row["fate"],
            came=row["came"],
            went=row["went"],
            last_day=row["last_day"],
            read_at=at(row["read_ms"]),
        )


def calls(reading: DossierReading) -> Iterator[Item]:
    """Calls that nobody took."""
    for row in reading.rows(_CALLS):
        yield told(
            number=row["value"],
            scheme=row["scheme"],
            line=row["number"],
            branch=row["branch"],
            channel=row["channel"],
            at=at(row["at_ms"]),
        )


def groups(reading: DossierReading) -> Iterator[Item]:
    """Groups in which they are, without the others who are in them."""
    for row in reading.rows(_GROUPS):
        yield told(
            group=row["group_id"],
            name=row["group_name"],
            line=row["number"],
            branch=row["branch"],
            called=row["name"],
            number=row["value"],
            scheme=row["scheme"],
            is_admin=bool(row["is_admin"]),
            asked_at=at(row["asked_ms"]),
            invited_at=at(row["invited_ms"]),
            stopped_at=at(row["stopped_ms"]),
        )


def group_changes(reading: DossierReading) -> Iterator[Item]:
    """What they changed in groups, and what was changed about them."""
    names = {row["name"] for row in reading.rows(_GROUP_NAMES)}
    values = {value for value, _ in reading.own} | names - {None, ""}
    for row in reading.rows(_JOURNAL):
        if values.isdisjoint((row["by_whom"], row["before"], row["after"])):
            continue
        yield told(
            group=row["group_id"],
            what=row["what"],
            at=at(row["at_ms"]),
            put_back=bool(row["put_back"]),
            **_who_changed(reading, row, {*values, ITSELF}),
        )


def _who_changed(
    reading: DossierReading, row: sqlite3.Row, own: Collection[str | None]
) -> dict[str, Any]:
    """Others in it are marked: who did it, and of a change of members who it was done to."""
    people = ("by_whom", "before", "after") if row["what"] == "member" else ("by_whom",)
    said, marks = dict[str, Any](), dict[str, str]()
    for column, name in (("by_whom", "by"), ("before", "was"), ("after", "became")):
        said[name] = row[column]
        if column not in people or row[column] is None or row[column] in own:
            continue
        marks[name], stays = reading.meets(Others.MEMBERS, row[column], row[column])
        if not stays:
            said[name] = LEFT_OUT
    return {**said, "third_party": marks or None}


_LABELS = """
SELECT label.name FROM contact_label of CROSS JOIN label ON label.id = of.label_id
WHERE of.contact_id = :contact AND (:branches IS NULL OR label.branch_id IS NULL
  OR label.branch_id IN (SELECT value FROM json_each(:branches))) ORDER BY label.name
"""
_IDENTITIES = f"""
{SAME}
SELECT i.*, (SELECT min(m.happened_ms) FROM conversation c
  CROSS JOIN message m ON m.conversation_id = c.id
  JOIN line ON line.id = c.line_id
  WHERE c.contact_id = :contact AND m.value = i.value AND m.scheme = i.scheme
  AND m.direction = 'in' AND {IN_SIGHT}) AS written_ms
FROM (
  SELECT value, scheme, created_ms AS since_ms, on_whatsapp, checked_ms, NULL AS staff_id,
    0 AS former FROM contact_identity WHERE contact_id = :contact
  UNION ALL SELECT value, scheme, at_ms, NULL, NULL, staff_id, 0 FROM identity_claim
    WHERE contact_id = :contact
  UNION ALL SELECT h.value, h.scheme, NULL, NULL, NULL, NULL, 1 FROM former_holder h
    WHERE h.contact_id IN (SELECT id FROM same) AND (h.value, h.scheme) NOT IN {MINE}
    AND (h.value, h.scheme) NOT IN (
      SELECT value, scheme FROM identity_claim WHERE contact_id = :contact)) i
ORDER BY i.former, i.since_ms, i.value
"""  # noqa: S608 -- our own conditions
_SHOWN_NAMES = f"""
SELECT m.sender_name AS name, min(m.happened_ms) AS first_ms, max(m.happened_ms) AS last_ms,
  count(*) AS times
FROM conversation c JOIN line ON line.id = c.line_id
CROSS JOIN message m ON m.conversation_id = c.id
WHERE c.contact_id = :contact AND m.sender_name IS NOT NULL AND {IN_SIGHT}
GROUP BY m.sender_name ORDER BY first_ms
"""  # noqa: S608 -- our own condition
_OTHER_NAMES = f"""
SELECT c.office_name AS name, 'office' AS source, (
  SELECT max(e.at_ms) FROM contact_event o CROSS JOIN event e ON e.seq = o.event_seq
  WHERE o.contact_id = :contact AND e.facts LIKE '%office_name%') AS at_ms
FROM contact c WHERE c.id = :contact
UNION ALL SELECT g.name, 'group', g.created_ms FROM group_member g
  JOIN chat_group ON chat_group.id = g.group_id JOIN line ON line.id = chat_group.line_id
  WHERE (g.value, g.scheme) IN {MINE} AND {IN_SIGHT}
  AND g.group_id NOT IN (SELECT value FROM json_each(:hidden))
"""  # noqa: S608 -- our own conditions
_JOININGS = f"""
{SAME}
SELECT kind, at_ms, undone_ms FROM contact_change
WHERE contact_id IN (SELECT id FROM same) OR other_id IN (SELECT id FROM same) ORDER BY seq
"""  # noqa: S608 -- our own words
_HOLDS = f"""
{SAME}
SELECT h.* FROM same CROSS JOIN hold h ON h.contact_id = same.id ORDER BY h.since_ms
"""  # noqa: S608 -- our own words
_CONSENT = f"""
{SAME},
known (seq) AS (
  SELECT e.seq FROM json_each(:own) p CROSS JOIN consent_of_holder e
    ON e.value = p.value ->> 0 AND e.scheme = p.value ->> 1
  UNION SELECT e.seq FROM same CROSS JOIN consent e ON e.contact_id = same.id)
SELECT e.*, line.number, iif(:hides AND {NOT_SHOWN}, NULL, m.text) AS text,
  e.words IS NULL AND {NOT_SHOWN} AS not_shown
FROM known CROSS JOIN consent e ON e.seq = known.seq
LEFT JOIN line ON line.id = e.line_id LEFT JOIN message m ON m.id = e.message_id
WHERE e.line_id IS NULL OR {IN_SIGHT} ORDER BY e.seq
"""  # noqa: S608 -- our own conditions
_TAKEN_OVER = f"""
SELECT a.*, line.number FROM adoption_chat a JOIN adoption ON adoption.id = a.adoption_id
JOIN line ON line.id = adoption.line_id
WHERE (a.value, a.scheme) IN {MINE} AND {IN_SIGHT} ORDER BY a.id
"""  # noqa: S608 -- our own conditions
_CALLS = f"""
SELECT k.*, line.number, branch.name AS branch FROM line
JOIN branch ON branch.id = line.branch_id
CROSS JOIN missed_call k ON k.line_id = line.id
WHERE (k.value, k.scheme) IN {MINE} AND {IN_SIGHT} ORDER BY k.at_ms
"""  # noqa: S608 -- our own conditions
_GROUPS = f"""
SELECT m.*, g.name AS group_name, line.number, branch.name AS branch
FROM chat_group g JOIN line ON line.id = g.line_id JOIN branch ON branch.id = line.branch_id
CROSS JOIN group_member m ON m.group_id = g.id
WHERE (m.value, m.scheme) IN {MINE} AND {IN_SIGHT}
AND g.id NOT IN (SELECT value FROM json_each(:hidden)) ORDER BY m.created_ms
"""  # noqa: S608 -- our own conditions
_GROUP_NAMES = f"""
SELECT name FROM group_member WHERE (value, scheme) IN {MINE}
UNION SELECT office_name FROM contact WHERE id = :contact
UNION SELECT chosen_name FROM contact WHERE id = :contact
"""  # noqa: S608 -- our own condition
_JOURNAL = f"""
SELECT j.* FROM group_member m JOIN chat_group g ON g.id = m.group_id
JOIN line ON line.id = g.line_id CROSS JOIN group_journal j ON j.group_id = g.id
WHERE (m.value, m.scheme) IN {MINE} AND {IN_SIGHT}
AND g.id NOT IN (SELECT value FROM json_each(:hidden)) ORDER BY j.id
"""  # noqa: S608 -- our own conditions
