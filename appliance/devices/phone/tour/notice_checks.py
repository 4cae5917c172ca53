"""Questions to the notifications, for which somebody does something to this phone from afar."""

import re
from collections.abc import Callable

from appliance.devices.phone.notification_records import NotificationRecord
from appliance.devices.phone.tour.check import NOT_SEEN, Answer, Check, TourPhone, judged
from appliance.devices.phone.tour.screen_checks import ticks
from appliance.devices.phone.whatsapp.addresses import GROUP
from appliance.devices.phone.whatsapp.message_words import reaction_in
from appliance.devices.phone.whatsapp.notifications import missed_call_of
from appliance.devices.protocol import TextForm

_TEXT = re.compile(r"^ {16}android\.text=\w+ \((.*?)\)\n {12,16}", re.MULTILINE | re.DOTALL)
_STATUS = re.compile(r"notification_enqueue: \[.*?,(\d)(?:,\d)?\]", re.DOTALL)
_CODE = "123456"


def _arrival(phone: TourPhone) -> Answer:
    for _ in phone.watching():
        for jid, _at in phone.messages().keys() - phone.before.messages.keys():
            return judged(proved=jid.endswith("@s.whatsapp.net"), seen=jid.partition("@")[2])
    return NOT_SEEN


def _statuses(phone: TourPhone) -> Answer:
    """Which figures stand at the end of the events of WhatsApp, of all that the log still has."""
    told = phone.says("logcat -b events -d -t 2000")
    ours = [line for line in told.split("I notification_") if phone.whatsapp in line]
    found = sorted({status for line in ours for status in _STATUS.findall(f"notification_{line}")})
    return judged(proved=set(found) <= {"0", "1"}, seen=" ".join(found)) if found else NOT_SEEN


def _edited(phone: TourPhone) -> Answer:
    return _posted_again(phone, deleted=False)


def _deleted(phone: TourPhone) -> Answer:
    return _posted_again(phone, deleted=True)


def _posted_again(phone: TourPhone, *, deleted: bool) -> Answer:
    for _ in phone.watching():
        now = phone.messages()
        for place, message in phone.before.messages.items():
            if place not in now:
                return judged(proved=False, seen="the notification lost it")
            if now[place].text != message.text:
                known = not deleted or now[place].form is TextForm.DELETED
                return judged(proved=known, seen="same time, other text")
    return NOT_SEEN


def _code(phone: TourPhone) -> Answer:
    for _ in phone.watching():
        now = phone.messages()
        for place in now.keys() - phone.before.messages.keys():
            return judged(proved=_CODE in now[place].text)
    return NOT_SEEN


def _missed_call(phone: TourPhone) -> Answer:
    record = _new_record(phone, lambda each: each.message_count is None)
    if record is None:
        return NOT_SEEN
    known = missed_call_of(record) is not None
    return judged(proved=known, seen=f"category {record.category}, {_named(record)}")


def _group_name(phone: TourPhone) -> Answer:
    record = _new_record(phone, lambda each: (each.shortcut or "").endswith(GROUP))
    return judged(proved=record is not None, seen="" if record else "no notification came")


def _archived(phone: TourPhone) -> Answer:
    """Nothing within the time that the person was given."""
    record = _new_record(phone, lambda each: bool(each.message_count))
    return judged(proved=record is None, seen="" if record is None else _named(record))


def _reaction(phone: TourPhone) -> Answer:
    record = _new_record(phone, lambda each: bool(each.message_count))
    if record is None:
        return NOT_SEEN
    found = _TEXT.search(record.raw)
    text = found[1] if found else ""
    known = reaction_in(text) is not None
    return judged(proved=known, seen="" if known else phone.shape(text))


def _new_record(
    phone: TourPhone, wanted: Callable[[NotificationRecord], bool]
) -> NotificationRecord | None:
    """A notification that was not there, or was posted again."""
    for _ in phone.watching():
        for record in phone.notifications():
            if record.stamp not in phone.before.stamps and wanted(record):
                return record
    return None


def _named(record: NotificationRecord) -> str:
    return "names the chat" if record.shortcut else "names no chat"


CHECKS = (
    Check(
        name="arrival",
        marks=("chat-address",),
        fact="A new message's notification names the chat by its number",
        step="Go to the home screen. Let somebody write to this phone by WhatsApp now.",
        ask=_arrival,
    ),
    Check(
        name="statuses",
        marks=("bell-status",),
        fact="The log of notifications ends in 0 for a new one and 1 for one that changed",
        step="Let the same person write once more.",
        ask=_statuses,
    ),
    Check(
        name="edit",
        marks=("edit-reposts",),
        fact="An edited message is posted again at its own time with the new text",
        step="Leave that notification where it is. The same person is to edit their message.",
        ask=_edited,
    ),
    Check(
        name="deletion",
        marks=("deletion-reposts",),
        fact="A deleted message is posted again with a sentence in its place",
        step="The same person is to delete that message for everyone.",
        ask=_deleted,
    ),
    Check(
        name="code",
        marks=("code-shown", "texts-shown"),
        fact="A message with a code is shown with its text, also on Android 15 and later",
        step=f"Let them write: Your code is {_CODE}",
        ask=_code,
    ),
    Check(
        name="missed-call",
        marks=("call-notice",),
        fact="A missed WhatsApp call is known by its notification",
        step="Let them call by WhatsApp and hang up; do not answer.",
        ask=_missed_call,
    ),
    Check(
        name="group-name",
        marks=("group-name-told",),
        fact="A changed name of a group is announced by a notification",
        step="Let somebody change the name of a group that this phone is in.",
        ask=_group_name,
    ),
    Check(
        name="group-picture",
        marks=("group-picture-told",),
        fact="A changed picture of a group is announced by a notification",
        step="Let somebody change the picture of that group.",
        ask=_group_name,
    ),
    Check(
        name="archived",
        marks=("archive-silent",),
        fact="An archived chat that gets a message posts no notification",
        step="Archive the chat of the person who helps you, and let them write to it.",
        ask=_archived,
    ),
)

BY_HAND = (
    Check(
        name="ticks",
        marks=("tick-words",),
        fact="The words of the ticks are known",
        step="Open a chat with somebody who agreed to it, and send them a word by hand now.",
        ask=ticks,
    ),
    Check(
        name="pending",
        marks=("pending-word",),
        fact="The word of the clock on a message that waits is known",
        step="Switch on flight mode and send them another word by hand; leave the chat open.",
        ask=ticks,
    ),
    Check(
        name="reaction",
        marks=("reaction-words",),
        fact="A reaction is told from a message by its words",
        step="Switch flight mode off, go to the home screen, and let them react to it with 👍.",
        ask=_reaction,
    ),
)
"""What a person sends on the phone itself, to somebody who agreed to it: Balie sends nothing."""
