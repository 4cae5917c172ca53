"""What is said of the link with head office: how it stands, and what it tells there."""

from collections.abc import Mapping

from appliance.api.services import OfficeNow
from appliance.api.web.words.i18n import Words
from appliance.desk.team.shown_case import BoxShown
from appliance.reasons import Reason
from appliance.slices import Privacy
from appliance.store.office_link import OfficeLink

PRIVACY: Mapping[Privacy, tuple[str, str]] = {
    Privacy.ALL: (
        "Everything",
        "Head office has what people wrote, their names and numbers, as the box has them.",
    ),
    Privacy.ON_DEMAND: (
        "Only what somebody opens",
        (
            "Head office has states, times and counts. What people wrote, their names and numbers"
            " stay at the box, and are shown at head office when a colleague with the right opens a"
            " conversation."
        ),
    ),
    Privacy.FIGURES: (
        "Figures only",
        "Head office has counts and times, and cannot tell which of them are of one person.",
    ),
}

TROUBLE: Mapping[str, tuple[str, str]] = {
    "connection": (
        "Head office cannot be reached.",
        "The branch works on; what happens here is told when it answers again.",
    ),
    "timeout": (
        "Head office does not answer in time.",
        "The branch works on; what happens here is told when it answers again.",
    ),
    "tls": (
        "What answers at its address is not head office.",
        "See whether something in this network stands in between, such as a page to log in to it.",
    ),
    "no-office": (
        "What answers at its address is not head office.",
        "See whether something in this network stands in between, such as a page to log in to it.",
    ),
    "busy": ("Head office has too much to do now.", "This box asks again by itself."),
    "held": (
        "Head office takes nothing from this box until somebody there has looked.",
        "The branch works on. Tell head office what stands here.",
    ),
    "unauthorized": (
        "Head office does not know what this box shows it.",
        (
            "The branch works on, and this box asks again by itself. Where it stays so, ask head"
            " office for a new invitation for this very box, and put it in below."
        ),
    ),
    "no-credential": (
        "What this box shows head office is missing, or cannot be read.",
        (
            "No copy holds it. Ask head office for a new invitation for this very box, and put it"
            " in below: then it goes on where it was."
        ),
    ),
    Reason.STRUCK_OFF: (
        "Head office does not know this box any more, so it sends nothing.",
        (
            "Ask head office why, and for a new invitation for this very box. Where the branch goes"
            " on without it, end the link below."
        ),
    ),
}

WITHHELD: Mapping[str, str] = {
    "privacy": "The company lets head office have figures only: what was written stays at the"
    " branch, and so does who wrote it.",
    "box-away": "What was written is at the branch, which cannot be reached now. It is shown here"
    " as soon as the branch answers.",
}

NOT_SEARCHED: Mapping[str, str] = {
    "missing": "What head office has of these boxes cannot be read now, so nothing is found there:",
    "keeps": "Names and words stay at these branches, and are found by the search there alone:",
    "away": "These boxes cannot be reached now; what happened there since is not found here:",
}

_INVITED_AGAIN = frozenset({"unauthorized", "no-credential", Reason.STRUCK_OFF.value})

SENTENCES = (
    *WITHHELD.values(),
    *NOT_SEARCHED.values(),
    *(each for said in (PRIVACY, TROUBLE) for pair in said.values() for each in pair),
)


def choice(words: Words, privacy: Privacy) -> tuple[str, str]:
    """What it is called, and what it means."""
    name, meaning = PRIVACY[privacy]
    return words.text(name), words.text(meaning)


def trouble(words: Words, link: OfficeLink, now: OfficeNow) -> tuple[str, str] | None:
    """What is wrong and what to do; None while all is well, or nothing is known yet."""
    found = TROUBLE.get(_code(link, now))
    return None if found is None else (words.text(found[0]), words.text(found[1]))


def somebody(words: Words, *, is_group: bool) -> str:
    """Stands for a name that only the box has."""
    return words.text("A group") if is_group else words.text("Somebody")


def fate(words: Words, box: BoxShown) -> str:
    """What becomes of a text that is sent now."""
    if box.away_ms is not None:
        return words.text("Waits until {box} can be reached.").format(box=box.name)
    return words.text("{box} sends it, as soon as it may.").format(box=box.name)


def begun(words: Words, box: BoxShown, to: str, *, is_refused: bool) -> str:
    """What stands of a message to somebody new."""
    if is_refused:
        sentence = words.text("{box} did not send your message to {to}.")
    elif box.away_ms is not None:
        sentence = words.text("Your message to {to} waits until {box} can be reached.")
    else:
        sentence = words.text("{box} was asked to send your message to {to}.")
    return sentence.format(box=box.name, to=to)


def not_done(words: Words, box: str) -> str:
    why = words.text("That is not possible there any more.")
    return words.text("{box} did not do it. {why}").format(box=box, why=why)


def file_away(words: Words, box: str) -> str:
    """In place of a file that its box does not give now."""
    sentence = words.text("{box} did not give the file. Try again in a moment.")
    return sentence.format(box=box)


def withheld(words: Words, why: str) -> str:
    """Why head office shows no words in a conversation."""
    return words.text(WITHHELD[why])


def not_searched(words: Words, why: str) -> str:
    """Stands before the names of the boxes."""
    return words.text(NOT_SEARCHED[why])


def needs_invitation(link: OfficeLink, now: OfficeNow) -> bool:
    """Whether a new one for this very box may be what helps."""
    return _code(link, now) in _INVITED_AGAIN


def _code(link: OfficeLink, now: OfficeNow) -> str:
    if link.struck_off_ms is not None:
        return Reason.STRUCK_OFF
    if link.held is not None:
        return "held"
    return now.trouble or ""
