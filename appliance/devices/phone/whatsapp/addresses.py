"""What a chat is called inside: the digits of its number, or the jid that hides it.

The digits of `…@lid` are no number, so a jid stays whole.
"""

from appliance.devices.phone.texts import digits_in

ACCOUNT = "@s.whatsapp.net"
HIDDEN = "@lid"
GROUP = "@g.us"


def is_hidden(address: str) -> bool:
    return address.endswith(HIDDEN)


def address_of(sender: str) -> str:
    return sender if is_hidden(sender) else digits_in(sender)


def sender_of(address: str) -> str:
    """As a message names who wrote it."""
    return address if is_hidden(address) else f"+{digits_in(address)}"


def jid_of(sender: str) -> str:
    return sender if is_hidden(sender) else digits_in(sender) + ACCOUNT
