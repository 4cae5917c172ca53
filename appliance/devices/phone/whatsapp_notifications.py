"""WhatsApp's messages as its notifications hold them."""

import hashlib
import re
from dataclasses import dataclass
from itertools import product

from appliance.devices.phone.notification_records import Record, extras_of
from appliance.devices.phone.phrases import MESSAGE_WORDS, OWN_NAMES
from appliance.devices.phone.texts import is_number, label, number_in
from appliance.devices.phone.whatsapp_screen import PACKAGES
from appliance.devices.protocol import Group, Incoming
from appliance.messages import Channel

ACCOUNT = "@s.whatsapp.net"
GROUP = "@g.us"

_MESSAGES = re.compile(r"^ {16}android\.messages=(?:Parcelable|Bundle)\[\] \((\d+)\)", re.MULTILINE)
_ENTRY = re.compile(r"^ {18}\[(\d+)\] (?=Bundle\[)", re.MULTILINE)
_TEXT_KEY = re.compile(r"(?:^|, )text=")
_TIME = re.compile(r"(?:^|, )time=(\d+)")
_SENDER = re.compile(
    r"(?:^|, )sender=(.*?)(?=, (?:text|time|sender_person|extras|type|uri)=|\Z)", re.DOTALL
)

# What may stand behind the text in a printed bundle, each at most once; MessagingStyle writes
# these keys (Notification.MessagingStyle.Message.toBundle of AOSP), and the map that prints them
# has one order for all.
_TAILS = (
    ("time", re.compile(r", time=(\d+)\Z")),
    ("sender_person", re.compile(r", sender_person=(?:android\.app\.Person@[0-9a-f]+|null)\Z")),
    ("extras", re.compile(r", extras=Bundle\[(?:\{\}|EMPTY_PARCEL)\]\Z")),
    ("sender", re.compile(r", sender=((?:(?!, sender=)[^\n])*)\Z")),
    ("type", re.compile(r", type=[\w.+*-]+/[\w.+*-]+\Z")),
)
_COUNT_SUFFIX = re.compile(rf"\s*\((?P<n>\d+)\s+(?:{MESSAGE_WORDS})\)$", re.IGNORECASE)

# At most this many ways to tell the entries of one array apart are tried.
_MOST_READINGS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One message of a notification. `sender` is None for the phone's owner."""

    sender: str | None
    text: str
    time_ms: int


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
    entries = _entries(extras[found.end() :], int(found[1]), _text(extras)) if found else []
    if entries:
        return entries
    text = _text(extras)
    if not text:
        return []
    sender = _value(extras, "android.title") or ""
    return [Posted(sender=sender, text=text, time_ms=record.when_ms)]


def _text(extras: str) -> str | None:
    return _value(extras, "android.bigText") or _value(extras, "android.text")


def _entries(array: str, count: int, last_text: str | None) -> list[Posted]:
    """The entries of the array, `count` of them whatever the texts pretend.

    Where a text looks like the beginning of an entry there are several readings: the one whose
    last message is the notification's text counts, else the one with the latest beginnings.
    """
    places: list[list[int]] = [[] for _ in range(count)]
    for begin in _ENTRY.finditer(array):
        if int(begin[1]) < count:
            places[int(begin[1])].append(begin.start())
    readings = _readings(array, places)
    exact = next((r for r in readings if last_text is not None and r[-1].text == last_text), None)
    return exact or (readings[0] if readings else [])


def _readings(array: str, places: list[list[int]]) -> list[list[Posted]]:
    """All ways to cut the array into its entries, those with late beginnings first."""
    found: list[list[Posted]] = []
    if not places or not all(places):
        return found
    latest_first = (sorted(of_one, reverse=True) for of_one in places)
    for tried, starts in enumerate(product(*latest_first)):
        if tried >= _MOST_READINGS:
            break
        if list(starts) == sorted(starts):
            entries = _cut(array, list(starts))
            if entries is not None:
                found.append(entries)
    return found


def _cut(array: str, starts: list[int]) -> list[Posted] | None:
    ends = [*starts[1:], len(array)]
    bodies = [array[start:end] for start, end in zip(starts, ends, strict=True)]
    bodies[-1] = _until_end(bodies[-1])
    entries = [_entry(body) for body in bodies]
    return None if None in entries else [entry for entry in entries if entry is not None]


# After the last entry the dump goes on with another of the extras, or with their end.
_AFTER = re.compile(r"\}\]\n(?= {16}[\w.]+=|  {11}\}\n)")


def _until_end(body: str) -> str:
    """The last entry alone: it ends at the first line that closes a bundle that can be read."""
    for end in _AFTER.finditer(body):
        if _entry(body[: end.end()]) is not None:
            return body[: end.end()]
    return body


def _entry(text: str) -> Posted | None:
    head, brace, inside = text.partition("Bundle[{")
    if not brace or head.count("\n"):
        return None
    inside = inside.rstrip("\n")
    if not inside.endswith("}]"):
        return None
    return _fields(inside.removesuffix("}]"))


def _fields(inside: str) -> Posted | None:
    """Keys before the text are read from the left, keys behind it from the right."""
    key = _TEXT_KEY.search(inside)
    if key is None:
        return None
    before, text = inside[: key.start()], inside[key.end() :]
    time, sender = _TIME.search(before), _SENDER.search(before)
    seen = {name for name, there in (("time", time), ("sender", sender)) if there}
    seen |= {name for name in ("sender_person", "extras") if f"{name}=" in before}
    seen |= set() if "uri=" in before else {"type"}
    values = {"time": time[1] if time else "", "sender": sender[1] if sender else ""}
    text = _strip_tail(text, seen, values)
    if not values["time"]:
        return None
    name = values["sender"] if sender or "sender" in seen else "null"
    return Posted(sender=None if name == "null" else name, text=text, time_ms=int(values["time"]))


def _strip_tail(text: str, seen: set[str], values: dict[str, str]) -> str:
    """The text without the keys behind it; `seen` and `values` take what was found."""
    again = True
    while again:
        again = False
        for name, tail in _TAILS:
            found = tail.search(text) if name not in seen else None
            if found:
                text, again = text[: found.start()], True
                seen.add(name)
                if found.groups():
                    values[name] = found[1]
    return text


def _value(extras: str, key: str) -> str | None:
    """The value of one of the extras; it may run over lines, up to the next key or the end."""
    pattern = (
        rf"^ {{16}}{re.escape(key)}=(?:String|SpannableString|SpannedString"
        rf"|SpannableStringBuilder|CharSequence) \((?P<value>.*?)\)"
        rf"(?=\n {{16}}[\w.]+=|\n {{12}}\}}|\n {{18}}\[)"
    )
    found = re.search(pattern, extras, re.MULTILINE | re.DOTALL)
    return found["value"] if found else None
