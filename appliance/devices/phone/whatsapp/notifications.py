"""WhatsApp's messages and missed calls, from its notifications."""

import hashlib
import logging
import re
from collections import Counter

from appliance.channels import Channel
from appliance.devices.news_protocol import MissedCall, PictureChange, Reaction, TypedByHand
from appliance.devices.phone.message_bundles import BundledMessage, read_entries
from appliance.devices.phone.notification_records import Flag, NotificationRecord, extras_of
from appliance.devices.phone.texts import is_number, label, number_in
from appliance.devices.phone.whatsapp.addresses import ACCOUNT, GROUP, HIDDEN
from appliance.devices.phone.whatsapp.media import told_medium
from appliance.devices.phone.whatsapp.message_words import (
    MISSED_CALL,
    OWN_NAMES,
    form_of,
    is_system_row,
    picture_changed_by,
    reaction_in,
    without_count,
)
from appliance.devices.phone.whatsapp.pages import PACKAGES
from appliance.devices.protocol import Group, Incoming

log = logging.getLogger(__name__)

# The chats of people and of groups. `status@broadcast`, `…@broadcast`, `…@newsletter` and unknown
# kinds are nobody who writes to the line.
_CHAT = re.compile(rf"[1-9]\d{{4,19}}{ACCOUNT}|[\w.:-]+{HIDDEN}|[\d-]+{GROUP}")
_MESSAGES = re.compile(r"^ {16}android\.messages=(?:Parcelable|Bundle)\[\] \((\d+)\)", re.MULTILINE)

# WhatsApp's channels for notifications that are no messages, without their version numbers.
_SERVICE_CHANNELS = frozenset(
    {
        "sending_media",
        "chat_history_backup",
        "other_notifications",
        "failure_notifications",
        "critical_app_alerts",
    }
)
# Notification.CATEGORY_* of AOSP that mean the same; a message has `msg` or no category.
_SERVICE_CATEGORIES = frozenset({"service", "progress", "status", "err", "sys", "transport"})
_MISSED = "missed_call"
_CALL = "call"
_MISSED_TAG = "|wa_missed_call_notifications"


def messages_of(record: NotificationRecord, *, offset_ms: int = 0) -> list[Incoming]:
    """What others wrote, oldest first, from one notification of a chat.

    `offset_ms` is how far the phone's clock is ahead. Summaries, notices, calls and reactions have
    no messages.
    """
    return [said for said in _of_chat(record, offset_ms) if reaction_in(said.text) is None]


def reactions_of(record: NotificationRecord, *, offset_ms: int = 0) -> list[Reaction]:
    """The emoji that somebody put on messages of ours, in their own chat or in a group."""
    found = ((said, reaction_in(said.text)) for said in _of_chat(record, offset_ms))
    return [
        Reaction(
            key=said.key,
            channel=said.channel,
            sender=said.sender,
            emoji=reaction[0],
            quoted=reaction[1],
            at_ms=said.at_ms,
            group=said.group.jid if said.group else None,
        )
        for said, reaction in found
        if reaction is not None
    ]


def _of_chat(record: NotificationRecord, offset_ms: int) -> list[Incoming]:
    """All that one notification of a chat tells of others, oldest first."""
    jid = record.shortcut
    if not _is_of_chat(record) or jid is None or not record.message_count:
        return []
    extras = extras_of(record)
    heading = _Heading(extras, jid)
    places: Counter[tuple[int, str]] = Counter()
    messages = []
    for posted in _posted(record, extras, heading):
        if posted.sender is None or heading.is_own(posted.sender):
            continue
        if heading.says_itself(posted.sender) and is_system_row(posted.text):
            log.debug("a row of the system in notification %s is no message", record.identity)
            continue
        messages.append(_incoming(posted, jid, heading, offset_ms, places))
    return messages


def group_of(record: NotificationRecord) -> Group | None:
    """The group, under its present name, if this is the notification of one."""
    jid = record.shortcut
    if jid is None or not jid.endswith(GROUP) or not _is_of_chat(record):
        return None
    name = _Heading(extras_of(record), jid).group_name if record.raw else ""
    return Group(jid=jid, name=name) if name else None


def picture_changes_of(record: NotificationRecord, *, offset_ms: int = 0) -> list[PictureChange]:
    """Who gave the group another picture: the group itself says so, in a sentence."""
    jid = record.shortcut
    if jid is None or not jid.endswith(GROUP) or not _is_of_chat(record) or not record.raw:
        return []
    extras = extras_of(record)
    heading = _Heading(extras, jid)
    return [
        PictureChange(jid=jid, by=by, at_ms=posted.time_ms - offset_ms)
        for posted in _posted(record, extras, heading)
        if posted.sender is not None
        and heading.says_itself(posted.sender)
        and (by := picture_changed_by(posted.text))
        and by not in OWN_NAMES
    ]


def typed_of(record: NotificationRecord, *, offset_ms: int = 0) -> list[TypedByHand]:
    """What the phone's owner answered somebody in the notification itself, which repeats it."""
    jid = record.shortcut
    if not _is_of_chat(record) or jid is None or jid.endswith(GROUP) or not record.message_count:
        return []
    extras = extras_of(record)
    heading = _Heading(extras, jid)
    places: Counter[int] = Counter()
    typed = []
    for posted in _posted(record, extras, heading):
        if posted.sender is not None and not heading.is_own(posted.sender):
            continue
        place = places[posted.time_ms]
        places[posted.time_ms] += 1
        own = TypedByHand(
            channel=Channel.WHATSAPP,
            key=f"wa-own:{jid}:{posted.time_ms}#{place}",
            to=_account(jid),
            text=posted.text,
            at_ms=posted.time_ms - offset_ms,
        )
        typed.append(own)
    return typed


def missed_call_of(record: NotificationRecord, *, offset_ms: int = 0) -> MissedCall | None:
    """The missed WhatsApp call, if this notification tells of one and names the caller."""
    if not _is_ours(record) or record.message_count is not None or not _is_missed(record):
        return None
    caller = record.shortcut or ""
    if not _CHAT.fullmatch(caller) or caller.endswith(GROUP):
        extras = extras_of(record)
        shown = f"{_value(extras, 'android.title') or ''} {_value(extras, 'android.text') or ''}"
        number = number_in(shown)
        if number is None:
            log.debug("notification %s tells of a call of nobody that is known", record.identity)
            return None
        caller = f"{number}{ACCOUNT}"
    return MissedCall(
        key=f"wa-call:{caller}:{record.when_ms}",
        number=_account(caller),
        at_ms=record.when_ms - offset_ms,
        channel=Channel.WHATSAPP,
    )


def _is_ours(record: NotificationRecord) -> bool:
    """Whether it belongs to the phone's main user and tells what another person did."""
    if record.package not in PACKAGES or record.user != 0 or record.progress:
        return False
    if record.flags & (Flag.GROUP_SUMMARY | Flag.FOREGROUND_SERVICE):
        return False
    return (
        record.channel.partition("@")[0] not in _SERVICE_CHANNELS
        and record.category not in _SERVICE_CATEGORIES
    )


def _is_of_chat(record: NotificationRecord) -> bool:
    if not _is_ours(record) or record.category in {_CALL, _MISSED} or _MISSED_TAG in record.key:
        return False
    return record.shortcut is not None and _CHAT.fullmatch(record.shortcut) is not None


def _is_missed(record: NotificationRecord) -> bool:
    """A call that still rings or goes on is not missed; words decide where nothing else does."""
    if record.ringing or record.flags & Flag.ONGOING_EVENT:
        return False
    if record.category in {_CALL, _MISSED} or _MISSED_TAG in record.key:
        return True
    extras = extras_of(record)
    title, text = _value(extras, "android.title") or "", _value(extras, "android.text") or ""
    return any(MISSED_CALL.search(label(words)) for words in (title, text))


class _Heading:
    """The texts around the messages: the name of the chat and the name of the phone's owner."""

    def __init__(self, extras: str, jid: str) -> None:
        self.title = label(_value(extras, "android.title") or "")
        self.group = jid.endswith(GROUP)
        self.conversation = label(_value(extras, "android.conversationTitle") or "")
        self._own = label(_value(extras, "android.selfDisplayName") or "")

    def is_own(self, sender: str) -> bool:
        """A contact may be named You; in a chat of two the title then has that name."""
        name = label(sender)
        if not self.group and name == without_count(self.title):
            return False
        return name == self._own if self._own else name in OWN_NAMES

    def says_itself(self, sender: str) -> bool:
        """Whether the group stands there for whoever speaks; a person may be called like it."""
        return self.group and label(sender) == self.group_name

    @property
    def group_name(self) -> str:
        """The group's name without the count and the sender that notifications add to it."""
        return without_count(self.conversation or self.title.rpartition(": ")[0])

    @property
    def last_sender(self) -> str:
        """The sender of the notification's own text."""
        return self.title.rpartition(": ")[2] if self.group else without_count(self.title)


def _incoming(
    posted: BundledMessage,
    jid: str,
    heading: _Heading,
    offset_ms: int,
    places: Counter[tuple[int, str]],
) -> Incoming:
    shown = label(posted.sender or "")
    group = Group(jid=jid, name=heading.group_name) if heading.group else None
    author = shown if group else ""
    place = places[posted.time_ms, author]
    places[posted.time_ms, author] += 1
    return Incoming(
        channel=Channel.WHATSAPP,
        key=message_key(jid, posted.time_ms, author, place),
        sender=_sender(jid, shown, group=group is not None),
        text=posted.text,
        media=told_medium(posted.text),
        at_ms=posted.time_ms - offset_ms,
        sender_name=None if is_number(shown) else shown.removeprefix("~").strip() or None,
        group=group,
        form=form_of(posted.text),
    )


def message_key(jid: str, time_ms: int, sender: str, place: int) -> str:
    """A key that is equal for every repetition of a message, even if its text has changed.

    `place` counts the messages of this sender at this very moment.
    """
    mark = hashlib.sha256(sender.encode(errors="replace")).hexdigest()[:16]
    return f"wa:{jid}:{time_ms}:{mark}#{place}"


def _sender(jid: str, shown: str, *, group: bool) -> str:
    if group:
        number = number_in(shown) if is_number(shown) else None
        return f"+{number}" if number else shown
    return _account(jid)


def _account(jid: str) -> str:
    """The number of an account; an account that hides its number stays a jid."""
    return f"+{jid.removesuffix(ACCOUNT)}" if jid.endswith(ACCOUNT) else jid


def _posted(record: NotificationRecord, extras: str, heading: _Heading) -> list[BundledMessage]:
    """The array of messages; if it cannot be read, only the notification's own text."""
    found = _MESSAGES.search(extras)
    entries = read_entries(extras[found.end() :], int(found[1]), _text(extras)) if found else []
    if entries:
        return entries
    text = _text(extras)
    return (
        [BundledMessage(sender=heading.last_sender, text=text, time_ms=record.when_ms)]
        if text
        else []
    )


def _text(extras: str) -> str | None:
    return _value(extras, "android.bigText") or _value(extras, "android.text")


def _value(extras: str, key: str) -> str | None:
    """The value of one of the extras; it may have several lines, up to the next key or the end."""
    pattern = (
        rf"^ {{16}}{re.escape(key)}=(?:String|SpannableString|SpannedString"
        rf"|SpannableStringBuilder|CharSequence) \((?P<value>.*?)\)"
        rf"(?=\n {{16}}[\w.]+=|\n {{12}}\}}|\n {{18}}\[)"
    )
    found = re.search(pattern, extras, re.MULTILINE | re.DOTALL)
    return found["value"] if found else None
