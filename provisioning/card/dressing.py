"""Makes a root of Debian the root of a box: the package, the card's own files, bytecode.

The package is laid out and not installed: its scripts would make keys, which are each box's own.
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.box.keeper.rauc_slots import VERSION
from provisioning.card import initrd, roots
from provisioning.card.packages import PYTHON
from provisioning.card.programs import Stop, env_of, run

TREE = Path(__file__).with_name("tree")
KEYRING = "etc/rauc/keyring.pem"
LIST = "usr/share/balie-packages"

WORK = "work"
"""The folder in the root of the tools in which they work."""

_ENABLED = (
    *("balie.service", "balie-adb.service", "balie-box-start.service", "balie-box-name.service"),
    *("balie-box-branch.service", "balie-box-join.service", "balie-box-warnings.timer"),
    *("nginx.service", "ssh.service"),
    *("avahi-daemon.service", "systemd-networkd.service", "systemd-resolved.service"),
    "systemd-timesyncd.service",
)
_MASKED = (
    # Whether a new version is good is decided by looks at it, not by having started.
    "rauc-mark-good.service",
    # The root is read-only, and new versions come as a whole.
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "man-db.timer"),
    *("e2scrub_all.timer", "fstrim.timer", "systemd-networkd-wait-online.service"),
    *("wpa_supplicant.service", "systemd-firstboot.service"),
)
_GOES = (
    *("var/*", "boot/*", "etc/ssh/ssh_host_*", "etc/hostname", "etc/machine-id", "tmp/*"),
    *("initrd.img*", "vmlinuz*", "etc/nginx/sites-enabled/default"),
    *("usr/lib/python3/dist-packages/**/__pycache__", f"usr/lib/python{PYTHON}/**/__pycache__"),
    # Compiled for the Python of another Debian.
    "usr/lib/balie/lib/**/*.cpython-311-*.so",
)
_TAKEN = {
    "balie-system.conf": "usr/lib/systemd/system.conf.d/balie.conf",
    "balie.sysctl": "usr/lib/sysctl.d/70-balie.conf",
    "balie-box-stick.rules": "usr/lib/udev/rules.d/70-balie-box-stick.rules",
    "balie-hubs.conf": "usr/lib/systemd/system/balie.service.d/hubs.conf",
    "balie-hubs.rules": "usr/lib/udev/rules.d/70-balie-hubs.rules",
    "balie-box-phone.rules": "usr/lib/udev/rules.d/70-balie-box-phone.rules",
}
"""Examples of the package for a machine that is Balie's alone: a card is one."""
_STICKS = ("media/BALIE-BACKUP", "media/BALIE-NEW")
"""Where rules of udev mount sticks; on a root that is read-only nobody makes a folder for them."""
FOLDERS = ("data", "boot/firmware", "var", "tmp", *_STICKS)
_SITE = "etc/nginx/sites-enabled/balie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a root is dressed with: the package, and the certificate that bundles are signed by."""

    version: str
    package: Path
    keyring: Path


def dress(tools: Path, root: Path, parts: Parts, epoch: int) -> None:
    """`root` lies in the work folder of the tools; `epoch` is what is noted as now. Raises Stop."""
    run("dpkg-deb", "--extract", parts.package, root)
    kernel = _kernel(root)
    _clear(root)
    lay_tree(TREE, root)
    shutil.copyfile(parts.keyring, root / KEYRING)
    _links(root)
    note_version(root, parts.version)
    inside = Path("/", WORK, root.name)
    # It notes the day on which a user was made.
    run("chroot", tools, "systemd-sysusers", f"--root={inside}", env=env_of(epoch))
    run("chroot", tools, "systemctl", f"--root={inside}", "enable", *_units(root))
    run("chroot", tools, "systemctl", f"--root={inside}", "mask", *_MASKED)
    _compile(tools, inside)
    _boot_files(tools, root, kernel)


def lay_tree(tree: Path, root: Path) -> None:
    """Files with the modes that git keeps of them; folders that are there stay as they are."""
    for path in sorted(tree.rglob("*")):
        there = root / path.relative_to(tree)
        if path.is_dir():
            there.mkdir(exist_ok=True)
        else:
            shutil.copyfile(path, there)
            there.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def note_version(root: Path, version: str) -> None:
    """No other file lies in that folder."""
    (root / VERSION).parent.mkdir(parents=True, exist_ok=True)
    (root / VERSION).write_text(f"{version}\n", encoding="ascii")


def _kernel(root: Path) -> tuple[str, bytes]:
    """Version and bytes of the only kernel. Raises Stop."""
    found = sorted((root / "boot").glob("vmlinuz-*"))
    if len(found) != 1:
        raise Stop(f"The root has {len(found)} kernels; a card has one.")
    return found[0].name.removeprefix("vmlinuz-"), found[0].read_bytes()


def _clear(root: Path) -> None:
    for name in roots.SPARED:
        path = root / name.lstrip("/")
        path.with_name(path.name + roots.ASIDE).replace(path)
    for path in _matching(root, _GOES):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)


def _matching(root: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(root.glob(pattern))


def _links(root: Path) -> None:
    """What is made at each start lies elsewhere; `/etc` only points there."""
    (root / "etc/machine-id").write_bytes(b"")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="ascii")
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    (root / "etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    (root / "usr/lib/clock-epoch").write_bytes(b"")  # a clock of 1970 is set to its time
    for name, place in _TAKEN.items():
        example = root / "usr/share/doc/balie/examples" / name
        if example.exists():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(example, root / place)
    if not (root / _SITE).is_symlink():
        (root / _SITE).symlink_to("../sites-available/balie")


def _units(root: Path) -> list[str]:
    """Those of the card, and whatever the package brings that wants to be enabled."""
    units = root / "usr/lib/systemd/system"
    brought = [
        path.name
        for path in sorted(units.glob("balie*.*"))
        if path.is_file() and "@" not in path.name and "[Install]" in path.read_text("utf-8")
    ]
    return sorted({*_ENABLED, *brought})


def _compile(tools: Path, inside: Path) -> None:
    """By the tools' Python of the same version, in seconds; under qemu-user it takes minutes.

    The files say nothing of times, so that they are the same whenever they are made.
    """
    folders = [inside / f"usr/lib/python{PYTHON}", inside / "usr/lib/python3/dist-packages"]
    run(
        *("chroot", tools, "python3", "-m", "compileall", "-q", "-j0"),
        *("--invalidation-mode=unchecked-hash", "-s", inside, "-p", "/"),
        *(inside / "usr/lib/balie/lib", *folders),
    )


def _boot_files(tools: Path, root: Path, kernel: tuple[str, bytes]) -> None:
    """Kernel and initrd by the names that U-Boot knows; each once."""
    version, image = kernel
    (root / "boot/vmlinuz").write_bytes(image)
    stage = root.parent / "initrd"
    shutil.rmtree(stage, ignore_errors=True)
    modules = stage / "lib/modules" / version
    initrd.stage_modules(root / "usr/lib/modules" / version, modules)
    inside = Path("/", WORK, stage.name)
    run("chroot", tools, "depmod", "--basedir", inside, version)
    plain = initrd.archive((root / "usr/bin/busybox").read_bytes(), modules, version)
    (root / "boot/initrd.img").write_bytes(
        run("chroot", tools, "zstd", "-q", "-c", "-15", "--no-check", said=plain)
    )
