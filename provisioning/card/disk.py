"""Puts a card's image together from files alone: no loop device, nothing is mounted.

| where | what |
|---|---|
| 0, one sector | the table of partitions; the first 4 MiB are free |
| 1, FAT | the firmware of the Pi, U-Boot, which slot starts |
| 2, ext4, read-only | slot a |
| 3 | slot b, empty until the first update |
| 4, ext4 | the data, which grows to the end of the card at the first start |
"""

import os
import shutil
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from appliance.box.boot_state import BootState
from appliance.box.partitions import DATA, DISK_ID, FIRMWARE, SECTOR, SLOTS
from provisioning.card.dressing import WORK
from provisioning.card.programs import env_of, run

MIB = 1 << 20
START_MIB = 4
SIZES_MIB: Mapping[int, int] = {FIRMWARE: 64, SLOTS["a"]: 1280, SLOTS["b"]: 1280, DATA: 256}
SIZE = (START_MIB + sum(SIZES_MIB.values())) * MIB
"""Bytes of an image: the smallest card."""

BOOT_SCRIPT = Path(__file__).with_name("boot.cmd")
PI_SETTINGS = Path(__file__).with_name("config.txt")

_TYPES = {FIRMWARE: 0x0C, SLOTS["a"]: 0x83, SLOTS["b"]: 0x83, DATA: 0x83}
_ENTRY = struct.Struct("<B3sB3sII")
_TABLE_AT, _ID_AT = 446, 440
_NO_CYLINDERS = b"\xfe\xff\xff"
_BLOCK = 4 * MIB
_FIRMWARE = ("start4.elf", "fixup4.dat", "LICENCE.broadcom")
_READ_BY_U_BOOT = "^has_journal,^orphan_file,^metadata_csum_seed"
"""What newer file systems have and U-Boot may not know is left out."""
_BLOCK_BYTES = "4096"
"""mke2fs takes less for what is small, which the data are until their first start only."""
_UUID = "ba11e000-0000-4000-8000-00000000000"


def offset(number: int) -> int:
    """In bytes."""
    before = sum(size for each, size in SIZES_MIB.items() if each < number)
    return (START_MIB + before) * MIB


def table() -> bytes:
    """The first sector."""
    entries = b"".join(
        _ENTRY.pack(
            0x80 if number == FIRMWARE else 0,
            _NO_CYLINDERS,
            _TYPES[number],
            _NO_CYLINDERS,
            offset(number) // SECTOR,
            size * MIB // SECTOR,
        )
        for number, size in SIZES_MIB.items()
    )
    head = bytes(_ID_AT) + struct.pack("<I", DISK_ID) + bytes(_TABLE_AT - _ID_AT - 4)
    return head + entries + b"\x55\xaa"


def make_root_image(tools: Path, root: Path, made: Path, epoch: int) -> None:
    """The file system of a slot; every file has one time, so equal roots are equal images."""
    inside, there = Path("/", WORK, root.name), Path("/", WORK, "root.tar")
    run(
        *("chroot", tools, "tar", "--create", "--sort=name", "--format=posix", "--numeric-owner"),
        *("--pax-option=delete=atime,delete=ctime", f"--mtime=@{epoch}", f"--file={there}"),
        *(f"--directory={inside}", "."),
    )
    _ext4(tools, made, SLOTS["a"], epoch, "-O", _READ_BY_U_BOOT, "-d", there)
    (tools / WORK / "root.tar").unlink()


def make_data_image(tools: Path, made: Path, epoch: int) -> None:
    _ext4(tools, made, DATA, epoch)


def make_firmware_image(tools: Path, root: Path, made: Path, epoch: int) -> None:
    """FAT, with what the Pi reads first and what U-Boot does then."""
    stage = tools / WORK / "firmware"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    for source, name in _firmware_files(root):
        shutil.copyfile(source, stage / name)
    shutil.copyfile(BOOT_SCRIPT, stage / "boot.cmd")
    work = Path("/", WORK)
    env = env_of(epoch)
    run(
        *("chroot", tools, "mkimage", "-A", "arm64", "-T", "script", "-C", "none"),
        *("-d", work / "firmware/boot.cmd", work / "firmware/boot.scr"),
        env=env,
    )
    (stage / "boot.cmd").unlink()
    for _ in SLOTS:  # both files of the state
        state = BootState(stage)
        state.write(state.known())
    for path in stage.iterdir():
        os.utime(path, (epoch, epoch))
    blank(made, SIZES_MIB[FIRMWARE] * MIB)
    fat = work / made.name
    options = ("-F", "32", "-n", "BALIE", "--invariant")
    run("chroot", tools, "mkfs.vfat", *options, fat, env=env)
    files = [work / "firmware" / path.name for path in sorted(stage.iterdir())]
    run("chroot", tools, "mcopy", "-m", "-i", fat, *files, "::/", env=env)


def assemble(parts: Mapping[int, Path], made: Path) -> None:
    """Writes the partitions that there are to their places; what is empty takes no room."""
    blank(made, SIZE)
    with made.open("r+b") as disk:
        disk.write(table())
        for number, part in parts.items():
            with part.open("rb") as file:
                for at, block in filled_blocks(file.fileno()):
                    disk.seek(offset(number) + at)
                    disk.write(block)


def filled_blocks(
    descriptor: int, start: int = 0, stop: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """Where in the file, and what stands there; holes and blocks of zeros are left out."""
    at, empty, end = start, bytes(_BLOCK), os.fstat(descriptor).st_size if stop is None else stop
    while at < end:
        try:
            at = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError:  # a hole to the end
            return
        block = os.pread(descriptor, max(0, min(_BLOCK, end - at)), at)
        if block != empty[: len(block)]:
            yield at, block
        at += len(block)


def blank(path: Path, size: int) -> None:
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def _ext4(tools: Path, made: Path, number: int, epoch: int, *options: str | Path) -> None:
    """The path of `made` is in the tools' work folder."""
    blank(made, SIZES_MIB[number] * MIB)
    uuid = f"{_UUID}{number}"
    settled = f"hash_seed={uuid},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0"
    label = "balie-data" if number == DATA else "balie-root"
    env = env_of(epoch)
    run(
        *("chroot", tools, "mke2fs", "-q", "-t", "ext4", "-m", "0", "-L", label, "-U", uuid),
        *("-b", _BLOCK_BYTES, "-E", settled, *options, Path("/", WORK, made.name)),
        env=env,
    )


def _firmware_files(root: Path) -> Iterator[tuple[Path, str]]:
    given = root / "usr/lib/raspi-firmware"
    yield from ((given / name, name) for name in _FIRMWARE if (given / name).exists())
    yield root / "usr/lib/u-boot/rpi_arm64/u-boot.bin", "u-boot.bin"
    yield PI_SETTINGS, "config.txt"
    for tree in sorted(root.glob("usr/lib/linux-image-*/broadcom/bcm271[12]-rpi-*.dtb")):
        yield tree, tree.name
