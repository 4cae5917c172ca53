"""Writes into a store as the desk and the devices do, for the page tests and for pictures."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from appliance.channels import Channel
from appliance.desk.access import sessions
from appliance.desk.access.passwords import hash_password
from appliance.desk.inbox.marks import mark_read
from appliance.desk.team import staff
from appliance.devices.protocol import DeviceState
from appliance.events import EventKind
from appliance.identities import tel
from appliance.messages import MessageClass, MessageState
from appliance.reasons import Reason
from appliance.store import (
    branch_settings,
    branches,
    consent,
    contacts,
    conversations,
    devices,
    lines,
    listed,
    messages,
    routes,
    unread,
)
from appliance.store.consent import ConsentKind
from appliance.store.store import Store, Tx

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
PASSWORD = "de balie is open"
_HASH = hash_password(PASSWORD)


@dataclass(slots=True)
class Filled:
    """The ids that tests need. `conversations` by the contact's name."""

    branches: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    staff: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)


class Filler:
    """Writes as the desk and the devices do, each piece at the time that it is given."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.filled = Filled()
        self._count = 0

    def branch(self, name: str, number: str, *, language: str = "nl") -> str:
        """A branch with one line and one phone that works; gives the line's id."""

        def work(tx: Tx) -> tuple[str, str, str]:
            branch_id = branches.add_branch(tx, name)
            branch_settings.change(tx, branch_id, {"language": language}, by="test")
            line_id = lines.add_line(tx, branch_id=branch_id, number=number)
            device_id = devices.enrol(tx, kind="phone", address=f"R58N{number[-4:]}XK")
            for channel in (Channel.WHATSAPP, Channel.SMS):
                routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
            return branch_id, line_id, device_id

        branch_id, line_id, device_id = self.store.write(work)
        self.filled.branches[name] = branch_id
        self.filled.lines[name] = line_id
        self.filled.devices[name] = device_id
        self.device_state(name, DeviceState.READY)
        return line_id

    def device_state(self, branch: str, state: DeviceState, reason: Reason = Reason.NONE) -> None:
        ready = '["whatsapp", "sms"]' if state is DeviceState.READY else "[]"
        device_id = self.filled.devices[branch]

        def work(tx: Tx) -> None:
            tx.conn.execute(
                "UPDATE device SET state = ?, reason = ?, channels = ?, changed_ms = ?"
                " WHERE id = ?",
                (state.value, reason.value, ready, tx.now_ms, device_id),
            )
            tx.emit(EventKind.DEVICE_STATUS, device_id=device_id, facts={"state": state.value})

        self.store.write(work)

    def member(self, name: str, *, role: str = "staff", branch: str | None = None) -> str:
        """A person who logs in with PASSWORD and has been here for a month."""

        def work(tx: Tx) -> str:
            branch_id = self.filled.branches[branch] if branch else None
            staff_id = staff.add(tx, name, role=role, branch_id=branch_id)
            staff.set_password(tx, staff_id, _HASH)
            tx.conn.execute(
                "UPDATE staff SET created_ms = ? WHERE id = ?",
                (tx.now_ms - 30 * DAY_MS, staff_id),
            )
            unread.count(tx.conn, staff_id)
            return staff_id

        self.filled.staff[name] = self.store.write(work)
        return self.filled.staff[name]

    def session(self, name: str) -> sessions.NewSession:
        return self.store.write(lambda tx: sessions.begin(tx, self.filled.staff[name]))

    def receive(
        self,
        branch: str,
        name: str | None,
        number: str,
        text: str,
        *,
        ago_ms: int = 0,
        channel: Channel = Channel.WHATSAPP,
    ) -> str:
        """A message from a contact, whom it creates; gives the conversation's id."""
        line_id = self.filled.lines[branch]
        self._count += 1
        key, identity = f"test-{self._count}", channel.told(number)

        def work(tx: Tx) -> str:
            contact_id = contacts.ensure(tx, identity, chosen_name=name)
            conversation_id = conversations.with_contact(tx, line_id, contact_id)
            message_id = messages.receive(
                tx,
                messages.NewIncoming(
                    conversation_id=conversation_id,
                    line_id=line_id,
                    contact_id=contact_id,
                    identity=identity,
                    text=text,
                    channel=channel,
                    device_key=key,
                    sender_name=name,
                    exact=True,
                    happened_ms=tx.now_ms - ago_ms,
                ),
            )
            if not consent.verdict(tx.conn, line_id, identity).entry:
                consent.record(
                    tx,
                    identity=identity,
                    contact_id=contact_id,
                    line_id=line_id,
                    kind=ConsentKind.WROTE_FIRST,
                    recorded_by="rule",
                    channel=channel,
                    message_id=message_id,
                )
            return conversation_id

        conversation_id = self.store.write(work)
        self.filled.conversations[name or number] = conversation_id
        return conversation_id

    def stop(self, name: str) -> None:
        """The contact asks to stop, as the desk records it."""
        self._consent(name, ConsentKind.OPTED_OUT, "STOP")

    def start(self, name: str) -> None:
        """The contact opens the door again."""
        self._consent(name, ConsentKind.OPTED_IN_AGAIN, "START")

    def _consent(self, name: str, kind: ConsentKind, words: str) -> None:
        row = self._conversation(name)

        def work(tx: Tx) -> None:
            consent.record(
                tx,
                identity=tel(row["value"]),
                contact_id=row["contact_id"],
                line_id=row["line_id"],
                kind=kind,
                recorded_by="rule",
                channel=Channel.WHATSAPP,
                words=words,
            )

        self.store.write(work)

    def answer(
        self,
        name: str,
        text: str,
        *,
        by: str | None = None,
        rule: str | None = None,
        ago_ms: int = 0,
        state: MessageState = MessageState.READ,
        reason: Reason | None = None,
        expected_in_ms: int | None = None,
    ) -> str:
        """A message to a contact, in the given state; gives its id."""
        row = self._conversation(name)

        def work(tx: Tx) -> str:
            message_id = messages.enqueue(
                tx,
                messages.NewOutgoing(
                    conversation_id=row["id"],
                    line_id=row["line_id"],
                    contact_id=row["contact_id"],
                    identity=tel(row["value"]),
                    text=text,
                    kind=MessageClass.AUTOMATIC if rule else MessageClass.REPLY,
                    staff_id=self.filled.staff[by] if by else None,
                    rule=rule,
                    reason=reason,
                    expected_ms=None if expected_in_ms is None else tx.now_ms + expected_in_ms,
                ),
            )
            at_ms = tx.now_ms - ago_ms
            tx.conn.execute(
                "UPDATE message SET created_ms = ?1, happened_ms = ?1, channel = 'whatsapp'"
                " WHERE id = ?2",
                (at_ms, message_id),
            )
            tx.conn.execute(
                "UPDATE conversation SET last_ms = (SELECT max(happened_ms) FROM message"
                " WHERE conversation_id = ?1), last_message_id = (SELECT id FROM message WHERE"
                " conversation_id = ?1 ORDER BY happened_ms DESC, id DESC LIMIT 1) WHERE id = ?1",
                (row["id"],),
            )
            listed.settle(tx.conn, [row["id"]])
            return message_id

        message_id = self.store.write(work)
        self.bring(message_id, state, ago_ms=ago_ms, reason=reason)
        return message_id

    def bring(
        self, message_id: str, state: MessageState, *, ago_ms: int = 0, reason: Reason | None = None
    ) -> None:
        """Moves a message to `state`, through every state before it."""
        for number, step in enumerate(_WAY.get(state, ())):
            why = reason if step is state else None
            self.store.write(partial(_step, message_id, step, why, ago_ms - (number + 1) * 4000))

    def read(self, name: str, by: str) -> None:
        conversation_id = self.filled.conversations[name]

        def work(tx: Tx) -> None:
            newest = tx.conn.execute(
                "SELECT max(id) FROM message WHERE conversation_id = ?", (conversation_id,)
            ).fetchone()[0]
            mark_read(
                tx,
                staff_id=self.filled.staff[by],
                conversation_id=conversation_id,
                message_id=newest,
            )

        self.store.write(work)

    def group_post(self, branch: str, group: str, sender: str, text: str, *, ago_ms: int) -> str:
        line_id = self.filled.lines[branch]
        self._count += 1
        key = f"test-{self._count}"

        def work(tx: Tx) -> str:
            conversation_id = conversations.with_group(tx, line_id, f"{group}@g.us", group)
            messages.receive(
                tx,
                messages.NewIncoming(
                    conversation_id=conversation_id,
                    line_id=line_id,
                    contact_id=None,
                    identity=Channel.WHATSAPP.told(sender),
                    text=text,
                    channel=Channel.WHATSAPP,
                    device_key=key,
                    sender_name=sender,
                    exact=True,
                    happened_ms=tx.now_ms - ago_ms,
                ),
            )
            return conversation_id

        self.filled.conversations[group] = self.store.write(work)
        return self.filled.conversations[group]

    def _conversation(self, name: str) -> dict[str, str]:
        row = self.store.read(
            lambda conn: conn.execute(
                "SELECT c.id, c.line_id, c.contact_id, n.value FROM conversation c"
                " JOIN contact_identity n ON n.contact_id = c.contact_id WHERE c.id = ?",
                (self.filled.conversations[name],),
            ).fetchone()
        )
        return dict(row)


_S = MessageState
_WAY = {
    _S.SENDING: (_S.SENDING,),
    _S.UNCONFIRMED: (_S.SENDING, _S.UNCONFIRMED),
    _S.SENT: (_S.SENDING, _S.SENT),
    _S.DELIVERED: (_S.SENDING, _S.SENT, _S.DELIVERED),
    _S.READ: (_S.SENDING, _S.SENT, _S.DELIVERED, _S.READ),
    _S.FAILED: (_S.SENDING, _S.FAILED),
    _S.CANCELLED: (_S.CANCELLED,),
    _S.EXPIRED: (_S.EXPIRED,),
}
_STAMPS = {_S.SENT: "sent_ms", _S.DELIVERED: "delivered_ms", _S.READ: "read_ms"}


def since_noon_of_yesterday(store: Store) -> int:
    """In milliseconds, and by the clock of the branches: always the day before, at any hour."""
    now = datetime.fromtimestamp(store.clock.now_ms() / 1000, ZoneInfo("Europe/Amsterdam"))
    noon = datetime.combine(now.date() - timedelta(days=1), time(12), now.tzinfo)
    return int((now.timestamp() - noon.timestamp()) * 1000)


def _step(message_id: str, to: MessageState, why: Reason | None, ago_ms: int, tx: Tx) -> None:
    stamp: dict[str, Any] = {_STAMPS[to]: tx.now_ms - ago_ms} if to in _STAMPS else {}
    messages.move(tx, message_id, to, reason=why, **stamp)
