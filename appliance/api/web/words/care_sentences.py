"""What is said of a message that should not be kept."""

from collections.abc import Mapping

from appliance.api.web.words.i18n import Words
from appliance.store.care_marks import CareKind, CareMark

LOOKS_LIKE: Mapping[CareKind, str] = {
    CareKind.BSN: "This looks like a citizen service number (BSN).",
    CareKind.BANK: "This looks like the number of a bank account or a card.",
    CareKind.IDENTITY: "This looks like a passport or an ID card.",
    CareKind.HEALTH: "This seems to say what somebody has who is ill.",
}
KINDS: Mapping[CareKind, str] = {
    CareKind.BSN: "Citizen service number (BSN)",
    CareKind.BANK: "Bank number",
    CareKind.IDENTITY: "Passport or ID card",
    CareKind.HEALTH: "Health",
}
_BECAUSE: Mapping[CareKind, str] = {
    CareKind.BSN: "{name} removed this: it had a citizen service number in it.",
    CareKind.BANK: "{name} removed this: it had a bank number in it.",
    CareKind.IDENTITY: "{name} removed this: it showed a passport or an ID card.",
    CareKind.HEALTH: "{name} removed this: it was about somebody\u2019s health.",
}


def looks_like(words: Words, mark: CareMark) -> str:
    return " ".join(words.text(LOOKS_LIKE[kind]) for kind in mark.kinds)


def removed(words: Words, mark: CareMark) -> str:
    return words.text(_BECAUSE[mark.kinds[0]]).format(name=mark.by or "?")
