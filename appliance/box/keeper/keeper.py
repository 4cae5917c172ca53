"""The steps of an update, each on the disk before it begins."""

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from appliance.box.keeper import data_side
from appliance.box.keeper.disk import put_whole, remove
from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.looks import look
from appliance.box.keeper.plan import Plan
from appliance.box.keeper.rules import NextStep, TrialHold, TrialLooks, after_start
from appliance.box.keeper.slots import Slots
from appliance.box.keeper.state import Phase, State, StateFile, UpdateOutcome
from appliance.box.keeper.units import Units

log = logging.getLogger(__name__)

HELD = "held.env"
"""Read by Balie's unit as its environment: while the words stand in it, every start is a trial.
Empty, it says that Balie has yet to be started anew.
"""
ASKED = "stop-trial"
"""A person wants the version before."""
_HELD = b"BALIE_TRIAL=true\n"
TRIES = 30
"""To put the version before back: another program may hold dpkg's lock for minutes."""

Steps = Callable[[str], None]


def no_steps(step: str) -> None:
    del step


class Keeper:
    """`steps` hears of each step once it is done; tests end the process there."""

    def __init__(
        self, folder: Path, plan: Plan, slots: Slots, units: Units, *, steps: Steps = no_steps
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._slots = slots
        self._units = units
        self._step = steps
        self._file = StateFile(folder)
        self._data = Path(plan.data)

    def go(self) -> State:
        """From a package that waits to how it ended. Raises KeeperError where none waits."""
        if self._file.read().phase is not Phase.WAITING:
            raise KeeperError("state", "No package waits to be installed.")
        try:
            self._hold()
        except (KeeperError, OSError) as exc:
            log.error("nothing was installed: %s", exc)  # noqa: TRY400 -- the sentence says all
            self._drop(exc.code if isinstance(exc, KeeperError) else "data")
        else:
            self._install()
        return self._file.read()

    def settle(self) -> State:
        """What every start does first: an update that was cut off is ended, or goes on."""
        state = self._file.read()
        to_do, why = after_start(state, self._hold_now(), runs=self._slots.running())
        if to_do is not NextStep.NOTHING:
            log.warning("an update stands at %s: %s", state.phase, to_do)
        match to_do:
            case NextStep.NOTHING:
                pass
            case NextStep.LET_GO:
                self._let_go()
            case NextStep.DROP:
                self._drop(why)
            case NextStep.TRY:
                version = state.version or self._slots.running()
                self._file.move(Phase.TRYING, version=version)
            case NextStep.COMMIT:
                self._commit()
            case NextStep.GO_BACK:
                self._go_back(why)
        return self._file.read()

    def look(self) -> State:
        """Once Balie has started: the looks that decide, where a version is on trial."""
        if self._file.read().phase is Phase.TRYING:
            self._judge()
        return self._file.read()

    def _hold(self) -> None:
        self._file.move(Phase.HOLDING)
        self._step("holding")
        put_whole(self._held, _HELD)
        self._step("held")
        self._units.stop()
        self._step("stopped")
        data_side.as_owner(self._data, partial(data_side.copy_database, self._data))
        self._step("copied")

    def _install(self) -> None:
        self._file.move(Phase.INSTALLING)
        self._step("installing")
        try:
            self._slots.install()
        except KeeperError as exc:
            log.error("it could not be installed: %s", exc)  # noqa: TRY400 -- as above
            self._go_back(exc.code)
            return
        self._step("installed")
        if self._slots.by_restart:
            self._file.move(Phase.RESTARTING)
            self._step("restarting")
            self._units.restart_machine()
            return
        self._file.move(Phase.TRYING)
        self._step("trying")
        try:
            self._units.start()
        except KeeperError as exc:
            log.warning("it does not start: %s", exc)
        self._judge()

    def _judge(self) -> None:
        trial, began = TrialLooks(self._plan.limit_s), time.monotonic()
        since_ms = self._file.read().since_ms
        to_do, why = NextStep.TRY, ""
        while to_do is NextStep.TRY:
            time.sleep(self._plan.look_s)
            wrong = look(self._plan, are_active=self._units.are_active, began_ms=since_ms)
            asked = (self._folder / ASKED).exists()
            to_do, why = trial.judge(wrong, after_s=time.monotonic() - began, asked=asked)
            log.info("a look at the new version: %s", wrong or "good")
            self._step("looked")
        if to_do is NextStep.COMMIT:
            self._file.move(Phase.COMMITTING)
            self._step("committing")
            self._commit()
        else:
            self._go_back(why)

    def _commit(self) -> None:
        self._slots.keep()
        self._step("kept")
        self._file.end(UpdateOutcome.GOOD)
        self._step("ended")
        self._let_go()

    def _go_back(self, why: str) -> None:
        if self._file.read().phase is not Phase.GOING_BACK:
            self._file.move(Phase.GOING_BACK, why=why)
        log.warning("the version before comes back: %s", why)
        self._step("going-back")
        self._units.stop()
        new_runs = self._slots.new_runs(self._file.read().version)
        self._put_version_back(new_runs=new_runs)
        self._step("version-back")
        if new_runs and self._slots.by_restart:
            self._units.restart_machine()
            return
        data_side.as_owner(self._data, partial(data_side.put_back, self._data))
        self._step("data-back")
        # From here on the database belongs to the version before again: it is put back once only.
        self._file.end(UpdateOutcome.CAME_BACK, why)
        self._step("ended")
        self._let_go()

    def _put_version_back(self, *, new_runs: bool) -> None:
        for left in reversed(range(TRIES)):
            try:
                self._slots.back(new_runs=new_runs)
            except KeeperError as exc:
                if not left:
                    raise
                log.warning("once more: %s", exc)
                time.sleep(self._plan.look_s)
            else:
                return

    def _drop(self, why: str) -> None:
        self._file.end(UpdateOutcome.NOT_INSTALLED, why)
        self._step("ended")
        self._let_go()

    def _let_go(self) -> None:
        """Nothing is under way by now; whatever is cut off here is done at the next start."""
        (self._folder / ASKED).unlink(missing_ok=True)
        self._slots.tidy()
        data_side.as_owner(self._data, partial(data_side.forget_copy, self._data))
        put_whole(self._held, b"")
        self._step("released")
        self._units.start()
        self._step("started")
        remove(self._held)

    def _hold_now(self) -> TrialHold:
        try:
            return TrialHold.HELD if self._held.read_bytes() else TrialHold.ENDING
        except FileNotFoundError:
            return TrialHold.NONE

    @property
    def _held(self) -> Path:
        return self._folder / HELD
