"""How one emulated phone is ordered."""

from dataclasses import dataclass, field

from appliance.emulated.phone.hardware import LockKind
from appliance.emulated.phone.sms.screens import SmsGeneration

#: API levels and the names of their Android.
RELEASES = {29: "10", 30: "11", 31: "12", 32: "12", 33: "13", 34: "14", 35: "15", 36: "16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSpec:
    """`authorised` False means that the phone shows the dialog "Allow USB debugging?" first.

    `contacts` is the phone book: names by number. `lookup_ms` is how long WhatsApp's spinner
    shows while a number is looked up. `honours_jid`: a file handed to WhatsApp with a chat's jid
    goes straight to its preview. `reads_paths` False: it takes rows of the list of media only.
    `albums`: photos of one side in a row, from four on and without words, are drawn as one.
    `reply_menu` False: a message that is pressed long offers no reply, only the swipe answers it.
    `keeps_archived`: a chat in the archive stays there, and says nothing when a message comes.
    `locale` is that of the system, which may be one that no screen here is drawn in; empty for
    that of `language`.
    """

    number: str
    language: str = "nl"
    whatsapp: str = "recent"
    sms: SmsGeneration = SmsGeneration.COMPOSE
    lock: LockKind = LockKind.NONE
    pin: str = ""
    authorised: bool = True
    sdk: int = 34
    iccid: str = ""
    operator: str = "KPN"
    serial_name: str = ""
    zone: str = "Europe/Amsterdam"
    lookup_ms: int = 300
    port: int = 0
    maker: str = "Balie"
    model: str = "Emulated phone"
    locale: str = ""
    whatsapp_installed: bool = True
    contacts: dict[str, str] = field(default_factory=dict)
    honours_jid: bool = True
    reads_paths: bool = True
    albums: bool = False
    reply_menu: bool = True
    keeps_archived: bool = False


def iccid_for(number: str) -> str:
    """A card number of the Netherlands with a right check digit, always the same for a number."""
    body = "893144" + number.removeprefix("+")[-9:].zfill(9) + "000"
    return body + luhn_digit(body)


def luhn_digit(digits: str) -> str:
    """The check digit of card numbers and IMEIs."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
