"""What a lead sees now: who waits and until when that is within the target, which rounds run, what
did not arrive and is nobody's, and what each SIM may still begin today.

Whoever is put away waits for nothing here, as in the inbox.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.lines.incidents import shown
from appliance.desk.lines.incidents.shown import IncidentEntry
from appliance.desk.rounds import board
from appliance.desk.rounds.board import Board
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue.pacing import DAY_MS, DEFAULT_PROFILE, Waiting, earliest
from appliance.queue.situation import Situation
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import branches, devices, lines
from appliance.store.branches import Branch
from appliance.store.contacts import identity_of
from appliance.store.lines import Line

LONGEST = 12
"""So many of those who wait are named, the ones who have waited longest."""
FAILED = 6
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitNow:
    """Somebody who waits. `due_ms`: until then an answer is within the target. `owner` is the
    colleague who has the conversation.
    """

    conversation_id: str
    contact_id: str | None
    title: str
    line: Line
    since_ms: int
    due_ms: int
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a SIM began in the last 24 hours, of what it may. `next_ms` is when it may begin the
    next conversation (None: nobody can know), because of `brake`.
    """

    device_id: str
    kind: str
    used: int
    most: int
    next_ms: int | None
    brake: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNow:
    """`over` of those who wait have waited longer than the target; `next_due_ms` is when the next
    one will have.
    """

    line: Line
    branch: Branch
    waiting: int
    over: int
    oldest_ms: int | None
    next_due_ms: int | None
    budgets: Sequence[Budget]
    incidents: Sequence[IncidentEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerNow:
    """`name` None: the conversations that nobody has."""

    name: str | None
    waiting: int
    oldest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedNow:
    """A message that did not arrive, in a conversation that nobody has."""

    message_id: str
    conversation_id: str
    contact_id: str | None
    title: str
    line_id: str
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundNow:
    """A round whose work is not over yet, in its branch."""

    found: Board
    branch: Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadNow:
    """`longest` are the first few of `waiting`; `owners` by name. `failed` are the newest of
    `failures`. `rounds` are the newest first.
    """

    lines: Sequence[LineNow]
    longest: Sequence[WaitNow]
    rounds: Sequence[RoundNow]
    owners: Sequence[OwnerNow]
    failed: Sequence[FailedNow]
    failures: int

    @property
    def waiting(self) -> int:
        return sum(each.waiting for each in self.lines)

    @property
    def over(self) -> int:
        return sum(each.over for each in self.lines)

    @property
    def oldest_ms(self) -> int | None:
        return min((each.oldest_ms for each in self.lines if each.oldest_ms), default=None)

    @property
    def next_due_ms(self) -> int | None:
        return min((each.next_due_ms for each in self.lines if each.next_due_ms), default=None)


def lead_now(
    conn: sqlite3.Connection, rights: Rights, histories: Histories | None, *, now_ms: int
) -> LeadNow:
    """Of the lines of the branches that this person leads. Without `histories` no budgets."""
    by_id = {each.id: each for each in branches.branches(conn)}
    led = [each for each in lines.lines(conn) if rights.may(Permission.REPORT_READ, each.branch_id)]
    waits = {each.id: _waits(conn, each, by_id[each.branch_id]) for each in led}
    ill = shown.on_lines(conn, rights, {each.id: each.branch_id for each in led})
    everybody = sorted((each for some in waits.values() for each in some), key=_since)
    failures, failed = _failed(conn, rights, [each.id for each in led])
    sight = Sight(rights.branches(Permission.REPORT_READ))
    return LeadNow(
        lines=[
            _line(
                each,
                by_id[each.branch_id],
                waits[each.id],
                () if histories is None else _budgets(conn, each, histories, now_ms),
                ill.get(each.id, ()),
                now_ms,
            )
            for each in led
        ],
        longest=_named(conn, everybody[:LONGEST]),
        rounds=[
            RoundNow(found=each, branch=by_id[each.about.branch_id])
            for each in board.running(conn, sight, now_ms)
        ],
        owners=_owners(everybody),
        failed=failed,
        failures=failures,
    )


def together(every: Sequence[LeadNow]) -> LeadNow:
    """What several databases say, as one: lines by branch, colleagues by name."""
    longest = sorted((wait for each in every for wait in each.longest), key=_since)
    failed = sorted((one for each in every for one in each.failed), key=lambda one: -one.since_ms)
    rounds = [one for each in every for one in each.rounds]
    of_lines = [line for each in every for line in each.lines]
    return LeadNow(
        lines=sorted(of_lines, key=lambda one: (one.branch.name.casefold(), one.line.number)),
        longest=longest[:LONGEST],
        rounds=sorted(rounds, key=lambda one: one.found.about.id, reverse=True),
        owners=_owners_of_all([one for each in every for one in each.owners]),
        failed=failed[:FAILED],
        failures=sum(each.failures for each in every),
    )


def _owners_of_all(every: Sequence[OwnerNow]) -> Sequence[OwnerNow]:
    found: dict[str | None, OwnerNow] = {}
    for each in every:
        known = found.get(each.name)
        found[each.name] = OwnerNow(
            name=each.name,
            waiting=each.waiting + (known.waiting if known else 0),
            oldest_ms=min(each.oldest_ms, known.oldest_ms if known else each.oldest_ms),
        )
    return sorted(
        found.values(), key=lambda each: (each.name is None, (each.name or "").casefold())
    )


def _since(wait: WaitNow) -> int:
    return wait.since_ms


def _waits(conn: sqlite3.Connection, line: Line, branch: Branch) -> Sequence[WaitNow]:
    """Without their names: most of them nobody is shown."""
    target_ms = branch.settings.answer_within_min * _MINUTE_MS
    return [
        WaitNow(
            conversation_id=row["id"],
            contact_id=row["contact_id"],
            title="",
            line=line,
            since_ms=row["waiting_ms"],
            due_ms=row["waiting_ms"] + target_ms,
            owner=row["owner"],
        )
        for row in conn.execute(_WAITING, (line.id,))
    ]


def _named(conn: sqlite3.Connection, waits: Sequence[WaitNow]) -> Sequence[WaitNow]:
    ids = json.dumps([each.conversation_id for each in waits])
    titles = {
        row["id"]: row["name"] or identity_of(row).shown for row in conn.execute(_WHO, (ids,))
    }
    return [replace(each, title=titles.get(each.conversation_id, "")) for each in waits]


def _line(
    line: Line,
    branch: Branch,
    waits: Sequence[WaitNow],
    budgets: Sequence[Budget],
    incidents: Sequence[IncidentEntry],
    now_ms: int,
) -> LineNow:
    return LineNow(
        line=line,
        branch=branch,
        waiting=len(waits),
        over=sum(each.due_ms <= now_ms for each in waits),
        oldest_ms=min((each.since_ms for each in waits), default=None),
        next_due_ms=min((each.due_ms for each in waits if each.due_ms > now_ms), default=None),
        budgets=budgets,
        incidents=incidents,
    )


def _owners(waits: Sequence[WaitNow]) -> Sequence[OwnerNow]:
    """By name, not by how long; those of nobody come last."""
    found: dict[str | None, list[int]] = {}
    for each in waits:
        found.setdefault(each.owner, []).append(each.since_ms)
    names = sorted((each for each in found if each is not None), key=str.casefold)
    return [
        OwnerNow(name=name, waiting=len(found[name]), oldest_ms=min(found[name]))
        for name in [*names, *([None] if None in found else [])]
    ]


def _budgets(
    conn: sqlite3.Connection, line: Line, histories: Histories, now_ms: int
) -> Sequence[Budget]:
    """As pacing reckons it: for one more conversation that Balie would begin now."""
    situation = Situation.of(conn, line, DEFAULT_PROFILE, histories, now_ms=now_ms)
    found = []
    for device_id, history in sorted(situation.histories.items()):
        profile = situation.profiles[device_id]
        turn = earliest(_ONE_MORE, history, profile, situation.hours, now_ms=now_ms)
        found.append(
            Budget(
                device_id=device_id,
                kind=devices.device(conn, device_id).kind,
                used=history.begun.used(now_ms, DAY_MS),
                most=profile.day_budget_at(max(0, now_ms - history.since_ms) // DAY_MS),
                next_ms=turn.at_ms,
                brake=turn.brake,
            )
        )
    return found


def _failed(
    conn: sqlite3.Connection, rights: Rights, line_ids: Sequence[str]
) -> tuple[int, Sequence[FailedNow]]:
    hidden = json.dumps(sorted(rights.groups.hidden))
    about = {"lines": json.dumps(line_ids), "hidden": hidden, "most": FAILED}
    (count,) = conn.execute(_FAILURES.format(what="count(*)", order=""), about).fetchone()
    rows = conn.execute(_FAILURES.format(what=_FAILED_COLUMNS, order=_NEWEST), about)
    return count, [_failure(row) for row in rows]


def _failure(row: sqlite3.Row) -> FailedNow:
    return FailedNow(
        message_id=row["id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        title=row["name"] or identity_of(row).shown,
        line_id=row["line_id"],
        since_ms=row["since_ms"],
    )


_ONE_MORE = Waiting(
    id="one-more",
    identity=Identity("", "tel"),
    kind=MessageClass.AUTOMATIC,
    text_length=0,
    created_ms=0,
    typed=True,
    answering=False,
    unanswered=0,
)

_WAITING = """
SELECT c.id, c.contact_id, c.waiting_ms, staff.name AS owner
FROM conversation c INDEXED BY conversation_waiting
LEFT JOIN casework w ON w.conversation_id = c.id
LEFT JOIN staff ON staff.id = w.assignee_id
WHERE c.line_id = ? AND c.waiting_ms IS NOT NULL AND w.returns IS NULL
ORDER BY c.waiting_ms
"""
_WHO = """
SELECT c.id, coalesce(k.office_name, k.chosen_name) AS name, m.value, m.scheme
FROM conversation c JOIN message m ON m.id = c.last_message_id
LEFT JOIN contact k ON k.id = c.contact_id
WHERE c.id IN (SELECT value FROM json_each(?))
"""
_FAILURES = f"""
SELECT {{what}} FROM json_each(:lines) l
CROSS JOIN not_arrived n INDEXED BY not_arrived_line ON n.line_id = l.value
CROSS JOIN message m ON m.id = n.message_id
CROSS JOIN conversation c ON c.id = m.conversation_id
LEFT JOIN casework w ON w.conversation_id = c.id
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
WHERE w.assignee_id IS NULL AND c.id NOT IN {HIDDEN} {{order}}
"""  # noqa: S608 -- our own words
_FAILED_COLUMNS = """m.id, m.conversation_id, c.contact_id, m.value, m.scheme, n.line_id,
  n.since_ms, coalesce(g.name, k.office_name, k.chosen_name) AS name"""
_NEWEST = "ORDER BY n.since_ms DESC, m.id DESC LIMIT :most"
