"""`provisioning/flash`: what may not be written is not, and what was written is read back.

Cards are real loop devices, with the program as head office runs it. What a kernel does not let one
make (a card that lies about its size) is a file with the same class below the program.
"""

import os
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box.partitions import FIRMWARE
from provisioning.card import disk, writing
from provisioning.card.image_file import size_in_frame, size_of
from provisioning.card.programs import Stop
from provisioning.card.target import Disk, check_disk, disk_of
from provisioning.card.writing import Card

ROOT = Path(__file__).parents[2]
FLASH = ROOT / "provisioning" / "flash"
MIB = 1 << 20
FAT_AT, FAT_SIZE, REST = 4 * MIB, 40 * MIB, 20 * MIB
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb/0f beheer@hoofdkantoor"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(each) for each in command]
    return subprocess.run(words, capture_output=True, text=True, input="", check=False)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small image of the same form: a table, a FAT partition, and bytes that differ behind it."""
    folder = tmp_path_factory.mktemp("image")
    fat = folder / "fat"
    fat.write_bytes(bytes(FAT_SIZE))
    assert run("mkfs.vfat", "-F", "32", fat).returncode == 0
    table = bytearray(512)
    table[446:462] = (
        bytes(8) + (FAT_AT // 512).to_bytes(4, "little") + (FAT_SIZE // 512).to_bytes(4, "little")
    )
    table[510:] = b"\x55\xaa"
    plain = folder / "card.img"
    gap = bytes(FAT_AT - 512)
    plain.write_bytes(bytes(table) + gap + fat.read_bytes() + os.urandom(1 * MIB) + bytes(REST))
    packed = folder / "balie-1.img.zst"
    assert run("zstd", "-q", plain, "-o", packed).returncode == 0
    return packed


@pytest.fixture
def loop(tmp_path: Path, image: Path) -> Iterator[Path]:
    """A card with room behind the image, full of what was on it before."""
    backing = tmp_path / "backing"
    backing.write_bytes(b"\xa5" * (size_of(image) + 9 * MIB))
    done = run("losetup", "--find", "--show", backing)
    if done.returncode != 0:
        pytest.skip("this machine gives no loop device")
    device = Path(done.stdout.strip())
    yield device
    run("losetup", "--detach", device)


def test_a_card_is_written_with_its_settings_and_read_back(
    loop: Path, image: Path, tmp_path: Path
) -> None:
    """All of the image stands there, and on its first partition what the box is to know."""
    key = tmp_path / "id.pub"
    key.write_text(f"{SSH_KEY}\n")
    settings = ("--name", "balie-utrecht", "--branch", "Utrecht", "--ssh-key", key)
    done = run(FLASH, image, loop, "--yes", loop.name, *settings, "--join", "uitnodiging")
    assert done.returncode == 0, done.stderr
    assert "carries balie-utrecht" in done.stderr
    plain = image.with_name("card.img").read_bytes()
    with loop.open("rb") as card:
        written = card.read()
    assert written[:FAT_AT] == plain[:FAT_AT]
    assert written[FAT_AT + FAT_SIZE : len(plain)] == plain[FAT_AT + FAT_SIZE :]
    fat = tmp_path / "fat"
    fat.write_bytes(written[FAT_AT : FAT_AT + FAT_SIZE])
    told = tomllib.loads(run("mtype", "-i", fat, "::/balie.toml").stdout)
    assert told == {
        "name": "balie-utrecht",
        "branch": "Utrecht",
        "ssh_key": SSH_KEY,
        "join": "uitnodiging",
    }


def test_a_disk_that_is_not_removable_has_to_be_named_again(loop: Path, image: Path) -> None:
    """A loop device is none; neither without its name nor with another one is it touched."""
    for options in ((), ("--yes", "sda")):
        done = run(FLASH, image, loop, *options)
        assert done.returncode == 1
        assert loop.name in done.stderr
    with loop.open("rb") as card:
        assert set(card.read(MIB)) == {0xA5}


def test_a_disk_that_is_mounted_is_refused(loop: Path, image: Path, tmp_path: Path) -> None:
    """Whoever named the wrong disk keeps what is on it."""
    assert run("mke2fs", "-q", "-F", loop).returncode == 0
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    if run("mount", loop, mounted).returncode != 0:
        pytest.skip("this machine mounts nothing")
    try:
        done = run(FLASH, image, loop, "--yes", loop.name)
        assert done.returncode == 1
        assert f"in use ({mounted})" in done.stderr
    finally:
        run("umount", mounted)


def test_what_is_no_disk_or_no_name_is_refused(image: Path, tmp_path: Path) -> None:
    """With a sentence and status 1, before anything is opened."""
    file = tmp_path / "file"
    file.write_bytes(b"kept")
    for options, said in ((["--name", "Balie!"], "cannot be the name"), ([], "is not a disk")):
        done = run(FLASH, image, file, *options)
        assert done.returncode == 1
        assert said in done.stderr
    assert run(FLASH, tmp_path / "none.img", file).returncode == 1
    assert run(FLASH).returncode == 2
    assert file.read_bytes() == b"kept"


CARD = Disk(path=Path("/dev/sdb"), kind="disk", size=4096, read_only=False, removable=True)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"type": "part"}, "name the whole card"),
        ({"ro": True}, "write-protected"),
        ({"size": 4095}, "the image needs"),
        ({"rm": False, "hotplug": False}, "--yes sdb"),
        ({"mountpoints": [None, "/media/x"]}, "in use (/media/x)"),
        ({"children": [{"type": "part", "mountpoints": ["[SWAP]"], "path": "x"}]}, "[SWAP]"),
        ({"children": [{"type": "crypt", "path": "/dev/mapper/x"}]}, "part of /dev/mapper/x"),
    ],
)
def test_the_first_thing_that_is_wrong_is_said(told: dict[str, object], said: str) -> None:
    """As `lsblk` tells of disks that this machine has not."""
    usual = {"path": "/dev/sdb", "type": "disk", "size": 4096, "ro": False, "rm": True}
    with pytest.raises(Stop, match=said.replace("[", r"\[").replace("(", r"\(").split(")")[0]):
        check_disk(disk_of({**usual, "hotplug": True, **told}), needed=4096)


def test_a_removable_disk_of_the_right_size_may_be_written() -> None:
    check_disk(CARD, needed=4096)


class Wraps(Card):
    """A card that says it is larger than it is: what lies behind its end lies at its beginning."""

    real = 0

    def _put(self, at: int, data: bytes) -> None:
        super()._put(at % self.real, data)

    def _get(self, at: int, length: int) -> bytes:
        return super()._get(at % self.real, length)


class Forgets(Wraps):
    """A card that says yes to what it does not keep."""

    def _put(self, at: int, data: bytes) -> None:
        if at + len(data) <= self.real:
            Card._put(self, at, data)


@pytest.mark.parametrize("kind", [Wraps, Forgets])
@pytest.mark.parametrize("missing", [6 * MIB, 30 * MIB])
def test_a_card_that_is_smaller_than_it_says_is_found(
    kind: type[Wraps], missing: int, image: Path, tmp_path: Path
) -> None:
    """Also where the whole image fits: the data would be lost one day, when the card fills."""
    size = size_of(image) + 12 * MIB
    file = tmp_path / "card"
    file.write_bytes(bytes(size))
    kind.real = size - missing
    card = kind(file, size, lambda *_: None)
    with pytest.raises(Stop, match="smaller than it says"):
        card.write(image, size_of(image), lambda firmware: firmware)
    card.close()


def test_nothing_but_the_image_stays_on_a_card(image: Path, tmp_path: Path) -> None:
    """The marks that prove the size are gone; the first block comes last."""
    size = size_of(image) + 5 * MIB
    file = tmp_path / "card"
    file.write_bytes(bytes(size))
    order: list[int] = []

    class Noted(Card):
        def _put(self, at: int, data: bytes) -> None:
            order.append(at)
            super()._put(at, data)

    card = Noted(file, size, lambda *_: None)
    card.write(image, size_of(image), lambda firmware: firmware)
    card.close()
    assert file.read_bytes() == image.with_name("card.img").read_bytes() + bytes(5 * MIB)
    of_image = [at for at in order if at < size_of(image)]
    assert of_image[-1] == 0
    assert of_image.count(0) == 1
    assert len(order) - len(of_image) == 2 * writing.MARKS


def test_a_damaged_image_is_named(image: Path, tmp_path: Path) -> None:
    """A file that was cut short while it was fetched."""
    cut = tmp_path / "cut.img.zst"
    cut.write_bytes(image.read_bytes()[:-100])
    file = tmp_path / "card"
    size = size_of(cut)
    file.write_bytes(bytes(size))
    card = Card(file, size, lambda *_: None)
    with pytest.raises(Stop, match="is damaged"):
        card.write(cut, size, lambda firmware: firmware)
    card.close()
    assert file.read_bytes()[:512] == bytes(512)


@pytest.mark.parametrize("size", [0, 200, 255, 256, 300, 65_791, 65_792, 9_000_000])
def test_the_size_of_what_is_packed_is_read_from_its_head(size: int, tmp_path: Path) -> None:
    """As zstd itself writes it, in each of its lengths."""
    plain, packed = tmp_path / "x.img", tmp_path / "x.img.zst"
    plain.write_bytes(bytes(size))
    assert run("zstd", "-q", plain, "-o", packed).returncode == 0
    assert size_of(packed) == size
    assert size_of(plain) == size


def test_a_stream_that_does_not_say_its_size_is_named(tmp_path: Path) -> None:
    """Zstd cannot know it of a pipe."""
    packed = subprocess.run(
        ["zstd", "-q", "-c"], input=bytes(9000), capture_output=True, check=True
    )
    assert size_in_frame(packed.stdout[:18]) is None
    path = tmp_path / "x.img.zst"
    path.write_bytes(packed.stdout)
    with pytest.raises(Stop, match="does not say"):
        size_of(path)


def test_the_image_puts_the_firmware_where_flash_looks() -> None:
    """Both know the first partition by the table."""
    start, end = writing.firmware_span(disk.table())
    assert start == disk.offset(FIRMWARE)
    assert end - start == disk.SIZES_MIB[FIRMWARE] * MIB
