"""What the pages of privacy say of requests: what was asked, until when, and what was done."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from appliance.api.web.words.dossier_phrases import CODES, OTHERS
from appliance.api.web.words.i18n import Words
from appliance.desk.privacy.requests.requests import (
    AnsweredHow,
    AskedHow,
    CheckedHow,
    PrivacyRequest,
    RequestKind,
)
from appliance.desk.privacy.requests.steps import StepEntry

KINDS: Mapping[RequestKind, str] = {
    RequestKind.ACCESS: "See what is kept",
    RequestKind.ERASURE: "Have it erased",
    RequestKind.OTHER: "Something else",
}
OUTCOMES: Mapping[AnsweredHow, str] = {
    AnsweredHow.GIVEN: "The file was given",
    AnsweredHow.ERASED: "It was erased",
    AnsweredHow.ANSWERED: "It was answered",
    AnsweredHow.REFUSED: "It was refused",
    AnsweredHow.WITHDRAWN: "They took it back",
}


def kind(words: Words, code: RequestKind) -> str:
    return words.text(KINDS[code])


def outcome(words: Words, code: AnsweredHow) -> str:
    return words.text(OUTCOMES[code])


def asked_how(words: Words, code: AskedHow) -> str:
    return words.text(CODES["asked_how"][code])


def checked(words: Words, code: CheckedHow) -> str:
    return words.text(CODES["checked"][code])


def day(words: Words, on: date) -> str:
    return format_date(on, "d MMMM y", locale=words.language)


def left(words: Words, request: PrivacyRequest) -> str:
    """How many days there are to answer it."""
    days = request.days_left
    if days == 0:
        return words.text("due today")
    if days < 0:
        return words.plural("{n} day late", "{n} days late", -days).format(n=-days)
    return words.plural("{n} day left", "{n} days left", days).format(n=days)


def late(words: Words, count: int) -> str:
    return words.plural("{n} request is late.", "{n} requests are late.", count).format(n=count)


def step(words: Words, entry: StepEntry) -> str:
    """What was done, with how."""
    said = words.text(CODES["what"][entry.what])
    for name, codes in (("how", CODES["checked"]), ("outcome", CODES["outcome"])):
        if name in entry.facts:
            return f"{said}: {words.text(codes[entry.facts[name]])}"
    return said


def left_out(words: Words, entry: StepEntry) -> str:
    """The kinds of others' data that were left out of a file, and of how many things of a kind
    alone; empty where none were.
    """
    whole, parts = list[str](), dict[str, int]()
    for each in entry.facts.get("without", ()):
        kind, _, mark = each.partition(":")
        if mark:
            parts[kind] = parts.get(kind, 0) + 1
        else:
            whole.append(words.text(OTHERS[kind][0]))
    some = (
        words.text("{count} of: {kind}").format(count=count, kind=words.text(OTHERS[kind][0]))
        for kind, count in parts.items()
    )
    return ", ".join((*whole, *some))
