"""The commands that only touch files."""

import hashlib

from appliance.emulated.phone.commands.reply import SILENT, err, out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult

_DISK_KB = 110_000_000


def cat(handset: BareHandset, args: list[str]) -> ShellResult:
    parts, complaints = [], []
    for path in args:
        file = handset.files.get(path)
        if file is None:
            complaints.append(f"cat: {path}: No such file or directory")
        else:
            parts.append(file.data)
    said = "".join(f"{line}\n" for line in complaints).encode()
    return ShellResult(stdout=b"".join(parts), stderr=said, exit_code=int(bool(complaints)))


def md5sum(handset: BareHandset, args: list[str]) -> ShellResult:
    lines = []
    for path in args:
        file = handset.files.get(path)
        if file is None:
            return err(f"md5sum: {path}: No such file or directory")
        digest = hashlib.md5(file.data, usedforsecurity=False).hexdigest()
        lines.append(f"{digest}  {path}")
    return out("\n".join(lines))


def ls(handset: BareHandset, args: list[str]) -> ShellResult:
    paths = [word for word in args if not word.startswith("-")] or ["/"]
    path = paths[0].rstrip("/")
    if path in handset.files:
        return out(path)
    below = [name.removeprefix(f"{path}/") for name in handset.files if name.startswith(f"{path}/")]
    if not below:
        return err(f"ls: {paths[0]}: No such file or directory")
    return out("\n".join(sorted({name.partition("/")[0] for name in below})))


def rm(handset: BareHandset, args: list[str]) -> ShellResult:
    force = any(word.startswith("-") and "f" in word for word in args)
    deep = any(word.startswith("-") and "r" in word for word in args)
    for path in [word for word in args if not word.startswith("-")]:
        hits = [name for name in handset.files if name == path]
        if deep:
            hits += [name for name in handset.files if name.startswith(f"{path.rstrip('/')}/")]
        if not hits and not force:
            return err(f"rm: {path}: No such file or directory")
        for name in hits:
            del handset.files[name]
    return SILENT


def find(handset: BareHandset, args: list[str]) -> ShellResult:
    """What lies right below a folder and is older than some minutes is removed; no other use."""
    if "-mmin" not in args or args[1:5] != ["-mindepth", "1", "-maxdepth", "1"]:
        return err("find: bad arg")
    folder = args[0].rstrip("/")
    before_s = handset.timers.now_ms() // 1000 - 60 * int(args[args.index("-mmin") + 1])
    below = [path for path in handset.files if path.startswith(f"{folder}/")]
    names = {path.removeprefix(f"{folder}/").partition("/")[0] for path in below}
    old = [name for name in names if _newest_s(handset, f"{folder}/{name}") < before_s]
    rm(handset, ["-rf", *(f"{folder}/{name}" for name in old)])
    return SILENT if below else err(f"find: {folder}: No such file or directory")


def _newest_s(handset: BareHandset, path: str) -> int:
    below = (path, f"{path}/")
    return max(file.mtime_s for name, file in handset.files.items() if name.startswith(below))


def df(handset: BareHandset, args: list[str]) -> ShellResult:
    """Toybox counts blocks of 1 kB."""
    free = handset.free_mb * 1024
    used = max(0, _DISK_KB - free)
    place = next((word for word in args if not word.startswith("-")), "/data")
    return out(
        "Filesystem       1K-blocks     Used Available Use% Mounted on\n"
        f"/dev/block/dm-51 {_DISK_KB} {used} {free} {used * 100 // _DISK_KB}% {place}"
    )


def toybox(handset: BareHandset, args: list[str]) -> ShellResult:
    applets = {"cat": cat, "df": df, "ls": ls, "md5sum": md5sum, "rm": rm}
    applet = applets.get(args[0]) if args else None
    if applet is None:
        return err(f"toybox: Unknown command {' '.join(args[:1])}", code=127)
    return applet(handset, args[1:])
