"""What devices have to tell: messages, missed calls, their state and their SIM.

Called in the devices' threads. Each message is one transaction: the row, the contact, the
consent that it proves or withdraws, the answer of a rule, and the events, or nothing.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.desk import device_states, words
from appliance.desk.rules import Arrival, answer
from appliance.devices.protocol import (
    Balance,
    DeliveryReport,
    Incoming,
    IncomingPart,
    MissedCall,
    Sim,
    Status,
)
from appliance.events import EventKind
from appliance.messages import Channel
from appliance.phone_numbers import is_e164
from appliance.queue import delivery
from appliance.queue.gate import ConsentGate
from appliance.store import contacts, conversations, lines, messages, modems
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)


class Reception:
    """The `Listener` of every device, and the `ModemListener` of the modems among them."""

    def __init__(self, store: Store, gate: ConsentGate) -> None:
        self._store = store
        self._gate = gate

    def received(self, device_id: str, incoming: Sequence[Incoming]) -> None:
        line = self._store.read(lambda conn: _line_of(conn, device_id))
        if line is None:
            log.warning("device %s has no line; %d messages stay on it", device_id, len(incoming))
            return
        for each in incoming:
            self._receive_one(line, each)

    def _receive_one(self, line: lines.Line, incoming: Incoming) -> None:
        def keep(tx: Tx) -> None:
            _keep(tx, line, incoming)

        if words.is_stop(incoming.text) and incoming.group is None:
            self._gate.write(self._store, (incoming.sender,), keep)
        else:
            self._store.write(keep)

    def missed_calls(self, device_id: str, calls: Sequence[MissedCall]) -> None:
        line = self._store.read(lambda conn: _line_of(conn, device_id))
        if line is not None and calls:
            self._store.write(lambda tx: _keep_calls(tx, line, calls))

    def status(self, device_id: str, status: Status) -> None:
        self._store.write(lambda tx: device_states.note(tx, device_id, status))

    def sim_seen(self, device_id: str, sim: Sim) -> bool:
        return self._store.write(lambda tx: _bind_sim(tx, device_id, sim))

    def recent(self, device_id: str, sender: str, *, since_ms: int) -> Sequence[Incoming]:
        return self._store.read(lambda conn: _recent(conn, device_id, sender, since_ms))

    def cursor(self, device_id: str, name: str) -> int | None:
        return self._store.read(lambda conn: _cursor(conn, device_id, name))

    def move_cursor(self, device_id: str, name: str, value: int) -> None:
        self._store.write(
            lambda tx: tx.conn.execute(
                "INSERT INTO device_cursor (device_id, name, value) VALUES (?, ?, ?)"
                " ON CONFLICT (device_id, name) DO UPDATE SET value = excluded.value",
                (device_id, name, value),
            )
        )

    def received_parts(self, device_id: str, parts: Sequence[IncomingPart]) -> None:
        raise NotImplementedError

    def delivery_reports(self, device_id: str, reports: Sequence[DeliveryReport]) -> None:
        def keep(tx: Tx) -> None:
            for report in reports:
                delivery.keep(tx, device_id, report)

        if reports:
            self._store.write(keep)

    def balance(self, device_id: str, balance: Balance) -> None:
        cents = balance.cents
        if cents is not None:
            self._store.write(
                lambda tx: modems.keep_balance(tx, device_id, cents, at_ms=balance.at_ms)
            )

    def hardware_seen(self, device_id: str, imei: str) -> bool:
        return self._store.write(lambda tx: modems.bind(tx, device_id, imei))

    def model_facts(self, model: str) -> Mapping[str, Any]:
        return self._store.read(lambda conn: modems.model_facts(conn, model))

    def learn(self, model: str, facts: Mapping[str, Any]) -> None:
        self._store.write(lambda tx: modems.learn(tx, model, facts))


def _line_of(conn: sqlite3.Connection, device_id: str) -> lines.Line | None:
    """The line that the device belongs to: the first of its routes."""
    for route in lines.routes_of_device(conn, device_id):
        return lines.line(conn, route.line_id)
    return None


def _keep(tx: Tx, line: lines.Line, incoming: Incoming) -> None:
    if incoming.group is not None:
        conversation_id = conversations.with_group(
            tx, line.id, incoming.group.jid, incoming.group.name
        )
        contact_id = None
    else:
        contact_id = contacts.ensure(tx, incoming.sender, chosen_name=incoming.sender_name)
        conversation_id = conversations.with_contact(tx, line.id, contact_id)
    message_id = messages.receive(
        tx,
        messages.NewIncoming(
            conversation_id=conversation_id,
            line_id=line.id,
            contact_id=contact_id,
            number=incoming.sender,
            text=incoming.text,
            channel=incoming.channel,
            device_key=_device_key(line.id, incoming),
            sender_name=incoming.sender_name,
            exact=incoming.exact,
            happened_ms=min(incoming.at_ms, tx.now_ms),
        ),
    )
    if message_id is None or contact_id is None:
        return
    if incoming.channel is Channel.WHATSAPP and is_e164(incoming.sender):
        contacts.remember_whatsapp(tx, incoming.sender, on_whatsapp=True)
    arrival = Arrival(
        message_id=message_id,
        line=line,
        contact_id=contact_id,
        number=incoming.sender,
        text=incoming.text,
        channel=incoming.channel,
    )
    answer(tx, arrival)


def _device_key(line_id: str, incoming: Incoming) -> str:
    return f"{line_id}:{incoming.channel.value}:{incoming.key}"


def _keep_calls(tx: Tx, line: lines.Line, calls: Sequence[MissedCall]) -> None:
    for call in calls:
        new = tx.conn.execute(
            "INSERT INTO missed_call (device_key, line_id, number, at_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING RETURNING 1",
            (f"{line.id}:{call.key}", line.id, call.number, call.at_ms),
        ).fetchone()
        if new is not None:
            known = contacts.by_number(tx.conn, call.number)
            tx.emit(EventKind.CALL_MISSED, line_id=line.id, contact_id=known.id if known else None)


def _bind_sim(tx: Tx, device_id: str, sim: Sim) -> bool:
    """Whether this is the device's SIM; the first one that shows an identity binds it."""
    row = tx.conn.execute(
        "SELECT iccid, sim_number FROM device WHERE id = ?", (device_id,)
    ).fetchone()
    if row["iccid"] and sim.iccid:
        return bool(row["iccid"] == sim.iccid)
    if row["sim_number"] and sim.number and row["sim_number"] != sim.number:
        return False
    tx.conn.execute(
        "UPDATE device SET iccid = coalesce(iccid, ?), sim_number = coalesce(sim_number, ?)"
        " WHERE id = ?",
        (sim.iccid, sim.number, device_id),
    )
    return True


def _recent(
    conn: sqlite3.Connection, device_id: str, sender: str, since_ms: int
) -> Sequence[Incoming]:
    line = _line_of(conn, device_id)
    if line is None:
        return []
    rows = conn.execute(
        "SELECT channel, device_key, number, text, happened_ms, sender_name, exact FROM message"
        " WHERE line_id = ? AND direction = 'in' AND number = ? AND happened_ms >= ?"
        " ORDER BY happened_ms, id",
        (line.id, sender, since_ms),
    )
    return [
        Incoming(
            channel=Channel(row["channel"]),
            key=row["device_key"].split(":", 2)[2],
            sender=row["number"],
            text=row["text"],
            at_ms=row["happened_ms"],
            sender_name=row["sender_name"],
            exact=bool(row["exact"]),
        )
        for row in rows
    ]


def _cursor(conn: sqlite3.Connection, device_id: str, name: str) -> int | None:
    row = conn.execute(
        "SELECT value FROM device_cursor WHERE device_id = ? AND name = ?", (device_id, name)
    ).fetchone()
    return None if row is None else int(row[0])
