"""Whether an archive is as it was made: its chain of hashes, and the files that its manifest names.

It needs no database, so that anybody can do it who has Balie.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from appliance.desk.privacy.archive.chain import Chain
from appliance.errors import InvalidInput

_ENTRIES = "archive.json"
_MANIFEST = "manifest.json"
_UNREADABLE = (OSError, BadZipFile, ValueError, LookupError, TypeError, AttributeError)


@dataclass(slots=True, kw_only=True)
class VerifiedArchive:
    """`kind` is what was checked: `chain`, `manifest`, or `file` for what has neither. `problems`
    are sentences. `archive` is what it says that it is of.
    """

    sha256: str
    kind: str
    entries: int = 0
    chain: str | None = None
    archive: dict[str, Any] | None = None
    problems: list[str] = field(default_factory=list)


def verify(path: Path) -> VerifiedArchive:
    """Raises InvalidInput for what cannot be read."""
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if path.suffix == ".zip":
            return _zipped(path, sha256)
        if path.suffix == ".json":
            with path.open(encoding="utf-8", errors="surrogatepass") as lines:
                return _chained(lines, sha256)
    except _UNREADABLE as exc:
        raise InvalidInput("file", f"{path} cannot be read as an archive: {exc}") from exc
    return VerifiedArchive(sha256=sha256, kind="file")


def _chained(lines: Iterable[str], sha256: str) -> VerifiedArchive:
    """Line by line, as it was written: an archive may be larger than the memory."""
    told = iter(lines)
    about = json.loads(next(told, "").removesuffix(",\n") + "}")["archive"]
    found = VerifiedArchive(sha256=sha256, kind="chain", archive=about)
    chain = Chain(about)
    for entry in _entries(told):
        if chain.add(entry) != entry["chain"] and not found.problems:
            found.problems.append(f"Entry {entry['n']} is not as it was made, or stands elsewhere.")
    found.entries, found.chain = chain.links, chain.last
    end = json.loads("{" + next(told, ""))["end"]
    if (end["entries"], end["chain"]) != (chain.links, chain.last) and not found.problems:
        found.problems.append("Entries at the end are missing.")
    return found


def _entries(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    next(lines, None)
    for line in lines:
        if line == "],\n":
            return
        yield json.loads(line.rstrip().removesuffix(","))


def _zipped(path: Path, sha256: str) -> VerifiedArchive:
    with ZipFile(path) as zipped:
        manifest = json.loads(zipped.read(_MANIFEST))
        with zipped.open(_ENTRIES) as lines:
            found = _chained((each.decode("utf-8", "surrogatepass") for each in lines), sha256)
        found.kind = "manifest"
        listed = {each["name"]: each["sha256"] for each in manifest["files"]}
        found.problems += _differing(zipped, listed)
        if (manifest["chain"], manifest["entries"]) != (found.chain, found.entries):
            found.problems.append("The manifest is of other entries.")
    return found


def _differing(zipped: ZipFile, listed: dict[str, str]) -> Iterator[str]:
    there = set(zipped.namelist()) - {_MANIFEST}
    yield from (f"{name} is missing." for name in sorted(listed.keys() - there))
    yield from (f"{name} was added." for name in sorted(there - listed.keys()))
    for name in sorted(there & listed.keys()):
        with zipped.open(name) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != listed[name]:  # type: ignore[arg-type]
                yield f"{name} is not as it was made."
