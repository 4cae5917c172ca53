"""The data partition grows to the end of the card, on a real loop device where there is one."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.box.data_growth import grow, missing_sectors
from appliance.box.partitions import DATA
from appliance.errors import SetupError
from provisioning.card import disk

MIB = 1 << 20
CARD = disk.SIZE + 512 * MIB


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Half a gigabyte larger than the image, with the image's table and a data partition."""
    image, data = tmp_path / "card.img", tmp_path / "data"
    disk.blank(data, disk.SIZES_MIB[DATA] * MIB)
    said("mke2fs", "-q", "-t", "ext4", str(data))
    disk.assemble({DATA: data}, image)
    with image.open("r+b") as file:
        file.truncate(CARD)
    return image


@pytest.fixture
def loop(card: Path) -> Iterator[Path]:
    try:
        name = said("losetup", "--find", "--show", "--partscan", str(card)).strip()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine gives no loop device")
    yield Path(name)
    said("losetup", "--detach", name)


def partition_of(loop: Path, folder: Path) -> Path:
    """Its node, made by hand where no udev does it."""
    told = Path("/sys/class/block") / f"{loop.name}p{DATA}" / "dev"
    if not told.exists():
        pytest.skip("this machine shows no partitions of a loop device")
    major, _, minor = told.read_text().strip().partition(":")
    node = folder / "partition"
    os.mknod(node, stat.S_IFBLK | 0o600, os.makedev(int(major), int(minor)))
    return node


def table_of(card: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(said("sfdisk", "--json", str(card)))["partitiontable"]
    return table


def test_the_table_is_one_that_sfdisk_knows(card: Path) -> None:
    """Four partitions, the first one FAT and bootable, each where the image has it."""
    table = table_of(card)
    assert (table["label"], table["id"]) == ("dos", "0xba11e000")
    starts = [each["start"] * 512 for each in table["partitions"]]
    assert starts == [disk.offset(number) for number in disk.SIZES_MIB]
    assert [each["type"] for each in table["partitions"]] == ["c", "83", "83", "83"]
    assert table["partitions"][0]["bootable"]


def test_what_is_missing_is_what_lies_behind_the_last_partition(card: Path) -> None:
    """The rest that alignment leaves is not worth it."""
    table, sectors = table_of(card), CARD // 512
    assert missing_sectors(table, DATA, sectors) == 512 * MIB // 512
    assert missing_sectors(table, DATA, disk.SIZE // 512 + 2048) == 0


@pytest.mark.parametrize(
    "table",
    [
        {"label": "gpt", "partitions": []},
        {"label": "dos", "partitions": [{"start": 2048, "size": 8}]},
        {"label": "dos", "partitions": [{"start": 2048 * (9 - n), "size": 8} for n in range(5)]},
    ],
)
def test_another_disk_is_left_alone(table: dict[str, Any]) -> None:
    """One without the partition, or with another one behind it."""
    with pytest.raises(SetupError):
        missing_sectors(table, DATA, CARD // 512)


def test_the_data_grows_once_and_a_cut_is_made_good(loop: Path, tmp_path: Path) -> None:
    """The table first, then the file system: with the table alone, the next start does the rest."""
    partition = partition_of(loop, tmp_path)
    assert grow(loop, DATA, partition)
    blocks = said("dumpe2fs", "-h", str(partition))
    grown = (disk.SIZES_MIB[DATA] + 512) * MIB // 4096
    assert f"Block count:              {grown}" in blocks
    said("resize2fs", str(partition), "256M")
    assert not grow(loop, DATA, partition)
    assert f"Block count:              {grown}" in said("dumpe2fs", "-h", str(partition))
