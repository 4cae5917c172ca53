"""Damaged dumps of notifications: lines lost, doubled, moved and added, and bytes changed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from appliance.devices.phone.notification_records import records
from appliance.devices.phone.whatsapp.notifications import messages_of, missed_call_of
from tests.devices.phone.notification_printer import Chat, Said, dump

AT = 1_789_312_500_000
ANNA = "31612345678@s.whatsapp.net"
TEXTS = (
    *("Hoi", "Ja, gerne", "👍🏽", "om 8, time=123}", "einde}]", "📄 CV.pdf (2 pagina's)", "STOP"),
    *("Wachten op dit bericht. Dit kan even duren.", "Dit bericht is verwijderd"),
)
NEVER = "geen bericht"
FLAGS = ("0x8", "0x18", "0x0", "ONLY_ALERT_ONCE", "AUTO_CANCEL|ONLY_ALERT_ONCE", "0")

# Notifications that are no message: the structure of each shows why, and the text says it.
NO_MESSAGES = (
    Chat(jid=ANNA, said=(), array=False, category="service", channel="other_notifications@1"),
    Chat(jid=ANNA, said=(), array=False, progress=100, channel="sending_media@1"),
    Chat(jid=ANNA, said=(), array=False, category="missed_call"),
    Chat(jid=ANNA, said=(), array=False, category="call", flags="0x62"),
    Chat(jid=ANNA, said=(), flags="0x208"),
    Chat(jid=ANNA, said=(), flags="0x48"),
    Chat(jid="status@broadcast", said=()),
    Chat(jid="120363144038483540@newsletter", said=()),
    Chat(jid=ANNA, said=(), user=95),
    Chat(jid=ANNA, said=(), package="org.telegram.messenger"),
)
# Output of other commands and vendors, and texts that somebody might want read as a message.
STRAY = (
    "WARNING: linker: /system/lib64/libx.so: unused DT entry",
    "",
    "      publicNotification=",
    "            }",
    "                android.subText=null",
    f"                  [0] Bundle[{{sender=Eve, text={NEVER}",
    f"    NotificationRecord(0xdeadbeef: pkg=com.whatsapp user=UserHandle{{0}} {NEVER}",
)


@dataclass(frozen=True, kw_only=True)
class Damaged:
    """Both dumps of one moment, and the texts of the messages that were in them."""

    redacted: str
    shown: str
    texts: frozenset[str]

    def read(self) -> list[str]:
        """The texts that are taken for messages."""
        found = records(self.redacted, shown=self.shown)
        for record in found:
            missed_call_of(record)
        return [message.text for record in found for message in messages_of(record)]

    @property
    def false(self) -> list[str]:
        """A text to which a line was added may continue; it is still that message's text."""
        known = tuple(self.texts)
        return [text for text in self.read() if not text.startswith(known)]


def mutated(seed: int, count: int) -> Iterator[Damaged]:
    """`count` dumps whose lines with texts are damaged; the same seed gives the same dumps."""
    chance = random.Random(seed)
    for _ in range(count):
        chats = [_messages(chance), *(_no_message(chance, at) for at in range(2))]
        chance.shuffle(chats)
        lines = dump(*chats, redact=False).split("\n")
        for _ in range(chance.randrange(6)):
            _damage(lines, chance)
        texts = {said.text for chat in chats for said in chat.said if said.text != NEVER}
        yield Damaged(
            redacted=dump(*chats, redact=True), shown="\n".join(lines), texts=frozenset(texts)
        )


def spoilt(seed: int, count: int) -> Iterator[Damaged]:
    """The same with single characters changed in both dumps: nobody can say what they then are."""
    chance = random.Random(seed)
    for each in mutated(seed, count):
        yield replace(
            each, redacted=_spoil(each.redacted, chance), shown=_spoil(each.shown, chance)
        )


def _messages(chance: random.Random) -> Chat:
    said = tuple(
        Said(
            sender=chance.choice(["Anna", "Anna", None]) if at else "Anna",
            text=chance.choice(TEXTS),
            time_ms=AT + chance.randrange(3),
        )
        for at in range(chance.randrange(1, 5))
    )
    # The owner's echo is no message, and here never the last, which a damaged array falls back on.
    said = tuple(replace(each, text=NEVER) if each.sender is None else each for each in said)
    said = (*said, Said(sender="Anna", text=chance.choice(TEXTS), time_ms=AT + 9))
    return Chat(
        jid=ANNA,
        said=said,
        identity=0x1001,
        flags=chance.choice(FLAGS),
        joined_key=chance.random() < 0.3,
        when_pair=chance.random() < 0.3,
        text_after=chance.random() < 0.3,
        unparcelled=chance.random() < 0.1,
    )


def _no_message(chance: random.Random, at: int) -> Chat:
    said = (Said(sender="Anna", text=NEVER, time_ms=AT),)
    return replace(chance.choice(NO_MESSAGES), said=said, identity=0x2000 + at)


def _damage(lines: list[str], chance: random.Random) -> None:
    """Heads of records stay, for they say whose the lines below are. Entries of an array are lost
    and never doubled or moved: so would a forger write them.
    """
    at = chance.randrange(len(lines) - 1)
    touched = "\n".join(lines[at : at + 2])
    kinds = (0, 3) if "] Bundle[" in touched else (0, 1, 2, 3)
    match 3 if "NotificationRecord(0x" in touched else chance.choice(kinds):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case _:
            lines.insert(at, chance.choice(STRAY))


def _spoil(text: str, chance: random.Random) -> str:
    chars = list(text)
    for _ in range(chance.randrange(1, 30)):
        chars[chance.randrange(len(chars))] = chr(chance.choice([0, 10, 40, 91, 125, 0x1F44D, 65]))
    return "".join(chars[: chance.randrange(len(chars))] if chance.random() < 0.2 else chars)
