"""A message with a line above its text, as the subject of a mail."""

from appliance.desk.consent import near_stop_words, rule_words
from appliance.devices.protocol import Incoming


def shown(incoming: Incoming) -> str:
    """As it stands in the thread."""
    return "\n\n".join(each for each in (incoming.heading, incoming.text) if each)


def said(incoming: Incoming) -> str:
    """What follows from it: its text, whatever stands above. A heading that asks for no more
    messages counts whatever stands below, and where there is no text it is what they said.
    """
    if not incoming.text or rule_words.is_stop(incoming.heading):
        return incoming.heading
    if rule_words.is_stop(incoming.text) or not near_stop_words.is_near_stop(incoming.heading):
        return incoming.text
    return incoming.heading
