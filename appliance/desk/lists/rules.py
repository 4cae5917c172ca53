"""A rule that finds the people of a list each time that it is asked."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import office_fields, table
from appliance.desk.contacts.table import TableConsent
from appliance.desk.team import labels
from appliance.errors import InvalidInput, NotFound
from appliance.queue.profile import DAY_MS

MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRule:
    """All that it names must hold of somebody. `label` and `branch` are ids; without a branch it is
    the list's own. Of the days, one counts from when they last wrote to the branch.
    """

    label: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    branch: str | None = None
    within_days: int | None = None
    longer_ago_days: int | None = None
    consent: TableConsent | None = None

    @classmethod
    def kept(cls, text: str) -> "ListRule":
        """As `as_json` wrote it."""
        raw: dict[str, Any] = json.loads(text)
        consent = raw.pop("consent", None)
        return cls(**raw, consent=TableConsent(consent) if consent else None)

    @property
    def as_json(self) -> str:
        return json.dumps(
            {
                "label": self.label,
                "fields": dict(self.fields),
                "branch": self.branch,
                "within_days": self.within_days,
                "longer_ago_days": self.longer_ago_days,
                "consent": self.consent.value if self.consent else None,
            }
        )


def checked(conn: sqlite3.Connection, sight: Sight, rule: ListRule, branch_id: str) -> ListRule:
    """The rule with ids for the names in it, for a list of this branch.

    Raises InvalidInput for what is no rule, NotFound for a label or branch that is not in sight.
    """
    for days in (rule.within_days, rule.longer_ago_days):
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidInput("rule", f"Say a number of days from 1 to {MOST_DAYS}.")
    fields = {
        office_fields.named(name): " ".join(text.split()) for name, text in rule.fields.items()
    }
    branch = sight.branch_id(conn, rule.branch) if rule.branch else None
    return ListRule(
        label=_label_id(conn, sight, rule.label, branch or branch_id) if rule.label else None,
        fields={name: text for name, text in fields.items() if text},
        branch=branch if branch != branch_id else None,
        within_days=rule.within_days,
        longer_ago_days=rule.longer_ago_days,
        consent=rule.consent,
    )


def _label_id(conn: sqlite3.Connection, sight: Sight, name: str, branch_id: str) -> str:
    """By its id or its name."""
    for each in labels.of_branch(conn, branch_id):
        if each.id == name.lower() or each.name.casefold() == name.strip().casefold():
            return labels.one(conn, sight, each.id).id
    raise NotFound("label")


def found(
    conn: sqlite3.Connection, sight: Sight, rule: ListRule, branch_id: str, *, now_ms: int
) -> Sequence[str]:
    """The ids of those whom it finds now, by name; nobody of a branch that is not in sight."""
    branch = rule.branch or branch_id
    if not sight.sees_branch(branch):
        return []
    about = {
        "branch": branch,
        "label": rule.label,
        "fields": json.dumps(dict(rule.fields)),
        "since": None if rule.within_days is None else now_ms - rule.within_days * DAY_MS,
        "until": None if rule.longer_ago_days is None else now_ms - rule.longer_ago_days * DAY_MS,
    }
    ids = [row["id"] for row in conn.execute(_FITTING, about)]
    if rule.consent is None:
        return ids
    here = Sight(frozenset({branch}))
    return [each.id for each in table.rows(conn, here, ids) if each.consent is rule.consent]


_FITTING = """
SELECT k.id FROM (
  SELECT contact_id FROM contact_branch WHERE branch_id = :branch
  UNION SELECT c.contact_id FROM line CROSS JOIN conversation c ON c.line_id = line.id
  WHERE line.branch_id = :branch AND c.contact_id IS NOT NULL
) b CROSS JOIN contact k ON k.id = b.contact_id
WHERE k.joined_into IS NULL
AND (:label IS NULL OR EXISTS (
  SELECT 1 FROM contact_label l WHERE l.contact_id = k.id AND l.label_id = :label))
AND (:fields = '{}' OR NOT EXISTS (SELECT 1 FROM json_each(:fields) w WHERE NOT EXISTS (
  SELECT 1 FROM json_each(k.fields) f
  WHERE f.key = w.key COLLATE NOCASE AND f.value = w.value COLLATE NOCASE)))
AND (coalesce(:since, :until) IS NULL OR (
  SELECT coalesce(max(c.last_in_ms), 0) FROM line CROSS JOIN conversation c
  ON c.line_id = line.id AND c.contact_id = k.id WHERE line.branch_id = :branch
) BETWEEN coalesce(:since, 0) AND coalesce(:until, 1 << 62))
ORDER BY k.sorts_as, k.id
"""
