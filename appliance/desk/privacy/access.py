"""Who may read what, what was given to whom, and who took it in an emergency: for the officer.

What an administrator can give is all that opens a conversation: a role, a way in as a colleague, a
token of a program.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.desk.access import tokens
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.team import staff
from appliance.desk.team.staff import Member
from appliance.events import Event, EventKind
from appliance.store import emergencies, events
from appliance.store.emergencies import Emergency

MOST = 100
_LOOK_AT = 2000
"""As many of the newest changes of colleagues are looked through; most of them give no role."""


class GivenWhat(Enum):
    #: A role, to a colleague.
    ROLE = "role"
    #: A link with which somebody comes in as this colleague.
    LINK = "login-link"
    #: A token, to a program.
    TOKEN = "token"  # noqa: S105 -- what was given


@dataclass(frozen=True, slots=True, kw_only=True)
class RightGiven:
    """`name` is the colleague's or the program's, `which` the role, or the scopes of a token. `by`
    None: on the console.
    """

    at_ms: int
    what: GivenWhat
    to_id: str
    name: str
    which: str = ""
    branch_id: str | None
    by_staff_id: str | None
    by: str | None

    @property
    def is_own_doing(self) -> bool:
        return self.by_staff_id == self.to_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessShown:
    """`people` are those who may come in and read messages or keep privacy, by name; the rest is
    the newest first, each at most `MOST`.
    """

    people: Sequence[Member]
    given: Sequence[RightGiven]
    emergencies: Sequence[Emergency]


def shown(conn: sqlite3.Connection, rights: Rights) -> AccessShown:
    """What concerns the branches whose privacy this person guards."""
    return AccessShown(
        people=[
            each
            for each in staff.members(conn)
            if not each.disabled and any(_guards(rights, where) for _, where in each.roles)
        ],
        given=[each for each in _given(conn) if _guards(rights, each.branch_id)],
        emergencies=[
            each for each in emergencies.latest(conn, limit=MOST) if _guards(rights, each.branch_id)
        ],
    )


def _guards(rights: Rights, branch_id: str | None) -> bool:
    """What holds everywhere holds in each branch, so each officer sees it."""
    if branch_id is None:
        return rights.has(Permission.PRIVACY_MANAGE)
    return rights.may(Permission.PRIVACY_MANAGE, branch_id)


def _given(conn: sqlite3.Connection) -> Sequence[RightGiven]:
    names = {each.id: each.name for each in staff.members(conn)}
    names |= {each.id: each.name for each in tokens.listing(conn)}
    seqs = [
        row["seq"]
        for kind in (EventKind.STAFF_ADDED, EventKind.STAFF_CHANGED, EventKind.TOKEN_ADDED)
        for row in conn.execute(_SEQS, {"kind": kind.value, "most": _LOOK_AT})
    ]
    rows = conn.execute(_EVENTS, (json.dumps(seqs),)).fetchall()
    found = [given for row in rows for given in _given_in(events.from_row(row), names)]
    return found[:MOST]


def _given_in(event: Event, names: Mapping[str, str]) -> Sequence[RightGiven]:
    """No roles in an event of before, which does not say which of them were new."""
    is_token = event.kind is EventKind.TOKEN_ADDED
    by = event.staff_id if is_token else event.facts.get("by")
    to = str(event.facts["token"]) if is_token else event.staff_id or ""

    def given(what: GivenWhat, branch_id: str | None, which: str = "") -> RightGiven:
        return RightGiven(
            at_ms=event.at_ms,
            what=what,
            to_id=to,
            name=names.get(to, ""),
            which=which,
            branch_id=branch_id,
            by_staff_id=by,
            by=names.get(by or ""),
        )

    if is_token:
        return [given(GivenWhat.TOKEN, event.branch_id, ", ".join(event.facts["scopes"]))]
    if event.facts.get("changed") == GivenWhat.LINK.value:
        return [given(GivenWhat.LINK, None)]
    roles = event.facts.get("given", ())
    return [given(GivenWhat.ROLE, each["branch"], each["role"]) for each in roles]


_SEQS = """
SELECT e.seq FROM event e INDEXED BY event_of_house
WHERE e.kind = (SELECT code FROM event_kind WHERE name = :kind)
AND e.message_seq IS NULL AND e.conversation_id IS NULL AND e.contact_id IS NULL
ORDER BY e.seq DESC LIMIT :most
"""
_EVENTS = """
SELECT * FROM event_log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC
"""
