"""The steps between accepting a message and having proof of it, by name.

The code does nothing at them. Tests pass a function that ends the process at one of them, to prove
that a power cut there neither loses a message nor sends it twice.
"""

from collections.abc import Callable
from enum import Enum


class Step(Enum):
    """In the order in which a message reaches them; `…ing` is inside a transaction, uncommitted."""

    CLAIMING = "claiming"
    CLAIMED = "claimed"
    #: The chat is open and the text stands in it.
    BEFORE_BASELINE = "before-baseline"
    NOTING_BASELINE = "noting-baseline"
    BASELINE_NOTED = "baseline-noted"
    OPENING_GATE = "opening-gate"
    #: #: From here on the message may have left.
    GATE_OPEN = "gate-open"
    TAPPED = "tapped"
    #: #: The device showed what became of it; that is recorded nowhere yet.
    SEEN = "seen"
    KEEPING_OUTCOME = "keeping-outcome"
    OUTCOME_KEPT = "outcome-kept"
    #: #: At the next start, for a message that a device had in hand.
    DOUBTING = "doubting"
    DOUBTED = "doubted"
    #: #: A device is about to be asked about an attempt.
    ASKING = "asking"
    ANSWERED = "answered"
    KEEPING_ANSWER = "keeping-answer"
    ANSWER_KEPT = "answer-kept"
    #: A chat is about to be opened to read its ticks.
    VISITING = "visiting"
    KEEPING_TICKS = "keeping-ticks"
    TICKS_KEPT = "ticks-kept"


Steps = Callable[[Step], None]


def no_steps(step: Step) -> None:
    del step
