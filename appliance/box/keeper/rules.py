"""What a start does with an update that it finds, and when a trial is decided: no clock, no disk.

The witnesses are the state, whether Balie is held, and which version is here.
"""

from enum import StrEnum

from appliance.box.keeper.state import Phase, State

GOOD_LOOKS = 3
"""In a row: one good answer between two crashes is no health."""


class Hold(StrEnum):
    NONE = "none"
    #: Each start of Balie is a trial.
    HELD = "held"
    #: It starts as always, but the one that runs may still be held.
    ENDING = "ending"


class ToDo(StrEnum):
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
    state: State, hold: Hold, *, runs: str
) -> tuple[ToDo, str]:
    """What to do, and why where it goes back; `runs` is the version that is here now.

    A trial that was cut off is not trusted: the version itself may have ended the machine.
    """
    match state.phase:
        case Phase.IDLE if state.torn and hold is Hold.HELD:
            return ToDo.TRY, ""
        case Phase.IDLE:
            return (ToDo.NOTHING if hold is Hold.NONE else ToDo.LET_GO), ""
        case Phase.WAITING | Phase.HOLDING:
            return ToDo.DROP, "interrupted"
        case Phase.RESTARTING if runs == state.version:
            return ToDo.TRY, ""
        case Phase.RESTARTING:
            return ToDo.GO_BACK, "not-started"
        case Phase.INSTALLING | Phase.TRYING:
            return ToDo.GO_BACK, "interrupted"
        case Phase.COMMITTING:
            return ToDo.COMMIT, ""
        case Phase.GOING_BACK:
            return ToDo.GO_BACK, state.why


class Trial:
    """Good after three good looks in a row; over at the limit, or when a person says so."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._good = 0

    def judge(self, wrong: str, *, after_s: float, asked: bool = False) -> tuple[ToDo, str]:
        """`wrong` is what the last look found, empty for nothing; TRY means: look again."""
        if asked:
            return ToDo.GO_BACK, "asked"
        self._good = 0 if wrong else self._good + 1
        if self._good >= GOOD_LOOKS:
            return ToDo.COMMIT, ""
        if after_s >= self._limit_s:
            return ToDo.GO_BACK, wrong or "too-slow"
        return ToDo.TRY, ""
