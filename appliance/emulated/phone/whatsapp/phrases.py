"""The words that WhatsApp shows, in English and Dutch, and how it writes times and days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.whatsapp import closed
from appliance.emulated.phone.whatsapp.closed import ClosedPage
from appliance.emulated.phone.whatsapp.model import RowTick

_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_DUTCH_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus"),
    *("september", "oktober", "november", "december"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """`{n}`, `{name}`, `{number}` and `{title}` are filled in as the app does."""

    language: str
    ticks: dict[RowTick, str]
    hint: str
    send: str
    voice_note: str
    emoji: str
    attach: str
    camera: str
    back: str
    video_call: str
    voice_call: str
    more_options: str
    search: str
    new_chat: str
    photo_of: str
    unread_one: str
    unread_many: str
    unread_divider_one: str
    unread_divider_many: str
    today: str
    yesterday: str
    read_more: str
    looking_up: str
    not_on_whatsapp: str
    not_on_whatsapp_older: str
    lookup_failed: str
    no_internet: str
    bad_number: str
    bad_link: str
    invite: str
    cancel: str
    ok: str
    you: str
    edited: str
    deleted: str
    encryption: str
    reply: str
    mark_read: str
    summary: str
    tabs: tuple[str, str, str, str]
    months: tuple[str, ...]
    one_message: str
    many_messages: str
    message_count: str
    seen: str
    send_to: str
    caption_hint: str
    closed: Mapping[FaultKind, ClosedPage]

    def tick(self, tick: RowTick, *, of_medium: bool) -> str:
        """The read tick of a medium has another word than that of a text."""
        return self.seen if of_medium and tick is RowTick.READ else self.ticks[tick]

    def unread(self, count: int) -> str:
        return (self.unread_one if count == 1 else self.unread_many).format(n=count)

    def unread_divider(self, count: int) -> str:
        phrase = self.unread_divider_one if count == 1 else self.unread_divider_many
        return phrase.format(n=count)

    def day(self, moment: datetime, now: datetime) -> str:
        """The divider above the first message of a day."""
        if moment.date() == now.date():
            return self.today
        if moment.date() == now.date() - timedelta(days=1):
            return self.yesterday
        month = self.months[moment.month - 1]
        if self.language == "en":
            return f"{month} {moment.day}, {moment.year}"
        return f"{moment.day} {month} {moment.year}"

    def listed(self, moment: datetime, now: datetime, clock_time: str) -> str:
        """The time or day at the right of a row in the chats list."""
        if moment.date() == now.date():
            return clock_time
        if moment.date() == now.date() - timedelta(days=1):
            return self.yesterday
        if self.language == "en":
            return f"{moment.month}/{moment.day}/{moment:%y}"
        return f"{moment.day:02}-{moment.month:02}-{moment.year}"


ENGLISH = Phrases(
    language="en",
    ticks={
        RowTick.PENDING: "Pending",
        RowTick.SENT: "Sent",
        RowTick.DELIVERED: "Delivered",
        RowTick.READ: "Read",
    },
    hint="Message",
    send="Send",
    voice_note=(
        "Voice message, Button. Double tap and hold to record, release to send, "
        "slide left to cancel"
    ),
    emoji="Emoji, GIFs and stickers",
    attach="Attach",
    camera="Camera",
    back="Back",
    video_call="Video call",
    voice_call="Voice call",
    more_options="More options",
    search="Ask Meta AI or Search",
    new_chat="New chat",
    photo_of="{name} picture",
    unread_one="{n} unread message",
    unread_many="{n} unread messages",
    unread_divider_one="{n} unread message",
    unread_divider_many="{n} unread messages",
    today="Today",
    yesterday="Yesterday",
    read_more="Read more",
    looking_up="Searching…",
    not_on_whatsapp="The phone number {number} isn't on WhatsApp.",
    not_on_whatsapp_older="The phone number {number} is not on WhatsApp.",
    lookup_failed="Couldn't look up phone number {number}. Try again later.",
    no_internet=(
        "Couldn't look up phone number {number}. Check your phone's Internet connection and try"
        " again."
    ),
    bad_number="Couldn't look up phone number {number} because it is too short.",
    bad_link="The phone number shared via url is invalid",
    invite="Invite to WhatsApp",
    cancel="Cancel",
    ok="OK",
    you="You",
    edited="Edited",
    deleted="You deleted this message",
    encryption=(
        "\u200c Messages and calls are end-to-end encrypted. Only people in this chat can read, "
        "listen to, or share them. Learn more."
    ),
    reply="Reply",
    mark_read="Mark as read",
    summary="{n} from {chats} chats",
    tabs=("Chats", "Updates", "Communities", "Calls"),
    months=_ENGLISH_MONTHS,
    one_message="{n} message",
    many_messages="{n} messages",
    message_count="{title} ({n} messages)",
    seen="Seen",
    send_to="Send to…",
    caption_hint="Add a caption…",
    closed=closed.english(),
)

# Which mark each of these has, and from which release, stands in the README beside the emulator.
DUTCH = Phrases(
    language="nl",
    ticks={
        RowTick.PENDING: "In behandeling",
        RowTick.SENT: "Verzonden",
        RowTick.DELIVERED: "Afgeleverd",
        RowTick.READ: "Gelezen",
    },
    hint="Bericht",
    send="Verzenden",
    voice_note=(
        "Spraakbericht, knop. Dubbeltik en houd vast om op te nemen, laat los om te verzenden, "
        "veeg naar links om te annuleren"
    ),
    emoji="Emoji's, gifs en stickers",
    attach="Bijvoegen",
    camera="Camera",
    back="Vorige",
    video_call="Video-oproep",
    voice_call="Spraakoproep",
    more_options="Meer opties",
    search="Vraag het Meta AI of zoek",
    new_chat="Nieuwe chat",
    photo_of="Foto van {name}",
    unread_one="\u200e{n} ongelezen bericht",
    unread_many="\u200e{n} ongelezen berichten",
    unread_divider_one="\u200e{n} ongelezen bericht",
    unread_divider_many="\u200e{n} ongelezen berichten",
    today="Vandaag",
    yesterday="Gisteren",
    read_more="Meer lezen",
    looking_up="Bezig met zoeken…",
    not_on_whatsapp="Er is geen WhatsApp-account gelinkt aan het telefoonnummer {number}.",
    not_on_whatsapp_older="Er is geen WhatsApp-account gelinkt aan het telefoonnummer {number}.",
    lookup_failed="Kan het telefoonnummer {number} niet opzoeken. Probeer het later opnieuw.",
    no_internet=(
        "Kan het telefoonnummer {number} niet opzoeken. Controleer de internetverbinding van je"
        " telefoon en probeer het opnieuw."
    ),
    bad_number="Kan het telefoonnummer {number} niet opzoeken, omdat het te kort is.",
    bad_link="\u200e{number} is geen geldig telefoonnummer.",
    invite="Uitnodigen voor WhatsApp",
    cancel="Annuleren",
    ok="OK",
    you="Jij",
    edited="Bewerkt",
    deleted="Je hebt dit bericht verwijderd",
    encryption=(
        "\u200c Berichten en oproepen worden end-to-end versleuteld. Alleen deelnemers aan deze "
        "chat kunnen ze lezen, beluisteren of delen. Meer informatie."
    ),
    reply="Beantwoorden",
    mark_read="Markeren als gelezen",
    summary="\u200e{n} in {chats} chats",
    tabs=("Chats", "Updates", "Community's", "Oproepen"),
    months=_DUTCH_MONTHS,
    one_message="{n} bericht",
    many_messages="{n} berichten",
    message_count="\u200e{title} ({n} berichten)",
    seen="Gezien",
    send_to="Verzenden naar…",
    caption_hint="Onderschrift toevoegen…",
    closed=closed.dutch(you="je", your="je"),
)

# The older generation says u.
DUTCH_OLDER = replace(
    DUTCH,
    no_internet=DUTCH.no_internet.replace(" je telefoon", " uw telefoon"),
    deleted="U hebt dit bericht verwijderd",
    encryption=(
        "\u200c Berichten en oproepen worden end-to-end versleuteld. Niemand buiten deze chat kan"
        " erbij. Tik voor meer."
    ),
    closed=closed.dutch(you="u", your="uw"),
)


def phrases_of(language: str, generation: str) -> Phrases:
    if language == "en":
        return ENGLISH
    return DUTCH_OLDER if generation == "older" else DUTCH
