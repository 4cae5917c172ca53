"""Versions in two slots: which commands RAUC is given, and what follows at the next start.

`rauc` is a program of ours here, and stands for the command lines and the form of its answers
alone: the real one needs slots and a boot loader, which `scripts/image-test` has.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from appliance.box.keeper.data_side import DATABASE
from appliance.box.keeper.entry import PACKAGES
from appliance.box.keeper.keeper import HELD, Keeper
from appliance.box.keeper.plan import Plan
from appliance.box.keeper.rauc_slots import NEW, VERSION, RaucSlots
from appliance.box.keeper.state import Phase, StateFile, UpdateOutcome
from appliance.box.updates import standing
from appliance.box.updates.installing import UpdateMachine, prepare_back
from appliance.errors import UpdateRefused

_RAUC = """#!{python}
import json, sys
from pathlib import Path
box = Path("{box}")
with (box / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + chr(10))
booted = (box / "booted").read_text()
noted = json.loads((box / "noted").read_text())
def slot(name, letter):
    state = "booted" if letter == booted else "inactive"
    device = str(box / ("slot-" + letter))
    return {{name: dict(bootname=letter, state=state, device=device, slot_status=noted[letter])}}
if "mark-bad" in sys.argv and (box / "broken").exists():
    sys.exit(1)
if sys.argv[1] == "status" and "--output-format=json" in sys.argv:
    told = dict(compatible="balie-arm64", booted=booted, boot_primary="rootfs.0",
        slots=[slot("rootfs.1", "b"), slot("rootfs.0", "a")])
    print(json.dumps(told))
"""


MAKES_EXT4 = shutil.which("mke2fs", path="/usr/sbin:/sbin")
_AS_FLASHED: Mapping[str, object] = {"bundle": {"compatible": None}}


def written(version: str, status: str = "ok") -> Mapping[str, object]:
    """What RAUC notes of a slot that it wrote."""
    return {"bundle": {"compatible": "balie-arm64", "version": version}, "status": status}


def note(box: Path, **slots: Mapping[str, object]) -> None:
    (box / "noted").write_text(json.dumps(slots))


class NoSystemd:
    """Records what systemd would be told; Balie is never well."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self) -> None:
        self.told.append("start")

    def stop(self) -> None:
        self.told.append("stop")

    def are_active(self) -> bool:
        return False

    def restart_machine(self) -> None:
        self.told.append("restart machine")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "rauc").write_text(_RAUC.format(python=sys.executable, box=tmp_path))
    (programs / "rauc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    (tmp_path / "booted").write_text("a")
    note(tmp_path, a=written("1.0"), b=written("1.1"))
    (tmp_path / "cmdline").write_text("rauc.slot=a quiet")
    (tmp_path / "data").mkdir()
    (tmp_path / "update" / PACKAGES).mkdir(parents=True)
    (tmp_path / "update" / PACKAGES / NEW).write_text("bundle")
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE)) as conn:
        conn.execute("CREATE TABLE said (text TEXT)")
    StateFile(tmp_path / "update").move(Phase.WAITING, version="1.1", mark="m", before="1.0")
    return tmp_path


def keeper_of(box: Path, units: NoSystemd) -> Keeper:
    plan = Plan(way="slots", data=str(box / "data"), limit_s=0.1, look_s=0.02)
    slots = RaucSlots(box / "update" / PACKAGES, box / "cmdline")
    return Keeper(box / "update", plan, slots, units)


def calls(box: Path) -> list[str]:
    """What changed something."""
    said = (box / "calls").read_text().splitlines()
    return [each.replace(str(box), "") for each in said if "json" not in each]


def test_a_bundle_goes_to_the_other_slot_and_the_machine_starts_anew(box: Path) -> None:
    """Held across the start; the new slot is on trial then, and only then."""
    units = NoSystemd()
    assert keeper_of(box, units).go().phase is Phase.RESTARTING
    assert calls(box) == [f"install /update/{PACKAGES}/{NEW}"]
    assert units.told == ["stop", "restart machine"]
    assert (box / "update" / HELD).read_text() == "BALIE_TRIAL=true\n"
    (box / "booted").write_text("b")
    assert keeper_of(box, units).settle().phase is Phase.TRYING


def test_a_new_slot_that_is_not_well_is_marked_bad_and_the_one_before_has_its_data(
    box: Path,
) -> None:
    """The machine starts anew; in the slot before the database is put back, and Balie is free."""
    keeper_of(box, NoSystemd()).go()
    (box / "booted").write_text("b")
    keeper_of(box, NoSystemd()).settle()
    with closing(sqlite3.connect(box / "data" / DATABASE)) as conn:
        conn.execute("CREATE TABLE of_the_newer_version (x)")
    units = NoSystemd()
    assert keeper_of(box, units).look().phase is Phase.GOING_BACK
    assert units.told == ["stop", "restart machine"]
    assert calls(box)[-1] == "status mark-bad booted"
    (box / "booted").write_text("a")
    state = keeper_of(box, NoSystemd()).settle()
    assert state.last
    assert (state.last.outcome, state.last.why) == (UpdateOutcome.CAME_BACK, "units")
    with closing(sqlite3.connect(box / "data" / DATABASE)) as conn:
        assert [row[0] for row in conn.execute("SELECT name FROM sqlite_master")] == ["said"]
    assert not (box / "update" / HELD).exists()


def test_a_new_slot_that_cannot_even_call_itself_bad_is_left(box: Path) -> None:
    """Its programs are those of the version that is not well; the boot loader goes back."""
    keeper_of(box, NoSystemd()).go()
    (box / "booted").write_text("b")
    keeper_of(box, NoSystemd()).settle()
    (box / "broken").touch()
    units = NoSystemd()
    assert keeper_of(box, units).look().phase is Phase.GOING_BACK
    assert units.told == ["stop", "restart machine"]


def test_a_new_slot_in_which_rauc_fails_is_left(box: Path) -> None:
    """The boot loader says that it is on trial; held, and with no way back, it would stay."""
    keeper_of(box, NoSystemd()).go()
    whole = (box / "bin" / "rauc").read_text()
    (box / "bin" / "rauc").write_text("#!/bin/sh\nexit 1\n")
    (box / "cmdline").write_text("rauc.slot=b balie.trial=7 quiet")
    units = NoSystemd()
    assert keeper_of(box, units).settle().phase is Phase.GOING_BACK
    assert units.told == ["stop", "restart machine"]
    (box / "bin" / "rauc").write_text(whole)
    (box / "cmdline").write_text("rauc.slot=a quiet")
    state = keeper_of(box, NoSystemd()).settle()
    assert state.last
    assert (state.last.outcome, state.last.why) == (UpdateOutcome.CAME_BACK, "not-started")


def test_a_version_that_hangs_while_it_starts_is_looked_at() -> None:
    """The unit of Balie may start for as long as it likes: the looks must not wait for it."""
    unit = Path(__file__).parents[2] / "systemd" / "balie-trial.service"
    (after,) = re.findall(r"^After=(.*)", unit.read_text("utf-8"), re.MULTILINE)
    assert after == "balie-settle.service"


def test_a_new_slot_that_did_not_start_leaves_the_one_before_chosen(box: Path) -> None:
    """The boot loader went back by itself: the next start must not try again."""
    keeper_of(box, NoSystemd()).go()
    state = keeper_of(box, NoSystemd()).settle()
    assert calls(box)[-1] == "status mark-active booted"
    assert state.last
    assert (state.last.outcome, state.last.why) == (UpdateOutcome.CAME_BACK, "not-started")


def test_what_rauc_tells_is_read(box: Path) -> None:
    assert RaucSlots(box).running() == "1.0"
    (box / "bin" / "rauc").write_text("#!/bin/sh\necho no json\n")
    assert RaucSlots(box).running() == ""


def machine_of(box: Path, monkeypatch: pytest.MonkeyPatch) -> UpdateMachine:
    """A card, on which nothing is under way."""
    (box / "system.conf").touch()
    monkeypatch.setattr(standing, "_RAUC", box / "system.conf")
    StateFile(box / "update").end(UpdateOutcome.NOT_INSTALLED)
    plan = Plan(way="slots", data=str(box / "data"), limit_s=0.1, look_s=0.02)
    return UpdateMachine(
        folder=box / "update", key=box / "no-key", plan=plan, open_attempts=lambda: 0
    )


def test_going_back_tries_the_other_slot_as_it_is(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written: also a bundle that an earlier try has left there is not."""
    (box / "booted").write_text("b")
    assert prepare_back(machine_of(box, monkeypatch)).facts.version == "1.0"
    assert keeper_of(box, NoSystemd()).go().phase is Phase.RESTARTING
    assert calls(box) == ["status mark-active other"]
    (box / "booted").write_text("a")
    state = keeper_of(box, NoSystemd()).settle()
    assert (state.phase, state.version) == (Phase.TRYING, "1.0")


@pytest.mark.parametrize("status", ["pending", "update", "failed"])
def test_a_slot_that_was_written_in_part_is_no_way_back(
    box: Path, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    note(box, a=written("1.0"), b=written("0.9", status))
    with pytest.raises(UpdateRefused, match="no version before"):
        prepare_back(machine_of(box, monkeypatch))


def test_a_version_that_came_back_is_not_the_one_before(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies in the other slot, whole, and was not well."""
    keeper_of(box, NoSystemd()).go()
    keeper_of(box, NoSystemd()).settle()
    StateFile(box / "update").move(Phase.WAITING)
    with pytest.raises(UpdateRefused, match="no version before"):
        prepare_back(machine_of(box, monkeypatch))


@pytest.mark.skipif(MAKES_EXT4 is None, reason="this machine makes no ext4")
def test_the_slot_of_the_flashed_card_says_its_version_itself(box: Path) -> None:
    """RAUC never wrote it: where it runs, and beside the one that runs. An empty one says none."""
    tree = box / "tree"
    (tree / VERSION).parent.mkdir(parents=True)
    (tree / VERSION).write_text("0.9\n", "ascii")
    command = [str(MAKES_EXT4), "-q", "-t", "ext4", "-d", str(tree), str(box / "slot-a"), "4M"]
    subprocess.run(command, check=True, capture_output=True)
    note(box, a=_AS_FLASHED, b=_AS_FLASHED)
    assert RaucSlots(box, root=tree).running() == "0.9"
    assert RaucSlots(box).other() == ""
    (box / "booted").write_text("b")
    assert RaucSlots(box).other() == "0.9"
