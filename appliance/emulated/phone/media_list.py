"""Android's list of media, and the files that an app may read behind a URI."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from appliance.emulated.phone.wire.seam import DeviceFile

_SHARED = "/storage/emulated/0/"
_LINK = "/sdcard/"
_ROW = "content://media/external/"


@dataclass(slots=True)
class MediaList:
    """Files by number, as the last scan found them; one that is gone keeps its number until the
    next.
    """

    rows: dict[int, str] = field(default_factory=dict)
    _next: int = 31

    def scan(self, files: Mapping[str, DeviceFile]) -> None:
        there = {whole(path) for path in files if whole(path).startswith(_SHARED)}
        self.rows = {number: path for number, path in self.rows.items() if path in there}
        for path in sorted(there - set(self.rows.values())):
            self.rows[self._next] = path
            self._next += 1

    def path_of(self, uri: str) -> str | None:
        """The path behind `file:///…` or a row of this list."""
        if uri.startswith("file://"):
            return whole(uri.removeprefix("file://"))
        number = uri.rpartition("/")[2] if uri.startswith(_ROW) else ""
        return self.rows.get(int(number)) if number.isdecimal() else None


def whole(path: str) -> str:
    """`/sdcard` is a link to the shared storage."""
    return _SHARED + path.removeprefix(_LINK) if path.startswith(_LINK) else path


def file_at(files: Mapping[str, DeviceFile], path: str) -> DeviceFile | None:
    return next((file for name, file in files.items() if whole(name) == path), None)
