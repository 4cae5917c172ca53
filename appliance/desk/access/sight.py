"""What somebody can see: the branches that they may look into, and what belongs to those.

A contact is visible to every branch that has a conversation with it or entered it; an event is
visible to the branch of its line, its device or its contact. What somebody cannot see does not
exist for them: NotFound.
"""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.desk.access.group_limits import NO_LIMITS, GroupLimits
from appliance.desk.access.rights import Permission, Rights
from appliance.errors import NotFound
from appliance.events import Event
from appliance.identities import TEL, told
from appliance.ids import is_id
from appliance.phone_numbers import number_or_text
from appliance.store import branches, contacts, lines
from appliance.store.contacts import Contact
from appliance.store.events import branch_of
from appliance.store.lines import Line

IN_SIGHT = "(:branches IS NULL OR line.branch_id IN (SELECT value FROM json_each(:branches)))"
"""The condition on `line` in a statement whose `:branches` is `Sight.json`."""

_CONTACT_IN_SIGHT = f"""
SELECT 1 FROM conversation JOIN line ON line.id = line_id
WHERE contact_id = :contact AND {IN_SIGHT}
UNION ALL SELECT 1 FROM contact_branch
WHERE contact_id = :contact AND branch_id IN (SELECT value FROM json_each(:branches)) LIMIT 1
"""  # noqa: S608 -- our own condition
_CONTACTS_IN_SIGHT = f"""
SELECT contact_id FROM conversation JOIN line ON line.id = line_id
WHERE contact_id IN (SELECT value FROM json_each(:contacts)) AND {IN_SIGHT}
UNION SELECT contact_id FROM contact_branch
WHERE contact_id IN (SELECT value FROM json_each(:contacts))
AND branch_id IN (SELECT value FROM json_each(:branches))
"""  # noqa: S608 -- our own condition


_WAS_IN_SIGHT = """
SELECT 1 FROM erased_contact_branch
WHERE contact_id = :contact AND branch_id IN (SELECT value FROM json_each(:branches))
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """`branches` None: all of them. `groups` are those of them that are held to others."""

    branches: frozenset[str] | None
    groups: GroupLimits = NO_LIMITS

    @property
    def json(self) -> str | None:
        return None if self.branches is None else json.dumps(sorted(self.branches))

    @property
    def hidden_json(self) -> str:
        """The ids of conversations and groups that are not there, as `HIDDEN` reads them."""
        return json.dumps(sorted(self.groups.hidden))

    def sees_branch(self, branch_id: str | None) -> bool:
        return self.branches is None or branch_id in self.branches

    def line(self, conn: sqlite3.Connection, name: str) -> Line:
        """The line with this id or number, the number as people write it. Raises NotFound."""
        found = lines.line(conn, name.lower() if is_id(name) else name)
        if not self.sees_branch(found.branch_id):
            raise NotFound("line")
        return found

    def branch_id(self, conn: sqlite3.Connection, name: str) -> str:
        """The branch with this id or name. Raises NotFound."""
        found = branches.branch(conn, name)
        if not self.sees_branch(found.id):
            raise NotFound("branch")
        return found.id

    def contact(self, conn: sqlite3.Connection, name: str) -> Contact:
        """The contact with this id or number. Raises NotFound."""
        having = _by_id(conn, name) if is_id(name) else _by_value(conn, name)
        found = next((each for each in having if self.sees_contact(conn, each.id)), None)
        if found is None:
            raise NotFound("contact")
        return found

    def sees_contact(self, conn: sqlite3.Connection, contact_id: str) -> bool:
        if self.branches is None:
            return True
        found = conn.execute(_CONTACT_IN_SIGHT, {"contact": contact_id, "branches": self.json})
        return found.fetchone() is not None

    def seen_contacts(
        self, conn: sqlite3.Connection, contact_ids: Collection[str]
    ) -> Collection[str]:
        """Those of them that it sees."""
        if self.branches is None:
            return contact_ids
        about = {"contacts": json.dumps(list(contact_ids)), "branches": self.json}
        return {row["contact_id"] for row in conn.execute(_CONTACTS_IN_SIGHT, about)}

    def sees_at_once(self, event: Event) -> bool | None:
        """As `sees_event` for an event that names its branch, as each about a line does; None when
        the database must be asked.
        """
        if self._hides(event):
            return False
        if self.branches is None:
            return True
        return None if event.branch_id is None else event.branch_id in self.branches

    def sees_event(self, conn: sqlite3.Connection, event: Event) -> bool:
        """An event that belongs to no branch is visible only to those who see all branches; what
        was told of somebody stays visible when they were erased, and that they were, too.
        """
        if self._hides(event):
            return False
        if self.branches is None:
            return True
        if event.branch_id is not None:
            return event.branch_id in self.branches
        if event.line_id is not None:
            return branch_of(conn, event.line_id) in self.branches
        if event.device_id is not None:
            return not self.branches.isdisjoint(_branches_of_device(conn, event.device_id))
        return event.contact_id is not None and (
            self.sees_contact(conn, event.contact_id) or self._saw_erased(conn, event.contact_id)
        )

    def _saw_erased(self, conn: sqlite3.Connection, contact_id: str) -> bool:
        """Somebody whom a branch in sight had entered, and who is nobody now."""
        about = {"contact": contact_id, "branches": self.json}
        return conn.execute(_WAS_IN_SIGHT, about).fetchone() is not None

    def _hides(self, event: Event) -> bool:
        """A group in which nobody has written yet has no conversation; what head office asked for
        names it among the facts.
        """
        told = (event.conversation_id, event.facts.get("group"), event.facts.get("conversation"))
        return any(self.groups.hides(each) for each in told if isinstance(each, str))


def sight_in(rights: Rights, permission: Permission) -> Sight:
    """The branches where they have this permission, without the groups that are held to others."""
    return Sight(rights.branches(permission), rights.groups)


def _branches_of_device(conn: sqlite3.Connection, device_id: str) -> set[str]:
    rows = conn.execute(
        "SELECT DISTINCT branch_id FROM route JOIN line ON line.id = line_id WHERE device_id = ?",
        (device_id,),
    )
    return {row["branch_id"] for row in rows}


def _by_id(conn: sqlite3.Connection, name: str) -> Sequence[Contact]:
    found = contacts.find(conn, name.lower())
    return [found] if found else []


def _by_value(conn: sqlite3.Connection, name: str) -> Sequence[Contact]:
    """Whose it is, then whose it is said to be. Not every sender is E.164: `…@lid` and names of
    companies are looked up as they are.
    """
    number = number_or_text(name)
    owners = contacts.by_value(conn, name) or contacts.by_value(conn, number)
    return [*owners, *contacts.claimants(conn, told(number, TEL))]
