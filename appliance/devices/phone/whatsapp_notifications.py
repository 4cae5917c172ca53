"""WhatsApp's messages as its notifications hold them."""

import hashlib
import re

from appliance.devices.phone.message_bundles import Posted, read_entries
from appliance.devices.phone.notification_records import Record, extras_of
from appliance.devices.phone.phrases import MESSAGE_WORDS, OWN_NAMES
from appliance.devices.phone.texts import is_number, label, number_in
from appliance.devices.phone.whatsapp_screen import PACKAGES
from appliance.devices.protocol import Group, Incoming
from appliance.messages import Channel

ACCOUNT = "@s.whatsapp.net"
GROUP = "@g.us"

_MESSAGES = re.compile(r"^ {16}android\.messages=(?:Parcelable|Bundle)\[\] \((\d+)\)", re.MULTILINE)
_COUNT_SUFFIX = re.compile(rf"\s*\((?P<n>\d+)\s+(?:{MESSAGE_WORDS})\)$", re.IGNORECASE)


def messages_of(record: Record, *, offset_ms: int = 0) -> list[Incoming]:
    """What others wrote, oldest first, as one notification of a chat repeats it.

    `offset_ms` is how far the phone's clock is ahead. Summaries and other notices have none.
    """
    jid = record.shortcut
    if record.package not in PACKAGES or record.user != 0 or record.summary:
        return []
    if jid is None or "@" not in jid:
        return []
    extras = extras_of(record)
    heading = _Heading(extras, jid)
    return [
        _incoming(posted, jid, heading, offset_ms)
        for posted in _posted(record, extras)
        if posted.sender is not None and not heading.is_own(posted.sender)
    ]


class _Heading:
    """The texts around the messages: whose chat it is and how the owner is called."""

    def __init__(self, extras: str, jid: str) -> None:
        self.title = label(_value(extras, "android.title") or "")
        self.group = jid.endswith(GROUP)
        self.conversation = label(_value(extras, "android.conversationTitle") or "")
        self._own = label(_value(extras, "android.selfDisplayName") or "")

    def is_own(self, sender: str) -> bool:
        """A contact may be called You: in a chat of two the title then says so."""
        name = label(sender)
        if not self.group and name == self.title:
            return False
        return name == self._own if self._own else name in OWN_NAMES

    @property
    def group_name(self) -> str:
        """The group's name without the count and the sender that notifications add to it."""
        return _COUNT_SUFFIX.sub("", self.conversation or self.title.rpartition(": ")[0])


def _incoming(posted: Posted, jid: str, heading: _Heading, offset_ms: int) -> Incoming:
    shown = label(posted.sender or "")
    group = Group(jid=jid, name=heading.group_name) if heading.group else None
    return Incoming(
        channel=Channel.WHATSAPP,
        key=message_key(jid, posted.time_ms, shown if group else "", posted.text),
        sender=_sender(jid, shown, group=group is not None),
        text=posted.text,
        at_ms=posted.time_ms - offset_ms,
        sender_name=None if is_number(shown) or not shown else shown,
        group=group,
    )


def message_key(jid: str, time_ms: int, sender: str, text: str) -> str:
    """The same for every repetition of a message, whichever notification it comes in."""
    mark = hashlib.sha256(f"{sender}\0{text}".encode(errors="replace")).hexdigest()[:16]
    return f"wa:{jid}:{time_ms}:{mark}"


def _sender(jid: str, shown: str, *, group: bool) -> str:
    if group:
        number = number_in(shown) if is_number(shown) else None
        return f"+{number}" if number else shown
    return f"+{jid.removesuffix(ACCOUNT)}" if jid.endswith(ACCOUNT) else jid


def _posted(record: Record, extras: str) -> list[Posted]:
    """The array of messages; where it cannot be read, the notification's own text alone."""
    found = _MESSAGES.search(extras)
    entries = read_entries(extras[found.end() :], int(found[1]), _text(extras)) if found else []
    if entries:
        return entries
    text = _text(extras)
    if not text:
        return []
    sender = _value(extras, "android.title") or ""
    return [Posted(sender=sender, text=text, time_ms=record.when_ms)]


def _text(extras: str) -> str | None:
    return _value(extras, "android.bigText") or _value(extras, "android.text")


def _value(extras: str, key: str) -> str | None:
    """The value of one of the extras; it may run over lines, up to the next key or the end."""
    pattern = (
        rf"^ {{16}}{re.escape(key)}=(?:String|SpannableString|SpannedString"
        rf"|SpannableStringBuilder|CharSequence) \((?P<value>.*?)\)"
        rf"(?=\n {{16}}[\w.]+=|\n {{12}}\}}|\n {{18}}\[)"
    )
    found = re.search(pattern, extras, re.MULTILINE | re.DOTALL)
    return found["value"] if found else None
