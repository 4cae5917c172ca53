"""What is said of the rules by which a number speaks by itself."""

from collections.abc import Mapping, Sequence

from appliance.api.web.words.i18n import Words
from appliance.desk.automatic.calendar_file import RosterWrong
from appliance.desk.automatic.deciding import RuleName, Why
from appliance.desk.automatic.roster import Roster
from appliance.desk.automatic.trial import Trial, TrialAnswer
from appliance.desk.automatic.usual_words import usual
from appliance.desk.consent import rule_words
from appliance.store.branches import Branch

RULES: Mapping[str, tuple[str, str]] = {
    "welcome": (
        "Welcome",
        "Once, to whoever writes for the first time.",
    ),
    "outside_hours": (
        "Outside opening hours",
        "When the branch is closed. {opent} becomes when it opens again.",
    ),
    "nobody_logged_in": (
        "Nobody logged in",
        "When no colleague who may answer on this number is logged in, whatever the time.",
    ),
    "all_busy": (
        "Everybody busy",
        "To whoever still waits after so many minutes while a colleague is logged in.",
    ),
}
"""The name of each rule on the page, and when it speaks."""

_RULE_NAMES: Mapping[RuleName, str] = {
    RuleName.WELCOME: "welcome",
    RuleName.OUTSIDE_HOURS: "outside_hours",
    RuleName.NOBODY_LOGGED_IN: "nobody_logged_in",
    RuleName.ALL_BUSY: "all_busy",
}
WHY: Mapping[RuleName | Why, str] = {
    RuleName.WELCOME: "because they write for the first time",
    RuleName.OUTSIDE_HOURS: "because the branch is closed then",
    RuleName.ABSENCE: "because the colleague whose conversation it is is away",
    RuleName.NOBODY_LOGGED_IN: "because nobody who may answer is logged in",
    RuleName.ALL_BUSY: "because they still wait for an answer",
    Why.NOTHING_TO_SAY: "because a colleague can answer, or no rule for this is on",
    Why.JUST_ANSWERED: "because a colleague answered a moment ago",
    Why.ANSWER_WAITS: "because a colleague's answer is on its way",
    Why.SAID_LATELY: "because they got an automatic message not long before",
    Why.TWO_IN_A_ROW: "because they got two in a row without a colleague's answer",
    Why.SAME_WORDS: "because they write the same words again and again",
    Why.UNDECIDED: "because they may want no more messages, and nobody has decided yet",
}


def rule(words: Words, name: str) -> tuple[str, str]:
    called, when = RULES[name]
    return words.text(called), words.text(when)


def usual_text(name: str, branch: Branch) -> str:
    """What a rule without words of its own says, with its placeholders."""
    language = branch.settings.language
    found: Sequence[str] = [branch.settings.welcome_text or rule_words.WELCOME[language]]
    for each, called in _RULE_NAMES.items():
        if called == name:
            found = usual(each, language) or found
    return found[0].replace("{branch}", "{vestiging}") if language == "nl" else found[0]


def answer(words: Words, each: TrialAnswer) -> str:
    """When something is said, or that nothing is, and why."""
    why = words.text(WHY[each.why])
    if each.after_min:
        sentence = (
            words.text("After {n} minutes without an answer they get this, {why}:")
            if each.rule
            else words.text("After {n} minutes without an answer they get nothing, {why}.")
        )
        return sentence.format(n=each.after_min, why=why)
    sentence = (
        words.text("They get this at once, {why}:")
        if each.rule
        else words.text("They get nothing at once, {why}.")
    )
    return sentence.format(why=why)


def moment(words: Words, found: Trial, zone: str, now_ms: int) -> str:
    """Whether the branch is open then."""
    at = words.moment(found.at_ms, zone, now_ms)
    if found.is_open:
        return words.text("On {at} the branch is open.").format(at=at)
    if found.opens_ms is None:
        return words.text("On {at} the branch is closed.").format(at=at)
    opens = words.moment(found.opens_ms, zone, now_ms)
    sentence = words.text("On {at} the branch is closed; it opens on {opens}.")
    return sentence.format(at=at, opens=opens)


def roster_reach(words: Words, found: Roster, zone: str) -> str:
    sentence = words.text("From the file {name}; its last shift ends on {day}.")
    return sentence.format(name=found.name, day=words.date(found.until_ms, zone))


def wrong_roster(words: Words, exc: RosterWrong) -> str:
    return words.text(exc.template).format(**exc.values)
