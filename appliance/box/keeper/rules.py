"""What a start does with an update that it finds, and when a trial is decided: no clock, no disk.

The witnesses are the state, whether Balie is held, and which version is here.
"""

from enum import StrEnum

from appliance.box.keeper.state import Phase, State

GOOD_LOOKS = 3
"""In a row: one good answer between two crashes is no health."""
NOT_HELD = "not-held"
"""A version on trial that is let go by itself. It may send, so nobody waits for another look."""


class TrialHold(StrEnum):
    NONE = "none"
    #: Each start of Balie is a trial.
    HELD = "held"
    #: It starts as always, but the one that runs may still be held.
    ENDING = "ending"


class NextStep(StrEnum):
    NOTHING = "nothing"
    #: Nothing is under way, but Balie is still held.
    LET_GO = "let-go"
    #: Nothing was installed yet: as if it had never begun.
    DROP = "drop"
    #: It runs now; looks decide.
    TRY = "try"
    COMMIT = "commit"
    GO_BACK = "go-back"


def after_start(  # noqa: PLR0911 -- one for each phase
    state: State, hold: TrialHold, *, runs: str
) -> tuple[NextStep, str]:
    """What to do, and why where it goes back; `runs` is the version that is here now.

    A trial that was cut off is not trusted: the version itself may have ended the machine.
    """
    match state.phase:
        case Phase.IDLE if state.torn and hold is TrialHold.HELD:
            return NextStep.TRY, ""
        case Phase.IDLE:
            return (NextStep.NOTHING if hold is TrialHold.NONE else NextStep.LET_GO), ""
        case Phase.WAITING | Phase.HOLDING:
            return NextStep.DROP, "interrupted"
        case Phase.RESTARTING if runs == state.version:
            return NextStep.TRY, ""
        case Phase.RESTARTING:
            return NextStep.GO_BACK, "not-started"
        case Phase.INSTALLING | Phase.TRYING:
            return NextStep.GO_BACK, "interrupted"
        case Phase.COMMITTING:
            return NextStep.COMMIT, ""
        case Phase.GOING_BACK:
            return NextStep.GO_BACK, state.why


class TrialLooks:
    """Good after three good looks in a row; over at the limit, when a person says so, or when the
    version does not keep still.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._good = 0

    def judge(self, wrong: str, *, after_s: float, asked: bool = False) -> tuple[NextStep, str]:
        """`wrong` is what the last look found, empty for nothing; TRY means: look again."""
        if asked:
            return NextStep.GO_BACK, "asked"
        if wrong == NOT_HELD:
            return NextStep.GO_BACK, wrong
        self._good = 0 if wrong else self._good + 1
        if self._good >= GOOD_LOOKS:
            return NextStep.COMMIT, ""
        if after_s >= self._limit_s:
            return NextStep.GO_BACK, wrong or "too-slow"
        return NextStep.TRY, ""
