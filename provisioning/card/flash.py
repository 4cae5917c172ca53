"""`provisioning/flash`: writes a card for one box and proves it; takes no package of Python."""

import argparse
import getpass
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance.box.card_settings import AUTHORITY_FILE, FILE, checked_settings, written
from appliance.errors import InvalidInput
from provisioning.card.image_file import size_of
from provisioning.card.programs import Stop, run, say
from provisioning.card.target import check_disk, disk_at
from provisioning.card.writing import Card

_STEPS = 20
_OF_MTOOLS = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
"""The geometry of a disk is nothing that a card has."""


def main(arguments: Sequence[str]) -> int:
    given = _given(arguments)
    try:
        files = _files(given)
        size = size_of(given.image)
        disk = disk_at(given.device)
        check_disk(disk, needed=size, named_again=given.yes)
        card = Card(disk.path, disk.size, Progress())
        try:
            card.write(given.image, size, lambda firmware: with_files(firmware, files))
        finally:
            card.close()
    except (Stop, InvalidInput) as exc:
        say("flash", str(exc))
        return 1
    say("flash", f"{disk.path} carries {given.name}: written, read back, and equal.")
    return 0


def with_files(firmware: bytes, files: dict[str, bytes]) -> bytes:
    """The FAT file system with these files in it. Raises Stop."""
    with tempfile.TemporaryDirectory(prefix="balie-flash-") as name:
        fat = Path(name) / "fat"
        fat.write_bytes(firmware)
        for each, content in files.items():
            path = Path(name) / each
            path.touch(mode=0o600)
            path.write_bytes(content)
            run("mcopy", "-o", "-i", fat, path, f"::/{each}", env=_OF_MTOOLS)
        return fat.read_bytes()


class Progress:
    """Says on a terminal how far it is, in steps of five percent."""

    def __init__(self) -> None:
        self._said = ("", -1)

    def __call__(self, what: str, share: float) -> None:
        now = (what, int(share * _STEPS))
        if now != self._said and sys.stderr.isatty():
            sys.stderr.write(f"\rflash: {what}, {now[1] * 100 // _STEPS}% ")
            if now[1] == _STEPS:
                sys.stderr.write("\n")
            sys.stderr.flush()
        self._said = now


def _files(given: argparse.Namespace) -> dict[str, bytes]:
    """What is put on the firmware partition. Raises Stop and InvalidInput."""
    told: dict[str, Any] = {
        "name": given.name,
        "branch": given.branch,
        "ssh_key": _text(given.ssh_key),
        "join": given.join,
        "wifi": _wifi(given),
    }
    settings = checked_settings({key: value for key, value in told.items() if value})
    files = {FILE: written(settings)}
    if given.ca is not None:
        files[AUTHORITY_FILE] = _text(given.ca).encode()
        if "CERTIFICATE-----" not in _text(given.ca) or "PRIVATE KEY-----" not in _text(given.ca):
            raise Stop(f"{given.ca} has to hold a certificate and its key, both as PEM.")
    return files


def _wifi(given: argparse.Namespace) -> dict[str, str] | None:
    """The key comes from a file or is asked for: other users see what stands in a command."""
    if not given.wifi:
        return None
    if given.wifi_key is not None:
        key = _text(given.wifi_key).rstrip("\r\n")
    elif sys.stdin.isatty():
        key = getpass.getpass(f"Key of {given.wifi} (empty for an open network): ")
    else:
        key = sys.stdin.readline().rstrip("\r\n")
    return {"name": given.wifi, "key": key, "country": given.wifi_country}


def _text(path: Path | None) -> str:
    try:
        return "" if path is None else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise Stop(f"{path} cannot be read: {exc}.") from exc


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="provisioning/flash", description="Writes a card for one box, and reads it back."
    )
    parser.add_argument("image", type=Path, metavar="IMAGE", help="balie-VERSION.img.zst, or .img")
    parser.add_argument("device", type=Path, metavar="DEVICE", help="the card, as /dev/sdb")
    parser.add_argument("--name", default="balie", help="on the network, as balie-utrecht")
    parser.add_argument("--branch", default="", help="the branch that is made, as Utrecht")
    parser.add_argument("--ssh-key", type=Path, metavar="FILE", help="a public key: opens SSH")
    parser.add_argument("--wifi", default="", metavar="NAME", help="asks for the key on stdin")
    parser.add_argument("--wifi-key", type=Path, metavar="FILE", help="the key, in a file")
    parser.add_argument("--wifi-country", default="NL", metavar="CC", help="default: NL")
    parser.add_argument("--join", default="", metavar="TOKEN", help="head office's invitation")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="head office's CA, with its key")
    parser.add_argument("--yes", default="", metavar="NAME", help="a disk that is not removable")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
