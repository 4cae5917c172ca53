"""What rules say that have no words of their own, in two languages."""

from collections.abc import Mapping, Sequence

from appliance.desk.automatic.deciding import RuleName

_OUTSIDE_HOURS = {
    "nl": (
        "Bedankt voor je bericht aan {vestiging}. We zijn nu gesloten; {opent} zijn we er weer. "
        "Dan lezen we wat je schreef."
    ),
    "en": (
        "Thank you for your message to {branch}. We are closed now; {opens} we are back. "
        "Then we read what you wrote."
    ),
}
_CLOSED = {
    "nl": (
        "Bedankt voor je bericht aan {vestiging}. We zijn nu gesloten. "
        "We lezen het zodra we er weer zijn."
    ),
    "en": (
        "Thank you for your message to {branch}. We are closed now. "
        "We read it as soon as we are back."
    ),
}
_NOBODY = {
    "nl": (
        "Bedankt voor je bericht aan {vestiging}. Er is nu niemand aan de balie. "
        "We antwoorden zodra er weer iemand is."
    ),
    "en": (
        "Thank you for your message to {branch}. Nobody is at the desk now. "
        "We answer as soon as somebody is back."
    ),
}
_BUSY = {
    "nl": (
        "Het is druk bij {vestiging}. We zijn je bericht niet vergeten. "
        "We antwoorden zo snel als het gaat."
    ),
    "en": (
        "It is busy at {branch}. We have not forgotten your message. We answer as soon as we can."
    ),
}
_ABSENT = {
    "nl": "Bedankt voor je bericht aan {vestiging}. {collega} is er {terug} weer.",
    "en": "Thank you for your message to {branch}. {colleague} is back on {back}.",
}

_OF_RULES: Mapping[RuleName, Sequence[Mapping[str, str]]] = {
    RuleName.OUTSIDE_HOURS: (_OUTSIDE_HOURS, _CLOSED),
    RuleName.ABSENCE: (_ABSENT,),
    RuleName.NOBODY_LOGGED_IN: (_NOBODY,),
    RuleName.ALL_BUSY: (_BUSY,),
}


def usual(rule: RuleName, language: str) -> Sequence[str]:
    """In the order in which they are tried: the later ones need less. None for a welcome, whose
    words the branch has.
    """
    return [each[language] for each in _OF_RULES.get(rule, ())]
