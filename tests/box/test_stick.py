"""The stick is found by its label, wherever it is mounted, and by nothing else."""

import os
from pathlib import Path

import pytest

from appliance.box.copy_codes import CopyWhy
from appliance.box.stick import Stick
from appliance.errors import CopyFailed

DEVICE = Path("/dev/null")


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    (tmp_path / "by-label").mkdir()
    (tmp_path / "mounts").touch()
    return Stick(by_label=tmp_path / "by-label", mounts=tmp_path / "mounts")


def mount(stick: Stick, place: str, root: str = "/") -> None:
    rdev = DEVICE.stat().st_rdev
    numbers = f"{os.major(rdev)}:{os.minor(rdev)}"
    with stick.mounts.open("a", encoding="utf-8") as file:
        file.write("36 25 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw\n")
        file.write(f"90 25 {numbers} {root} {place} rw,nosuid shared:7 - ext4 /dev/sda1 rw\n")


def why(stick: Stick) -> str:
    with pytest.raises(CopyFailed) as failed:
        stick.folder()
    return failed.value.why


@pytest.mark.parametrize("label", ["BALIE-BACKUP", "BALIE-BACKU"])
def test_it_is_where_the_kernel_says(stick: Stick, label: str) -> None:
    """Its whole name, or the eleven letters that FAT keeps of it; a blank in a place is one."""
    assert why(stick) == CopyWhy.ABSENT
    (stick.by_label / label).symlink_to(DEVICE)
    assert stick.is_plugged()
    assert why(stick) == CopyWhy.NOT_MOUNTED
    mount(stick, "/srv/part", root="/only/a/part")
    assert why(stick) == CopyWhy.NOT_MOUNTED
    mount(stick, "/media/balie\\040stick")
    assert stick.folder() == Path("/media/balie stick")


def test_another_stick_is_none(stick: Stick) -> None:
    (stick.by_label / "HOLIDAY").symlink_to(DEVICE)
    mount(stick, "/media/HOLIDAY")
    assert not stick.is_plugged()
    assert why(stick) == CopyWhy.ABSENT
