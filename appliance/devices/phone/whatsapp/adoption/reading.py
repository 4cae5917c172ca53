"""One chat of the list: whose it is, and what stands in it. Nothing is written into it."""

from appliance.channels import Channel
from appliance.devices.adoption_protocol import ChatToRead, ReadChat
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.whatsapp.adoption.history import Stretch, fresh_rows
from appliance.devices.phone.whatsapp.adoption.owners import owner_of
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.errors import Transient


def read_chat(phone: Phone, wanted: ChatToRead) -> ReadChat:
    """What came unread is told as any message that came, when the chat is left."""
    who = owner_of(phone, wanted.name)
    if who is None:
        return ReadChat(channel=Channel.WHATSAPP, who=None)
    with visiting(phone, who) as chat:
        end = chat.to_end(open_chat(chat))
        if end is None:
            raise Transient("The end of the chat was not reached.", {"seen": "not the end"})
        stretch = Stretch(chat, end)
        stretch.read_up(wanted, end)
    rows, seen = fresh_rows(stretch, wanted, who)
    return ReadChat(channel=Channel.WHATSAPP, who=who, rows=rows, seen=seen, whole=stretch.whole)
