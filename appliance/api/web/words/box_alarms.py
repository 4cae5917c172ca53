"""What is wrong with a box of a head office, and what to do about it: English, as in `phrases`.

Said by the page of boxes, by `balie office boxes`, and of the incident that it is.
"""

from collections.abc import Mapping

ALARMS: Mapping[str, tuple[str, str]] = {
    "conflict": (
        "Two machines may speak as the box {box}, so nothing is taken from it and nothing given.",
        "Find out which one is at the branch, and choose it on head office's page of boxes.",
    ),
    "held": (
        "Nothing is taken from the box {box} until somebody has looked.",
        "Head office's page of boxes says why. Ask the branch, then take it in again there.",
    ),
    "silent": (
        "The box {box} has not been heard of for two minutes. The branch itself works on.",
        "See whether the branch has power and internet.",
    ),
    "number-twice": (
        "A number of the box {box} is one of another box, too.",
        "Remove the number at the box that does not have its SIM any more.",
    ),
    "lines-ill": (
        "A number of the box {box} cannot send.",
        "See at that box what is wrong with it.",
    ),
    "disk": (
        "The disk of the box {box} is nearly full.",
        "Keep less there, or put a larger disk in.",
    ),
    "clock": (
        "The clock of the box {box} is wrong.",
        "See whether it reaches a time server. Its messages keep their order.",
    ),
}
"""By `Alarm` of `office/tables/boxes.py`."""

SHORT: Mapping[str, str] = {
    "conflict": "two machines",
    "held": "held",
    "silent": "not heard of",
    "number-twice": "number twice",
    "lines-ill": "number ill",
    "disk": "disk full",
    "clock": "clock wrong",
}
"""As a screen on a wall says it."""
