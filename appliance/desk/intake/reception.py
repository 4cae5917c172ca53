"""What devices report: messages, missed calls, their state and their SIM.

Called in the devices' threads. Each message is one transaction: the row, the contact, the consent
that it gives or withdraws, the answer of a rule, and the events. All of it is kept, or nothing.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from appliance.channels import Channel
from appliance.desk.consent import near_stop_words, rule_words
from appliance.desk.intake import (
    by_hand,
    headings,
    leavings,
    long_sms,
    places,
    placing,
    posts,
    quotes,
    reactions,
    recollection,
    sims,
    undelivered,
)
from appliance.desk.intake import calls as missed
from appliance.desk.lines import archive_news, device_states, screens
from appliance.devices.kind import Kind
from appliance.devices.modem_protocol import Balance, DeliveryReport, IncomingPart
from appliance.devices.news_protocol import (
    Leaving,
    MissedCall,
    NotArrived,
    PictureChange,
    PlaceName,
    Quoting,
    Reaction,
    TypedByHand,
    Written,
)
from appliance.devices.protocol import Group, Incoming, Sim, Status, TextForm
from appliance.errors import Transient
from appliance.queue import delivery
from appliance.queue.doubts import baselines_in_doubt
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.screen_rules import ScreenRule, UnknownScreen
from appliance.store import devices, lines, modems
from appliance.store.modems import Whose
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)


class Reception:
    """The `Listener` of every device, and the `ModemListener` of the modems among them."""

    def __init__(self, store: Store, gate: ConsentGate) -> None:
        self._store = store
        self._gate = gate

    def received(self, device_id: str, incoming: Sequence[Incoming]) -> None:
        for each in incoming:
            self._receive_one(device_id, each)

    def _receive_one(self, device_id: str, incoming: Incoming) -> None:
        sender = placing.sender_of(incoming)

        def keep(tx: Tx) -> None:
            line = placing.line_for(tx.conn, device_id, sender)
            if line is None:
                _leave(tx.conn, device_id)
            else:
                placing.keep(tx, device_id, line, incoming)
                _reach(tx, device_id, incoming.cursor)

        if _may_withdraw(headings.said(incoming)):
            whose = self._store.read(lambda conn: posts.whose(conn, device_id, incoming, sender))
            self._gate.write(self._store, whose, keep)
        else:
            self._store.write(keep)

    def withdrew(self, device_id: str, leaving: Leaving) -> None:
        who = placing.shown_identity(leaving.channel.told(leaving.sender))

        def keep(tx: Tx) -> None:
            leavings.keep(tx, device_id, who, leaving)
            _reach(tx, device_id, leaving.cursor)

        self._gate.write(self._store, (who,), keep)

    def not_arrived(self, device_id: str, told: NotArrived) -> None:
        def keep(tx: Tx) -> None:
            undelivered.keep(tx, device_id, told)
            _reach(tx, device_id, told.cursor)

        self._store.write(keep)

    def missed_calls(self, device_id: str, calls: Sequence[MissedCall]) -> None:
        def keep(tx: Tx) -> None:
            for call in calls:
                missed.keep(tx, device_id, call)

        if calls:
            self._store.write(keep)

    def reacted(self, device_id: str, told: Sequence[Reaction]) -> None:
        def keep(tx: Tx) -> None:
            for reaction in told:
                reactions.keep(tx, device_id, reaction)

        if told:
            self._store.write(keep)

    def quoted(self, device_id: str, quotings: Sequence[Quoting]) -> None:
        def keep(tx: Tx) -> None:
            for quoting in quotings:
                quotes.keep(tx, device_id, quoting)

        if quotings:
            self._store.write(keep)

    def places_named(self, device_id: str, told: Sequence[PlaceName]) -> None:
        def keep(tx: Tx) -> None:
            for place in told:
                places.keep(tx, device_id, place)

        if told:
            self._store.write(keep)

    def status(self, device_id: str, status: Status) -> None:
        """What a power cut may take back is found again at the next examination."""
        drifts = self._store.read(lambda conn: device_states.only_drifts(conn, device_id, status))
        self._store.write(lambda tx: device_states.note(tx, device_id, status), durable=not drifts)

    def sim_seen(self, device_id: str, sim: Sim) -> bool:
        """Asked at each examination: where nothing is bound anew, nothing is written."""
        if self._store.read(lambda conn: sims.binds(conn, device_id, sim)):
            return self._store.write(lambda tx: sims.bind(tx, device_id, sim))
        return self._store.read(lambda conn: sims.is_own(conn, device_id, sim))

    def recent(self, device_id: str, sender: str, *, since_ms: int) -> Sequence[Incoming]:
        return self._store.read(
            lambda conn: _recent(conn, device_id, placing.shown_sender(sender), since_ms)
        )

    def strangers_seen(self, device_id: str, group: Group) -> None:
        self._store.write(lambda tx: posts.read_again(tx, device_id, group))

    def group_seen(self, device_id: str, group: Group) -> None:
        def is_news(conn: sqlite3.Connection) -> bool:
            return posts.shown_otherwise(conn, device_id, group) is not None

        if self._store.read(is_news):
            self._store.write(lambda tx: posts.show(tx, device_id, group))

    def picture_changed(self, device_id: str, change: PictureChange) -> None:
        self._store.write(lambda tx: posts.picture_changed(tx, device_id, change))

    def archive_heard(self, device_id: str, *, unplaced: int) -> None:
        if self._store.read(lambda conn: archive_news.is_news(conn, device_id, unplaced)):
            self._store.write(lambda tx: archive_news.note(tx, device_id, unplaced))

    def written(self, device_id: str, to: str, *, since_ms: int) -> Sequence[Written]:
        shown = placing.shown_sender(to)
        return self._store.read(lambda conn: recollection.written(conn, device_id, shown, since_ms))

    def typed(self, device_id: str, messages: Sequence[TypedByHand]) -> None:
        def keep(tx: Tx) -> None:
            for each in messages:
                by_hand.keep(tx, device_id, each)

        if messages:
            self._store.write(keep)

    def people_named(self, device_id: str, beginning: str) -> Sequence[tuple[str, str]]:
        return self._store.read(lambda conn: recollection.people_named(conn, device_id, beginning))

    def cursor(self, device_id: str, name: str) -> int | None:
        return self._store.read(lambda conn: _cursor(conn, device_id, name))

    def move_cursor(self, device_id: str, name: str, value: int) -> None:
        self._store.write(lambda tx: _reach(tx, device_id, (name, value)))

    def screen_rules(self, device_id: str) -> Sequence[ScreenRule]:
        return self._store.read(lambda conn: screens.rules_for(conn, device_id))

    def rule_used(self, device_id: str, rule_id: str, *, most_an_hour: int) -> bool:
        return self._store.write(
            lambda tx: screens.use(tx, device_id, rule_id, most_an_hour=most_an_hour)
        )

    def screen_unknown(self, device_id: str, screen: UnknownScreen) -> None:
        self._store.write(lambda tx: screens.note(tx, device_id, screen))

    def received_parts(self, device_id: str, parts: Sequence[IncomingPart]) -> None:
        """Under the senders' locks: put together it may say STOP."""
        senders = tuple({Channel.SMS.told(part.sender) for part in parts})
        carried = self._store.read(lambda conn: len(lines.lines_of_device(conn, device_id)))
        if not carried:
            raise _nobody_took_it()
        if senders:
            self._gate.write(self._store, senders, lambda tx: long_sms.keep(tx, device_id, parts))

    def show_incomplete(self) -> None:
        """Shows long SMS whose other parts did not come. A thread calls it once in a while."""
        now_ms = self._store.clock.now_ms()
        for sms_id, sender in self._store.read(lambda conn: long_sms.overdue(conn, now_ms=now_ms)):
            show = partial(long_sms.show_incomplete, sms_id=sms_id)
            self._gate.write(self._store, (Channel.SMS.told(sender),), show)

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

    def hardware_seen(self, device_id: str, imei: str, iccid: str | None) -> Reason:
        """Asked at each examination: a device that is bound is asked about without a write."""
        if self._store.read(lambda conn: modems.is_bound(conn, device_id)):
            whose = self._store.read(lambda conn: modems.whose(conn, device_id, imei, iccid))
        else:
            whose = self._store.write(lambda tx: modems.bind(tx, device_id, imei, iccid))
        return _WHOSE[whose]

    def is_carried(self, device_id: str) -> bool:
        return bool(self._store.read(lambda conn: lines.lines_of_device(conn, device_id)))

    def in_doubt(self, device_id: str) -> Sequence[Mapping[str, Any]]:
        return self._store.read(lambda conn: baselines_in_doubt(conn, device_id))

    def model_facts(self, model: str) -> Mapping[str, Any]:
        return self._store.read(lambda conn: modems.model_facts(conn, model))

    def learn(self, model: str, facts: Mapping[str, Any]) -> None:
        self._store.write(lambda tx: modems.learn(tx, model, facts))


_WHOSE = {
    Whose.OURS: Reason.NONE,
    Whose.ANOTHER: Reason.OTHER_MODEM,
    Whose.UNCLEAR: Reason.SAME_IMEI,
}


def _may_withdraw(text: str) -> bool:
    """True for a text after which nothing may leave: it ends consent, or a person must decide."""
    return rule_words.is_stop(text) or near_stop_words.is_near_stop(text)


def _leave(conn: sqlite3.Connection, device_id: str) -> None:
    """What tells a message once must be told that this one is not kept."""
    log.warning("device %s has no line; a message stays on it", device_id)
    if Kind.named(devices.device(conn, device_id).kind).tells_once:
        raise _nobody_took_it()


def _nobody_took_it() -> Transient:
    return Transient("No line has this device any more.")


def _recent(
    conn: sqlite3.Connection, device_id: str, sender: str, since_ms: int
) -> Sequence[Incoming]:
    values = {"device": device_id, "value": sender, "since": since_ms}
    found = [*conn.execute(_FROM_PERSON, values), *conn.execute(_IN_GROUP, values)]
    return [
        Incoming(
            channel=Channel.named(row["channel"]),
            key=row["device_key"],
            sender=row["value"],
            text=row["text"],
            at_ms=row["written_ms"],
            sender_name=row["sender_name"],
            exact=bool(row["exact"]),
            form=_form(row),
        )
        for row in found
    ]


def _form(row: sqlite3.Row) -> TextForm:
    if row["deleted_ms"] is not None:
        return TextForm.DELETED
    return TextForm.WAITING if row["awaited"] else TextForm.WORDS


def _reach(tx: Tx, device_id: str, cursor: tuple[str, int] | None) -> None:
    if cursor is not None:
        tx.conn.execute(
            "INSERT INTO device_cursor (device_id, name, value) VALUES (?, ?, ?)"
            " ON CONFLICT (device_id, name) DO UPDATE SET value = excluded.value",
            (device_id, *cursor),
        )


def _cursor(conn: sqlite3.Connection, device_id: str, name: str) -> int | None:
    row = conn.execute(
        "SELECT value FROM device_cursor WHERE device_id = ? AND name = ?", (device_id, name)
    ).fetchone()
    return None if row is None else int(row[0])


# The index has when a message came, which is never before it was written.
_SEEN = """
SELECT channel, device_key, value, text, written_ms, sender_name, exact, awaited, deleted_ms
FROM message WHERE happened_ms >= :since AND direction = 'in' AND written_ms >= :since
"""
_FROM_PERSON = f"""
{_SEEN} AND conversation_id IN {recollection.THREADS_OF} AND (value = :value
  OR scheme NOT IN (SELECT scheme FROM contact_identity WHERE value = :value))
ORDER BY written_ms, id
"""  # noqa: S608 -- our own words
_IN_GROUP = f"""
{_SEEN} AND conversation_id IN (SELECT c.id FROM chat_group g
  JOIN conversation c ON c.line_id = g.line_id AND c.group_id = g.id
  JOIN route r ON r.line_id = g.line_id WHERE r.device_id = :device AND g.jid = :value)
ORDER BY written_ms, id
"""  # noqa: S608 -- our own words
