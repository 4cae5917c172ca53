"""Who read what, from the log of reading, as far as somebody sees it.

What was read of a person belongs to the branches that know them. A search or a report is of nobody
in particular: who guards one branch sees those of colleagues and programs of that branch alone.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.store import readings
from appliance.store.readings import ReadingEntry, ReadingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReadings:
    """`hashes` stand for a word that was searched for. `until_ms` is the first that is too late."""

    before_seq: int
    limit: int
    who: str | None
    contact_id: str | None
    kind: ReadingKind | None
    hashes: Sequence[str]
    from_ms: int
    until_ms: int


def newest(
    conn: sqlite3.Connection, sight: Sight, wanted: WantedReadings
) -> Sequence[ReadingEntry]:
    conditions = ["r.seq < :before", "r.at_ms >= :from", "r.at_ms < :until"]
    if wanted.who is not None:
        conditions.append("r.who_id = (SELECT id FROM reading_who WHERE who = :who)")
    if wanted.contact_id is not None:
        conditions.append(f"r.about_id IN ({readings.ABOUT_CONTACT})")
    if wanted.kind is not None:
        conditions.append("r.kind = :kind")
    if wanted.hashes:
        conditions.append(_LOOKED_FOR)
    if sight.branches is not None:
        conditions.append(_SEEN)
    conditions.append(f"coalesce(a.conversation_id, '') NOT IN {HIDDEN}")
    sql = f"{readings.READING} WHERE {' AND '.join(conditions)} ORDER BY r.seq DESC LIMIT :limit"
    about = {
        "before": wanted.before_seq,
        "from": wanted.from_ms,
        "until": wanted.until_ms,
        "who": wanted.who,
        "contact": wanted.contact_id,
        "kind": wanted.kind and wanted.kind.value,
        "hashes": json.dumps(list(wanted.hashes)),
        "branches": sight.json,
        "hidden": sight.hidden_json,
        "limit": wanted.limit,
    }
    return [readings.from_row(row) for row in conn.execute(sql, about)]


_LOOKED_FOR = """r.words IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(r.words) said
 WHERE said.value IN (SELECT value FROM json_each(:hashes)))"""
_SEEN = f"""(CASE
WHEN r.about_id IS NULL AND w.who LIKE 'staff:%' THEN EXISTS (
  SELECT 1 FROM staff_grant g WHERE g.staff_id = substr(w.who, 7)) AND NOT EXISTS (
  SELECT 1 FROM staff_grant g WHERE g.staff_id = substr(w.who, 7)
  AND (g.branch_id IS NULL OR g.branch_id NOT IN (SELECT value FROM json_each(:branches))))
WHEN r.about_id IS NULL THEN EXISTS (
  SELECT 1 FROM api_token t WHERE t.id = substr(w.who, 7)
  AND t.branch_id IN (SELECT value FROM json_each(:branches)))
WHEN a.conversation_id <> '' THEN EXISTS (
  SELECT 1 FROM conversation c JOIN line ON line.id = c.line_id
  WHERE c.id = a.conversation_id AND {IN_SIGHT})
ELSE EXISTS (
  SELECT 1 FROM conversation c JOIN line ON line.id = c.line_id
  WHERE c.contact_id = a.contact_id AND {IN_SIGHT}
  UNION ALL SELECT 1 FROM contact_branch b WHERE b.contact_id = a.contact_id
  AND b.branch_id IN (SELECT value FROM json_each(:branches)))
END)"""  # noqa: S608 -- our own condition
