"""What WhatsApp answers when a link asks for the chat of a number."""

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.faults import FaultKind, Faults
from appliance.emulated.phone.whatsapp.dialogs import Dialog, DialogKind
from appliance.emulated.phone.whatsapp.links import ChatLink
from appliance.emulated.phone.whatsapp.model import Account, Chat
from appliance.emulated.world import numbers

#: The number to which a link leads under the faults of a wrong chat and a stale dialog.
STRANGER = "+31612340099"


def looked_up(link: ChatLink, *, host: Host, account: Account) -> Chat | Dialog:
    """The chat, or what is shown in its place."""
    spoilt = _spoilt(link, host.faults, account)
    if spoilt is not None:
        return spoilt
    jid = numbers.jid_of(link.number)
    if jid not in account.chats:
        if not host.online:
            return Dialog(kind=DialogKind.NO_INTERNET, number=link.number)
        if not host.network.on_whatsapp(link.number):
            return Dialog(kind=DialogKind.NOT_ON_WHATSAPP, number=link.number)
    return account.chat(jid)


def _spoilt(link: ChatLink, faults: Faults, account: Account) -> Chat | Dialog | None:
    if faults.take(FaultKind.STALE_DIALOG):
        return Dialog(kind=DialogKind.NOT_ON_WHATSAPP, number=STRANGER)
    if faults.take(FaultKind.LOOKUP_FAILED):
        return Dialog(kind=DialogKind.LOOKUP_FAILED, number=link.number)
    if faults.take(FaultKind.BAD_NUMBER):
        return Dialog(kind=DialogKind.BAD_NUMBER, number=link.number)
    if faults.take(FaultKind.BAD_LINK):
        return Dialog(kind=DialogKind.BAD_LINK)
    if faults.take(FaultKind.WRONG_CHAT):
        return _somebody_else(account, numbers.jid_of(link.number))
    return None


def _somebody_else(account: Account, jid: str) -> Chat:
    others = [each for each in account.listed() if each.jid != jid and not each.is_group]
    return others[0] if others else account.chat(numbers.jid_of(STRANGER))
