"""Paths on the phone: what is a folder, and where a shell may write."""

from collections.abc import Iterable, Mapping

from appliance.emulated.phone.wire.seam import DeviceFile

#: Folders that are there while nothing is in them.
_FOLDERS = (
    "/",
    "/data",
    "/data/local",
    "/data/local/tmp",
    "/sdcard",
    "/sdcard/Download",
    "/storage/emulated/0",
    "/storage/emulated/0/Download",
)
_WRITABLE = ("/data/local/tmp/", "/sdcard/", "/storage/emulated/0/")


def writable(path: str) -> bool:
    """Whether the shell user may make this file."""
    return path.startswith(_WRITABLE) and not path.endswith("/")


def _all_folders(paths: Iterable[str]) -> set[str]:
    found = set(_FOLDERS)
    for path in [*paths, *(folder + "/." for folder in _FOLDERS)]:
        while len(path := path.rpartition("/")[0]) > 1:
            found.add(path)
    return found


def is_folder(files: Mapping[str, DeviceFile], path: str) -> bool:
    return (path.rstrip("/") or "/") in _all_folders(files)


def entries(files: Mapping[str, DeviceFile], folder: str) -> dict[str, DeviceFile | None]:
    """The names in a folder; None stands for a folder in it."""
    prefix = folder.rstrip("/") + "/"
    inside: dict[str, DeviceFile | None] = {}
    for path in _all_folders(files) - {"/"}:
        if path.startswith(prefix) and "/" not in path[len(prefix) :]:
            inside[path[len(prefix) :]] = None
    for path, file in files.items():
        if path.startswith(prefix) and "/" not in path[len(prefix) :]:
            inside[path[len(prefix) :]] = file
    return inside
