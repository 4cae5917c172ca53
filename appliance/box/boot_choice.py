"""What RAUC asks and tells about the slots: its custom backend, and what a trial's end means.

RAUC calls the program with a verb (`get-primary`, `set-primary`, `get-state`, `set-state`,
`get-current`) and reads one word; any other status than 0 is a failure to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from appliance.box.boot_state import BootRecord, BootState
from appliance.box.partitions import SLOTS
from appliance.errors import SetupError

_GOOD, _BAD = "good", "bad"


class BootChoice:
    """Used by root alone."""

    def __init__(self, state: BootState, command_line: str) -> None:
        """`command_line` is the kernel's, which says what U-Boot has started."""
        self._state = state
        self._said = words_of(command_line)

    def primary(self) -> str:
        """The slot that starts next."""
        record = self._state.known()
        if record.trial is None or self._state.was_started(record):
            return record.good
        return record.trial

    def choose(self, slot: str) -> None:
        """The next start is a trial of this slot, if it is not the good one; it has one start."""
        record = self._state.known()
        if slot == record.good:
            self._state.write(replace(record, trial=None))
        else:
            self._state.write(replace(record, trial=slot, trial_id=record.number + 1))

    def is_good(self, slot: str) -> bool:
        return self._state.known().good == slot

    def mark_good(self, slot: str) -> None:
        """A trial that is good is what starts from now on.

        The slot of before, called good after a trial has failed, ends the trial for good: it is not
        made again by itself. A trial that still waits for its start goes on waiting.
        """
        record = self._state.known()
        waits = record.trial not in (None, slot) and not self._state.was_started(record)
        if slot in (record.good, record.trial):
            self._settle(replace(record, good=slot, trial=record.trial if waits else None))
        if not waits:
            self._state.forget_starts()

    def mark_bad(self, slot: str) -> None:
        """A trial is called off. The good slot stays what starts: there must be one."""
        record = self._state.known()
        if record.trial == slot:
            self._state.write(replace(record, trial=None))
            self._state.forget_starts()

    def recover(self) -> bool:
        """After both records were lost the slot that runs is the good one; whether they were."""
        if self._state.record() is not None:
            return False
        self._state.write(BootRecord(good=self.current()))
        self._state.forget_starts()
        return True

    def current(self) -> str:
        """The slot that runs. Raises SetupError on a machine that U-Boot did not start."""
        slot = self._said.get("rauc.slot", "")
        if slot not in SLOTS:
            raise SetupError("The kernel's command line names no slot: this box has none.")
        return slot

    def runs_in_place_of(self) -> str | None:
        """The slot that was to start and could not be loaded, where that is so."""
        slot = self._said.get("balie.instead", "")
        return slot if slot in SLOTS else None

    def trial_that_runs(self) -> int | None:
        """The number of the trial, where the slot that runs is on trial."""
        said = self._said.get("balie.trial", "")
        return int(said) if said.isdecimal() else None

    def _settle(self, record: BootRecord) -> None:
        """A box that has settled writes nothing."""
        if record != self._state.record():
            self._state.write(record)


def words_of(command_line: str) -> Mapping[str, str]:
    return dict(each.partition("=")[::2] for each in command_line.split())


def answer(choice: BootChoice, asked: Sequence[str]) -> str | None:
    """What is printed for RAUC; None for a question that it does not ask."""
    match asked:
        case ["get-primary"]:
            return choice.primary()
        case ["get-current"]:
            return choice.current()
        case ["get-state", slot] if slot in SLOTS:
            return _GOOD if choice.is_good(slot) else _BAD
        case ["set-primary", slot] if slot in SLOTS:
            choice.choose(slot)
        case ["set-state", slot, "good"] if slot in SLOTS:
            choice.mark_good(slot)
        case ["set-state", slot, "bad"] if slot in SLOTS:
            choice.mark_bad(slot)
        case _:
            return None
    return ""


def run(arguments: Sequence[str], *, firmware: Path, command_line: Path) -> int:
    """The program that RAUC starts; the status of its process."""
    choice = BootChoice(BootState(firmware), command_line.read_text("utf-8"))
    said = answer(choice, arguments)
    if said is None:
        return 2
    if said:
        print(said)  # noqa: T201 -- RAUC reads it
    return 0
