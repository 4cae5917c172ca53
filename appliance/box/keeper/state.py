"""Where an update stands, kept in two files by turns: a torn one leaves the step before.

Each has a checksum and a number; the higher number counts. Anybody may read them: the pages do.
"""

import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from appliance.box.keeper.disk import put_whole
from appliance.box.keeper.errors import KeeperError

FILES = ("state.0", "state.1")
_REMEMBERED = 5
"""Versions that came back, the newest last."""


class Phase(StrEnum):
    #: Nothing is under way.
    IDLE = "idle"
    #: The package is here and checked; it waits until no message is in hand.
    WAITING = "waiting"
    #: Balie starts held from now on, and its database is being copied.
    HOLDING = "holding"
    INSTALLING = "installing"
    #: It is in the other slot, and the machine starts anew.
    RESTARTING = "restarting"
    #: The new version runs held, and is looked at.
    TRYING = "trying"
    #: It is good; only its hold is left to be taken away.
    COMMITTING = "committing"
    #: The version before is put back, and the database with it.
    GOING_BACK = "going-back"


TRANSITIONS: Mapping[Phase, frozenset[Phase]] = {
    Phase.IDLE: frozenset({Phase.WAITING, Phase.TRYING}),
    Phase.WAITING: frozenset({Phase.HOLDING, Phase.IDLE}),
    Phase.HOLDING: frozenset({Phase.INSTALLING, Phase.IDLE}),
    Phase.INSTALLING: frozenset({Phase.TRYING, Phase.RESTARTING, Phase.GOING_BACK}),
    Phase.RESTARTING: frozenset({Phase.TRYING, Phase.GOING_BACK}),
    Phase.TRYING: frozenset({Phase.COMMITTING, Phase.GOING_BACK}),
    Phase.COMMITTING: frozenset({Phase.IDLE}),
    Phase.GOING_BACK: frozenset({Phase.IDLE}),
}
"""Idle becomes trying where both files were lost in the middle of an update."""


class UpdateOutcome(StrEnum):
    GOOD = "good"
    CAME_BACK = "came-back"
    #: Nothing was changed.
    NOT_INSTALLED = "not-installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an update ended. `mark` is the SHA-256 of its package, `why` a code."""

    version: str
    mark: str
    outcome: UpdateOutcome
    why: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`version` and `mark` are of the package in hand, `before` is the version that it replaces;
    `why` says why it goes back. `torn`: both files were there and neither could be read.
    """

    number: int = 0
    phase: Phase = Phase.IDLE
    since_ms: int = 0
    version: str = ""
    mark: str = ""
    before: str = ""
    why: str = ""
    last: Ending | None = None
    came_back: tuple[Ending, ...] = ()
    torn: bool = False

    def has_come_back(self, mark: str) -> bool:
        return any(each.mark == mark for each in self.came_back)


class StateFile:
    """Written by root alone, and by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / name for name in FILES]

    def read(self) -> State:
        found = [state for path in self._paths if (state := _read(path)) is not None]
        if not found:
            return State(torn=any(path.exists() for path in self._paths))
        return max(found, key=lambda state: state.number)

    def move(self, phase: Phase, **changes: Any) -> State:
        """The new state, on the disk. Raises KeeperError for a move that there is not."""
        state = self.read()
        if phase not in TRANSITIONS[state.phase]:
            raise KeeperError("state", f"From {state.phase} there is no way to {phase}.")
        return self._write(replace(state, phase=phase, since_ms=now_ms(), **changes))

    def end(self, outcome: UpdateOutcome, why: str = "") -> State:
        """Nothing is under way any more; a version that came back is remembered."""
        state = self.read()
        ending = Ending(
            version=state.version, mark=state.mark, outcome=outcome, why=why, at_ms=now_ms()
        )
        came_back = state.came_back
        if outcome is UpdateOutcome.CAME_BACK:
            others = [each for each in came_back if each.mark != ending.mark]
            came_back = (*others, ending)[-_REMEMBERED:]
        return self.move(Phase.IDLE, last=ending, came_back=came_back, why="")

    def note_refusal(self, version: str, mark: str, why: str) -> State:
        """A package that was not even taken; what is under way goes on."""
        refused = Ending(
            version=version, mark=mark, outcome=UpdateOutcome.NOT_INSTALLED, why=why, at_ms=now_ms()
        )
        return self._write(replace(self.read(), last=refused))

    def _write(self, state: State) -> State:
        """Over the older one."""
        state = replace(state, number=state.number + 1, torn=False)
        body = json.dumps(asdict(state), sort_keys=True).encode()
        path = self._paths[state.number % len(self._paths)]
        put_whole(path, b"%08x %s\n" % (zlib.crc32(body), body))
        return state


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def _read(path: Path) -> State | None:
    """None for one that is not there or not whole."""
    try:
        content = path.read_bytes()
        if not content.endswith(b"\n") or int(content[:8], 16) != zlib.crc32(content[9:-1]):
            return None
        return _state(json.loads(content[9:]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _state(told: Mapping[str, Any]) -> State:
    """What a later version may have written beside it is passed over."""
    known = {each.name: told[each.name] for each in fields(State) if each.name in told}
    return State(
        **{
            **known,
            "phase": Phase(told["phase"]),
            "last": _ending(told["last"]) if told["last"] else None,
            "came_back": tuple(_ending(each) for each in told["came_back"]),
        }
    )


def _ending(told: Mapping[str, Any]) -> Ending:
    return Ending(**{**told, "outcome": UpdateOutcome(told["outcome"])})
