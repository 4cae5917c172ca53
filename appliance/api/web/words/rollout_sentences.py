"""What a head office says of an update of all boxes: English, as in `phrases`."""

from collections.abc import Mapping

from appliance.api.web.words.box_alarms import SHORT
from appliance.api.web.words.i18n import Words
from appliance.api.web.words.update_sentences import WHY
from appliance.reasons import Reason

STATES: Mapping[str, str] = {
    "running": "The update is under way.",
    "stopped": "The update stands still, because a box is not well with it. Decide below.",
    "ended": "The update was ended. No further box is asked.",
    "over": "All boxes have had their turn.",
}
TURNS: Mapping[str, str] = {
    "waiting": "waits for its turn",
    "asked": "is updating",
    "good": "well",
    "ill": "not well",
    "left": "left out",
}
OTHER_WHY: Mapping[str, str] = {
    "not-arrived": "It did not run the new version within two hours.",
    "nothing-there": "There is no version where this box looks for one.",
    "other-version": "Where this box looks lies another version.",
    Reason.TOO_LATE: "It could not be reached in time.",
}
NOT_DONE = "The box does not do it."

SENTENCES = (*STATES.values(), *TURNS.values(), *OTHER_WHY.values(), NOT_DONE)


def state(words: Words, code: str) -> str:
    return words.text(STATES[code])


def turn(words: Words, code: str) -> str:
    """How far a box is."""
    return words.text(TURNS[code])


def why(words: Words, code: str | None) -> str:
    """Why a box is not well; empty where nothing is said of it."""
    if code is None:
        return ""
    alarm = code.removeprefix("box-")
    if alarm != code and alarm in SHORT:
        return words.text(SHORT[alarm])
    return words.text({**WHY, **OTHER_WHY}.get(code, NOT_DONE))
