"""The notification shade: what the apps of a phone have posted and not taken away."""

from dataclasses import dataclass, field, replace

from appliance.emulated.phone.event_log import EventLog
from appliance.emulated.world.timers import Timers

FLAG_ONGOING_EVENT = 0x02
FLAG_FOREGROUND_SERVICE = 0x40
FLAG_AUTO_CANCEL = 0x10
FLAG_ONLY_ALERT_ONCE = 0x08
FLAG_GROUP_SUMMARY = 0x200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadeMessage:
    """One message of a MessagingStyle notification."""

    sender: str
    text: str
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """`style` is the template's simple name; `lines` are those of an InboxStyle.

    `progress` is of a hundred, 0 for none.
    """

    package: str
    uid: int
    id: int
    title: str
    text: str
    when_ms: int
    channel: str
    style: str
    tag: str | None = None
    shortcut: str | None = None
    group_key: str | None = None
    flags: int = FLAG_ONLY_ALERT_ONCE
    messages: tuple[ShadeMessage, ...] = ()
    lines: tuple[str, ...] = ()
    self_name: str = ""
    conversation_title: str | None = None
    category: str | None = "msg"
    actions: tuple[str, ...] = ()
    group_alert: int = 0
    importance: int = 4
    color: int = 0xFF1DA457
    last_row_id: int | None = None
    progress: int = 0

    @property
    def key(self) -> str:
        tag = "null" if self.tag is None else self.tag
        return f"0|{self.package}|{self.id}|{tag}|{self.uid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A notification in the shade; it keeps its creation time when it is posted again."""

    notification: Notification
    created_ms: int
    updated_ms: int
    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueued:
    """An app posted a notification; `again`: in the place of one that was there."""

    at_ms: int
    notification: Notification
    again: bool


@dataclass(slots=True)
class Shade:
    timers: Timers
    posted: dict[str, Posted] = field(default_factory=dict)
    gone: list[Posted] = field(default_factory=list)
    events: EventLog[Enqueued] = field(default_factory=EventLog)

    def post(self, notification: Notification) -> None:
        now = self.timers.now_ms()
        before = self.posted.pop(notification.key, None)
        created = before.created_ms if before else now
        self.posted[notification.key] = Posted(
            notification=notification, created_ms=created, updated_ms=now
        )
        self.events.write(Enqueued(at_ms=now, notification=notification, again=before is not None))

    def cancel(self, key: str) -> None:
        record = self.posted.pop(key, None)
        if record is not None:
            self.gone = [*self.gone, record][-25:]

    def cancel_package(self, package: str) -> None:
        for key in [k for k, p in self.posted.items() if p.notification.package == package]:
            self.cancel(key)

    def pulled_down(self) -> None:
        """The shade was on the screen: everything in it counts as seen."""
        self.posted = {key: replace(p, seen=True) for key, p in self.posted.items()}

    def clear(self) -> None:
        """After a reboot nothing is left, not even in the archive."""
        self.posted.clear()
        self.gone.clear()
        self.events.clear()
