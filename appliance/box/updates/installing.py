"""What root does before the keeper takes over: take, check, wait, lay down the plan."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from appliance.box.keeper import data_side
from appliance.box.keeper.deb_slots import BEFORE, NEW
from appliance.box.keeper.entry import PACKAGES, only_update
from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.keeper import ASKED
from appliance.box.keeper.plan import Plan, write_plan
from appliance.box.keeper.rauc_slots import NEW as NEW_BUNDLE
from appliance.box.keeper.rauc_slots import RaucSlots
from appliance.box.keeper.state import Phase, State, StateFile, UpdateOutcome
from appliance.box.keeper.units import SystemdUnits
from appliance.box.updates import dependencies, fetching, handing_over, signing
from appliance.box.updates.packages import (
    WAY_PACKAGE,
    WAY_SLOTS,
    PackageFacts,
    own_architecture,
)
from appliance.box.updates.standing import NO_WAY, came_back, which_way
from appliance.box.updates.taking import Taken, TakeTerms, take
from appliance.box.updates.way_back import ensure_way_back
from appliance.errors import UpdateRefused

log = logging.getLogger(__name__)

_OF_PACKAGE = Path("/usr/lib/balie/update.pub")
"""Keys that the package brings, beside those of whoever looks after this box."""
_BALIE = "balie.service"
_BESIDE = ("balie-adb.service", "nginx.service")
QUIET_WITHIN_S = 600.0
_LOOK_S = 1.0
_MB = 1_000_000
_MB_A_SECOND = 5.0
"""What a card writes at least: a database that is rewritten by a migration takes as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMachine:
    """`folder` is root's, `key` has the public keys; `open_attempts` says how many messages are
    being sent, read as the owner of the data.
    """

    folder: Path
    key: Path
    plan: Plan
    open_attempts: Callable[[], int]

    @property
    def packages(self) -> Path:
        return self.folder / PACKAGES


def prepare(machine: UpdateMachine, source: Path, *, by_root: bool) -> Taken:
    """The package waits; what is left is `handing_over.become(folder, "go")`. Raises
    UpdateRefused, and then nothing was changed. One that was fetched is gone either way.
    """
    try:
        return _prepare(machine, partial(take, source, machine.packages), by_root=by_root)
    finally:
        fetching.forget(source, Path(machine.plan.data))


def prepare_back(machine: UpdateMachine) -> Taken:
    """The good version before the one that runs goes on trial, with the database as it is: one
    that cannot use it comes back from that trial. Raises UpdateRefused.
    """
    if machine.plan.way == WAY_SLOTS:
        return _prepare(machine, partial(_take_other_slot, machine.packages), backwards=True)
    source = machine.packages / BEFORE
    if not source.exists():
        raise _no_way_back()
    return _prepare(machine, partial(take, source, machine.packages), backwards=True)


def _take_other_slot(packages: Path, wanted: TakeTerms, state: State) -> Taken:
    """It lies there already. A version that came back is not the one before."""
    version, failed = RaucSlots(packages).other(), came_back(state)
    if not version or (failed is not None and failed.version == version):
        raise _no_way_back()
    (packages / NEW_BUNDLE).unlink(missing_ok=True)
    facts = PackageFacts(name="balie", version=version, architecture=own_architecture(wanted.way))
    return Taken(facts=facts, mark="")


def _no_way_back() -> UpdateRefused:
    return UpdateRefused("no-way-back", "There is no version before this one on this box.")


def note_refusal(machine: UpdateMachine, exc: UpdateRefused) -> None:
    """So that the page can say why; not while another process writes where its update stands."""
    with suppress(KeeperError, OSError), only_update(machine.folder):
        StateFile(machine.folder).note_refusal("", "", exc.code)


def stop_trial(machine: UpdateMachine) -> bool:
    """Whether one is on trial, which then ends as if it had failed."""
    if StateFile(machine.folder).read().phase is not Phase.TRYING:
        return False
    (machine.folder / ASKED).touch()
    return True


def _prepare(
    machine: UpdateMachine,
    find: Callable[[TakeTerms, State], Taken],
    *,
    by_root: bool = True,
    backwards: bool = False,
) -> Taken:
    way, runs = which_way(machine.folder, system=machine.plan.system, package=machine.plan.package)
    if way == NO_WAY:
        raise UpdateRefused(
            "no-way", "This Balie was not installed by a package; update it as it was installed."
        )
    machine.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        with only_update(machine.folder):
            file = StateFile(machine.folder)
            state = _idle(file)
            keys = [key for path in (machine.key, _OF_PACKAGE) for key in signing.keys_in(path)]
            wanted = TakeTerms(way=way, runs=runs, keys=keys, by_root=by_root, backwards=backwards)
            taken = find(wanted, state)
            if way == WAY_PACKAGE:
                _provide(machine, runs)
            handing_over.lay_out(machine.folder)
            write_plan(machine.folder, machine.plan)
            file.move(Phase.WAITING, version=taken.facts.version, mark=taken.mark, before=runs)
            _wait(machine, file)
    except KeeperError as exc:
        raise UpdateRefused(exc.code, str(exc)) from exc
    except OSError as exc:
        raise UpdateRefused("no-room", f"{machine.folder} cannot be written: {exc}.") from exc
    return taken


def _provide(machine: UpdateMachine, runs: str) -> None:
    """What has to be there before anything is stopped: other packages, and the way back. apt knows
    the system that it runs on, and no other.
    """
    plan = machine.plan
    if plan.system == "/":
        dependencies.bring(machine.packages / NEW)
    ensure_way_back(machine.packages, runs, package=plan.package, system=plan.system)


def _wait(machine: UpdateMachine, file: StateFile) -> None:
    """Whoever ends the waiting by hand ends the update."""
    try:
        wait_until_quiet(machine.open_attempts)
    except BaseException as exc:
        code = exc.code if isinstance(exc, UpdateRefused) else "interrupted"
        file.end(UpdateOutcome.NOT_INSTALLED, code)
        raise


def _idle(file: StateFile) -> State:
    state = file.read()
    if state.phase is not Phase.IDLE:
        raise UpdateRefused("busy", "An update is under way already; see balie update status.")
    return state


def wait_until_quiet(open_attempts: Callable[[], int], within_s: float = QUIET_WITHIN_S) -> None:
    """Returns when no message is being sent. Raises UpdateRefused when that takes too long."""
    until = time.monotonic() + within_s
    while count := open_attempts():
        if time.monotonic() > until:
            raise UpdateRefused("busy", f"{count} messages are being sent; try again later.")
        log.info("%d messages are being sent; the update waits", count)
        time.sleep(_LOOK_S)


def active_units() -> Sequence[str]:
    """Balie's own, and those beside it that run now: they have to run on trial, too."""
    beside = [name for name in _BESIDE if SystemdUnits([name]).are_active()]
    return (_BALIE, *beside)


def limit_s(data: Path, least_s: float) -> float:
    """How long a trial may take: longer for a large database, which a migration may rewrite."""
    try:
        size = (data / data_side.DATABASE).stat().st_size
    except OSError:
        size = 0
    return least_s + size / _MB / _MB_A_SECOND
