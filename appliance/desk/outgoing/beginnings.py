"""What a SIM may still begin: first conversations of a day, people who get SMS in a month.

Counted from what it sent and from what waits on its line with a time; what a list or a round
promises on top of that is told to it as it goes along.
"""

import sqlite3
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

from appliance.channels import Channel
from appliance.identities import Identity
from appliance.queue.history import History
from appliance.queue.profile import DAY_MS, MONTH_MS, Profile
from appliance.queue.rows import WAITING
from appliance.queue.stored_history import Histories
from appliance.store import forecast
from appliance.store.contacts import identity_of
from appliance.store.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToLeave:
    identity: Identity
    at_ms: int
    first: bool
    sms: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SimBeginnings:
    """Of one SIM. `firsts`: when it began a conversation, or will, the oldest first."""

    profile: Profile
    history: History
    firsts: list[int]
    new_by_sms: set[Identity]

    def is_first(self, identity: Identity) -> bool:
        """Whether a first message in a conversation with them counts."""
        return not self.history.knows(identity)

    def first_ms(self, at_ms: int) -> int:
        """From when on it may begin one more conversation. A profile may allow none: ask first."""
        most = self.profile.first_contacts_per_day
        return max(at_ms, self.firsts[-most] + DAY_MS) if len(self.firsts) >= most else at_ms

    def firsts_until(self, from_ms: int, until_ms: int) -> int:
        """With how many it may begin in this time."""
        most = self.profile.first_contacts_per_day
        spent = self.firsts[-most:] if most else []
        free = [max(from_ms, each + DAY_MS) for each in spent] + [from_ms] * (most - len(spent))
        return bisect_left(sorted(free), until_ms)

    def sms_ms(self, identity: Identity, at_ms: int) -> int:
        """From when on they may get an SMS that is not an answer."""
        if identity in self.new_by_sms or self.history.got_sms(identity, at_ms):
            return at_ms
        left = self.profile.recipients_per_month - len(self.new_by_sms)
        return (
            self.history.new_recipient_at(at_ms, identity, left) if left > 0 else at_ms + MONTH_MS
        )

    def promise(self, identity: Identity, at_ms: int, *, first: bool, sms: bool) -> None:
        """It will write to them at that time."""
        if first:
            insort(self.firsts, at_ms)
        if sms and not self.history.got_sms(identity, at_ms):
            self.new_by_sms.add(identity)


@dataclass(slots=True, kw_only=True)
class Beginnings:
    """Of a line, by the device that a message takes; each is read when it is asked for."""

    conn: sqlite3.Connection
    line: Line
    profile: Profile
    now_ms: int
    promised: Sequence[_ToLeave]
    by_device: dict[str, SimBeginnings] = field(default_factory=dict)

    @classmethod
    def of(
        cls, conn: sqlite3.Connection, line: Line, profile: Profile, *, now_ms: int
    ) -> "Beginnings":
        """`profile` is the line's own."""
        found = conn.execute(_PROMISED, {"line": line.id})
        promised = [_to_leave(row) for row in found]
        return cls(conn=conn, line=line, profile=profile, now_ms=now_ms, promised=promised)

    def on(self, device_id: str) -> SimBeginnings:
        if device_id not in self.by_device:
            history = Histories().of(self.conn, device_id, self.line, now_ms=self.now_ms)
            self.by_device[device_id] = self._sim(history)
        return self.by_device[device_id]

    def _sim(self, history: History) -> SimBeginnings:
        firsts = {each.identity: each.at_ms for each in reversed(history.left) if each.first}
        for each in self.promised:
            if each.first and not history.knows(each.identity):
                firsts.setdefault(each.identity, each.at_ms)
        return SimBeginnings(
            profile=self.profile,
            history=history,
            firsts=sorted(firsts.values()),
            new_by_sms={
                each.identity
                for each in self.promised
                if each.sms and not history.got_sms(each.identity, self.now_ms)
            },
        )


def _to_leave(row: sqlite3.Row) -> _ToLeave:
    wanted = Channel.named(row["wanted"]) if row["wanted"] else None
    return _ToLeave(
        identity=identity_of(row),
        at_ms=row["at_ms"],
        first=bool(row["first"]),
        sms=wanted is not None and wanted.counts_parts,
    )


_PROMISED = f"""
SELECT m.scheme, m.value, m.wanted, {forecast.EXPECTED_MS} AS at_ms,
       c.last_in_ms IS NULL AND NOT EXISTS (SELECT 1 FROM message s
         WHERE s.conversation_id = m.conversation_id AND s.sent_ms IS NOT NULL) AS first
FROM message m INDEXED BY message_waiting CROSS JOIN conversation c ON c.id = m.conversation_id
WHERE m.line_id = :line AND m.class IN ('automatic', 'list') AND m.answering = 0
AND m.state IN {WAITING} AND at_ms < coalesce(m.expires_ms, 1 << 62)
UNION ALL
SELECT u.scheme, u.value, u.wanted, u.expected_ms AS at_ms,
       c.last_in_ms IS NULL AND NOT EXISTS (SELECT 1 FROM message s
         WHERE s.conversation_id = c.id AND s.sent_ms IS NOT NULL) AS first
FROM list_send_unmade u CROSS JOIN list_send l ON l.id = u.send_id
LEFT JOIN conversation c ON c.line_id = l.line_id AND c.contact_id = u.contact_id
WHERE l.line_id = :line AND u.answering = 0 AND u.expected_ms < l.deliver_until_ms
"""  # noqa: S608 -- our own words
