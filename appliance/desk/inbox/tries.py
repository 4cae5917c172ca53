"""The attempts at a message: over which device each went, and what is proven of its parts."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.inbox.pictures import pictures_in
from appliance.devices import evidence_facts
from appliance.devices.kind import Kind
from appliance.queue.parts import kept_as_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One SMS of a long one. `report` is what the network said of it, at its own time."""

    number: int
    state: str
    report: str | None
    report_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt: over which device and channel, how it ended, and what was seen.

    `label` and `number` are how people know the device: what it is, and the number of its SIM, else
    of the line.
    `fallback`: not over the device that has the line's number; then `signature` may have been
    added to the text. `by_network`: the device gave it to the network itself. `at_service`: it is
    an account there, and nothing of it can be looked at here. `kept_as_one`: so many parts, which
    the device does not tell apart. `pictures` are names, oldest first. `why`: the driver's word for
    what it met. `quoted`: on their phone it answers the message that it quotes.
    """

    id: str
    channel: Channel
    by_network: bool
    device: str
    label: str
    number: str
    fallback: bool
    signature: str | None
    started_ms: int
    ended_ms: int | None
    outcome: str | None
    parts: Sequence[Part] = ()
    kept_as_one: int | None = None
    pictures: Sequence[str] = ()
    why: str | None = None
    quoted: bool = False
    at_service: bool = False

    @property
    def may_have_left(self) -> bool:
        return self.outcome in ("sent", "partly", "unknown") or self.ended_ms is None

    @property
    def sent(self) -> int:
        """Parts that are proven to have left."""
        return sum(part.state == "sent" for part in self.parts)


def tries_of(conn: sqlite3.Connection, message_ids: Sequence[str]) -> Mapping[str, Sequence[Try]]:
    """Oldest first, by message."""
    shared = [kind.name for kind in Kind.known() if kind.is_shared]
    values = {"messages": json.dumps(message_ids), "shared": json.dumps(shared)}
    rows = conn.execute(_ATTEMPTS, values).fetchall()
    parts = parts_of(conn, [row["id"] for row in rows])
    found: dict[str, list[Try]] = {}
    for row in rows:
        found.setdefault(row["message_id"], []).append(_try(row, parts.get(row["id"], ())))
    return found


def _try(row: sqlite3.Row, parts: Sequence[Part]) -> Try:
    evidence = evidence_facts.read(row["evidence"])
    kind = Kind.named(row["kind"])
    return Try(
        id=row["id"],
        channel=Channel.named(row["channel"]),
        by_network=kind.hands_to_network,
        device=row["address"],
        label=kind.label,
        number=row["number"],
        fallback=bool(row["fallback"]),
        signature=row["signature"],
        started_ms=row["started_ms"],
        ended_ms=row["ended_ms"],
        outcome=row["outcome"],
        parts=parts,
        kept_as_one=kept_as_one(evidence),
        pictures=pictures_in(evidence),
        why=evidence_facts.why_in(evidence),
        quoted=evidence_facts.is_quoted(evidence),
        at_service=not kind.has_sim,
    )


def parts_of(conn: sqlite3.Connection, attempt_ids: Sequence[str]) -> Mapping[str, Sequence[Part]]:
    """In their order, by attempt; none where the device keeps them as one."""
    found: dict[str, list[Part]] = {}
    for row in conn.execute(_PARTS, (json.dumps(attempt_ids),)):
        part = Part(
            number=row["part"],
            state=row["state"],
            report=row["report"],
            report_ms=row["report_ms"],
        )
        found.setdefault(row["attempt_id"], []).append(part)
    return found


# The device of a line's best route has its number, or had it once if it carries the line no more.
_ATTEMPTS = """
SELECT a.id, a.message_id, a.channel, a.signature, device.address, device.kind, a.started_ms,
  coalesce(device.sim_number, line.number) AS number, a.ended_ms, a.outcome, a.evidence,
  a.device_id <> coalesce((SELECT r.device_id FROM route r WHERE r.line_id = m.line_id
    ORDER BY r.rank LIMIT 1), a.device_id)
    AND device.kind IN (SELECT value FROM json_each(:shared)) AS fallback
FROM attempt a JOIN device ON device.id = a.device_id JOIN message m ON m.id = a.message_id
JOIN line ON line.id = m.line_id
WHERE a.message_id IN (SELECT value FROM json_each(:messages)) ORDER BY a.id
"""

_PARTS = """
SELECT attempt_id, part, state, report, report_ms FROM attempt_part
WHERE attempt_id IN (SELECT value FROM json_each(?)) ORDER BY attempt_id, part
"""
