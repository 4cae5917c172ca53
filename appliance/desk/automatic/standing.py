"""Reads how it stands between a line and somebody who wrote, as far as the rules ask."""

import re
import sqlite3
from dataclasses import dataclass, replace

from appliance.channels import Channel
from appliance.desk.automatic import absence, presence
from appliance.desk.automatic.absence import Absence
from appliance.desk.automatic.deciding import (
    IN_A_ROW,
    Circumstances,
    RuleDecision,
    RuleName,
    Spoken,
    decide,
)
from appliance.identities import Identity
from appliance.queue import undecided
from appliance.queue.office_hours import OfficeHours, hours_of
from appliance.queue.pacing import AUTOMATIC_RULES, DAY_MS
from appliance.store import branches
from appliance.store.branches import Branch
from appliance.store.lines import Line

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Somebody wrote this to a line, over this channel."""

    line: Line
    contact_id: str
    conversation_id: str
    identity: Identity
    channel: Channel
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is true of the line for everybody who writes now."""

    line: Line
    branch: Branch
    hours: OfficeHours
    is_open: bool
    is_there: bool

    @property
    def zone(self) -> str:
        return self.branch.settings.zone

    @property
    def language(self) -> str:
        return self.branch.settings.language


def place_of(conn: sqlite3.Connection, line: Line, now_ms: int) -> Place:
    branch = branches.branch(conn, line.branch_id)
    hours = hours_of(branch)
    rules = line.rules
    asks = rules.nobody_logged_in.on or rules.all_busy.on
    return Place(
        line=line,
        branch=branch,
        hours=hours,
        is_open=hours.is_open(now_ms),
        is_there=not asks or presence.is_there(conn, line.id, line.branch_id, now_ms),
    )


def away_from(conn: sqlite3.Connection, heard: Heard, now_ms: int) -> Absence | None:
    return absence.of_conversation(conn, heard.conversation_id, now_ms)


def situation(
    conn: sqlite3.Connection,
    heard: Heard,
    place: Place,
    *,
    now_ms: int,
    is_absent: bool = False,
    since_ms: int | None = None,
) -> Circumstances:
    """Without what was said before. `since_ms`: nobody wrote now, they wait since then."""
    return Circumstances(
        now_ms=now_ms,
        is_open=place.is_open,
        is_there=place.is_there,
        is_absent=is_absent,
        is_welcomed=_is_welcomed(conn, heard),
        words=folded(heard.text),
        waits_ms=None if since_ms is None else now_ms - since_ms,
    )


def decided(conn: sqlite3.Connection, heard: Heard, now: Circumstances) -> RuleDecision:
    """What takes longer to read is read only where a rule would speak without it."""
    for more in (_with_spoken, _with_answers):
        decision = decide(heard.line.rules, now)
        if decision.rule is None:
            return decision
        now = more(conn, heard, now)
    return decide(heard.line.rules, now)


def _with_spoken(conn: sqlite3.Connection, heard: Heard, now: Circumstances) -> Circumstances:
    """What rules said before; until it is known better, somebody has followed it up."""
    rows = conn.execute(_SPOKEN, {"id": heard.conversation_id, "most": IN_A_ROW}).fetchall()
    since_ms = now.now_ms - (now.waits_ms or 0)
    return replace(
        now,
        is_undecided=heard.contact_id in undecided.asked(conn, heard.line.id),
        followed_up=True,
        spoken=[Spoken(at_ms=row["happened_ms"], to=folded(row["to"] or "")) for row in rows],
        said_in_wait=any(
            row["rule"] == RuleName.ALL_BUSY and row["happened_ms"] >= since_ms for row in rows
        ),
    )


def _with_answers(conn: sqlite3.Connection, heard: Heard, now: Circumstances) -> Circumstances:
    """What the office answered: reads all that was said since."""
    since_ms = now.spoken[-1].at_ms if len(now.spoken) == IN_A_ROW else now.now_ms
    about = {
        "id": heard.conversation_id,
        "now": now.now_ms,
        "since": since_ms,
        "from": min(since_ms, now.now_ms - DAY_MS),
    }
    row = conn.execute(_ANSWERED, about).fetchone()
    return replace(
        now,
        answer_waits=bool(row["waits"]),
        answered_ms=row["last_ms"],
        followed_up=bool(row["followed_up"]),
    )


def folded(text: str) -> str:
    """The words alone, so that a machine's numbers and times make no other words."""
    return " ".join(_WORD.findall(text.casefold())) or text.strip()


def _is_welcomed(conn: sqlite3.Connection, heard: Heard) -> bool:
    row = conn.execute(
        "SELECT 1 FROM welcome WHERE line_id = ? AND contact_id = ?",
        (heard.line.id, heard.contact_id),
    ).fetchone()
    return row is not None


# What was taken back or never left was not said.
_SPOKEN = f"""
SELECT m.rule, m.happened_ms, (
  SELECT i.text FROM message i INDEXED BY message_thread
  WHERE i.conversation_id = m.conversation_id AND i.direction = 'in'
  AND i.happened_ms <= m.happened_ms AND i.id < m.id
  ORDER BY i.happened_ms DESC, i.id DESC LIMIT 1) AS "to"
FROM message m INDEXED BY message_by_rule
WHERE m.conversation_id = :id AND m.rule IS NOT NULL AND m.rule IN {AUTOMATIC_RULES}
AND m.state NOT IN ('cancelled', 'expired', 'refused', 'failed')
ORDER BY m.happened_ms DESC, m.id DESC LIMIT :most
"""  # noqa: S608 -- our own words
# An answer is a colleague's, also by hand on the phone, or a program's to somebody who wrote. What
# is planned for later answers nobody now.
_ANSWERED = """
SELECT max(a.state IN ('queued', 'sending', 'unconfirmed')) AS waits,
  max(max(a.happened_ms, coalesce(a.sent_ms, 0))) AS last_ms,
  max(a.happened_ms >= :since) AS followed_up
FROM message a INDEXED BY message_thread
WHERE a.conversation_id = :id AND a.happened_ms >= :from
AND a.direction = 'out' AND a.rule IS NULL AND a.class <> 'list'
AND (a.class = 'reply' OR a.token_id IS NULL)
AND a.state NOT IN ('cancelled', 'expired', 'refused', 'failed')
AND (a.state <> 'queued' OR a.tries > 0 OR coalesce(a.not_before_ms, 0) <= :now + 60000)
"""
