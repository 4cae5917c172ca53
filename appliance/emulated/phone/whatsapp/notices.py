"""Notifications of WhatsApp that are no message: what it is doing, and calls."""

from dataclasses import dataclass
from enum import StrEnum

from appliance.emulated.phone.notifications import (
    FLAG_FOREGROUND_SERVICE,
    FLAG_ONGOING_EVENT,
    FLAG_ONLY_ALERT_ONCE,
    Notification,
)
from appliance.emulated.phone.whatsapp.posting import PACKAGE, UID


class NoticeKind(StrEnum):
    CHECKING = "checking"
    SENDING_MEDIA = "sending-media"
    BACKUP = "backup"
    MAY_HAVE_NEW = "may-have-new"
    NOT_SENT = "not-sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """English and Dutch; the sentences of sending and of the backup are ours."""

    id: int
    channel: str
    en: str
    nl: str
    flags: int = 0
    category: str | None = None
    progress: int = 0


_WORKS = FLAG_FOREGROUND_SERVICE | FLAG_ONGOING_EVENT
_NOTICES = {
    NoticeKind.CHECKING: _Notice(
        id=9,
        channel="other_notifications@1",
        en="Checking for new messages",
        nl="Controleren op nieuwe berichten",
        flags=_WORKS,
        category="service",
    ),
    NoticeKind.SENDING_MEDIA: _Notice(
        id=7, channel="sending_media@1", en="Sending", nl="Verzenden", flags=_WORKS, progress=40
    ),
    NoticeKind.BACKUP: _Notice(
        id=5,
        channel="chat_history_backup@1",
        en="Backing up messages",
        nl="Back-up van berichten maken",
        flags=FLAG_ONGOING_EVENT,
        progress=70,
    ),
    NoticeKind.MAY_HAVE_NEW: _Notice(
        id=12,
        channel="other_notifications@1",
        en="You may have new messages",
        nl="U hebt mogelijk nieuwe berichten",
    ),
    NoticeKind.NOT_SENT: _Notice(
        id=18,
        channel="failure_notifications@1",
        en="Some messages not sent",
        nl="Sommige berichten niet verzonden",
        category="err",
    ),
}
_MISSED = {"en": "Missed voice call", "nl": "Gemiste spraakoproep"}
_RINGS = {"en": "Incoming voice call", "nl": "Inkomende spraakoproep"}


def notice(kind: NoticeKind, *, language: str, now_ms: int, shortcut: str | None) -> Notification:
    """`shortcut` is a chat's jid where the app has put one to it."""
    of = _NOTICES[kind]
    return Notification(
        package=PACKAGE,
        uid=UID,
        id=of.id,
        channel=of.channel,
        style="",
        title="WhatsApp",
        text=of.nl if language == "nl" else of.en,
        when_ms=now_ms,
        shortcut=shortcut,
        category=of.category,
        flags=of.flags | FLAG_ONLY_ALERT_ONCE,
        progress=of.progress,
        importance=2,
    )


def missed_call(name: str, *, jid: str | None, language: str, now_ms: int) -> Notification:
    """`jid` None: no shortcut, as in the one build whose code was read."""
    return Notification(
        package=PACKAGE,
        uid=UID,
        id=4,
        tag="wa_missed_call_notifications",
        channel="voip_notification@1",
        style="",
        title=_MISSED[language],
        text=name,
        when_ms=now_ms,
        shortcut=jid,
        category="missed_call",
        flags=FLAG_ONLY_ALERT_ONCE,
    )


def ringing_call(name: str, *, jid: str | None, language: str, now_ms: int) -> Notification:
    return Notification(
        package=PACKAGE,
        uid=UID,
        id=23,
        channel="voip_notification@1",
        style="CallStyle",
        title=name,
        text=_RINGS[language],
        when_ms=now_ms,
        shortcut=jid,
        category="call",
        flags=_WORKS,
    )
