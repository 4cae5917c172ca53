"""One chat of the list: whose it is, and what stands in it. Nothing is written into it."""

from datetime import date

from appliance.channels import Channel
from appliance.devices.adoption_protocol import ChatToRead, ReadChat
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.whatsapp.adoption.history import Stretch, fresh_rows
from appliance.devices.phone.whatsapp.adoption.owners import owner_of
from appliance.devices.phone.whatsapp.day_labels import today_of
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.seen_in_chat import ChatArrivals
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.errors import Transient


class _Arrivals(ChatArrivals):
    """In a chat of which Balie knows nothing, the time of day alone makes no row news: where no
    divider shows, its last message must have been of today.
    """

    def __init__(self, phone: Phone, who: str, *, last_day: date | None) -> None:
        super().__init__(phone, who)
        self._last_day = last_day

    def _is_of_before(self, at: int, conversation: ChatPage) -> bool:
        if conversation.days:
            return super()._is_of_before(at, conversation)
        return self._last_day != today_of(self._phone.time, self._phone.clock.now_ms())


def read_chat(phone: Phone, wanted: ChatToRead) -> ReadChat:
    """What came unread is told as any message that came, when the chat is left."""
    who = owner_of(phone, wanted.name)
    if who is None:
        return ReadChat(channel=Channel.WHATSAPP, who=None)
    with visiting(phone, who) as chat:
        chat.arrivals = _Arrivals(phone, who, last_day=wanted.day)
        end = chat.to_end(open_chat(chat))
        if end is None:
            raise Transient("The end of the chat was not reached.", {"seen": "not the end"})
        stretch = Stretch(chat, end)
        stretch.read_up(wanted, end)
    rows, seen = fresh_rows(stretch, wanted, who)
    return ReadChat(channel=Channel.WHATSAPP, who=who, rows=rows, seen=seen, whole=stretch.whole)
