"""A package from the address: fetched into the data directory by their owner, and gone once root
has taken it.
"""

import logging
from pathlib import Path

import httpx2

from appliance.box.keeper import data_side
from appliance.box.keeper.errors import KeeperError
from appliance.box.updates import signing
from appliance.box.updates.room import need_room
from appliance.box.updates.sources import TIMEOUT, FoundVersion
from appliance.errors import UpdateRefused

log = logging.getLogger(__name__)

FOLDER = "updates"
"""Below the data directory."""
_SPARE_BYTES = 50_000_000
"""Left free for Balie, which writes there meanwhile."""


def fetch(found: FoundVersion, data: Path) -> Path:
    """The package, with its signature beside it. Raises UpdateRefused, and leaves nothing then."""
    url, folder = str(found.url), data / FOLDER
    target = folder / url.rpartition("/")[2]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("balie_*"):
        old.unlink()
    need_room(folder, found.size + _SPARE_BYTES)
    try:
        _load(url, target, found.size)
        _load(url + signing.SUFFIX, _beside(target), signing.MOST_BYTES)
    except (httpx2.HTTPError, OSError) as exc:
        _remove(target)
        raise UpdateRefused("unreachable", f"{url} could not be fetched: {exc}.") from exc
    return target


def fetch_as_owner(found: FoundVersion, data: Path) -> Path:
    """As `fetch`, by root. A child process says in its own way what was wrong."""

    def fetched() -> str:
        try:
            return str(fetch(found, data))
        except UpdateRefused as exc:
            raise KeeperError(exc.code, str(exc)) from exc

    try:
        return Path(data_side.as_owner(data, fetched))
    except KeeperError as exc:
        raise UpdateRefused(exc.code, str(exc)) from exc


def forget(package: Path, data: Path) -> None:
    """Removes what was fetched; a package that lies elsewhere is somebody else's and stays."""
    if package.parent != data / FOLDER:
        return

    def removed() -> str:
        _remove(package)
        return ""

    try:
        data_side.as_owner(data, removed)
    except KeeperError as exc:
        log.warning("%s stays: %s", package, exc)


def _remove(package: Path) -> None:
    for path in (package, _beside(package)):
        path.unlink(missing_ok=True)


def _beside(package: Path) -> Path:
    return package.with_name(package.name + signing.SUFFIX)


def _load(url: str, target: Path, most: int) -> None:
    """Stops where more comes than was told: what is cut short its signature finds."""
    with (
        httpx2.stream("GET", url, timeout=TIMEOUT) as answer,
        target.open("wb") as file,
    ):
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            if file.tell() + len(piece) > most:
                raise OSError("more came than was announced")
            file.write(piece)
