"""A branch with one line on one phone: a real store, a clock that stands still, no driver.

If the store already has a branch, the counter uses its first one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.groups import outcomes
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.sending import Accepted, Author, SendRequest, accept
from appliance.devices.group_protocol import GroupTurn
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.protocol import (
    DeviceState,
    Group,
    Incoming,
    Look,
    Proof,
    Status,
    TextForm,
    Tick,
    TickVisit,
)
from appliance.errors import DeviceGone
from appliance.events import Event, EventKind
from appliance.identities import Identity
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE, Profile
from appliance.queue.planner import Planner
from appliance.queue.work import QueueWork
from appliance.reasons import Reason
from appliance.store import branches, contacts, devices, events, lines, routes
from appliance.store.forecast import Outlook
from appliance.store.store import Store, Tx

ANNA, BART = "+31611111111", "+31622222222"
WHATSAPP, SMS = Channel.WHATSAPP, Channel.SMS
BOTH = frozenset({WHATSAPP, SMS})
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
STAFF = Author(rule="test")
HOUR_S = 3600


def who(shown: str) -> Identity:
    """Whom a phone means that shows this on WhatsApp."""
    return WHATSAPP.told(shown)


def at(text: str, zone: ZoneInfo = AMSTERDAM) -> int:
    """UTC milliseconds of a local moment such as `2026-06-15 10:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


MONDAY = at("2026-06-15 10:00")


@dataclass(slots=True)
class Counter:
    store: Store
    clock: ManualClock
    evidence: Path
    profile: Profile = DEFAULT_PROFILE
    gate: ConsentGate = field(default_factory=ConsentGate)
    due: list[str] = field(default_factory=list)
    branch_id: str = ""
    line_id: str = ""
    device_id: str = ""
    reception: Reception = field(init=False)
    work: QueueWork = field(init=False)
    planner: Planner = field(init=False)
    _keys: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.reception = Reception(self.store, self.gate)
        self.work = QueueWork(
            self.store,
            self.gate,
            self.profile,
            evidence=self.evidence,
            group_seen=outcomes.keep,
        )
        self.planner = Planner(self.store, self.profile, self.due.append)
        if there := self.store.read(branches.branches):
            self.branch_id = there[0].id
            self.line_id = self.store.read(lines.lines)[0].id
            self.device_id = self.store.read(devices.devices)[0].id
        else:
            self.branch_id = self.store.write(lambda tx: branches.add_branch(tx, "Utrecht"))
            self.line_id, self.device_id = self.add_line("+31687654321", "R58M123")
        self.phone_is(DeviceState.READY, channels=BOTH)

    def add_line(self, number: str, serial: str) -> tuple[str, str]:
        def work(tx: Tx) -> tuple[str, str]:
            line_id = lines.add_line(tx, branch_id=self.branch_id, number=number)
            device_id = devices.enrol(tx, kind="phone", address=serial)
            for channel in (WHATSAPP, SMS):
                routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
            return line_id, device_id

        return self.store.write(work)

    def phone_is(
        self,
        state: DeviceState,
        reason: Reason = Reason.NONE,
        *,
        channels: frozenset[Channel] = frozenset(),
    ) -> None:
        self.reception.status(self.device_id, Status(state=state, reason=reason, channels=channels))

    def hears(
        self,
        text: str = "Hoi, is er werk?",
        sender: str = ANNA,
        *,
        channel: Channel = WHATSAPP,
        key: str | None = None,
        name: str | None = None,
        group: Group | None = None,
        at_ms: int | None = None,
        form: TextForm = TextForm.WORDS,
        media: IncomingMedia | None = None,
    ) -> None:
        """The phone reports a message that somebody wrote."""
        incoming = Incoming(
            channel=channel,
            key=key or f"key-{next(self._keys)}",
            sender=sender,
            text=text,
            at_ms=self.clock.now_ms() if at_ms is None else at_ms,
            sender_name=name,
            group=group,
            form=form,
            media=media,
        )
        self.reception.received(self.device_id, [incoming])

    def knows(self, *numbers: str) -> None:
        """These people wrote once. Their welcome has already left, and the clock has not moved."""
        for number in numbers:
            self.hears(sender=number)
        self.store.write(
            lambda tx: tx.conn.execute(
                "UPDATE message SET state = 'cancelled', expected_ms = NULL WHERE state = 'queued'"
            )
        )

    def accepts(
        self, text: str = "Kom je morgen?", to: str | Identity = ANNA, **about: Any
    ) -> Accepted:
        request = SendRequest(
            line_id=about.pop("line_id", self.line_id),
            identity=who(to) if isinstance(to, str) else to,
            text=text,
            author=about.pop("author", STAFF),
            **about,
        )
        return self.store.write(lambda tx: accept(tx, request))

    def queues(self, text: str = "Kom je morgen?", to: str | Identity = ANNA, **about: Any) -> str:
        """The id of a message that somebody at the counter just typed."""
        return self.accepts(text, to, **{"typed": True, **about}).id

    def task(self, channels: frozenset[Channel] = BOTH) -> QueueAttempt | Look | TickVisit | None:
        found = self.work.next_task(self.device_id, channels)
        assert found is None or isinstance(found, QueueAttempt | Look | TickVisit)
        return found

    def turn(self) -> GroupTurn | None:
        """The change in a group that the phone is to make now, if there is one."""
        found = self.work.next_task(self.device_id, BOTH)
        assert found is None or isinstance(found, GroupTurn), found
        return found

    def attempt(self, channels: frozenset[Channel] = BOTH) -> QueueAttempt:
        found = self.task(channels)
        assert isinstance(found, QueueAttempt), found
        return found

    def look(self) -> Look:
        found = self.task()
        assert isinstance(found, Look), found
        return found

    def visit(self) -> TickVisit:
        found = self.task()
        assert isinstance(found, TickVisit), found
        return found

    def sends(self, tick: Tick = Tick.SENT) -> str:
        """The phone sends the due message without an error; gives the message's id."""
        attempt = self.attempt()
        with tapping(attempt):
            pass
        self.work.sent(attempt, Proof(tick=tick))
        return attempt.outgoing.message_id

    def state(self, message_id: str) -> MessageState:
        return MessageState(self.row(message_id)["state"])

    def row(self, message_id: str) -> Mapping[str, Any]:
        """As it is kept, but with the time and reason that are known now."""
        row = self.one("SELECT * FROM message WHERE id = ?", message_id)
        reason = Reason.of(row["reason"])
        told = Outlook(row["expected_ms"], reason)
        known = self.store.forecast.of(row["line_id"], message_id, told)
        return {**row, **known._asdict()}

    def attempts(self, message_id: str) -> Sequence[Mapping[str, Any]]:
        return self.all("SELECT * FROM attempt WHERE message_id = ? ORDER BY id", message_id)

    def one(self, sql: str, *values: object) -> Mapping[str, Any]:
        return self.all(sql, *values)[0]

    def all(self, sql: str, *values: object) -> Sequence[Mapping[str, Any]]:
        return self.store.read(lambda conn: [dict(row) for row in conn.execute(sql, values)])

    def outgoing(self, to: str = ANNA) -> Sequence[Mapping[str, Any]]:
        """The outgoing messages to somebody, oldest first."""
        return self.all(
            "SELECT * FROM message WHERE direction = 'out' AND value = ? ORDER BY id", to
        )

    def events(self, kind: EventKind | None = None, *, after: int = 0) -> Sequence[Event]:
        found = self.store.read(lambda conn: events.after(conn, after, limit=100_000))
        return [each for each in found if kind in (None, each.kind)]

    def last_seq(self) -> int:
        return self.store.read(events.last_seq)

    def contact_id(self, number: str = ANNA) -> str:
        found = self.store.read(lambda conn: contacts.by_identity(conn, who(number)))
        assert found
        return found.id


@contextmanager
def tapping(attempt: QueueAttempt) -> Iterator[None]:
    """The driver's steps around its tap."""
    attempt.baseline({"rows": 0})
    with attempt.clear_to_send():
        yield


def in_doubt(counter: Counter) -> str:
    """A message that was tapped and whose answer was lost."""
    message_id = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, DeviceGone("The cable was pulled."))
    return message_id
