"""`scripts/image-test`: builds a card, starts it, and prints what a box lived through."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from appliance import __version__
from provisioning.card import disk, packages
from provisioning.card.building import KEPT, ROOT, Build, begin, package_of
from provisioning.card.bundle import Signer, own_signer
from provisioning.card.dressing import VERSION, Parts
from provisioning.card.programs import Stop, run, say
from provisioning.image_test import scenario
from provisioning.image_test.box import NAME, Box, check_machine
from provisioning.image_test.scenario import Result

_CARD_MIB = 4096
_STICK_MIB = 1600
_CUTS = 5
_MEASURED = 44


def main(arguments: Sequence[str]) -> int:
    given = _given(arguments)
    try:
        check_machine()
        folder = KEPT / "test"
        if not given.again:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder, given)
        results = list(live(folder, given))
    except Stop as exc:
        say("image-test", str(exc))
        return 1
    return 0 if all(each.is_well for each in results) else 1


def make(folder: Path, given: argparse.Namespace) -> None:
    """The image, and a stick with bundles of other versions. Raises Stop."""
    signer, foreign = own_signer(KEPT / "keys"), own_signer(folder / "foreign")
    card, tar = begin(given.kernel)
    package = given.package or package_of(__version__)
    card.dress(tar, Parts(version="v1", package=package, keyring=signer.certificate))
    card.make_image(folder / "v1.img.zst")
    stick = folder / "stick"
    stick.mkdir()
    for version in ("v2", "v3"):
        _bundle(card, version, signer, stick)
    initrd = card.root / "boot" / "initrd.img"
    initrd.write_bytes(os.urandom(initrd.stat().st_size))
    _bundle(card, "no-initrd", signer, stick)
    shutil.copyfile(stick / "v3.raucb", stick / "cut.raucb")
    os.truncate(stick / "cut.raucb", (stick / "cut.raucb").stat().st_size // 2)
    (card.root / "boot" / "initrd.img").write_bytes(b"")
    _bundle(card, "foreign", foreign, stick)
    card.end()
    disk.blank(folder / "stick.img", _STICK_MIB << 20)
    run("mke2fs", "-q", "-t", "ext4", "-d", stick, folder / "stick.img")
    shutil.rmtree(stick)


def live(folder: Path, given: argparse.Namespace) -> Iterator[Result]:
    """Each result, said as it comes. Raises Stop."""
    card, key = folder / "card.img", folder / "key"
    _flash(folder, card, key)
    box = Box(card, key, folder / "run", stick=folder / "stick.img")
    steps: Sequence[Callable[[Box], Iterator[Result]]] = (
        *(scenario.first_start, scenario.settled_start, scenario.good_update),
        *(scenario.cut_in_trial, scenario.damaged_kernel_part, scenario.wrong_bundles),
        partial(scenario.cuts_while_writing, times=given.cuts),
        scenario.lost_state,
        partial(scenario.empty_slot, spoil=partial(_spoil, card)),
        partial(scenario.no_data, spoil=partial(_spoil, card)),
    )
    try:
        for step in steps[: given.steps]:
            for result in step(box):
                _show(result)
                yield result
    finally:
        box.cut_power()


def _flash(folder: Path, card: Path, key: Path) -> None:
    """By the program that head office uses, onto a loop device. Raises Stop."""
    for path in (key, key.with_name("key.pub")):
        path.unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    disk.blank(card, _CARD_MIB << 20)
    with _loop(card) as device:
        run(
            *(ROOT / "provisioning" / "flash", folder / "v1.img.zst", device),
            *("--yes", device.name, "--name", NAME, "--branch", "Proef"),
            *("--ssh-key", key.with_name("key.pub"), "--join", "uitnodiging"),
        )


@contextmanager
def _loop(file: Path) -> Iterator[Path]:
    device = run("losetup", "--find", "--show", file).decode().strip()
    try:
        yield Path(device)
    finally:
        run("losetup", "--detach", device)


def _bundle(card: Build, version: str, signer: Signer, stick: Path) -> None:
    (card.root / VERSION).write_text(f"{version}\n", encoding="ascii")
    card.make_slot()
    card.make_bundle(version, signer, stick / f"{version}.raucb")


def _spoil(card: Path, number: int) -> None:
    with card.open("r+b") as file:
        file.seek(disk.offset(number))
        for _ in range(64):
            file.write(bytes(1 << 20))


def _show(result: Result) -> None:
    mark = "ok " if result.is_well else "NOT"
    shown = result.measured[:_MEASURED]
    sys.stdout.write(f"{mark}  {result.what:62} {shown:{_MEASURED}} {result.wanted}\n")
    sys.stdout.flush()


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/image-test",
        description="Builds a card and has an emulated box live through updates and power cuts.",
    )
    parser.add_argument("--kernel", choices=sorted(packages.KERNEL), default="stable")
    parser.add_argument("--package", type=Path, help="a balie_VERSION_arm64.deb that is there")
    parser.add_argument("--cuts", type=int, default=_CUTS, help=f"power cuts, default {_CUTS}")
    parser.add_argument("--steps", type=int, default=None, help="only the first ones")
    parser.add_argument("--again", action="store_true", help="with the card that was built last")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
