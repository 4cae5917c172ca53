"""What stands below the number of a new conversation: why nothing may be sent, what to give."""

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.website.handing_over import HandOver
from appliance.errors import Refused
from appliance.phone_numbers import readable
from appliance.reasons import Reason


def refusal(words: Words, why: Refused, line_number: str) -> tuple[str, str]:
    """Why nothing may be sent, and what would change that."""
    line = readable(line_number)
    if why.code == Reason.OPTED_OUT:
        again = words.text("You can write again as soon as they write START to {line}.")
        return words.text("This person asked to stop."), again.format(line=line)
    if why.code == Reason.BLOCKED:
        _, remedy = phrases.REFUSALS[Reason.BLOCKED]
        return words.text("The office has blocked this person."), words.text(remedy)
    _, remedy = phrases.REFUSALS[Reason.CONSENT_REQUIRED]
    return (
        words.text("There is nothing on record for this number, so nothing may be sent."),
        words.text(remedy).format(line=line),
    )


def to_hand_over(given: HandOver, channel: Channel, link: str) -> str:
    """To read out or to send from elsewhere, in the language of the branch."""
    words = Words(given.language)
    sentence = words.text(
        "You can write to {branch} with {channel}: {number}. This link opens it: {link}"
    )
    return sentence.format(
        branch=given.branch, channel=channel.label, number=readable(given.number), link=link
    )
