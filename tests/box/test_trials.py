"""A new version on trial: it stays when it is well, and otherwise all is as it was before, whatever
ends the process or the machine, and when.
"""

import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box.keeper.data_side import COPY
from appliance.box.keeper.deb_slots import BEFORE, GOOD, NEW
from appliance.box.keeper.entry import PACKAGES
from appliance.box.keeper.keeper import ASKED, HELD
from appliance.box.keeper.state import FILES, Phase, StateFile, UpdateOutcome
from tests.box import keeper_child
from tests.box.toy_world import LIMIT_S, ToyBox, build_package

OLD, NEWER = "1.0", "1.1"
UNDECIDED = ("held", "copied", "installing", "installed", "looked")
DECIDED = ("committing", "kept", "ended", "released")
GOING_BACK = ("going-back", "version-back", "data-back", "ended")

SHORT_S = 0.3
"""For a version that is never well: whether it ended or does not answer yet is the same."""

_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload([keeper_child.__name__])


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Of the version before, and newer ones of each kind."""
    folders = {
        kind: tmp_path_factory.mktemp(kind) for kind in ("good", "broken", "degraded", "free")
    }
    built = {kind: build_package(folder, NEWER, kind) for kind, folder in folders.items()}
    return {"old": build_package(tmp_path_factory.mktemp("old"), OLD), **built}


@pytest.fixture
def toy(tmp_path: Path, packages: dict[str, Path]) -> Iterator[ToyBox]:
    """A box on which the version before runs."""
    box = ToyBox(box=tmp_path)
    box.furnish(packages["old"])
    box.waits_until(OLD)
    yield box
    box.power_off()


def wait_for(toy: ToyBox, packages: dict[str, Path], kind: str) -> None:
    """The newer package waits, as `balie update install` leaves it."""
    folder = toy.folder / PACKAGES
    folder.mkdir(exist_ok=True)
    shutil.copyfile(packages["old"], folder / GOOD)
    shutil.copyfile(packages[kind], folder / NEW)
    StateFile(toy.folder).move(Phase.WAITING, version=NEWER, mark=kind, before=OLD)


def keeper(toy: ToyBox, *verbs: str, dies_at: str | None = None) -> int | None:
    """The exit status of the process."""
    path = toy.env["PATH"]
    child = _LOADED.Process(
        target=keeper_child.run, args=(toy.folder, toy.plan, list(verbs), path, dies_at)
    )
    child.start()
    child.join(60)
    return child.exitcode


def start_machine(toy: ToyBox) -> None:
    """After a power cut: what was cut off is settled, then Balie starts, then the looks go on."""
    toy.power_off()
    assert keeper(toy, "settle") == 0
    toy.systemctl("restart")
    assert keeper(toy, "look") == 0


def never_ran_free_on_trial(toy: ToyBox) -> bool:
    """The newer version was held at each start until it was decided that it stays."""
    newer = [start for start in toy.starts if start.startswith(NEWER)]
    return not newer or newer[0].endswith("held")


def test_a_good_version_stays_and_is_let_go(toy: ToyBox, packages: dict[str, Path]) -> None:
    """Held at its first start, free at its second; the version before is kept, the copy is not."""
    wait_for(toy, packages, "good")
    assert keeper(toy, "go") == 0
    toy.waits_until(NEWER)
    assert toy.version == NEWER
    assert toy.state.phase is Phase.IDLE
    assert toy.state.last
    assert toy.state.last.outcome is UpdateOutcome.GOOD
    assert toy.starts[1:] == [f"{NEWER} held", f"{NEWER} free"]
    assert toy.house() == (NEWER, ["Hallo"])
    assert sorted(path.name for path in (toy.folder / PACKAGES).iterdir()) == [BEFORE, GOOD]
    assert not toy.is_held
    assert not (toy.data / COPY).exists()


@pytest.mark.parametrize(
    ("kind", "limit_s", "why"),
    [
        ("broken", SHORT_S, {"units", "not-ready"}),
        ("degraded", SHORT_S, {"not-ready", "units"}),
        ("free", LIMIT_S, {"not-held"}),
    ],
)
def test_a_version_that_is_not_well_goes(
    toy: ToyBox, packages: dict[str, Path], kind: str, limit_s: float, why: set[str]
) -> None:
    """One that ends, one that says it is not ready, and one that does not keep still, which nobody
    waits for: the version and the database of before are there again, and it is remembered why.
    """
    toy.limit_s = limit_s
    wait_for(toy, packages, kind)
    assert keeper(toy, "go") == 0
    assert toy.version == OLD
    toy.waits_until(OLD)
    assert toy.house() == (OLD, ["Hallo"])
    assert toy.state.last
    assert toy.state.last.outcome is UpdateOutcome.CAME_BACK
    assert toy.state.last.why in why
    assert not toy.is_migrated_to(NEWER)
    assert toy.state.has_come_back(kind)
    assert toy.starts[-1] == f"{OLD} free"
    assert not toy.is_held
    assert never_ran_free_on_trial(toy)


def test_a_package_that_cannot_be_installed_changes_nothing(
    toy: ToyBox, packages: dict[str, Path]
) -> None:
    wait_for(toy, packages, "good")
    (toy.folder / PACKAGES / NEW).write_bytes(packages["good"].read_bytes()[:400])
    assert keeper(toy, "go") == 0
    toy.waits_until(OLD)
    assert (toy.version, toy.house()) == (OLD, (OLD, ["Hallo"]))
    assert toy.state.last
    assert toy.state.last.why == "not-installed"


def test_a_person_ends_a_trial(toy: ToyBox, packages: dict[str, Path]) -> None:
    wait_for(toy, packages, "good")
    (toy.folder / ASKED).touch()
    assert keeper(toy, "go") == 0
    assert toy.version == OLD
    assert toy.state.last
    assert toy.state.last.why == "asked"


@pytest.mark.parametrize("step", [*UNDECIDED, *DECIDED])
def test_a_power_cut_at_each_step_of_a_good_version(
    toy: ToyBox, packages: dict[str, Path], step: str
) -> None:
    """Cut before the decision, the version before is back with its database; cut after it, the
    newer one stays. Either way one whole version runs, free, and what comes then is kept.
    """
    wait_for(toy, packages, "good")
    assert keeper(toy, "go", dies_at=step) == -signal.SIGKILL
    if step == "installing":  # inside dpkg: unpacked, and no more
        toy.dpkg("--unpack", packages["good"])
    start_machine(toy)
    runs = OLD if step in UNDECIDED else NEWER
    settled(toy, runs)


@pytest.mark.parametrize("step", GOING_BACK)
def test_a_power_cut_at_each_step_of_going_back(
    toy: ToyBox, packages: dict[str, Path], step: str
) -> None:
    """The version before is there again; its database is put back once, and never over what was
    said since.
    """
    toy.limit_s = SHORT_S
    wait_for(toy, packages, "degraded")
    assert keeper(toy, "go", dies_at=step) == -signal.SIGKILL
    start_machine(toy)
    settled(toy, OLD)


@pytest.mark.parametrize("step", ["looked", "version-back", "released"])
def test_a_process_that_is_killed_is_gone_on_with_while_the_machine_is_up(
    toy: ToyBox, packages: dict[str, Path], step: str
) -> None:
    """As after a power cut, but the toy still runs and has to be told."""
    kind = "broken" if step == "version-back" else "good"
    if kind == "broken":
        toy.limit_s = SHORT_S
    wait_for(toy, packages, kind)
    assert keeper(toy, "go", dies_at=step) == -signal.SIGKILL
    assert keeper(toy, "resume") == 0
    settled(toy, NEWER if step in DECIDED else OLD)


def settled(toy: ToyBox, runs: str) -> None:
    toy.waits_until(runs)
    assert toy.version == runs
    assert toy.state.phase is Phase.IDLE
    assert toy.starts[-1] == f"{runs} free"
    assert toy.is_migrated_to(NEWER) == (runs == NEWER)
    assert not toy.is_held
    assert never_ran_free_on_trial(toy)
    toy.say("Tot morgen")
    start_machine(toy)
    toy.waits_until(runs)
    assert toy.house() == (runs, ["Hallo", "Tot morgen"])


def test_with_both_files_of_the_state_torn_a_held_version_is_tried(
    toy: ToyBox, packages: dict[str, Path]
) -> None:
    """The hold is the witness that is left: looks decide, and nothing is sent before."""
    wait_for(toy, packages, "good")
    assert keeper(toy, "go", dies_at="trying") == -signal.SIGKILL
    for name in FILES:
        (toy.folder / name).write_bytes((toy.folder / name).read_bytes()[:20])
    assert toy.state.torn
    start_machine(toy)
    settled(toy, NEWER)


def test_held_stands_in_the_file_that_the_unit_reads(
    toy: ToyBox, packages: dict[str, Path]
) -> None:
    unit = (Path(__file__).parents[2] / "systemd" / "balie.service").read_text("utf-8")
    assert f"EnvironmentFile=-/var/lib/balie-update/{HELD}" in unit
