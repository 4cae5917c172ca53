"""The copies in the backups folder, and which of them are kept.

The newest copy of a day stays for three days that have one, beside these the newest of a week for
four weeks, and beside these the newest of a month for three months: ten at most. Days are those of
UTC, as the names are. Files of other names are nobody's to take away.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.store import erasure_journal, media_copies
from appliance.store.part_files import cannot_write
from appliance.store.store import Store

FOLDER = "backups"

DAYS, WEEKS, MONTHS = 3, 4, 3

MOST_KEPT_MS = 4 * 31 * 24 * 3_600_000
"""No copy is older: a month that has one counts, and three months are kept beside the newest."""

_STAMP = "%Y%m%dT%H%M%SZ"
# An older Balie did not pack them.
_NIGHTLY = re.compile(r"nightly-(\d{1,15})\.db(?:\.zst)?")
_IS_COPY = re.compile(r".+\.db(?:\.zst)?")
_BY_HAND = re.compile(r"balie-(\d{8}T\d{6}Z)\.db(?:\.zst)?")


def copy_by_night(store: Store) -> Path:
    return _add(store, f"nightly-{store.clock.now_ms()}.db.zst")


def copy_by_hand(store: Store) -> Path:
    made = datetime.fromtimestamp(store.clock.now_ms() / 1000, UTC)
    return _add(store, f"balie-{made.strftime(_STAMP)}.db.zst")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCopy:
    """A copy of the database in the backups folder. `until_ms`: when it goes by itself at the
    latest, while a copy is made each night; None: when somebody takes it away.
    """

    name: str
    made_ms: int
    until_ms: int | None


def kept(data: Path) -> Sequence[KeptCopy]:
    """The copies in the folder of this data directory, the newest first. Those of other folders
    nobody knows.
    """
    found = [path for path in (data / FOLDER).glob("*.db*") if _IS_COPY.fullmatch(path.name)]
    copies = [_kept(path) for path in found]
    return sorted(copies, key=lambda each: each.made_ms, reverse=True)


def _kept(path: Path) -> KeptCopy:
    made = _made_at(path.name)
    if made is None:
        return KeptCopy(name=path.name, made_ms=int(path.stat().st_mtime * 1000), until_ms=None)
    made_ms = int(made.timestamp() * 1000)
    return KeptCopy(name=path.name, made_ms=made_ms, until_ms=made_ms + MOST_KEPT_MS)


def outdated(names: Iterable[str]) -> set[str]:
    """The names of copies that are not kept."""
    made = {name: at for name in names if (at := _made_at(name)) is not None}
    newest_first = sorted(made, key=lambda name: made[name], reverse=True)
    kept: set[str] = set()
    for period, count in _KEPT:
        newest: dict[object, str] = {}
        for name in newest_first:
            newest.setdefault(period(made[name]), name)
        kept |= set([name for name in newest.values() if name not in kept][:count])
    return made.keys() - kept


def _add(store: Store, name: str) -> Path:
    """Lets go before, to have the room, and after; the new copy stays, whatever the clock says."""
    folder = store.path.parent / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _let_go(folder, new=name)
        # Before it, so that no power cut leaves it without; and after it for what came meanwhile.
        media_copies.copy_media(store, folder / name)
        store.copy_to(folder / name)
        media_copies.copy_media(store, folder / name)
        erasure_journal.copy_beside(store.path.parent, folder)
        _let_go(folder, new=name)
    except OSError as exc:
        raise cannot_write(folder, exc) from exc
    return folder / name


def _let_go(folder: Path, *, new: str) -> None:
    for name in outdated(path.name for path in folder.iterdir()) - {new}:
        (folder / name).unlink(missing_ok=True)
    media_copies.let_go(folder)


def _made_at(name: str) -> datetime | None:
    try:
        if found := _NIGHTLY.fullmatch(name):
            return datetime.fromtimestamp(int(found[1]) / 1000, UTC)
        if found := _BY_HAND.fullmatch(name):
            return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _day(at: datetime) -> object:
    return at.date()


def _week(at: datetime) -> object:
    return at.isocalendar()[:2]


def _month(at: datetime) -> object:
    return at.year, at.month


_KEPT: tuple[tuple[Callable[[datetime], object], int], ...] = (
    (_day, DAYS),
    (_week, WEEKS),
    (_month, MONTHS),
)
