"""The verbs of the copy that does an update: `go`, `settle`, `resume` and `look`.

`settle` runs before Balie starts, so it tells systemd nothing; `resume` is the same while the
machine is up, and `look` goes on with a trial once Balie has started.
"""

import fcntl
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from appliance.box.keeper.deb_slots import DebSlots
from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.keeper import Keeper
from appliance.box.keeper.plan import Plan, read_plan
from appliance.box.keeper.rauc_slots import RaucSlots
from appliance.box.keeper.slots import Slots
from appliance.box.keeper.state import Phase, State, UpdateOutcome
from appliance.box.keeper.units import SystemdUnits, UnitsAtBoot

log = logging.getLogger(__name__)

LOCK = "lock"
PACKAGES = "packages"
VERBS = ("go", "settle", "resume", "look")


def slots_of(folder: Path, plan: Plan) -> Slots:
    packages = folder / PACKAGES
    if plan.way == "slots":
        return RaucSlots(packages)
    return DebSlots(packages, package=plan.package, system=plan.system)


@contextmanager
def only_update(folder: Path) -> Iterator[None]:
    """Raises KeeperError while another process works on an update. The kernel frees the lock."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as exc:
        raise KeeperError("busy", "An update is under way already.") from exc
    finally:
        os.close(handle)


def main(folder: Path, arguments: Sequence[str]) -> int:
    """The exit status: 1 where a step could not be done, or what was to be installed is not."""
    verb, as_json = arguments[0], "--json" in arguments
    if verb not in VERBS:
        raise SystemExit(2)
    # Whoever asked may close their terminal; the update goes on. `balie update back` ends it.
    for each in (signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = read_plan(folder)
    units = (
        UnitsAtBoot()
        if verb == "settle"
        else SystemdUnits(plan.units, plan.reloads, Path(plan.started))
    )
    keeper = Keeper(folder, plan, slots_of(folder, plan), units)
    try:
        with only_update(folder):
            state = do(keeper, verb)
    except (KeeperError, OSError) as exc:
        log.error("%s", exc)  # noqa: TRY400 -- the sentence says all
        return 1
    with suppress(OSError):
        _tell(state, as_json=as_json)
    came_to_nothing = state.last is not None and state.last.outcome is not UpdateOutcome.GOOD
    return int(verb == "go" and state.phase is Phase.IDLE and came_to_nothing)


def do(keeper: Keeper, verb: str) -> State:
    if verb == "go":
        return keeper.go()
    if verb == "look":
        return keeper.look()
    state = keeper.settle()
    return keeper.look() if verb == "resume" else state


def _tell(state: State, *, as_json: bool) -> None:
    last = state.last
    facts = {
        "phase": state.phase.value,
        "version": last.version if last and state.phase is Phase.IDLE else state.version,
        "outcome": last.outcome.value if last and state.phase is Phase.IDLE else None,
        "why": (last.why or None) if last else None,
    }
    told = json.dumps(facts) if as_json else " ".join(str(each) for each in facts.values() if each)
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()
