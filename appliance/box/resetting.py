"""The data as they were when the box came, but for what people asked never to get again.

Who opted out or was erased stands in the journal beside the database, as what stands for them, made
with the key of the house. Both stay, and the next start obeys the journal. Its lines are gone with
the numbers that they were about, so whoever had closed one has closed all until they say START.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from appliance.box.whole_files import put_whole
from appliance.errors import SetupError
from appliance.identities import Identity
from appliance.store import erasure_journal, house_key
from appliance.store.erasure_journal import ErasureEntry, JournalWhat
from appliance.store.part_files import sync_folder

WORD = "RESET"
"""What somebody has to type."""
BEGUN = "reset.jsonl"
"""In the data directory, from the moment on at which there is no way back until all is done. It
holds the journal that stays.
"""
_LOCK = "balie.lock"


def is_begun(data: Path) -> bool:
    return (data / BEGUN).exists()


def begin(data: Path) -> None:
    """After this it will be done, whenever the power goes. Raises SetupError and OSError."""
    if not data.is_dir():
        raise SetupError(f"There is no data directory {data}.")
    kept = erasure_journal.text_of(condensed(erasure_journal.read(data)))
    put_whole(data / BEGUN, kept.encode(), owner=data.stat() if os.geteuid() == 0 else None)


def finish(data: Path, *, step: Callable[[str], None] = lambda _: None) -> None:
    """Goes on with what `begin` began; each time it is called it does what is left. `step` is told
    what was just done. Raises OSError.
    """
    if not is_begun(data):
        return
    for path in _to_go(data):
        remove(path)
        step(f"removed {path.name}")
    sync_folder(data)
    (data / BEGUN).replace(data / erasure_journal.FILE)
    sync_folder(data)
    step("done")


def condensed(entries: Iterable[ErasureEntry]) -> Iterator[ErasureEntry]:
    """Of each identity: that it was erased, and that it has closed something."""
    erased: dict[Identity, ErasureEntry] = {}
    closed: dict[Identity, dict[str | None, ErasureEntry]] = {}
    for each in entries:
        who = Identity(each.stands_for, each.scheme)
        if each.what is JournalWhat.ERASED:
            erased[who] = each
        else:
            closed.setdefault(who, {})[each.line_id] = each
    yield from erased.values()
    for lines in closed.values():
        last = [each for each in lines.values() if each.what is JournalWhat.CLOSED]
        if last:
            newest = max(last, key=lambda each: each.at_ms)
            yield ErasureEntry(
                what=JournalWhat.CLOSED,
                scheme=newest.scheme,
                stands_for=newest.stands_for,
                at_ms=newest.at_ms,
            )


def _to_go(data: Path) -> list[Path]:
    stays = {BEGUN, erasure_journal.FILE, house_key.FILE, _LOCK}
    return sorted(each for each in data.iterdir() if each.name not in stays)


def remove(path: Path) -> None:
    """A link goes, never what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
