"""A reset of the whole box, by root: its data, and what it has beside them.

How far it is stands in a folder of root's: root clears keys by it, and whoever broke into Balie
could write whatever they like into the data directory. What fails is done at the next start, and
nothing is done twice: what Balie has made anew meanwhile stays.
"""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from appliance.box import resetting
from appliance.box.card_folders import CardFolders
from appliance.box.card_reading import READ_FILE
from appliance.box.given_settings import put_missing
from appliance.box.handed_files import read_handed
from appliance.box.keeper import entry
from appliance.box.keeper.errors import KeeperError
from appliance.box.kept_folder import kept_folder
from appliance.box.running import run
from appliance.box.tls_places import TLS
from appliance.box.whole_files import keep_names, put_whole
from appliance.errors import BalieError, SetupError

log = logging.getLogger(__name__)

ASKED, BEGUN = "reset-asked", "reset-begun"
"""In root's own folder, both with what is left to be cleared beside the data. The first says that
the data are not marked yet. It becomes the second by another name, which a full disk allows.
"""
STOP_WITHIN_S = 120.0
"""More than the units themselves are given to end."""
_STOPPED = ("balie-adb.service", "balie.service")
_MADE_ANEW = "balie-tls.service"
"""Without it the box would go on under keys that are gone, and nobody could trust it anew."""
_GOES_ON = "balie-reset.service"

Steps = Callable[[str], None]


def _own_things() -> tuple[Path, ...]:
    return (Path("/var/lib/balie-adb"), TLS, kept_folder() / "home.key", *_things_of_card())


def _things_of_card() -> Iterator[Path]:
    """None on another machine, whose `/data` may be anybody's."""
    card = CardFolders()
    if kept_folder() == card.own:
        yield from (card.wifi, card.ssh / "authorized_keys", card.log, card.firmware / READ_FILE)
        yield from (card.branch, card.invitation, card.card_findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPlaces:
    """Of the machine; others in tests only. `things`: keys of phones, certificates, ways in;
    `given` are the settings that Balie comes with.
    """

    data: Path
    kept: Path = field(default_factory=kept_folder)
    things: tuple[Path, ...] = field(default_factory=_own_things)
    updates: Path = Path("/var/lib/balie-update")
    settings: Path = Path("/etc/balie")
    given: Path = field(default_factory=lambda: CardFolders().given)

    @property
    def asked(self) -> Path:
        return self.kept / ASKED

    @property
    def begun(self) -> Path:
        return self.kept / BEGUN

    def beside(self) -> Iterator[Path]:
        yield from self.things
        yield from (path for path in _in(self.updates) if path.name != entry.LOCK)
        yield from _in(self.settings)


def reset(places: ResetPlaces) -> None:
    """All of it, with what runs stopped meanwhile; what could not begin costs nobody the inbox.

    Raises BalieError and OSError.
    """
    with _no_update(places.updates):
        try:
            run("systemctl", "stop", *_STOPPED, within_s=STOP_WITHIN_S)
            begin(places)
            _let_it_go_on()
            go_on(places)
        finally:
            if not resetting.is_begun(places.data):
                run("systemctl", "start", "--no-block", _MADE_ANEW, *_STOPPED)


def begin(places: ResetPlaces) -> None:
    """After this it will be done, whenever the power goes. Raises BalieError and OSError."""
    places.kept.mkdir(mode=0o755, parents=True, exist_ok=True)
    put_whole(places.asked, _written(places.beside()))
    try:
        _begin_data(places)
    except (BalieError, OSError):
        if not resetting.is_begun(places.data):
            with suppress(OSError):
                places.asked.unlink()
        raise


def go_on(places: ResetPlaces, *, step: Steps = lambda _: None) -> None:
    """Does what is left, where `begin` began something; also at a start. What fails holds up
    nothing else. `step` is told what was just done. Raises BalieError and OSError.
    """
    if places.asked.exists():
        _begin_data(places)
    if not places.begun.exists():
        return
    failed: dict[str, OSError] = {}
    _tried("", lambda: resetting.finish(places.data, step=step), failed)
    for path in _left(places):
        _tried(str(path), partial(_clear, path), failed)
        step(f"cleared {path.name}")
    _tried("", lambda: _give_settings(places), failed)
    if failed:
        put_whole(places.begun, _written(failed))
        raise next(iter(failed.values()))
    places.begun.unlink()
    keep_names(places.kept)
    step("all done")


def _begin_data(places: ResetPlaces) -> None:
    """From then on the data have a mark of their own: Balie finishes them, too, and what it writes
    afterwards is new.
    """
    resetting.begin(places.data)
    places.asked.replace(places.begun)
    keep_names(places.kept)


def _written(paths: Iterable[object]) -> bytes:
    return json.dumps([str(each) for each in paths]).encode()


def _left(places: ResetPlaces) -> list[Path]:
    """All, where it cannot be read."""
    try:
        left = set(json.loads(read_handed(places.begun) or b""))
    except (ValueError, TypeError):
        return list(places.beside())
    return [path for path in places.beside() if str(path) in left]


@contextmanager
def _no_update(folder: Path) -> Iterator[None]:
    """An update that is under way has copies of its own and puts them back. Raises SetupError."""
    try:
        with entry.only_update(folder) if folder.is_dir() else nullcontext():
            yield
    except KeeperError as exc:
        raise SetupError("An update is under way; reset the box when it has ended.") from exc


def _let_it_go_on() -> None:
    """After a power cut, also on a machine where nobody has switched on the units of a box."""
    try:
        run("systemctl", "enable", "--quiet", _GOES_ON)
    except SetupError as exc:
        log.warning("a reset that is cut off would have to be asked for again: %s", exc)


def _give_settings(places: ResetPlaces) -> None:
    if places.settings.is_dir():
        group = places.data.stat().st_gid
        put_missing(places.given, places.settings, lambda path: os.chown(path, -1, group))


def _clear(path: Path) -> None:
    """A folder that a unit or a mount needs stays, empty."""
    if path.is_dir() and not path.is_symlink():
        for each in sorted(path.iterdir()):
            resetting.remove(each)
        keep_names(path)
    else:
        path.unlink(missing_ok=True)


def _in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _tried(what: str, work: Callable[[], object], failed: dict[str, OSError]) -> None:
    try:
        work()
    except OSError as exc:
        failed[what] = exc
