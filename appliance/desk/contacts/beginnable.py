"""Where one may write to somebody first: they agreed on a line that never heard of them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.beginning import may_write
from appliance.identities import Identity
from appliance.store import branches, contacts, conversations, lines


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginWay:
    """From which line to which of their identities."""

    line_id: str
    line_number: str
    branch: str
    to: Identity

    @property
    def link(self) -> str:
        """A new conversation with both filled in."""
        return f"/new?{urlencode({'line': self.line_id, 'to': self.to.value})}"


def ways(conn: sqlite3.Connection, writing: Sight, contact_id: str) -> Sequence[BeginWay]:
    """One a line. `writing` is where somebody may write."""
    to = [each for each in contacts.identities_of(conn, contact_id) if Channel.any_writes_to(each)]
    names = {each.id: each.name for each in branches.branches(conn)}
    found = []
    for line in lines.lines(conn):
        if not writing.sees_branch(line.branch_id):
            continue
        if conversations.of_contact(conn, line.id, contact_id) is not None:
            continue
        way = next((each for each in to if may_write(conn, line.id, each)), None)
        if way is not None:
            branch = names[line.branch_id]
            found.append(BeginWay(line_id=line.id, line_number=line.number, branch=branch, to=way))
    return found
