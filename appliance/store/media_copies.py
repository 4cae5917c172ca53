"""The files of messages beside the copies of the database.

All copies of a folder share one folder of files, in which each content lies once: a copy adds what
is new. On the same disk that costs no room, because a file there is a second name of the same one.
A list beside each copy names its files; what no list names any more goes.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection

from appliance.errors import StoreCorrupt
from appliance.media.files import FOLDER, MediaFiles
from appliance.store.part_files import cannot_write, held_part, keep
from appliance.store.store import Store

BESIDE = "balie-media"
LIST_ENDING = ".media.txt"
_HASH_LETTERS = 64


def list_of(copy: Path) -> Path:
    return copy.with_name(copy.name + LIST_ENDING)


def copy_media(store: Store, copy: Path) -> None:
    """Brings the files beside a copy that was just made. Raises StoreUnavailable."""
    hashes = hashes_here(store)
    if not hashes:
        return
    own, beside = MediaFiles(store.path.parent / FOLDER), _beside(copy)
    try:
        there = [sha256 for sha256 in hashes if _bring(own, beside, sha256)]
        _write_list(list_of(copy), there)
    except OSError as exc:
        raise cannot_write(beside.folder, exc) from exc


def hashes_here(store: Store) -> Sequence[str]:
    """Of the files that lie among the media, each once."""
    return store.read(_hashes)


def let_go(folder: Path) -> None:
    """Takes away lists without their copy, and files that no list names."""
    named: set[str] = set()
    for path in folder.glob(f"*{LIST_ENDING}"):
        if path.with_name(path.name.removesuffix(LIST_ENDING)).exists():
            named |= set(_read_list(path))
        else:
            path.unlink(missing_ok=True)
    for path in (folder / BESIDE).glob("[0-9a-f][0-9a-f]/*"):
        if path.name not in named:
            path.unlink(missing_ok=True)


def bring_back(copy: Path, data: Path) -> frozenset[str]:
    """The files of a copy, put into a data directory; those that came back whole."""
    beside, own = _beside(copy), MediaFiles(data / FOLDER)
    found = set()
    for sha256 in _read_list(list_of(copy)):
        with suppress(FileNotFoundError):
            if own.keep(beside.path_of(sha256)).sha256 == sha256:
                found.add(sha256)
    return frozenset(found)


def check(copy: Path) -> int:
    """How many files the copy has, each read and compared with its hash.

    Raises StoreCorrupt when one is missing or is another one.
    """
    beside, hashes = _beside(copy), _read_list(list_of(copy))
    broken = [sha256 for sha256 in hashes if not beside.is_whole(sha256)]
    if broken:
        raise StoreCorrupt(
            f"{len(broken)} of {len(hashes)} files of messages beside {copy} are missing or"
            f" damaged, such as {broken[0][:12]}; take another copy, or restore without them."
        )
    return len(hashes)


def _beside(copy: Path) -> MediaFiles:
    return MediaFiles(copy.parent / BESIDE)


def _bring(own: MediaFiles, beside: MediaFiles, sha256: str) -> bool:
    """False where Balie let go of it meanwhile."""
    source, target = own.path_of(sha256), beside.path_of(sha256)
    if target.is_file():
        return True
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        return False
    except OSError:  # another disk, or one that knows no second names
        return beside.keep(source).sha256 == sha256
    return True


def _write_list(path: Path, hashes: Iterable[str]) -> None:
    with held_part(path) as (part, handle):
        part.write_text("".join(f"{each}\n" for each in hashes), encoding="ascii")
        keep(part, handle, path)


def _read_list(path: Path) -> list[str]:
    """None for a copy of an older Balie."""
    try:
        lines = path.read_text("ascii", "replace").split()
    except FileNotFoundError:
        return []
    return [line for line in lines if len(line) == _HASH_LETTERS and line.isalnum()]


def _hashes(conn: Connection) -> list[str]:
    rows = conn.execute("SELECT DISTINCT sha256 FROM media WHERE state = 'here' ORDER BY sha256")
    return [row["sha256"] for row in rows]
