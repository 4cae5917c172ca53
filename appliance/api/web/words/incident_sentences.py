"""What the pages and the API say of an incident."""

from collections.abc import Sequence

from appliance.api.web.words import device_phrases
from appliance.api.web.words.i18n import Words
from appliance.api.web.words.incident_phrases import BY_CODE, BY_KIND, NAMES
from appliance.channels import Channel
from appliance.desk.lines.incidents.shown import IncidentEntry
from appliance.reasons import Reason


def said(words: Words, incident: IncidentEntry) -> tuple[str, str]:
    """What is wrong, and what a person should do, which may be empty."""
    sentence, remedy = _phrases(incident)
    return words.text(sentence).format_map(_figures(incident)), words.text(remedy)


def stops(words: Words, incident: IncidentEntry) -> str:
    """Over which channels nothing is sent because of it, and over which another device sends;
    empty where it stops none.
    """
    taken_over = set(incident.taken_over)
    closed = [each for each in incident.stops if each not in taken_over]
    said = []
    if closed:
        said.append(words.text("Nothing leaves by {channels}.").format(channels=_labels(closed)))
    if taken_over:
        sentence = words.text("Another device takes over for {channels}.")
        said.append(sentence.format(channels=_labels(incident.taken_over)))
    return " ".join(said)


def _labels(channels: Sequence[str]) -> str:
    return ", ".join(Channel.named(each).label for each in channels)


def name(words: Words, incident: IncidentEntry) -> str:
    return words.text(NAMES[incident.kind])


def lasted(words: Words, incident: IncidentEntry) -> str:
    """How long it took; empty while it is open."""
    if incident.until_ms is None:
        return ""
    return words.span(incident.until_ms - incident.since_ms)


def is_said_by_device(incident: IncidentEntry, reason: Reason) -> bool:
    """Whether the device that is shown beside it says the same already."""
    return incident.facts.get("reason") == reason.value


def _phrases(incident: IncidentEntry) -> tuple[str, str]:
    reason, code = incident.facts.get("reason"), str(incident.facts.get("what", ""))
    if code in BY_CODE:
        return BY_CODE[code]
    if incident.kind in BY_KIND and reason != Reason.NO_WHATSAPP:
        return BY_KIND[incident.kind]
    known = Reason(reason) if reason in set(Reason) else None
    if known is not None:
        return device_phrases.about(incident.device_kind, known)
    return NAMES[incident.kind], ""


def _figures(incident: IncidentEntry) -> dict[str, object]:
    return {**_NOTHING, **incident.facts}


_NOTHING = dict.fromkeys(("percent", "cycles", "free_mb", "ends", "celsius", "version", "box"), "?")
