"""Where updates stand, for whoever looks: command line, pages, doctor, figures."""

from dataclasses import dataclass
from pathlib import Path

from appliance import __version__
from appliance.box.keeper.entry import slots_of
from appliance.box.keeper.plan import Plan
from appliance.box.keeper.state import Ending, State, StateFile, UpdateOutcome
from appliance.box.updates.packages import WAY_PACKAGE, WAY_SLOTS
from appliance.box.whole_files import put_whole
from appliance.errors import StoreUnavailable

NO_WAY = "none"
SEEN = "update-seen"
_RAUC = Path("/etc/rauc/system.conf")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStanding:
    """`way`: how this Balie was installed, `package`, `slots` or `none` (from its sources);
    `came_back` is the last version that did, unless a newer one has been good since.
    """

    runs: str
    way: str
    state: State
    came_back: Ending | None


def standing(folder: Path, *, system: str = "/", package: str = "balie") -> UpdateStanding:
    """Asks the package system; not for the event loop."""
    way, runs = which_way(folder, system=system, package=package)
    state = StateFile(folder).read()
    return UpdateStanding(runs=runs, way=way, state=state, came_back=came_back(state))


def which_way(folder: Path, *, system: str = "/", package: str = "balie") -> tuple[str, str]:
    """How this Balie was installed, and its version."""
    if system == "/" and _RAUC.exists():
        plan = Plan(way=WAY_SLOTS)
        return WAY_SLOTS, slots_of(folder, plan).running() or __version__
    plan = Plan(system=system, package=package)
    runs = slots_of(folder, plan).running()
    return (WAY_PACKAGE, runs) if runs else (NO_WAY, __version__)


def came_back(state: State) -> Ending | None:
    """What a person should know of: until a later one is good."""
    if not state.came_back:
        return None
    newest = state.came_back[-1]
    later = state.last is not None and state.last.at_ms > newest.at_ms
    return None if later and state.last and state.last.outcome is UpdateOutcome.GOOD else newest


def came_back_in(folder: Path) -> Ending | None:
    """Cheap: two small files."""
    return came_back(StateFile(folder).read())


def unseen(folder: Path, data: Path) -> Ending | None:
    """What came back and nobody has said yet that they know."""
    ending = came_back_in(folder)
    if ending is None or _seen(data) == f"{ending.mark} {ending.at_ms}":
        return None
    return ending


def see(folder: Path, data: Path) -> None:
    """Somebody knows. Raises StoreUnavailable."""
    ending = came_back_in(folder)
    if ending is None:
        return
    try:
        put_whole(data / SEEN, f"{ending.mark} {ending.at_ms}".encode())
    except OSError as exc:
        raise StoreUnavailable(f"{data} cannot be written ({exc.strerror}).") from exc


def _seen(data: Path) -> str:
    try:
        return (data / SEEN).read_text("utf-8")
    except (OSError, ValueError):
        return ""
