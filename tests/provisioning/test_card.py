"""What an image is made of, in the parts that take no root of Debian."""

import importlib
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from appliance.box.card_folders import CardFolders
from appliance.box.keeper.rauc_slots import VERSION
from appliance.box.partitions import DATA, SLOTS, part_uuid
from provisioning.card import bundle, disk, dressing, initrd, packages, roots
from provisioning.card.initrd import Entry, chosen_modules, cpio
from provisioning.card.mirror import mirror_of
from provisioning.card.programs import Stop

CARD = Path(disk.__file__).parent
PROGRAMS = [
    path
    for path in sorted(CARD.glob("tree/usr/lib/balie/*"))
    if path.read_text("utf-8").startswith("#!/usr/bin/python3")
]
MIB = 1 << 20
INSTALLER = "de.pengutronix.rauc.Installer"


def test_the_initrd_is_an_archive_that_cpio_unpacks(tmp_path: Path) -> None:
    """Byte for byte, with modes and folders, and the same from the same files."""
    stage = tmp_path / "stage"
    (stage / "kernel").mkdir(parents=True)
    (stage / "kernel" / "ext4.ko").write_bytes(b"module" * 333)
    made = initrd.archive(b"#!busybox", stage, "6.12.1")
    assert made == initrd.archive(b"#!busybox", stage, "6.12.1")
    out = tmp_path / "out"
    out.mkdir()
    command = ["cpio", "--extract", "--quiet", "--make-directories", "--nonmatching", "dev/console"]
    subprocess.run(command, cwd=out, input=made, check=True)
    assert (out / "init").read_bytes() == initrd.INIT.read_bytes()
    assert (out / "init").stat().st_mode & stat.S_IXUSR
    module = out / "lib" / "modules" / "6.12.1" / "kernel" / "ext4.ko"
    assert module.read_bytes() == b"module" * 333
    assert (out / "proc").is_dir()


def test_every_member_of_the_archive_begins_at_four_bytes() -> None:
    """As the kernel wants it."""
    made = cpio(
        [Entry(name="a" * length, mode=0o100644, data=b"x" * length) for length in range(1, 6)]
    )
    places = [match.start() for match in re.finditer(b"070701", made)]
    assert len(places) == 6
    assert all(place % 4 == 0 for place in places)


def test_a_module_brings_what_it_needs() -> None:
    """And what those need; drivers of other machines stay away."""
    listed = (
        "kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz kernel/lib/x.ko.xz\n"
        "kernel/lib/x.ko.xz: kernel/lib/y.ko.xz\n"
        "kernel/lib/y.ko.xz:\n"
        "kernel/fs/jbd2/jbd2.ko.xz:\n"
        "kernel/drivers/gpu/drm/xe/xe.ko.xz: kernel/lib/z.ko.xz\n"
        "kernel/lib/z.ko.xz:\n"
        "kernel/drivers/mmc/host/sdhci-iproc.ko.xz:\n"
        "kernel/drivers/clk/bcm/clk-raspberrypi.ko.xz:\n"
        "kernel/drivers/clk/qcom/clk-qcom.ko.xz:\n"
    )
    chosen = [Path(each).name.partition(".")[0] for each in chosen_modules(listed)]
    assert chosen == ["clk-raspberrypi", "sdhci-iproc", "ext4", "jbd2", "x", "y"]


@pytest.mark.skipif(os.uname().machine == "aarch64", reason="it runs the card's programs itself")
def test_a_machine_without_what_the_card_takes_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is fetched: mmdebstrap would say it after minutes."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Stop, match="arch-test"):
        roots.check_interpreter()


def test_an_image_is_its_parts_in_their_places(tmp_path: Path) -> None:
    """What is empty takes no room on the disk of who builds."""
    slot = tmp_path / "slot"
    disk.blank(slot, disk.SIZES_MIB[SLOTS["a"]] * MIB)
    with slot.open("r+b") as file:
        file.seek(5 * MIB)
        file.write(b"kernel")
    image = tmp_path / "card.img"
    disk.assemble({SLOTS["a"]: slot}, image)
    assert image.stat().st_size == disk.SIZE
    assert image.stat().st_blocks * 512 < 16 * MIB
    with image.open("rb") as file:
        file.seek(disk.offset(SLOTS["a"]) + 5 * MIB)
        assert file.read(6) == b"kernel"


def test_a_partition_is_taken_out_of_a_card(tmp_path: Path) -> None:
    """Nothing before it and nothing behind it."""
    card = tmp_path / "card"
    disk.blank(card, 12 * MIB)
    with card.open("r+b") as file:
        for at in (0, 5 * MIB, 8 * MIB - 1, 9 * MIB):
            file.seek(at)
            file.write(b"xy")
        file.flush()
        found = b"".join(block for _, block in disk.filled_blocks(file.fileno(), 4 * MIB, 8 * MIB))
    assert found.replace(b"\0", b"") == b"xyx"


def test_one_place_says_which_partitions_there_are() -> None:
    """What the box mounts, RAUC writes, the initrd finds and U-Boot names is what the image has."""
    fstab = (CARD / "tree" / "etc" / "fstab").read_text("utf-8")
    slots = (CARD / "tree" / "etc" / "rauc" / "system.conf").read_text("utf-8")
    script = disk.BOOT_SCRIPT.read_text("utf-8")
    assert f"PARTUUID={part_uuid(DATA)} /data " in fstab
    for name, number in SLOTS.items():
        assert f"by-partuuid/{part_uuid(number)}\ntype=raw\nbootname={name}\n" in slots
        assert f"setenv part {number}" in script
    assert part_uuid(0)[:-1] in script
    assert f"PARTUUID={part_uuid(0)[:-1]}" in initrd.INIT.read_text("utf-8")


def test_what_is_bound_to_the_data_partition_is_made_at_the_start() -> None:
    """Each folder of the list, and no other."""
    fstab = (CARD / "tree" / "etc" / "fstab").read_text("utf-8")
    bound = set(re.findall(r"^(/data/\S+) ", fstab, re.MULTILINE))
    assert bound <= {str(folder) for folder in CardFolders().folders}


def test_a_card_has_the_folders_where_sticks_are_mounted() -> None:
    """Its root is read-only: udev's rules could make none."""
    rules = CARD.parents[1].joinpath("systemd").glob("balie-*.rules")
    mounted = {
        place
        for path in rules
        for place in re.findall(r"\$devnode (/\S+?)\"", path.read_text("utf-8"))
    }
    assert mounted
    assert mounted <= {f"/{folder}" for folder in dressing.FOLDERS}


def test_a_card_has_what_the_package_needs() -> None:
    """Named, or brought by what is named. `ffmpeg` is as large as all the rest: who records a voice
    note is told that it is not there.
    """
    brought = {"debconf", "libc6", "libgcc-s1", "libstdc++6", "systemd", "zlib1g"}
    control = CARD.with_name("debian").joinpath("control").read_text("utf-8")
    told = re.findall(r"^(?:Depends|Recommends): ((?:.*\n )*.*)", control, re.MULTILINE)
    needs = [each.strip() for listed in told for each in listed.split(",")]
    lacks = [
        each
        for each in needs
        if not {name.split()[0] for name in each.split("|")} & {*packages.BOX, *brought}
    ]
    assert lacks == ["ffmpeg"]


def test_each_unit_of_the_card_starts_a_program_of_it() -> None:
    units = CARD / "tree" / "usr" / "lib" / "systemd" / "system"
    for unit in units.glob("*.service"):
        (started,) = re.findall(r"^ExecStart=/(\S+)", unit.read_text("utf-8"), re.MULTILINE)
        assert (CARD / "tree" / started).stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_each_program_of_the_card_calls_what_python_has(path: Path) -> None:
    """In the module that it names itself."""
    text = path.read_text("utf-8")
    ((package, module),) = re.findall(r"^from (\S+) import (\w+)$", text, re.MULTILINE)
    ((owner, called),) = re.findall(r"^sys\.exit\((\w+)\.(\w+)\(", text, re.MULTILINE)
    assert owner == module
    assert hasattr(importlib.import_module(f"{package}.{module}"), called)


def test_the_bus_takes_the_rules_of_who_may_write_a_slot() -> None:
    """It passes over a file in which a rule names a member and no interface, with all its rules."""
    rules = (CARD / "tree/etc/dbus-1/system.d/balie-box.conf").read_text("utf-8")
    denied = re.findall(r'<deny [^>]*send_interface="(\S+)" send_member="(\w+)"/>', rules)
    assert denied == [(INSTALLER, each) for each in ("Install", "InstallBundle", "Mark")]


def test_a_root_says_which_version_it_is(tmp_path: Path) -> None:
    """Where the box looks, in a folder that nothing else makes."""
    dressing.note_version(tmp_path, "1.2")
    assert (tmp_path / VERSION).read_text("ascii") == "1.2\n"


def test_the_name_is_settled_before_anything_bears_it() -> None:
    """Certificates, too; and no DHCP server gives the box another one."""
    unit = CARD / "tree/usr/lib/systemd/system/balie-box-name.service"
    (before,) = re.findall(r"^Before=(.*)", unit.read_text("utf-8"), re.MULTILINE)
    assert {"avahi-daemon.service", "balie-tls.service", "nginx.service"} <= set(before.split())
    network = (CARD / "tree/etc/systemd/network/50-wired.network").read_text("utf-8")
    assert network.count("UseHostname=no") == network.count("[DHCPv")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd")
def test_systemd_understands_the_units_of_the_card(tmp_path: Path) -> None:
    """No key is misspelt; the programs are replaced by one that every machine has."""
    units = CARD / "tree" / "usr" / "lib" / "systemd" / "system"
    copies = []
    for unit in [*units.glob("*.service"), *units.glob("*.timer")]:
        text = re.sub(
            r"^ExecStart=.*", "ExecStart=/bin/true", unit.read_text("utf-8"), flags=re.MULTILINE
        )
        copies.append(tmp_path / unit.name)
        copies[-1].write_text(text, "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *map(str, copies)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line] == []


def test_the_tree_is_laid_with_its_modes(tmp_path: Path) -> None:
    """Over folders that are there, with what git keeps of a mode and nothing of the umask."""
    (tmp_path / "etc").mkdir(mode=0o700)
    dressing.lay_tree(dressing.TREE, tmp_path)
    assert (tmp_path / "etc").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "usr/lib/balie/box-start").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "etc/fstab").stat().st_mode & 0o777 == 0o644


def test_a_bundle_is_for_this_hardware_and_checked_block_by_block() -> None:
    """RAUC refuses another `compatible`; only the form "verity" is verified while it is read."""
    slots = (CARD / "tree" / "etc" / "rauc" / "system.conf").read_text("utf-8")
    told = bundle.manifest("1.2.0")
    assert f"compatible={bundle.COMPATIBLE}" in slots
    assert f"compatible={bundle.COMPATIBLE}\nversion=1.2.0\n" in told
    assert "format=verity" in told
    assert "bundle-formats=-plain" in slots


def test_the_machines_own_mirror_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In either form of apt's files; without one, a sentence says how to name it."""
    monkeypatch.delenv("BALIE_MIRROR", raising=False)
    with pytest.raises(Stop, match="BALIE_MIRROR"):
        mirror_of(tmp_path)
    (tmp_path / "sources.list").write_text(
        "deb [signed-by=/x] http://mirror.test/debian trixie main\n"
    )
    assert mirror_of(tmp_path).debian == "http://mirror.test/debian"
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(
        "Types: deb\nURIs: http://other.test/debian\nSuites: trixie\n"
    )
    found = mirror_of(tmp_path)
    assert found.security == "http://other.test/debian-security"
    lines = found.sources(packages.SUITE, backports=True)
    assert [line.split()[2] for line in lines] == [
        "trixie",
        "trixie-updates",
        "trixie-security",
        "trixie-backports",
    ]


def test_many_warnings_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest of them; the journal is read to its end, where it notes how far it was read."""
    journal = tmp_path / "bin" / "journalctl"
    journal.parent.mkdir()
    cursor = tmp_path / "cursor"
    journal.write_text(
        f'#!/bin/sh\n[ -e {cursor} ] || seq 200000 && [ "$4" = --cursor-file={cursor} ]'
        f" && touch {cursor}\n",
        "ascii",
    )
    journal.chmod(0o755)
    monkeypatch.setenv("PATH", str(journal.parent), prepend=":")
    program = CARD / "tree" / "usr" / "lib" / "balie" / "box-warnings"
    kept = tmp_path / "warnings.log"
    for _ in range(2):
        subprocess.run([program, tmp_path], check=True, timeout=60)
        assert kept.read_bytes().endswith(b"\n199999\n200000\n")
        assert kept.stat().st_size == 512 * 1024
