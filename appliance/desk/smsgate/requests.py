"""What clients of SMSGate asked to send and what became of it: one request, or a page of them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.smsgate import paging
from appliance.desk.smsgate.paging import Span, lines_in_sight
from appliance.desk.smsgate.states import STATES, whole_of
from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.store import events
from appliance.store.smsgate import SmsState


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsRecipient:
    """`error` says why it failed. `message_id` None: refused at once."""

    number: str
    state: SmsState
    error: str | None
    message_id: str | None = None
    message_state: MessageState | None = None
    contact_id: str | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`times`: since when it is, or was, in each state."""

    id: str
    line_id: str
    state: SmsState
    created_ms: int
    recipients: Sequence[SmsRecipient]
    times: Mapping[SmsState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """`total`: so many there are in all."""

    requests: Sequence[Request]
    total: int


def search(
    conn: sqlite3.Connection, sight: Sight, span: Span, *, state: SmsState | None, line: str | None
) -> RequestPage:
    """None: no filter on that. `line` is an id or a number; one that is not in sight has none."""
    states = [state] if state else list(SmsState)
    lines = lines_in_sight(conn, sight, line)
    places = [{"line": each, "state": told.value} for each in lines for told in states]
    if span.is_whole:
        about = {"lines": json.dumps(lines), "states": json.dumps(states)}
        total = int(conn.execute(_COUNTED, about).fetchone()["total"])
    else:
        total = paging.count(conn, _STRETCH, places, span)
    if sight.branches is None and line is None and state is None:
        seqs = paging.page_of(conn, _ALL, [{}], span, total)
    else:
        seqs = paging.page_of(conn, _STRETCH, places, span, total)
    return RequestPage(requests=_requests(conn, sight, seqs), total=total)


def one(conn: sqlite3.Connection, sight: Sight, token_id: str, request_id: str) -> Request:
    """By the client's own name for it, or by our id of its first message: another token's only by
    that, because names are each client's own. Raises NotFound.
    """
    about = {"id": request_id, "token": token_id, "branches": sight.json}
    row = conn.execute(_OWN, about).fetchone() or conn.execute(_BY_OUR_ID, about).fetchone()
    return _only(conn, sight, row)


def own(conn: sqlite3.Connection, sight: Sight, token_id: str, request_id: str) -> Request:
    """One of the token's. Raises NotFound."""
    about = {"id": request_id, "token": token_id, "branches": sight.json}
    return _only(conn, sight, conn.execute(_OWN, about).fetchone())


def _only(conn: sqlite3.Connection, sight: Sight, row: sqlite3.Row | None) -> Request:
    if row is None:
        raise NotFound("message")
    return _requests(conn, sight, [row["seq"]])[0]


def _requests(conn: sqlite3.Connection, sight: Sight, seqs: Sequence[int]) -> Sequence[Request]:
    """In the order of `seqs`, each with those of its recipients who are in sight."""
    about = {"seqs": json.dumps(list(seqs)), "branches": sight.json}
    refused: dict[int, list[SmsRecipient]] = {}
    for row in conn.execute(_REFUSED, about):
        told = SmsRecipient(number=row["value"], state=SmsState.FAILED, error=row["why"])
        refused.setdefault(row["message_seq"], []).append(told)
    found = {
        seq: _request(conn, list(rows), refused.get(seq, ()))
        for seq, rows in groupby(conn.execute(_RECIPIENTS, about), lambda row: row["request"])
    }
    return [found[seq] for seq in seqs]


def _request(
    conn: sqlite3.Connection, rows: Sequence[sqlite3.Row], refused: Sequence[SmsRecipient]
) -> Request:
    first = rows[0]
    recipients = [*(_recipient(row) for row in rows), *refused]
    is_whole = len(recipients) == first["many"]
    return Request(
        id=first["request_id"],
        line_id=first["line_id"],
        state=SmsState(first["whole"]) if is_whole else whole_of(each.state for each in recipients),
        created_ms=first["created_ms"],
        recipients=recipients,
        times=_times(conn, rows),
    )


def _recipient(row: sqlite3.Row) -> SmsRecipient:
    state = MessageState(row["state"])
    told = STATES[state]
    return SmsRecipient(
        number=row["value"],
        state=told,
        error=(row["reason"] or state.value) if told is SmsState.FAILED else None,
        message_id=row["id"],
        message_state=state,
        contact_id=row["contact_id"],
        conversation_id=row["conversation_id"],
    )


def _times(conn: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> Mapping[SmsState, int]:
    """When one of its messages came into each state first."""
    times: dict[SmsState, int] = {}
    for row in rows:
        for event in events.of_message(conn, row["id"]):
            to = event.facts.get("to")
            if event.kind is EventKind.MESSAGE_STATE and isinstance(to, str):
                told = STATES[MessageState(to)]
                times[told] = min(times.get(told, event.at_ms), event.at_ms)
    return times


_STRETCH = """
SELECT seq FROM smsgate_message INDEXED BY smsgate_listed
WHERE line_id = :line AND state = :state AND seq >= :first AND seq < :last
"""
_ALL = "SELECT seq FROM smsgate_message WHERE seq >= :first AND seq < :last"
_COUNTED = """
SELECT coalesce(sum(many), 0) AS total FROM smsgate_count
WHERE line_id IN (SELECT value FROM json_each(:lines))
  AND state IN (SELECT value FROM json_each(:states))
"""
_SEEN = f"JOIN line ON line.id = s.line_id WHERE s.id = :id AND {IN_SIGHT}"
_OWN = f"SELECT s.seq FROM smsgate_message s {_SEEN} AND s.token_id = :token"  # noqa: S608
_BY_OUR_ID = f"""
SELECT s.seq FROM message m CROSS JOIN smsgate_message s ON s.seq = m.seq
JOIN line ON line.id = s.line_id WHERE m.id = lower(:id) AND {IN_SIGHT}
"""  # noqa: S608 -- our own condition
_RECIPIENTS = f"""
SELECT s.seq AS request, s.id AS request_id, s.line_id, s.state AS whole, s.created_ms,
  s.last_seq - s.seq + 1 + s.refused AS many,
  m.id, m.value, m.state, m.reason, m.contact_id, m.conversation_id
FROM json_each(:seqs) f
CROSS JOIN smsgate_message s ON s.seq = f.value
CROSS JOIN message m ON m.seq BETWEEN s.seq AND s.last_seq
CROSS JOIN line ON line.id = m.line_id
WHERE {IN_SIGHT}
ORDER BY f.key, m.seq
"""  # noqa: S608 -- our own condition
# Who was refused has no line: they are told to who sees all that the token sees that named them.
_REFUSED = """
SELECT r.message_seq, r.value, r.why FROM json_each(:seqs) f
CROSS JOIN smsgate_message s ON s.seq = f.value
CROSS JOIN smsgate_refused r ON r.message_seq = s.seq
CROSS JOIN api_token t ON t.id = s.token_id
WHERE :branches IS NULL OR t.branch_id IN (SELECT value FROM json_each(:branches))
ORDER BY r.message_seq, r.place
"""
