"""Who else got something of a person: programs that were told of them, and archives with them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from appliance.desk.access.sight import IN_SIGHT
from appliance.desk.privacy.dossier.asked import SAME, DossierReading, at, told

Item = dict[str, Any]


def told_programs(reading: DossierReading) -> Iterator[Item]:
    """What webhooks said of them, the oldest first, as long as Balie keeps that: a month."""
    for row in reading.rows(_TOLD):
        yield told(
            host=urlsplit(row["url"]).hostname,
            event=row["type"],
            with_texts=row["content"] == "full",
            at=at(row["created_ms"]),
            delivery=row["state"],
            ended_at=at(row["ended_ms"]),
            by=reading.by(row["staff_id"], row["token_id"]),
        )


def archives(reading: DossierReading) -> Iterator[Item]:
    """Each that holds something of them, the oldest first, with who asked for it."""
    for row in reading.rows(_ARCHIVES):
        yield told(
            quarter=row["quarter"],
            since=at(row["from_ms"]),
            until=at(row["until_ms"]),
            format=row["format"],
            archive=row["state"],
            asked_at=at(row["created_ms"]),
            made_at=at(row["ended_ms"]),
            goes_at=at(row["expires_ms"]),
            by=reading.by(row["staff_id"], row["token_id"]),
        )


_TOLD = f"""
{SAME}
SELECT d.type, d.state, d.created_ms, d.ended_ms, w.url, w.content, w.staff_id, w.token_id
FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id
LEFT JOIN message m ON m.id = d.message_id
LEFT JOIN conversation c ON c.id = m.conversation_id LEFT JOIN line ON line.id = c.line_id
WHERE (m.contact_id IN (SELECT id FROM same) OR c.contact_id = :contact OR d.event_seq IN (
  SELECT e.event_seq FROM same CROSS JOIN contact_event e ON e.contact_id = same.id))
AND (c.id IS NULL
  OR {IN_SIGHT} AND c.id NOT IN (SELECT value FROM json_each(:hidden)))
AND (:branches IS NULL OR w.branch_id IS NULL
  OR w.branch_id IN (SELECT value FROM json_each(:branches)))
ORDER BY d.seq
"""  # noqa: S608 -- our own conditions
_ARCHIVES = f"""
{SAME}
SELECT DISTINCT a.* FROM same CROSS JOIN archive_part p ON p.contact_id = same.id
JOIN archive a ON a.id = p.archive_id
WHERE :branches IS NULL OR p.branch_id IN (SELECT value FROM json_each(:branches))
ORDER BY a.created_ms, a.id
"""  # noqa: S608 -- our own words
