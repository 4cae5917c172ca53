"""What is said of a message that should not be kept."""

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from appliance.api.web.words.i18n import Words
from appliance.desk.privacy.care.by_hand import HandTask
from appliance.desk.privacy.care.counting import CareCount
from appliance.devices.kind import Kind
from appliance.phone_numbers import readable
from appliance.store.care_marks import CareKind, CareMark
from appliance.store.phone_removals import RemovalWhat

LOOKS_LIKE: Mapping[CareKind, str] = {
    CareKind.BSN: "This looks like a citizen service number (BSN).",
    CareKind.BANK: "This looks like the number of a bank account or a card.",
    CareKind.IDENTITY: "This looks like a passport or an ID card.",
    CareKind.HEALTH: "This seems to say what somebody has who is ill.",
}
KINDS: Mapping[CareKind, str] = {
    CareKind.BSN: "Citizen service number (BSN)",
    CareKind.BANK: "Bank number",
    CareKind.IDENTITY: "Passport or ID card",
    CareKind.HEALTH: "Health",
}
ABOUT = (
    "What people sent that should not be kept, found by words and check digits on this machine."
    " Here it is counted; what it said only the conversation shows."
)
WAIT = "Wait with it: a message to them is on its way or in doubt, and only this chat can prove it."
ON_A_PHONE = (
    "On the phone of {phone}, {channel}: delete the chat with {number}.",
    "On the phone of {phone}, {channel}: delete the message of {moment} from {number}.",
)
BECAUSE: Mapping[CareKind, str] = {
    CareKind.BSN: "{name} removed this: it had a citizen service number in it.",
    CareKind.BANK: "{name} removed this: it had a bank number in it.",
    CareKind.IDENTITY: "{name} removed this: it showed a passport or an ID card.",
    CareKind.HEALTH: "{name} removed this: it was about somebody\u2019s health.",
}


def looks_like(words: Words, mark: CareMark) -> str:
    return " ".join(words.text(LOOKS_LIKE[kind]) for kind in mark.kinds)


def removed(words: Words, mark: CareMark) -> str:
    return words.text(BECAUSE[mark.kinds[0]]).format(name=mark.by or "?")


def task(words: Words, task: HandTask, now_ms: int) -> str:
    """What somebody has to do on the device, with what they need to find it there."""
    of_chat, of_message = Kind.named(task.kind).removal_sentences or ON_A_PHONE
    about = {
        "phone": readable(task.line_number),
        "channel": task.removal.channel.label,
        "number": task.number,
    }
    if task.removal.what is RemovalWhat.CHAT:
        return words.text(of_chat).format(**about)
    moment = words.moment(task.removal.written_ms or task.removal.created_ms, task.zone, now_ms)
    return words.text(of_message).format(**about, moment=moment)


def left_to_phones(words: Words, many: int) -> str:
    return words.plural(
        "{n} chat goes by itself: the phone deletes it in quiet minutes.",
        "{n} chats go by themselves: the phones delete them in quiet minutes.",
        many,
    ).format(n=many)


def week(words: Words, count: CareCount, zone: str) -> str:
    noon = datetime.combine(count.week, time(12), ZoneInfo(zone))
    return words.date(int(noon.timestamp() * 1000), zone)
