"""What WhatsApp answers when a link asks for the chat of a number."""

from collections.abc import Callable

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.faults import FaultKind, Faults
from appliance.emulated.phone.whatsapp.dialogs import Dialog, DialogKind
from appliance.emulated.phone.whatsapp.links import ChatLink
from appliance.emulated.phone.whatsapp.model import Account, Chat
from appliance.emulated.world import numbers

#: The number to which a link leads under the faults of a wrong chat and a stale dialog.
STRANGER = "+31612340099"


class Lookup:
    """From a link to its chat: the spinner stands while there is a `link`, then the chat is open or
    a `dialog` stands in its place.
    """

    def __init__(
        self, host: Host, account: Account, answered: Callable[[Chat, str | None], None]
    ) -> None:
        """`answered` gets the chat and the link's text."""
        self._host = host
        self._account = account
        self._answered = answered
        self.link: ChatLink | None = None
        self.dialog: Dialog | None = None

    @property
    def is_open(self) -> bool:
        return self.link is not None or self.dialog is not None

    def follow(self, link: ChatLink, *, lookup_ms: int) -> None:
        self.dialog = None
        if not link.number:
            self.dialog = Dialog(kind=DialogKind.BAD_LINK)
            return
        self.link = link
        known = numbers.jid_of(link.number) in self._account.chats
        span = lookup_ms / 4 if known else lookup_ms
        self._host.timers.after(span, lambda: self._found(link))

    def _found(self, link: ChatLink) -> None:
        """The look-up is answered; ignored if somebody opened something else meanwhile."""
        if self.link is not link:
            return
        self.link = None
        found = _looked_up(link, host=self._host, account=self._account)
        if isinstance(found, Dialog):
            self.dialog = found
        else:
            self._answered(found, link.text)

    def end(self) -> None:
        self.link = self.dialog = None


def _looked_up(link: ChatLink, *, host: Host, account: Account) -> Chat | Dialog:
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
