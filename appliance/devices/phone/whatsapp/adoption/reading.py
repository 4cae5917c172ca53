"""One chat of the list: whose it is, and what stands in it. Nothing is written into it."""

from dataclasses import replace
from datetime import date

from appliance.channels import Channel
from appliance.devices.adoption_protocol import ChatToRead, ReadChat
from appliance.devices.news_protocol import PlaceName, Quoting
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.whatsapp.adoption.history import Stretch, fresh_rows
from appliance.devices.phone.whatsapp.adoption.named_chat import NamedChat
from appliance.devices.phone.whatsapp.adoption.owners import owners_of
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.day_labels import today_of
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.phone.whatsapp.seen_in_chat import ChatArrivals
from appliance.devices.phone.whatsapp.visit import leaving, visiting
from appliance.devices.protocol import Incoming
from appliance.errors import DeviceError, Transient


class _Arrivals(ChatArrivals):
    """In a chat of which Balie knows nothing, the time of day alone makes no row news: where no
    divider shows, its last message must have been of today.
    """

    def __init__(
        self,
        phone: Phone,
        who: str,
        *,
        last_day: date | None,
        history: ChatMemory | None = None,
    ) -> None:
        super().__init__(phone, who, history)
        self._last_day = last_day

    def _is_of_before(self, at: int, conversation: ChatPage) -> bool:
        if conversation.days:
            return super()._is_of_before(at, conversation)
        return self._last_day != today_of(self._phone.time, self._phone.clock.now_ms())


class _NobodysArrivals(_Arrivals):
    """Gathers what comes and tells none of it: whose chat it is has yet to be seen."""

    def news(self) -> list[Incoming]:
        return []

    def quotings(self) -> list[Quoting]:
        return []

    def places(self) -> list[PlaceName]:
        return []


_UNKNOWN = ReadChat(channel=Channel.WHATSAPP, who=None)


def read_chat(phone: Phone, wanted: ChatToRead) -> ReadChat:
    """What came unread is told as any message that came, when the chat is left."""
    meant = owners_of(phone, wanted.name)
    if not meant and not wanted.name.startswith("~"):
        return _read_named(phone, wanted)
    if len(meant) != 1:
        return _UNKNOWN
    (who,) = meant
    with visiting(phone, who) as chat:
        chat.arrivals = _Arrivals(phone, who, last_day=wanted.day)
        stretch = _stretch(chat, open_chat(chat), wanted)
    return _read(stretch, wanted, who)


def _read_named(phone: Phone, wanted: ChatToRead) -> ReadChat:
    """A name that the phone book does not have; who chose it themselves shows no number.

    What comes before it is known whose chat it is waits for the next try, and else for a person.
    """
    history = phone.unplaced.pop(wanted.name, None)
    history = history or ChatMemory(opened_ms=phone.clock.now_ms())
    chat = NamedChat(phone, wanted.name, wanted.goes_on)
    chat.arrivals = _NobodysArrivals(phone, "", last_day=wanted.day, history=history)
    stretch = None
    try:
        with leaving(chat):
            opened = open_chat(chat)
            if chat.who is not None:
                last_day = wanted.day
                chat.arrivals = _Arrivals(phone, chat.who, last_day=last_day, history=history)
                stretch = _stretch(chat, opened, wanted)
    except DeviceError:
        if chat.who is None and history.rows:
            phone.unplaced[wanted.name] = history
        raise
    if chat.who is None or stretch is None:
        return replace(_UNKNOWN, came=len(history.rows))
    return _read(stretch, wanted, chat.who)


def _stretch(chat: OpenChat, opened: ChatPage, wanted: ChatToRead) -> Stretch:
    end = chat.to_end(opened)
    if end is None:
        raise Transient("The end of the chat was not reached.", {"seen": "not the end"})
    stretch = Stretch(chat, end)
    stretch.read_up(wanted, end)
    return stretch


def _read(stretch: Stretch, wanted: ChatToRead, who: str) -> ReadChat:
    rows, seen = fresh_rows(stretch, wanted, who)
    return ReadChat(channel=Channel.WHATSAPP, who=who, rows=rows, seen=seen, whole=stretch.whole)
