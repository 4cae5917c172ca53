"""What was measured beside what is wanted, a line each."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    what: str
    measured: str
    wanted: str
    is_well: bool


def seconds(what: str, took: float, goal: float | None = None) -> Result:
    """With the machine's load beside it: an emulated box is as slow as who emulates it."""
    wanted = f"≤ {goal:.0f} s" if goal else "–"
    measured = f"{took:.0f} s (load {os.getloadavg()[0]:.1f})"
    return Result(what=what, measured=measured, wanted=wanted, is_well=not goal or took <= goal)


def fact(what: str, measured: str, *, is_well: bool, wanted: str = "yes") -> Result:
    return Result(what=what, measured=" ".join(measured.split()), wanted=wanted, is_well=is_well)
