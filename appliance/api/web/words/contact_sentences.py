"""What the card of a contact says of their numbers."""

from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.contacts.card import ContactNumber
from appliance.identities import Identity
from appliance.phone_numbers import readable
from appliance.store.contacts import Contact


def shown(words: Words, identity: Identity) -> str:
    """A number as people write it; a hidden one tells nobody anything."""
    return words.text("number hidden by WhatsApp") if identity.is_hidden else identity.shown


def flag(words: Words, each: ContactNumber) -> tuple[str, str]:
    """The icon, and whether one may write to it."""
    if not Channel.any_writes_to(each.identity):
        return "unsure", words.text("cannot be answered")
    if each.verdict.opted_out:
        return "alert", words.text("asked to stop")
    if not each.verdict.allowed:
        return "unsure", words.text("has not written yet")
    if each.verdict.sms_only:
        return "tick", words.text("may be written to by SMS")
    return "tick", words.text("may be written to")


def same_person(words: Words, number: str, other: Contact) -> str:
    """The question before two contacts become one."""
    sentence = words.text(
        "{number} is the number of {name}. Are they the same person?"
        " Then their conversations become one. It can be undone on their page."
    )
    return sentence.format(number=readable(number), name=other.name)
