"""The array of messages of a MessagingStyle notification, as `Bundle.toString` prints it.

Android escapes nothing in it: a text may look like the end of its bundle, like other keys, or like
the next entry.
"""

import re
from dataclasses import dataclass
from itertools import product

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
# At most this many ways to split an array into its entries are tried.
_MOST_READINGS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledMessage:
    """One message of a notification. `sender` is None for the phone's owner."""

    sender: str | None
    text: str
    time_ms: int


def read_entries(array: str, count: int, last_text: str | None) -> list[BundledMessage]:
    """The entries of the array: exactly `count`, whatever the texts look like.

    A text that looks like the beginning of an entry allows several readings. The reading counts
    whose last message is the notification's text, else the one with the latest beginnings.
    """
    places: list[list[int]] = [[] for _ in range(count)]
    for begin in _ENTRY.finditer(array):
        if int(begin[1]) < count:
            places[int(begin[1])].append(begin.start())
    readings = _readings(array, places)
    exact = next((r for r in readings if last_text is not None and r[-1].text == last_text), None)
    return exact or (readings[0] if readings else [])


def _readings(array: str, places: list[list[int]]) -> list[list[BundledMessage]]:
    """All ways to split the array into its entries, those with late beginnings first."""
    found: list[list[BundledMessage]] = []
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


def _cut(array: str, starts: list[int]) -> list[BundledMessage] | None:
    ends = [*starts[1:], len(array)]
    bodies = [array[start:end] for start, end in zip(starts, ends, strict=True)]
    bodies[-1] = _until_end(bodies[-1])
    entries = [_entry(body) for body in bodies]
    return None if None in entries else [entry for entry in entries if entry is not None]


# After the last entry the dump goes on with another of the extras, or with their end.
_AFTER = re.compile(r"\}\]\n(?= {16}[\w.]+=|  {11}\}\n)")


def _until_end(body: str) -> str:
    """The last entry without the rest: it ends at the first line that closes a readable bundle."""
    for end in _AFTER.finditer(body):
        if _entry(body[: end.end()]) is not None:
            return body[: end.end()]
    return body


def _entry(text: str) -> BundledMessage | None:
    head, brace, inside = text.partition("Bundle[{")
    if not brace or head.count("\n"):
        return None
    inside = inside.rstrip("\n")
    if not inside.endswith("}]"):
        return None
    return _fields(inside.removesuffix("}]"))


def _fields(inside: str) -> BundledMessage | None:
    """Keys before the text are read from the left, keys after it from the right."""
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
    return BundledMessage(
        sender=None if name == "null" else name, text=text, time_ms=int(values["time"])
    )


def _strip_tail(text: str, seen: set[str], values: dict[str, str]) -> str:
    """The text without the keys after it, which are added to `seen` and `values`."""
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
