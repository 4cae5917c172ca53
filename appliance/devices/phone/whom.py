"""Whom a message is for, as the phone can open it."""

from appliance.channels import Channel
from appliance.devices.phone.whatsapp.addresses import is_hidden
from appliance.devices.protocol import Outgoing
from appliance.phone_numbers import is_e164


def can_be_opened(outgoing: Outgoing) -> bool:
    if outgoing.group is not None or is_e164(outgoing.number):
        return True
    return outgoing.channel is Channel.WHATSAPP and is_hidden(outgoing.number)


def person(outgoing: Outgoing) -> str | None:
    """The phone book knows no groups."""
    return None if outgoing.group else outgoing.number
