"""Builds a card step by step: the root, the image of it, and bundles. Used by one program."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from appliance.box.partitions import DATA, FIRMWARE, SLOTS
from provisioning.card import disk, dressing, packages
from provisioning.card.bundle import Signer, make_bundle
from provisioning.card.dressing import Parts
from provisioning.card.mirror import mirror_of
from provisioning.card.programs import Stop, run, say
from provisioning.card.roots import Roots

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".artifacts" / "card"

_NEEDED = ("mmdebstrap", "dpkg-deb", "openssl", "zstd", "chroot")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """`tools` is a root with the programs; all work is done in a folder of it. `epoch` is the time
    of every file.
    """

    tools: Path
    epoch: int

    @property
    def work(self) -> Path:
        return self.tools / dressing.WORK

    @property
    def root(self) -> Path:
        """The root of the box, once it is dressed."""
        return self.work / "root"

    @property
    def slot(self) -> Path:
        return self.work / "slot.ext4"

    def dress(self, tar: Path, parts: Parts) -> None:
        """Raises Stop."""
        say("image", "dressing the root")
        shutil.rmtree(self.work, ignore_errors=True)
        self.root.mkdir(parents=True)
        run("tar", "--extract", "--numeric-owner", f"--file={tar}", f"--directory={self.root}")
        dressing.dress(self.tools, self.root, parts, self.epoch)

    def make_image(self, made: Path) -> None:
        """Packed. Raises Stop."""
        say("image", "putting the image together")
        firmware, data = self.work / "firmware.fat", self.work / "data.ext4"
        disk.make_firmware_image(self.tools, self.root, firmware, self.epoch)
        self.make_slot()
        disk.make_data_image(self.tools, data, self.epoch)
        image = self.work / "card.img"
        disk.assemble({FIRMWARE: firmware, SLOTS["a"]: self.slot, DATA: data}, image)
        run("zstd", "-q", "-f", "-9", "-T0", image, "-o", made)
        image.unlink()

    def make_slot(self) -> None:
        disk.make_root_image(self.tools, self.root, self.slot, self.epoch)

    def make_bundle(self, version: str, signer: Signer, made: Path, *, effort: int = 12) -> None:
        """Of the slot as it was made last. Raises Stop."""
        say("image", f"making the bundle of {version}")
        made.unlink(missing_ok=True)
        make_bundle(self.tools, self.slot, version, signer, made, effort=effort)

    def end(self) -> None:
        shutil.rmtree(self.work)


def begin(kernel: str) -> tuple[Build, Path]:
    """The build, and a tar of the card's root; both roots are made when they are not kept.

    Raises Stop.
    """
    check_machine()
    KEPT.mkdir(parents=True, exist_ok=True)
    roots = Roots(mirror=mirror_of(), kept=KEPT, log=KEPT / "log")
    tar = roots.card(kernel)  # first: it needs more of this machine, and says so at once
    return Build(tools=roots.tools(), epoch=epoch_now()), tar


def package_of(version: str) -> Path:
    """Built now. Raises Stop."""
    out = KEPT / "deb"
    say("image", "building the package")
    run(
        *(ROOT / "provisioning" / "deb", "--arch", packages.ARCHITECTURE),
        *("--version", version, "--out", out),
    )
    return out / f"balie_{version}_{packages.ARCHITECTURE}.deb"


def sum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def check_machine() -> None:
    """Raises Stop."""
    if os.geteuid() != 0:
        raise Stop("Roots of Debian are made by root. Run it with sudo.")
    missing = [each for each in _NEEDED if shutil.which(each) is None]
    if missing:
        raise Stop(f"This machine lacks {' '.join(missing)}. Install Debian's packages of them.")


def epoch_now() -> int:
    """The time of the last commit, unless who builds says another."""
    if said := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(said)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
