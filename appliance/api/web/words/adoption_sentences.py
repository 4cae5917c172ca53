"""What is said of the chats that a phone had before Balie came."""

from collections.abc import Mapping

from appliance.adoption import AdoptionState, ChatFate
from appliance.api.web.words.i18n import Words
from appliance.desk.lines.adopting import AdoptionView
from appliance.store.adoptions import AdoptionChat

STATES: Mapping[AdoptionState, str] = {
    AdoptionState.WALKING: "under way",
    AdoptionState.PAUSED: "paused",
    AdoptionState.STOPPED: "stopped",
    AdoptionState.DONE: "done",
}

WHY: Mapping[ChatFate, str] = {
    ChatFate.UNKNOWN: "The phone shows a name only, and Balie does not know whose it is.",
    ChatFate.ALIKE: "Several chats or numbers have this name.",
    ChatFate.FAILED: "The phone did not show this chat.",
}
"""Why a person has to look."""


def why(words: Words, chat: AdoptionChat) -> str:
    """Why a person has to look at it; empty where nobody has to."""
    if chat.fate is ChatFate.UNKNOWN and chat.came:
        return words.text(
            "A message came in it while Balie did not know whose chat it is. Read it on the phone."
        )
    return words.text(WHY[chat.fate]) if chat.fate in WHY else ""


def progress(words: Words, view: AdoptionView) -> str:
    """How far it has come, in one sentence."""
    walk = view.walk
    if walk is None:
        return words.text("The chats that this phone already has were not taken over.")
    if walk.listed_ms is None:
        if view.is_open and walk.tries:
            return words.text("Balie could not read the list of chats yet, and tries again.")
        return words.text("The list of chats has yet to be read.")
    sentence = words.text("{read} of {chats} chats were read.")
    return sentence.format(read=view.read, chats=view.chats)


def taken(words: Words, view: AdoptionView) -> str:
    """What came of it."""
    people = words.plural("{n} person who wrote", "{n} people who wrote", view.adopted)
    both = view.came + view.went
    messages = words.plural("{n} message", "{n} messages", both)
    return f"{people.format(n=view.adopted)}, {messages.format(n=both)}"
