"""Root takes a package: copies it into a folder of its own, and checks the copy.

Whoever laid it down may change it at any time, so nothing is said of the file that was named, and
all of the copy.
"""

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from appliance.box.keeper.disk import sync_folder
from appliance.box.keeper.state import State
from appliance.box.updates import signing
from appliance.box.updates.packages import (
    ENDINGS,
    WAY_PACKAGE,
    WAY_SLOTS,
    PackageFacts,
    is_newer,
    own_architecture,
    read_package,
)
from appliance.box.updates.room import need_room
from appliance.box.updates.signing import PackageContent
from appliance.errors import UpdateRefused

_PIECE = 1024 * 1024
_ROOM = {WAY_PACKAGE: 5.0, WAY_SLOTS: 1.2}
"""In sizes of the file: a package is unpacked beside it, a bundle goes into the other slot."""
_MOST_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTerms:
    """`by_root`: root named the file by hand, so it may lack a signature. `runs` is the version
    that is here; `backwards`: an older one is what is wanted.
    """

    way: str
    runs: str
    keys: Sequence[Ed25519PublicKey]
    by_root: bool = False
    backwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    facts: PackageFacts
    mark: str


def take(source: Path, packages: Path, wanted: TakeTerms, state: State) -> Taken:
    """The package lies in `packages` as `new.deb` (`new.raucb`). Raises UpdateRefused, with what
    to do, and leaves nothing.
    """
    packages.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = packages / f".new{ENDINGS[wanted.way]}.part"
    try:
        content = _copy(source, part, wanted.way)
        signature = _signature_of(source)
        _check_signature(content, signature, wanted)
        facts = read_package(part, wanted.way)
        _check(facts, content, wanted, state)
        target = packages / f"new{ENDINGS[wanted.way]}"
        part.replace(target)
        sync_folder(packages)
    except OSError as exc:
        raise UpdateRefused("unreadable", f"{source} cannot be read: {exc.strerror}.") from exc
    finally:
        part.unlink(missing_ok=True)
    return Taken(facts=facts, mark=content.sha256)


def _copy(source: Path, part: Path, way: str) -> PackageContent:
    """Follows no link as its last step, and waits for no pipe."""
    with _file(source) as told:
        need_room(part.parent, int(os.fstat(told.fileno()).st_size * _ROOM[way]))
        digest, size = hashlib.sha256(), 0
        with part.open("wb") as copy:
            while (piece := told.read(_PIECE)) and size <= _MOST_BYTES:
                digest.update(piece)
                size += len(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
    return PackageContent(sha256=digest.hexdigest(), size=size)


def _file(source: Path) -> BinaryIO:
    handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
        os.close(handle)
        raise UpdateRefused("no-package", f"{source} is no package.")
    return os.fdopen(handle, "rb")


def _signature_of(source: Path) -> str | None:
    path = source.with_name(source.name + signing.SUFFIX)
    try:
        opened = _file(path)
    except FileNotFoundError:
        return None
    with opened as told:
        return told.read(signing.MOST_BYTES).decode("ascii", "replace")


def _check_signature(content: PackageContent, signature: str | None, wanted: TakeTerms) -> None:
    """A bundle for slots is signed inside, and RAUC checks that. A signature that is there has to
    be right, whoever asks.
    """
    if signature is not None:
        signing.check(content, signature, wanted.keys)
    elif wanted.way != WAY_SLOTS and not wanted.by_root:
        raise UpdateRefused(
            "unsigned",
            "It has no signature: put the file PACKAGE.sig beside it. Only root may install a"
            " package without one: balie update install FILE.",
        )


def _check(facts: PackageFacts, content: PackageContent, wanted: TakeTerms, state: State) -> None:
    if facts.name != "balie":
        raise UpdateRefused("no-package", f"It is a package of {facts.name}, not of Balie.")
    own = own_architecture(wanted.way)
    if facts.architecture not in (own, "all"):
        raise UpdateRefused(
            "other-hardware", f"It is for {facts.architecture}, and this box is {own}."
        )
    if wanted.backwards:
        return
    if facts.version == wanted.runs:
        raise UpdateRefused("same", f"Version {facts.version} is what runs here.")
    if wanted.runs and not is_newer(facts.version, wanted.runs):
        raise UpdateRefused(
            "older",
            f"Version {facts.version} is older than {wanted.runs}, which runs here. To go back to"
            " the version before: balie update back.",
        )
    if state.has_come_back(content.sha256) and not wanted.by_root:
        raise UpdateRefused(
            "came-back",
            f"Version {facts.version} was tried here and came back. Wait for a newer one, or let"
            " root try it again: balie update install FILE.",
        )
