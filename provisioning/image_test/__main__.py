"""`scripts/image-test`: builds a card, starts it, and prints what a box lived through."""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from provisioning.card import disk, packages
from provisioning.card.building import KEPT, ROOT, Build, begin, package_of
from provisioning.card.bundle import Signer, own_signer
from provisioning.card.dressing import Parts, note_version
from provisioning.card.programs import Stop, run, say
from provisioning.image_test import keeping, starts, updating
from provisioning.image_test.box import NAME, Box, check_machine
from provisioning.image_test.results import Result, seconds

FOLDER = KEPT / "test"

_CARD_MIB = 4096
_STICK_MIB = 1600
_CUTS = 20
_PATIENCE_S = 900
_MEASURED = 52
_EFFORT = 3
"""Of packing bundles that are thrown away."""
_HANGS = "#!/bin/sh\nexec sleep infinity\n"

Step = Callable[[Box], Iterator[Result]]
STEPS: Mapping[str, Step] = {
    each.__name__.replace("_", "-"): each
    for each in (
        *(starts.first_start, starts.settled_start),
        *(updating.good_update, updating.going_back, updating.hanging_update),
        *(updating.cut_in_install, updating.cut_in_trial, updating.damaged_initrd),
        *(updating.wrong_bundles, keeping.restored),
        *(starts.lost_state, starts.empty_slot, starts.no_data),
    )
}
CUTS = "cuts-while-writing"


def main(arguments: Sequence[str]) -> int:
    given = _given(arguments)
    try:
        check_machine()
        results = []
        for result in _results(given):
            _show(result)
            results.append(result)
    except Stop as exc:
        say("image-test", str(exc))
        return 1
    return 0 if all(each.is_well for each in results) else 1


def make(given: argparse.Namespace) -> Iterator[Result]:
    """The image, and a stick with bundles of other versions. Raises Stop."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    stick = FOLDER / "stick"
    stick.mkdir(parents=True)
    begun = time.monotonic()
    signer, foreign = own_signer(KEPT / "keys"), own_signer(FOLDER / "foreign")
    card, tar = begin(given.kernel)
    yield seconds("roots of Debian (none where they were kept)", time.monotonic() - begun)
    begun = time.monotonic()
    package = given.package or package_of(updating.FLASHED)
    yield seconds("Balie's package", time.monotonic() - begun)
    begun = time.monotonic()
    parts = Parts(version=updating.FLASHED, package=package, keyring=signer.certificate)
    card.dress(tar, parts)
    yield seconds("root of the box dressed, bytecode made", time.monotonic() - begun)
    begun = time.monotonic()
    image = FOLDER / "card.img.zst"
    card.make_image(image)
    yield seconds(f"image composed, {_mb(image)}", time.monotonic() - begun)
    begun = time.monotonic()
    _bundle(card, updating.GOOD, signer, stick)
    yield seconds(f"bundle, {_mb(stick / f'{updating.GOOD}.raucb')}", time.monotonic() - begun)
    _make_wrong(card, signer, foreign, stick)
    card.end()
    disk.blank(FOLDER / "stick.img", _STICK_MIB << 20)
    run("mke2fs", "-q", "-t", "ext4", "-L", "BALIE-NEW", "-d", stick, FOLDER / "stick.img")
    shutil.rmtree(stick)


def _make_wrong(card: Build, signer: Signer, foreign: Signer, stick: Path) -> None:
    """Each lies in its own way, beside a good one."""
    cut = stick / f"{updating.CUT_SHORT}.raucb"
    shutil.copyfile(stick / f"{updating.GOOD}.raucb", cut)
    os.truncate(cut, cut.stat().st_size // 2)
    program = card.root / "usr/lib/balie/bin/balie"
    whole = program.read_text("utf-8")
    program.write_text(_HANGS, "utf-8")
    _bundle(card, updating.HANGS, signer, stick)
    program.write_text(whole, "utf-8")
    initrd = card.root / "boot" / "initrd.img"
    initrd.write_bytes(os.urandom(initrd.stat().st_size))
    _bundle(card, updating.NO_INITRD, signer, stick)
    card.slot.unlink()
    card.slot.write_bytes(os.urandom(disk.MIB))
    card.make_bundle(updating.FOREIGN, foreign, stick / f"{updating.FOREIGN}.raucb")


def _results(given: argparse.Namespace) -> Iterator[Result]:
    """Each as it comes. Raises Stop."""
    if given.build and given.flash:
        yield from make(given)
    card, key = FOLDER / "card.img", FOLDER / "key"
    if given.flash:
        begun = time.monotonic()
        _flash(card, key)
        yield seconds(f"flashed and read back, {_CARD_MIB} MiB", time.monotonic() - begun)
    steps: dict[str, Step] = {**STEPS, CUTS: partial(keeping.cuts_while_writing, times=given.cuts)}
    stick = FOLDER / "stick.img"
    box = Box(
        *(card, key, FOLDER / "run"),
        stick=stick,
        patience_s=given.patience,
        counted=given.counted,
    )
    try:
        for name in given.steps:
            begun = time.monotonic()
            if name != "first-start":
                updating.settle(box)
            yield from steps[name](box)
            yield seconds(f"{name}: all of it", time.monotonic() - begun)
    finally:
        box.cut_power()


def _flash(card: Path, key: Path) -> None:
    """By the program that head office uses, onto a loop device. Raises Stop."""
    for path in (key, key.with_name("key.pub")):
        path.unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    disk.blank(card, _CARD_MIB << 20)
    with _loop(card) as device:
        run(
            *(ROOT / "provisioning" / "flash", FOLDER / "card.img.zst", device),
            *("--yes", device.name, "--name", NAME, "--branch", "Proef"),
            *("--ssh-key", key.with_name("key.pub"), "--join", "uitnodiging"),
        )
    run("fallocate", "--dig-holes", card)


@contextmanager
def _loop(file: Path) -> Iterator[Path]:
    device = run("losetup", "--find", "--show", file).decode().strip()
    try:
        yield Path(device)
    finally:
        run("losetup", "--detach", device)


def _bundle(card: Build, version: str, signer: Signer, stick: Path) -> None:
    note_version(card.root, version)
    card.make_slot()
    card.make_bundle(version, signer, stick / f"{version}.raucb", effort=_EFFORT)


def _mb(path: Path) -> str:
    return f"{path.stat().st_size / 1_000_000:.0f} MB"


def _show(result: Result) -> None:
    mark = "ok " if result.is_well else "NOT"
    shown = result.measured[:_MEASURED]
    sys.stdout.write(f"{mark}  {result.what:50} {shown:{_MEASURED}} {result.wanted}\n")
    sys.stdout.flush()


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    every = [*STEPS]
    every.insert(every.index("lost-state"), CUTS)
    parser = argparse.ArgumentParser(
        prog="scripts/image-test",
        description="Builds a card and has an emulated box live through updates and power cuts.",
        epilog=f"Steps: {', '.join(every)}.",
    )
    parser.add_argument("--kernel", choices=sorted(packages.KERNEL), default="stable")
    parser.add_argument("--package", type=Path, help="a balie_VERSION_arm64.deb that is there")
    parser.add_argument("--cuts", type=int, default=_CUTS, help=f"power cuts, default {_CUTS}")
    parser.add_argument(
        "--patience", type=float, default=_PATIENCE_S, metavar="S", help="for each start"
    )
    parser.add_argument(
        "--counted",
        action="store_true",
        help="the box's clock counts instructions: beside much work",
    )
    parser.add_argument("--steps", nargs="+", choices=every, default=every, metavar="STEP")
    parser.add_argument(
        "--again", dest="build", action="store_false", help="with the card that was built last"
    )
    parser.add_argument(
        "--go-on", dest="flash", action="store_false", help="from where the last box was left"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
