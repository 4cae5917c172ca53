"""Whose a chat of the list is: by its number, else by the one whom its name can mean."""

import logging

from appliance.devices.phone.content_rows import content_query, read_rows
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.texts import as_dumped, is_number, label, number_in
from appliance.devices.phone.whatsapp.addresses import is_hidden, sender_of
from appliance.devices.phone.whatsapp.hidden.acquaintance import people_shown_as
from appliance.errors import DeviceError

log = logging.getLogger(__name__)

_PHONES = "content://com.android.contacts/data/phones"
# The number in E.164, as Android itself brought it into that form.
_NUMBER = "data4"
_LOST_EMOJI = ".."
# More with one name are not told apart.
_MOST_ASKED = 5


def owner_of(phone: Phone, name: str) -> str | None:
    """E.164, or the jid of somebody whom Balie knows; None where nobody, or several, may be meant.

    That the chat of the number has this name is proven again by its head, when it is open.
    """
    meant = owners_of(phone, name)
    return meant.pop() if len(meant) == 1 else None


def owners_of(phone: Phone, name: str) -> set[str]:
    """All who may be meant. Raises DeviceError where the phone book cannot be read and nothing else
    tells.
    """
    if is_number(name):
        return {f"+{number_in(name)}"}
    hidden = {who for who, _ in people_shown_as(phone, name.removeprefix("~")) if is_hidden(who)}
    numbers = set() if name.startswith("~") else _numbers_called(phone, name)
    return {sender_of(each) for each in hidden | numbers}


def _numbers_called(phone: Phone, name: str) -> set[str]:
    """By the phone book, else by the name that a notification had."""
    told = phone.contacts.number_of(name)
    shown = {f"+{told}"} if told else set()
    try:
        found = _in_phone_book(phone, name)
    except DeviceError as exc:
        if not shown:
            raise
        log.info("the phone book of %s tells no numbers: %s", phone.device_id, exc)
        return shown
    if 1 < len(found) <= _MOST_ASKED:
        found = {each for each in found if phone.contacts.has(each, name)}
    return found or shown


def _in_phone_book(phone: Phone, name: str) -> set[str]:
    """A dump has lost the emoji of a name, so what stands around them is asked for."""
    asked = as_dumped(label(name)).replace("'", "''").replace(_LOST_EMOJI, "%")
    where = f"display_name LIKE '{asked}' AND {_NUMBER} IS NOT NULL"
    (answer,) = phone.session.run(content_query(_PHONES, (_NUMBER,), where=where))
    rows = read_rows(answer.text, (_NUMBER,))
    return {number for row in rows if (number := row[_NUMBER]) and is_number(number)}
