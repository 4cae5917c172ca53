"""What a line says by itself to somebody, and why: one pure function, in life and in the trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.queue.pacing import DAY_MS, HOUR_MS, MINUTE_MS, QUIET_MS
from appliance.store.line_rules import LineRules

IN_A_ROW = 2
"""Two machines that answer each other end here; a person has been told twice by then."""
STILL_NEW_MS = HOUR_MS
"""Who waits for longer than this beyond the minutes of the rule is no news: a rule that was just
switched on, and a Balie that was off for a night, write to none of them.
"""


class RuleName(StrEnum):
    """As `message.rule` has them; `queue.pacing.AUTOMATIC_RULES` names the same."""

    WELCOME = "welcome"
    OUTSIDE_HOURS = "outside-hours"
    #: The colleague who has the conversation is away.
    ABSENCE = "absence"
    NOBODY_LOGGED_IN = "nobody-logged-in"
    #: They wait for longer than the line wants.
    ALL_BUSY = "all-busy"


class Why(StrEnum):
    """Why a rule speaks: its own name. Why none does: one of these."""

    #: Somebody is there, the office is open, and they were welcomed before.
    NOTHING_TO_SAY = "nothing-to-say"
    #: A colleague answered within the last minutes.
    JUST_ANSWERED = "just-answered"
    #: A colleague's answer is on its way.
    ANSWER_WAITS = "answer-waits"
    #: A rule said something within `every_hours`.
    SAID_LATELY = "said-lately"
    #: Two in a row that nobody of the office has followed up.
    TWO_IN_A_ROW = "two-in-a-row"
    #: They write the same words again and again.
    SAME_WORDS = "same-words"
    #: They may want no more messages, and nobody has decided yet.
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a rule said before; `to` are the words that it answered, folded."""

    at_ms: int
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How it stands between the line and somebody who wrote.

    `is_there`: somebody who may answer is logged in, of those on duty where the roster says who is.
    `is_absent`: the conversation is a colleague's who is away. `words` are what they wrote, folded.
    `spoken` are the last that rules said, the newest first; `followed_up`: somebody of the office
    answered since the second of them. `waits_ms`: no message came, they wait for so long;
    `said_in_wait`: a rule told them that already.
    """

    now_ms: int
    is_open: bool = True
    is_there: bool = True
    is_absent: bool = False
    is_welcomed: bool = True
    is_undecided: bool = False
    answer_waits: bool = False
    answered_ms: int | None = None
    followed_up: bool = False
    words: str = ""
    spoken: Sequence[Spoken] = ()
    waits_ms: int | None = None
    said_in_wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDecision:
    """`rule` None: nothing is said. `welcomes`: the welcome stands before what the rule says."""

    rule: RuleName | None
    why: RuleName | Why
    welcomes: bool = False


def decide(rules: LineRules, standing: Circumstances) -> RuleDecision:
    rule = _situation(rules, standing)
    welcomes = standing.waits_ms is None and rules.welcome.on and not standing.is_welcomed
    if rule is None and not welcomes:
        return RuleDecision(rule=None, why=Why.NOTHING_TO_SAY)
    held = _held(rules, standing)
    # A welcome alone may wait for the decision about them: it says the same a day later.
    if held is None and standing.is_undecided and rule is not None:
        held = Why.UNDECIDED
    if held is not None:
        return RuleDecision(rule=None, why=held)
    said = rule or RuleName.WELCOME
    return RuleDecision(rule=said, why=said, welcomes=welcomes)


def _situation(rules: LineRules, standing: Circumstances) -> RuleName | None:
    if standing.waits_ms is not None:
        return RuleName.ALL_BUSY if _waits_long(rules, standing, standing.waits_ms) else None
    if not standing.is_open and rules.outside_hours.on:
        return RuleName.OUTSIDE_HOURS
    if standing.is_absent:
        return RuleName.ABSENCE
    if not standing.is_there and rules.nobody_logged_in.on:
        return RuleName.NOBODY_LOGGED_IN
    return None


def _waits_long(rules: LineRules, standing: Circumstances, waits_ms: int) -> bool:
    least_ms = rules.all_busy.after_min * MINUTE_MS
    return (
        rules.all_busy.on
        and standing.is_open
        and standing.is_there
        and not standing.said_in_wait
        and least_ms <= waits_ms < least_ms + STILL_NEW_MS
    )


def _held(rules: LineRules, standing: Circumstances) -> Why | None:
    """What keeps a rule from speaking, whichever it is."""
    now_ms, spoken = standing.now_ms, standing.spoken
    if standing.answer_waits:
        return Why.ANSWER_WAITS
    if standing.answered_ms is not None and now_ms - standing.answered_ms < QUIET_MS:
        return Why.JUST_ANSWERED
    if spoken and now_ms - spoken[0].at_ms < rules.every_hours * HOUR_MS:
        return Why.SAID_LATELY
    return _too_often(standing)


def _too_often(standing: Circumstances) -> Why | None:
    """Two machines answer each other at once; one that writes by the clock says the same words."""
    spoken = standing.spoken[:IN_A_ROW]
    if len(spoken) < IN_A_ROW or standing.followed_up:
        return None
    if standing.now_ms - spoken[0].at_ms < DAY_MS:
        return Why.TWO_IN_A_ROW
    same = all(each.to == standing.words for each in spoken)
    return Why.SAME_WORDS if same else None
