"""The box's own initrd: busybox, the drivers of what a card may hang on, and one script.

Debian's takes minutes under qemu-user, is larger, and waits for a root without an end. It is made
natively and is the same byte for byte from the same kernel.
"""

import lzma
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

INIT = Path(__file__).with_name("init")

_FAMILY = r"[^/]*(bcm|brcm|raspberrypi|rp1|iproc)[^/]*"
_BUSES = "clk|dma|firmware|gpio|i2c|irqchip|mailbox|mfd|misc|nvmem|pci|phy|pinctrl|pmdomain"
WANTED = re.compile(
    rf"""kernel/(
      drivers/({_BUSES}|power|pwm|regulator|reset|soc|usb|watchdog)/(.+/)?{_FAMILY}
    | drivers/mmc/core/[^/]+
    | drivers/mmc/host/(sdhci|sdhci-pltfm|sdhci-iproc|sdhci-brcmstb|bcm2835|cqhci)
    | drivers/regulator/(fixed|gpio-regulator)
    | drivers/(virtio|usb/core|usb/common|usb/dwc2|usb/dwc3)/[^/]+
    | drivers/block/virtio_blk
    | drivers/usb/host/(xhci|ehci|ohci)[^/]*
    | drivers/usb/storage/(usb-storage|uas)
    | drivers/scsi/(scsi_mod|scsi_common|sd_mod)
    | drivers/nvme/host/nvme(-core)?
    | fs/(ext4|jbd2|mbcache)(/[^/]+)?
    | (lib|crypto|arch/arm64/[^/]+)/(.+/)?[^/]*crc[^/]*
    )\.ko(\.xz|\.zst)?""",
    re.VERBOSE,
)
"""Whatever a Pi needs to read a card, a disk on USB or NVMe, and what qemu has instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the archive: `mode` with its kind, `device` for a node."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def chosen_modules(dependencies: str) -> list[str]:
    """Of `modules.dep`: those that are wanted, with all that they need, in the order of names."""
    needs = dict(_dependencies(dependencies))
    chosen: set[str] = set()
    todo = [each for each in needs if WANTED.fullmatch(each)]
    while todo:
        module = todo.pop()
        if module not in chosen:
            chosen.add(module)
            todo.extend(needs.get(module, ()))
    return sorted(chosen)


def plain_module(path: Path) -> tuple[str, bytes]:
    """The name without its packing and the bytes; a packed one costs the whole archive's packing.

    Raises ValueError for a packing that Debian does not use.
    """
    data = path.read_bytes()
    if path.suffix == ".xz":
        return path.name.removesuffix(".xz"), lzma.decompress(data)
    if path.suffix != ".ko":
        raise ValueError(f"{path.name} is packed in a way that is not known.")
    return path.name, data


def stage_modules(modules: Path, stage: Path) -> None:
    """`modules` is `/usr/lib/modules/VERSION` of the card's root; `stage` becomes the same, for
    depmod to make its lists in.
    """
    for name in chosen_modules((modules / "modules.dep").read_text("utf-8")):
        plain, data = plain_module(modules / name)
        place = (stage / name).with_name(plain)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        (stage / name).write_bytes((modules / name).read_bytes())


def archive(busybox: bytes, stage: Path, version: str) -> bytes:
    """The initrd, not packed yet."""
    files = {"init": INIT.read_bytes(), "bin/busybox": busybox}
    entries = [
        Entry(name="dev/console", mode=stat.S_IFCHR | 0o600, device=(5, 1)),
        *(Entry(name=name, mode=stat.S_IFREG | 0o755, data=it) for name, it in files.items()),
        *(_module_entries(stage, f"lib/modules/{version}")),
    ]
    folders = {"proc", "sys", "sbin", "usr/bin", "usr/sbin", "new"}
    return cpio([*_folders(folders, entries), *entries])


def cpio(entries: Iterable[Entry]) -> bytes:
    """In the form "newc" that the kernel reads (its Documentation/driver-api/early-userspace)."""
    written = bytearray()
    for number, entry in enumerate(entries, start=1):
        written += _header(entry, number) + _padded(entry.data)
    return bytes(written + _header(Entry(name="TRAILER!!!", mode=0), 0))


def _dependencies(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines():
        module, _, needed = line.partition(":")
        yield module, needed.split()


def _module_entries(stage: Path, place: str) -> Iterator[Entry]:
    for path in sorted(stage.rglob("*")):
        if path.is_file():
            name = f"{place}/{path.relative_to(stage)}"
            yield Entry(name=name, mode=stat.S_IFREG | 0o644, data=path.read_bytes())


def _folders(wanted: set[str], entries: Iterable[Entry]) -> Iterator[Entry]:
    """Each folder before what lies in it."""
    names = {*wanted, *(str(PurePosixPath(each.name).parent) for each in entries)}
    above = {str(it) for name in names for it in PurePosixPath(name).parents}
    for name in sorted((names | above) - {"."}):
        yield Entry(name=name, mode=stat.S_IFDIR | 0o755)


def _header(entry: Entry, number: int) -> bytes:
    name = entry.name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    facts: Mapping[str, int] = {
        "ino": number,
        "mode": entry.mode,
        "uid": 0,
        "gid": 0,
        "nlink": links,
        "mtime": 0,
        "filesize": len(entry.data),
        "devmajor": 0,
        "devminor": 0,
        "rdevmajor": entry.device[0],
        "rdevminor": entry.device[1],
        "namesize": len(name),
        "check": 0,
    }
    return _padded(b"070701" + b"".join(b"%08X" % value for value in facts.values()) + name)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
