"""The package that somebody gets: `dossier.json`, `dossier.pdf`, their files, and a manifest.

What is read from the database is written to a file without a name first, so that the package is of
one moment, a wrong turn is an error and no half of a package, and nothing of it is left on the disk
when Balie is killed. The files of messages are read while the package goes out.
"""

import hashlib
import json
import mimetypes
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from appliance.desk.privacy.dossier import kept_out
from appliance.desk.privacy.dossier.asked import DossierReading
from appliance.desk.privacy.dossier.sections import Section, sections
from appliance.media.files import MediaFiles
from appliance.moments import EPOCH, iso

FORMAT = "balie-dossier/1"
Listener = Callable[[str, Mapping[str, Any]], None]
"""Is told each item as it is written, with the name of its part."""
_PIECE = 1 << 18
_ODD = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`by` is the colleague's or the program's name; `branches` None: all."""

    at_ms: int
    by: str
    branches: Sequence[str] | None


@dataclass(slots=True)
class NamedFiles:
    """Gives each file of a message its name in the package; equal content has one name."""

    files: MediaFiles
    named: dict[str, str] = field(default_factory=dict)

    def __call__(self, sha256: str, name: str, media_type: str) -> str | None:
        if sha256 not in self.named:
            if not self.files.path_of(sha256).is_file():
                return None
            ending = mimetypes.guess_extension(media_type) or ""
            plain = _ODD.sub("-", Path(name).stem)[:_LONGEST_NAME].strip("-.")
            number = len(self.named) + 1
            self.named[sha256] = f"media/{number:04}{f'-{plain}' if plain else ''}{ending}"
        return self.named[sha256]

    def paths(self) -> Iterator[tuple[str, Path]]:
        for sha256, name in self.named.items():
            yield name, self.files.path_of(sha256)


class Package:
    """What goes into a package. Its files without a name are gone when it is closed."""

    def __init__(self, folder: Path, media: NamedFiles, made: Made) -> None:
        """`folder` is on a disk with room."""
        self._held = ExitStack()
        self._folder = folder
        self._media = media
        self._made = made
        self._written: list[tuple[str, IO[bytes]]] = []

    def file(self, name: str) -> IO[bytes]:
        """A new file of the package, to be written."""
        made: IO[bytes] = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 -- see `close`
        self._held.enter_context(made)
        self._written.append((name, made))
        return made

    def zipped(self) -> Iterator[bytes]:
        """The package, piece by piece; the files of messages are taken as they are. Ends with the
        manifest, and closes what it is made of.
        """
        day = EPOCH.fromtimestamp(self._made.at_ms / 1000, EPOCH.tzinfo)
        sink = _Sink()
        listed: list[dict[str, Any]] = []
        try:
            with zipfile.ZipFile(sink, "w") as package:
                for name, source in self._written:
                    source.seek(0)
                    yield from _put(package, sink, _Packed(name, day, packs=True), source, listed)
                for name, path in self._media.paths():
                    try:
                        source = path.open("rb")
                    except FileNotFoundError:  # it was let go meanwhile
                        continue
                    with source:
                        entry = _Packed(name, day, packs=False)
                        yield from _put(package, sink, entry, source, listed)
                told = {"format": FORMAT, "made_at": iso(self._made.at_ms), "files": listed}
                with package.open(_Packed("manifest.json", day, packs=True).info, "w") as out:
                    out.write(json.dumps(told, indent=1).encode())
            yield sink.taken()
        finally:
            self.close()

    def close(self) -> None:
        self._held.close()


def write_json(
    reading: DossierReading, package: Package, media: NamedFiles, made: Made, also: Listener
) -> None:
    """Writes `dossier.json` into the package, item by item, and tells each to `also`."""
    out = package.file("dossier.json")

    def put(text: str) -> None:
        out.write(text.encode())

    about = {
        "made_at": iso(made.at_ms),
        "made_by": made.by,
        "branches": made.branches,
        "left_out": sorted(reading.asked.without),
    }
    put(f'{{"format": {json.dumps(FORMAT)},\n"about": {_json(about)}')
    for section in sections(media):
        put(f",\n{json.dumps(section.name)}: ")
        _put_items(put, section, reading, also)
    others = {each.value: times for each, times in reading.others.items()}
    put(f',\n"third_parties": {_json(others)}')
    put(f',\n"not_in_it": {_json([{"what": each.what, "why": each.why} for each in kept_out.ALL])}')
    put("}\n")
    out.flush()


def _put_items(
    put: Callable[[str], None], section: Section, reading: DossierReading, also: Listener
) -> None:
    """A list; the card of the person alone is an object."""
    alone = section.name == "person"
    put("" if alone else "[")
    for place, item in enumerate(section.read(reading)):
        put((",\n" if place else "") + _json(item))
        also(section.name, item)
    put("" if alone else "]")


def _json(item: object) -> str:
    return json.dumps(item, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Packed:
    """`packs`: a text grows smaller, a picture does not."""

    name: str
    day: datetime
    packs: bool

    @property
    def info(self) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(self.name, self.day.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if self.packs else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        return info


class _Sink:
    """Takes what a ZIP writes, to be passed on in pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open here."""

    def taken(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


def _put(
    package: zipfile.ZipFile,
    sink: _Sink,
    entry: _Packed,
    source: IO[bytes],
    listed: list[dict[str, Any]],
) -> Iterator[bytes]:
    digest, length = hashlib.sha256(), 0
    with package.open(entry.info, "w", force_zip64=True) as out:
        while piece := source.read(_PIECE):
            out.write(piece)
            digest.update(piece)
            length += len(piece)
            yield sink.taken()
    listed.append({"name": entry.name, "bytes": length, "sha256": digest.hexdigest()})
