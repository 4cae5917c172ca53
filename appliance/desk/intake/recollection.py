"""What a device asks Balie about people: who is called so, and what the line wrote to them."""

import sqlite3
from collections.abc import Sequence

from appliance.channels import Channel
from appliance.devices import evidence_facts
from appliance.devices.news_protocol import Written
from appliance.identities import ALPHA
from appliance.queue.profile import DAY_MS

THREADS_OF = """(SELECT c.id FROM contact_identity n
  JOIN conversation c ON c.contact_id = n.contact_id WHERE n.value = :value
  AND c.line_id IN (SELECT line_id FROM route WHERE device_id = :device))"""
"""The conversations of the device's lines with who is shown as `:value`."""

# A message is older than its attempt: it may have waited for its turn.
_WAITED_MS = 30 * DAY_MS

_WRITTEN = f"""
SELECT m.channel,
  iif(EXISTS (SELECT 1 FROM message_media f WHERE f.message_id = m.id AND f.position = 0
    AND f.left_by <> a.id), '', m.text) || coalesce(a.signature, '') AS text,
  coalesce(a.tapped_ms, m.sent_ms) AS at_ms, m.device_key AS key,
  coalesce(a.evidence, '') AS evidence,
  EXISTS (SELECT 1 FROM message_media f WHERE f.message_id = m.id) AS has_file
FROM message m LEFT JOIN attempt a ON a.message_id = m.id AND a.tapped_ms IS NOT NULL
  AND a.outcome IS NOT 'not_sent' AND (a.id = (SELECT max(tapped.id) FROM attempt tapped
    WHERE tapped.message_id = m.id AND tapped.tapped_ms IS NOT NULL
    AND tapped.outcome IS NOT 'not_sent')
  OR a.id IN (SELECT f.left_by FROM message_media f WHERE f.message_id = m.id))
WHERE m.conversation_id IN {THREADS_OF} AND m.direction = 'out' AND m.happened_ms >= :created
AND coalesce(a.tapped_ms, m.sent_ms) >= :since
ORDER BY at_ms, m.id
"""  # noqa: S608 -- our own words

_NAMED = """
SELECT DISTINCT n.value, k.chosen_name FROM contact k
JOIN contact_identity n ON n.contact_id = k.id AND n.scheme <> :word
JOIN conversation c ON c.contact_id = k.id
WHERE substr(k.chosen_name, 1, length(:beginning)) = :beginning
AND c.line_id IN (SELECT line_id FROM route WHERE device_id = :device)
ORDER BY n.value
"""


def written(conn: sqlite3.Connection, device_id: str, to: str, since_ms: int) -> Sequence[Written]:
    about = {"value": to, "device": device_id, "since": since_ms, "created": since_ms - _WAITED_MS}
    return [
        Written(
            channel=Channel.named(row["channel"]),
            text=row["text"],
            at_ms=row["at_ms"],
            has_file=bool(row["has_file"]),
            key=row["key"],
            facts=evidence_facts.read(row["evidence"]) if row["evidence"] else {},
        )
        for row in conn.execute(_WRITTEN, about)
    ]


def people_named(
    conn: sqlite3.Connection, device_id: str, beginning: str
) -> Sequence[tuple[str, str]]:
    about = {"device": device_id, "beginning": beginning, "word": ALPHA}
    return [(row["value"], row["chosen_name"]) for row in conn.execute(_NAMED, about)]
