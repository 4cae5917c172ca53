"""Dumps with damage: screens drawn by hand and by the emulated phone, changed at random.

Any of them may be read as what it is not; none may raise anything but Transient. A `quiet` damage
leaves the rows of a chat and all above them alone, and may make no message of what is none.
"""

import random
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from lxml import etree

from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.sms.question import question_on
from appliance.devices.phone.sms.thread_screen import read_thread
from appliance.devices.phone.whatsapp.pages import ChatPage, classify
from appliance.devices.phone.whatsapp.row_memory import baseline_of, since_baseline
from appliance.devices.phone.whatsapp.rows import read_rows
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.hierarchy_xml import u2_dump
from appliance.errors import Transient
from tests.devices.phone.screens import (
    N,
    W,
    chat,
    chats,
    chats_row,
    cut_off,
    dialog,
    dump,
    full_page,
    notice,
    row,
    spinner,
    system_dialog,
    xml,
)
from tests.emulated.handset_rig import ANNA, Rig

_MESSAGE_IDS = frozenset({"message_text", "caption", "date", "status", "date_wrapper"})
_STRANGE = (
    "",
    "..",
    "\u200e\u202f\u00a0",
    "9" * 400,
    "[0,0][0,0]",
    "[5,5][1,1]",
    "nonsense",
    "banned",
    "Tijdelijk geschorst",
    "Searching…",
    "+31 6 12345678",
    "com.whatsapp:id/info",
    "com.whatsapp:id/entry",
    "com.whatsapp:id/ban_icon",
    "android:id/list",
    "android:id/message",
    "android:id/button1",
    "com.android.phone",
    "android",
)


@dataclass(frozen=True, slots=True)
class Damaged:
    """`incoming` counts the messages that others wrote in what it was made from."""

    xml: str
    incoming: Counter[tuple[str, str]]
    quiet: bool


def _drawn() -> Iterator[str]:
    rows = [
        notice("\u200cMessages and calls are end-to-end encrypted."),
        row("Hoi\nhoe gaat het?", "3:28\u202fPM", day="Vandaag"),
        row("Goed 👋", "3:29\u202fPM", "Read"),
        row("Bea", "15:30", media="image"),
        notice("0:12", time="15:31"),
        row("nieuw", "15:32", unread="\u200e1 ongelezen bericht", also=("icon",)),
        cut_off("half"),
    ]
    yield xml(chat("+31 6 87654321", *rows))
    yield xml(chat("Anna", *rows, entry="Dag", typed=True, older=True), u2=False)
    yield xml(chat("Noord", row("een", "11:00", sender="Bea"), row("twee", "11:01")))
    yield xml(chats(chats_row("Anna", "Hoi…", badge_desc="3 unread"), chats_row("Bea", "Ja")))
    yield xml(chat("Bea"), dialog("+31 6 87654321 is geen geldig telefoonnummer.", "OK"))
    yield xml(chat("Bea", row("Hoi", "11:00")), spinner("Bezig met zoeken…"))
    yield xml(full_page("Uitgelogd bij WhatsApp", button="OK"))
    crash = system_dialog("x", ("android:id/aerr_close", "Sluiten"), message="is gestopt")
    yield dump((W, chat("Bea", row("Hoi", "11:00"))), ("android", crash))
    yield dump((W, chat("Bea")), ("com.android.phone", system_dialog("SMS")))
    yield xml(N("android.widget.FrameLayout"))


def _emulated() -> Iterator[str]:
    for language, generation in (("nl", "recent"), ("nl", "older"), ("en", "recent")):
        rig = Rig(language=language, whatsapp=generation)
        for at in range(5):
            rig.whatsapp(f"bericht {at} 👷🏽")
        rig.send("Dag")
        yield u2_dump(rig.phone.windows())
        rig.open_sms(body="Dag")
        yield u2_dump(rig.phone.windows())
        rig.fault(FaultKind.APP_HANGS)
        yield u2_dump(rig.phone.windows())
        rig.phone.lift(FaultKind.APP_HANGS)
        rig.fault(FaultKind.BANNED)
        rig.open_chat(ANNA)
        yield u2_dump(rig.phone.windows())


@cache
def seeds() -> tuple[tuple["etree._Element", Counter[tuple[str, str]]], ...]:
    dumps = [*_drawn(), *_emulated()]
    return tuple((etree.fromstring(each.encode()), incoming_in(each)) for each in dumps)


def incoming_in(dumped: str) -> Counter[tuple[str, str]]:
    """Messages that others wrote, also in a chat under a dialog."""
    rows, _ = read_rows(read_screen(dumped).of(W))
    return Counter((each.text, each.time) for each in rows if not each.own)


def mutated(seed: int, count: int) -> Iterator[Damaged]:
    """`count` damaged dumps, the same ones for the same seed; every second one is quiet."""
    chance = random.Random(seed)
    for at in range(count):
        root, incoming = chance.choice(seeds())
        yield _damaged(deepcopy(root), incoming, chance, quiet=at % 2 == 0)


def _damaged(
    root: "etree._Element",
    incoming: Counter[tuple[str, str]],
    chance: random.Random,
    *,
    quiet: bool,
) -> Damaged:
    nodes = [node for node in root.iter("node") if not quiet or not _is_of_messages(node)]
    for node in chance.sample(nodes, min(len(nodes), chance.randint(1, 4))):
        _change(node, chance, quiet=quiet)
    text = etree.tostring(root, encoding="unicode")
    if not quiet and chance.random() < 0.1:
        text = text[: chance.randrange(len(text))]
    return Damaged(text, incoming, quiet)


def _change(node: "etree._Element", chance: random.Random, *, quiet: bool) -> None:
    parent = node.getparent()
    match chance.randrange(4):
        case 0 if parent is not None:
            parent.remove(node)
        case 1 if parent is not None:
            parent.insert(chance.randrange(len(parent) + 1), deepcopy(node))
        case 2 if not quiet and parent is not None:
            parent.append(node)
        case _:
            names = ("text", "resource-id", "class", "package", "content-desc", "bounds")
            node.set(chance.choice(names), chance.choice(_STRANGE))


def _is_of_messages(node: "etree._Element") -> bool:
    """A part of a row with content, or a view around such a row."""
    return any(
        each.get("resource-id", "").rpartition("/")[2] in _MESSAGE_IDS for each in node.iter("node")
    )


def survive(damaged: Damaged) -> int:
    """How many messages were invented; every error but Transient is passed on."""
    try:
        screen = read_screen(damaged.xml)
    except Transient:
        return 0
    seen = classify(screen, W)
    question_on(screen)
    read_thread(screen, "com.google.android.apps.messaging")
    if not isinstance(seen, ChatPage):
        return 0
    since_baseline(baseline_of(seen, text="Dag", salt="x"), seen, salt="x")
    read = Counter((each.text, each.time) for each in seen.rows if not each.own)
    return (read - damaged.incoming).total() if damaged.quiet else 0
