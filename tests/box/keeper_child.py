"""The keeper in a process that kills itself by SIGKILL at a given step."""

import os
import signal
import sys
from pathlib import Path

from appliance.box.keeper.entry import do, only_update, slots_of
from appliance.box.keeper.keeper import Keeper
from appliance.box.keeper.plan import Plan
from appliance.box.keeper.units import SystemdUnits, UnitsAtBoot


def run(folder: Path, plan: Plan, verbs: list[str], path: str, step: str | None) -> None:
    """`verbs` one after the other; `path` has the programs of the machine."""
    os.environ["PATH"] = path
    sys.stderr = (folder / "stderr").open("a")

    def reached(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    for verb in verbs:
        units = UnitsAtBoot() if verb == "settle" else SystemdUnits(plan.units)
        keeper = Keeper(folder, plan, slots_of(folder, plan), units, steps=reached)
        with only_update(folder):
            do(keeper, verb)
