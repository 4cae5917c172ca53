"""Who may read what, what was given to whom, and who took it in an emergency: for the officer.

What an administrator can give is all that opens a conversation: a role, a way in as a colleague, a
token of a program. What is on the screen of a phone is seen without any of them, so it stands here.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from appliance.desk.access import tokens
from appliance.desk.access.rights import ROLES, Permission, Rights
from appliance.desk.team import staff
from appliance.desk.team.staff import Member
from appliance.events import Event, EventKind
from appliance.store import emergencies, events
from appliance.store.emergencies import Emergency

MOST = 100


class GivenWhat(Enum):
    #: A role, to a colleague.
    ROLE = "role"
    #: A link with which somebody comes in as this colleague.
    LINK = "login-link"
    #: The address of e-mail whose account opens Balie as this colleague.
    EMAIL = "email"
    #: A passkey, by who came in as this colleague.
    PASSKEY = "passkey-added"
    #: They were let in again.
    ENABLED = "enabled"
    #: The screen of a phone, to a colleague who reads no messages there.
    SCREEN = "screen"
    #: A token, to a program.
    TOKEN = "token"  # noqa: S105 -- what was given


@dataclass(frozen=True, slots=True, kw_only=True)
class RightGiven:
    """`name` is the colleague's or the program's, `which` the role, or the scopes of a token. `by`
    None: on the console. It was done `times` times alike; `at_ms` is the last of them.
    """

    at_ms: int
    what: GivenWhat
    to_id: str
    name: str
    which: str = ""
    branch_id: str | None
    by_staff_id: str | None
    by: str | None
    times: int = 1

    @property
    def is_own_doing(self) -> bool:
        return self.by_staff_id == self.to_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessShown:
    """`people` are those who may come in and read messages or keep privacy, by name; the rest is
    the newest first, at most `MOST` of the emergencies and of each kind of what was given.
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
        given=_newest(each for each in _given(conn) if _guards(rights, each.branch_id)),
        emergencies=[each for each in emergencies.latest(conn) if _guards(rights, each.branch_id)][
            :MOST
        ],
    )


def _guards(rights: Rights, branch_id: str | None) -> bool:
    """What holds everywhere holds in each branch, so each officer sees it."""
    if branch_id is None:
        return rights.has(Permission.PRIVACY_MANAGE)
    return rights.may(Permission.PRIVACY_MANAGE, branch_id)


def _newest(given: Iterator[RightGiven]) -> Sequence[RightGiven]:
    """What was done again stands once, so a hundred links hide no role."""
    once: dict[RightGiven, RightGiven] = {}
    left = dict.fromkeys(GivenWhat, MOST)
    for each in given:
        alike = replace(each, at_ms=0, times=1)
        if alike in once:
            once[alike] = replace(once[alike], times=once[alike].times + each.times)
        elif left[each.what]:
            left[each.what] -= 1
            once[alike] = each
    return list(once.values())


def _given(conn: sqlite3.Connection) -> Iterator[RightGiven]:
    """The newest first."""
    members = staff.members(conn)
    names = {each.id: each.name for each in members}
    names |= {each.id: each.name for each in tokens.listing(conn)}
    readers = {each.id: _reads_in(each) for each in members}
    found = conn.execute(_ALIKE, _KINDS).fetchall()
    times = {row["seq"]: row["times"] for row in found}
    for row in conn.execute(_EVENTS, (json.dumps(sorted(times)),)).fetchall():
        event = events.from_row(row)
        if event.kind is EventKind.SCREEN_LOOK_BEGUN:
            event = replace(event, branch_id=events.branch_of(conn, event.line_id))
            if not readers.get(event.staff_id or "", set()).isdisjoint({None, event.branch_id}):
                continue
        for each in _given_in(event, names):
            yield replace(each, times=times[event.seq])


def _reads_in(member: Member) -> set[str | None]:
    return {where for role, where in member.roles if Permission.INBOX_READ in ROLES[role]}


def _given_in(event: Event, names: Mapping[str, str]) -> Sequence[RightGiven]:
    """No roles in an event of before, which does not say which of them were new."""
    facts, is_token = event.facts, event.kind is EventKind.TOKEN_ADDED
    what = _what(event)
    is_own = is_token or what in (GivenWhat.PASSKEY, GivenWhat.SCREEN)
    by = event.staff_id if is_own else facts.get("by")
    to = str(facts["token"]) if is_token else event.staff_id or ""

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

    if what is GivenWhat.ROLE:
        return [given(what, each["branch"], each["role"]) for each in facts.get("given", ())]
    return [given(what, event.branch_id, ", ".join(facts.get("scopes", ())))]


def _what(event: Event) -> GivenWhat:
    if event.kind is EventKind.TOKEN_ADDED:
        return GivenWhat.TOKEN
    if event.kind is EventKind.SCREEN_LOOK_BEGUN:
        return GivenWhat.SCREEN
    changed = event.facts.get("changed")
    return next((each for each in GivenWhat if each.value == changed), GivenWhat.ROLE)


_KINDS = {
    "added": json.dumps([EventKind.STAFF_ADDED.value, EventKind.TOKEN_ADDED.value]),
    "changed": EventKind.STAFF_CHANGED.value,
    "looked": EventKind.SCREEN_LOOK_BEGUN.value,
    "ways": json.dumps(["role", "login-link", "email", "passkey-added", "enabled"]),
}
_HOUSE = """
FROM event e INDEXED BY event_of_house
WHERE e.message_seq IS NULL AND e.conversation_id IS NULL AND e.contact_id IS NULL
AND e.kind
"""
_ALIKE = f"""
SELECT max(e.seq) AS seq, 1 AS times {_HOUSE} IN (
  SELECT code FROM event_kind WHERE name IN (SELECT value FROM json_each(:added)))
GROUP BY e.seq
UNION ALL SELECT max(e.seq), count(*) {_HOUSE} = (
  SELECT code FROM event_kind WHERE name = :changed)
AND e.facts ->> '$.changed' IN (SELECT value FROM json_each(:ways))
GROUP BY e.staff_id, e.facts
UNION ALL SELECT max(e.seq), count(*) {_HOUSE} = (
  SELECT code FROM event_kind WHERE name = :looked)
GROUP BY e.staff_id, e.line_id
"""  # noqa: S608 -- our own words
"""The last of those that are alike, and how many that are."""
_EVENTS = """
SELECT * FROM event_log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC
"""
