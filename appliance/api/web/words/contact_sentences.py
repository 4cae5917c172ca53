"""What the card of a contact says of their numbers."""

from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.contacts.card import ContactNumber
from appliance.identities import Identity
from appliance.phone_numbers import readable
from appliance.store.consent import Verdict
from appliance.store.contacts import Contact


def shown(words: Words, identity: Identity) -> str:
    """A number as people write it; a hidden one tells nobody anything."""
    return words.text("number hidden by WhatsApp") if identity.is_hidden else identity.shown


def flag(words: Words, each: ContactNumber, *, blocked: bool) -> tuple[str, str]:
    """The icon, and whether one may write to it."""
    if blocked and Channel.any_writes_to(each.identity):
        return "alert", words.text("blocked")
    said = standing(words, each.identity, each.verdict)
    if each.verdict.opted_out and Channel.any_writes_to(each.identity):
        return "alert", said
    may = each.verdict.allowed and Channel.any_writes_to(each.identity)
    return "tick" if may else "unsure", said


def standing(words: Words, identity: Identity, verdict: Verdict) -> str:
    """Whether one may write to it from that line."""
    if not Channel.any_writes_to(identity):
        return words.text("cannot be answered")
    if verdict.opted_out:
        return words.text("asked to stop")
    if not verdict.allowed:
        return words.text("has not written yet")
    if verdict.sms_only:
        return words.text("may be written to by SMS")
    return words.text("may be written to")


def same_person(words: Words, number: str, other: Contact) -> str:
    """The question before two contacts become one."""
    sentence = words.text(
        "{number} is the number of {name}. Are they the same person?"
        " Then their conversations become one. It can be undone on their page."
    )
    return sentence.format(number=readable(number), name=other.name)
