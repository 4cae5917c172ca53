"""A long SMS comes in part by part, in any order; parts of it may come hours later, or never.

It is shown as soon as it is whole. If it is not whole after a while, the parts that are there are
shown, with a mark where one is missing; a later part is shown when it comes.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from appliance.channels import Channel
from appliance.desk.consent import rule_words
from appliance.desk.intake import placing
from appliance.devices.modem_protocol import IncomingPart
from appliance.devices.protocol import Incoming
from appliance.messages import Origin
from appliance.phone_numbers import in_quotes
from appliance.queue.profile import MINUTE_MS
from appliance.sms_parts import join
from appliance.store import branches
from appliance.store.lines import Line
from appliance.store.store import Tx

PATIENCE_MS = 10 * MINUTE_MS
"""How long an incomplete message waits for its other parts."""

_UNITS = "utf-16-le"
"""How a part's text is kept: it may begin or end with half a character, which UTF-8 cannot hold."""

SAME_MS = 5 * MINUTE_MS
"""The stamps of one message's parts are at most this far apart, however late the parts come.

The service centre stamps the parts as the sender's phone submits them, one after the other, each
within seconds, or within a minute where the phone has to try again (TS 23.040 §9.2.3.11). A phone
that restarts begins its references anew, and some gateways use only one reference.
"""


def keep(tx: Tx, device_id: str, parts: Sequence[IncomingPart]) -> None:
    """Keeps the new parts, and shows what they make complete."""
    added: dict[str, list[IncomingPart]] = {}
    for part in parts:
        sms_id = _add(tx, device_id, _sound(part))
        if sms_id is not None:
            added.setdefault(sms_id, []).append(_sound(part))
    for sms_id, new in added.items():
        sms = _read(tx.conn, sms_id)
        if sms["shown_ms"] is not None:
            _show(tx, sms, _late_text(tx, sms, new), key=new[0].key, at_ms=new[0].at_ms)
        elif len(_units(tx.conn, sms_id)) == sms["total"]:
            _show(tx, sms, _text_so_far(tx, sms), key=sms["key"], at_ms=sms["at_ms"])


def overdue(conn: sqlite3.Connection, *, now_ms: int) -> Sequence[tuple[str, str]]:
    """Messages that have waited for long enough: ids, and who sent them."""
    rows = conn.execute(
        "SELECT id, sender FROM long_sms WHERE shown_ms IS NULL AND seen_ms <= ? ORDER BY id",
        (now_ms - PATIENCE_MS,),
    )
    return [(row["id"], row["sender"]) for row in rows]


def show_incomplete(tx: Tx, sms_id: str) -> None:
    """Shows the parts that are there, unless they were shown meanwhile."""
    sms = _read(tx.conn, sms_id)
    if sms["shown_ms"] is None:
        _show(tx, sms, _text_so_far(tx, sms), key=sms["key"], at_ms=sms["at_ms"])


def _sound(part: IncomingPart) -> IncomingPart:
    """A part whose number does not fit its total is treated as a message of one part."""
    return part if 1 <= part.part <= part.total else replace(part, part=1, total=1)


def _add(tx: Tx, device_id: str, part: IncomingPart) -> str | None:
    """The id of the message that this new part belongs to; None when the part is already known."""
    known = tx.conn.execute(
        "SELECT 1 FROM long_sms_part WHERE device_id = ? AND key = ?", (device_id, part.key)
    ).fetchone()
    if known is not None:
        return None
    about = {
        "id": tx.new_id(),
        "device": device_id,
        "sender": part.sender,
        "reference": part.reference,
        "wide": int(part.wide),
        "part": part.part,
        "total": part.total,
        "origin": part.origin.value,
        "key": part.key,
        "at": part.at_ms,
        "now": tx.now_ms,
        "units": part.text.encode(_UNITS, "surrogatepass"),
    }
    lacking = tx.conn.execute(_LACKING, {**about, "apart": SAME_MS}).fetchone()
    if lacking is None:
        tx.conn.execute(_NEW, about)
    sms_id = str(lacking["id"] if lacking else about["id"])
    tx.conn.execute(_NEW_PART, {**about, "id": sms_id})
    if part.origin is not Origin.PERSON:
        tx.conn.execute(_NOT_A_PERSON, {**about, "id": sms_id})
    return sms_id


def _read(conn: sqlite3.Connection, sms_id: str) -> sqlite3.Row:
    row: sqlite3.Row = conn.execute("SELECT * FROM long_sms WHERE id = ?", (sms_id,)).fetchone()
    return row


def _units(conn: sqlite3.Connection, sms_id: str) -> Mapping[int, bytes]:
    rows = conn.execute(
        "SELECT part, units FROM long_sms_part WHERE long_sms_id = ? ORDER BY part", (sms_id,)
    )
    return {int(row["part"]): bytes(row["units"]) for row in rows}


def _show(tx: Tx, sms: sqlite3.Row, text: str, *, key: str, at_ms: int) -> None:
    """A message like others; the parts keep their keys and give up their words."""
    line = _line(tx, sms)
    if line is None:
        return
    incoming = Incoming(
        channel=Channel.SMS,
        key=f"parts:{key}",
        sender=_sender(sms),
        text=text,
        at_ms=at_ms,
        origin=Origin(sms["origin"]),
    )
    placing.keep(tx, sms["device_id"], line, incoming)
    tx.conn.execute(
        "UPDATE long_sms SET shown_ms = coalesce(shown_ms, ?) WHERE id = ?", (tx.now_ms, sms["id"])
    )
    tx.conn.execute("UPDATE long_sms_part SET units = x'' WHERE long_sms_id = ?", (sms["id"],))


def _sender(sms: sqlite3.Row) -> str:
    """One part from a machine makes the whole message a machine's: no person is its sender."""
    sender = str(sms["sender"])
    return sender if sms["origin"] == Origin.PERSON.value else in_quotes(sender)


def _line(tx: Tx, sms: sqlite3.Row) -> Line | None:
    return placing.line_for(tx.conn, sms["device_id"], Channel.SMS.told(_sender(sms)))


def _text_so_far(tx: Tx, sms: sqlite3.Row) -> str:
    units, total, language = _units(tx.conn, sms["id"]), sms["total"], _language(tx, sms)
    pieces = []
    for is_there, numbers in groupby(range(1, total + 1), key=units.__contains__):
        if is_there:
            pieces.append(_joined(units[number] for number in numbers))
        else:
            pieces.append(
                rule_words.MISSING_PART[language].format(parts=_span(numbers), total=total)
            )
    return " ".join(pieces)


def _late_text(tx: Tx, sms: sqlite3.Row, new: Sequence[IncomingPart]) -> str:
    units = _units(tx.conn, sms["id"])
    language = _language(tx, sms)
    pieces = []
    ordered = sorted({part.part for part in new})
    runs = groupby(enumerate(ordered), key=lambda each: each[1] - each[0])
    for run in ([number for _, number in numbers] for _, numbers in runs):
        pieces.append(rule_words.LATE_PART[language].format(parts=_span(run), total=sms["total"]))
        pieces.append(_joined(units[number] for number in run))
    return " ".join(pieces)


def _joined(units: Iterator[bytes]) -> str:
    return join([each.decode(_UNITS, "surrogatepass") for each in units])


def _span(numbers: Iterator[int] | Sequence[int]) -> str:
    found = list(numbers)
    return str(found[0]) if len(found) == 1 else f"{found[0]}-{found[-1]}"


def _language(tx: Tx, sms: sqlite3.Row) -> str:
    line = _line(tx, sms)
    return branches.branch(tx.conn, line.branch_id).settings.language if line else "en"


# Two messages may have one reference: the part belongs to the one that was sent at about the same
# time, already shown or not. If that message has this part already, the part belongs to another.
_LACKING = """
SELECT id FROM long_sms s WHERE device_id = :device AND sender = :sender
AND reference = :reference AND wide = :wide AND total = :total AND abs(at_ms - :at) <= :apart
AND NOT EXISTS (SELECT 1 FROM long_sms_part p WHERE p.long_sms_id = s.id AND p.part = :part)
ORDER BY abs(at_ms - :at), id LIMIT 1
"""

_NEW = """
INSERT INTO long_sms (id, device_id, sender, reference, wide, total, origin, key, at_ms, seen_ms)
VALUES (:id, :device, :sender, :reference, :wide, :total, :origin, :key, :at, :now)
"""

# One part alone may show that no person wrote it: its octets or its words say so, others' do not.
_NOT_A_PERSON = "UPDATE long_sms SET origin = :origin WHERE id = :id AND origin <> 'technical'"

_NEW_PART = """
INSERT INTO long_sms_part (device_id, key, long_sms_id, part, units)
VALUES (:device, :key, :id, :part, :units)
"""
