"""Copies that leave this machine: made whole and encrypted, kept a few at each place.

Each has the name of the machine in it, so that several machines may use one stick or one folder,
and none takes away what another one brought.
"""

import errno
import re
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from appliance.box import whole_copy
from appliance.box.copy_codes import CopyPlace, CopyWhy, why_of
from appliance.box.sftp import SftpServer
from appliance.box.stick import Stick
from appliance.box.whole_copy import ENCRYPTED, CopyTerms, WholeCopy
from appliance.copy_settings import CopySettings
from appliance.errors import CopyFailed, SetupError, StoreCorrupt, StoreUnavailable
from appliance.store import erasure_journal, kept_copies
from appliance.store.kept_copies import KeptCopy
from appliance.store.store import Store

SPOOL = "leaving.tar.age"
"""In the backups folder, while a copy is on its way to a server."""
_STAMP = "%Y%m%dT%H%M%SZ"
_NOT_IN_NAMES = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtCopy:
    """A copy that came to its place whole. `kept` is how many are there now."""

    name: str
    sha256: str
    bytes: int
    made_ms: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Away(ABC):
    """A place outside this machine. What it offers raises CopyFailed."""

    place: ClassVar[CopyPlace]
    store: Store
    settings: CopySettings

    @abstractmethod
    def bring(self, copy: KeptCopy) -> BroughtCopy: ...

    @abstractmethod
    def check(self, name: str, sha256: str, size: int) -> None:
        """Whether the copy of that name is there as it was brought."""

    @property
    def _data(self) -> Path:
        return self.store.path.parent

    def _whole(self, copy: KeptCopy, target: Path) -> WholeCopy:
        database = self._data / kept_copies.FOLDER / copy.name
        terms = CopyTerms(recipient=self.settings.recipient, with_media=self.settings.with_media)
        return whole_copy.write_copy(self.store, database, target, terms, made_ms=copy.made_ms)

    def _sorted(self, new: str, names: Iterable[str]) -> tuple[Sequence[str], Sequence[str]]:
        """Which copies of this machine stay, and which go. The new one stays, whatever its clock
        says: it may have been ahead once, and anybody may give a file the name of a later one.
        """
        newest = [new, *(each for each in _newest(names) if each != new)]
        return newest[: self.settings.keep], newest[self.settings.keep :]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayStick(Away):
    place = CopyPlace.STICK
    stick: Stick

    def bring(self, copy: KeptCopy) -> BroughtCopy:
        """What was pulled out while it was written is no file there; older ones stay."""
        with _said(CopyWhy.PULLED):
            folder = self.stick.folder()
            made = self._written(copy, folder)
            erasure_journal.copy_beside(self._data, folder, journal_name())
            name = name_of(copy.made_ms)
            kept, gone = self._sorted(name, (each.name for each in folder.iterdir()))
            for each in gone:
                (folder / each).unlink(missing_ok=True)
        return _brought(made, copy, name, kept)

    def _written(self, copy: KeptCopy, folder: Path) -> WholeCopy:
        """On a stick that is full older ones give way, but for the newest; not where no file may be
        so long, as on FAT, which they would not change.
        """
        while True:
            try:
                return self._whole(copy, folder / name_of(copy.made_ms))
            except StoreUnavailable as exc:
                there = _newest(each.name for each in folder.iterdir())
                is_full = why_of(exc, CopyWhy.PULLED) is CopyWhy.FULL
                is_too_long = getattr(exc.__cause__, "errno", None) == errno.EFBIG
                if not is_full or is_too_long or len(there) <= 1:
                    raise
                (folder / there[-1]).unlink(missing_ok=True)

    def check(self, name: str, sha256: str, size: int) -> None:
        """Reads all of it."""
        path = self.stick.folder() / name
        try:
            whole = path.stat().st_size == size
            if whole:
                whole_copy.read_back(path, sha256)
        except OSError as exc:
            raise CopyFailed(CopyWhy.DAMAGED, f"{name} cannot be read ({exc.strerror}).") from exc
        if not whole:
            raise CopyFailed(CopyWhy.DAMAGED, f"{name} has another size than it had.")

    def refresh_journal(self) -> None:
        """Who withdrew or was erased since the copy, for whoever restores it."""
        with _said(CopyWhy.PULLED):
            folder = self.stick.folder()
            erasure_journal.copy_beside(self._data, folder, journal_name())


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayServer(Away):
    place = CopyPlace.SFTP
    server: SftpServer

    def bring(self, copy: KeptCopy) -> BroughtCopy:
        """It lies encrypted in the backups folder while it is on its way: OpenSSH sends files."""
        backups = self._data / kept_copies.FOLDER
        spool, journal = backups / SPOOL, backups / erasure_journal.BESIDE
        name = name_of(copy.made_ms)
        with _said(CopyWhy.DATABASE):
            try:
                made = self._whole(copy, spool)
                self.server.put(spool, name)
            finally:
                spool.unlink(missing_ok=True)
            there = self.server.names()
            if there.get(name) != made.bytes:
                raise CopyFailed(CopyWhy.DAMAGED, f"{name} is not there as it was sent.")
            erasure_journal.copy_beside(self._data, backups)
            if journal.exists():
                self.server.put(journal, journal_name())
            kept, gone = self._sorted(name, there)
            self.server.remove(gone)
        return _brought(made, copy, name, kept)

    def check(self, name: str, sha256: str, size: int) -> None:
        """By its size: to read it would bring all of it back."""
        del sha256
        with _said(CopyWhy.DATABASE):
            found = self.server.names().get(name)
        if found != size:
            raise CopyFailed(CopyWhy.DAMAGED, f"{name} is not there as it was sent.")


def name_of(made_ms: int) -> str:
    made = datetime.fromtimestamp(made_ms / 1000, UTC)
    return f"{_machine()}-{made.strftime(_STAMP)}{ENCRYPTED}"


def journal_name() -> str:
    """Of what lies beside this machine's copies."""
    return f"{_machine()}-{erasure_journal.BESIDE}"


def _machine() -> str:
    return _NOT_IN_NAMES.sub("-", socket.gethostname().partition(".")[0].lower())[:60] or "balie"


def _newest(names: Iterable[str]) -> Sequence[str]:
    """This machine's copies among them, the newest first."""
    own = re.compile(rf"{re.escape(_machine())}-\d{{8}}T\d{{6}}Z{re.escape(ENCRYPTED)}")
    return sorted((name for name in names if own.fullmatch(name)), reverse=True)


def _brought(made: WholeCopy, copy: KeptCopy, name: str, kept: Sequence[str]) -> BroughtCopy:
    return BroughtCopy(
        name=name,
        sha256=made.sha256,
        bytes=made.bytes,
        made_ms=copy.made_ms,
        kept=len(kept),
    )


@contextmanager
def _said(otherwise: CopyWhy) -> Iterator[None]:
    """Whatever goes wrong with a place is one kind of error, with its reason; `otherwise` where the
    error may mean anything.
    """
    try:
        yield
    except SetupError as exc:
        raise CopyFailed(CopyWhy.SETUP, str(exc)) from exc
    except StoreCorrupt as exc:
        raise CopyFailed(CopyWhy.DATABASE, str(exc)) from exc
    except StoreUnavailable as exc:
        raise CopyFailed(why_of(exc, otherwise), str(exc)) from exc
    except OSError as exc:
        raise CopyFailed(why_of(exc, otherwise), exc.strerror or str(exc)) from exc
