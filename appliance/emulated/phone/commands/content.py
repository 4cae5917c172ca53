"""`content query`: rows of the providers, printed without any escaping."""

import re
import sqlite3
from typing import Any
from urllib.parse import unquote

from appliance.emulated.phone.commands.reply import err, out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult
from appliance.emulated.world.numbers import e164

_OPTIONS = {"--uri", "--projection", "--where", "--sort", "--user"}
_LOOKUP = "content://com.android.contacts/phone_lookup/"
_PHONES = "content://com.android.contacts/data/phones"
_MEDIA = "content://media/external/"
#: Table, rows of it, order unless another is asked for.
_TABLES = {
    "content://sms": ("sms", "", "date DESC"),
    "content://sms/inbox": ("sms", "type = 1", "date DESC"),
    "content://sms/sent": ("sms", "type = 2", "date DESC"),
    "content://sms/outbox": ("sms", "type = 4", "date DESC"),
    "content://sms/failed": ("sms", "type = 5", "date DESC"),
    "content://telephony/siminfo": ("siminfo", "", ""),
    "content://call_log/calls": ("calls", "", "date DESC"),
    _PHONES: ("phones", "", "display_name"),
}


def content(handset: BareHandset, args: list[str]) -> ShellResult:
    if args[:1] == ["call"]:
        return _call(handset, args[1:])
    if args[:1] != ["query"]:
        return err(f"[ERROR] Unsupported command: {' '.join(args[:1])}", code=255)
    try:
        options = _options(args[1:])
    except ValueError as exc:
        return err(f"[ERROR] {exc}", code=255)
    uri = options.get("--uri", "").rstrip("/")
    return _answered(handset, uri, options)


def _answered(handset: BareHandset, uri: str, options: dict[str, str]) -> ShellResult:
    if uri.startswith(_LOOKUP):
        return _lookup(handset, unquote(uri.removeprefix(_LOOKUP)), _columns(options))
    if uri.startswith("content://call_log") and handset.sdk < 33:
        return _refused()
    if uri == _PHONES:
        handset.providers.set_phones(handset.contacts)
    if uri.startswith(_MEDIA):
        return _media(handset, options)
    return _query(handset, uri, options) if uri in _TABLES else _no_provider(uri)


def _call(handset: BareHandset, args: list[str]) -> ShellResult:
    """The only one that is known here: Android looks through the shared storage."""
    if "scan_volume" not in args:
        return err("[ERROR] Unsupported method", code=255)
    handset.media_list.scan(handset.files)
    return out("Result: Bundle[{}]")


def _media(handset: BareHandset, options: dict[str, str]) -> ShellResult:
    """Files by their whole path, as far as a scan has found them."""
    wanted = re.fullmatch(r"_data='(.*)'", options.get("--where", ""))
    found = [
        (number, path)
        for number, path in handset.media_list.rows.items()
        if wanted is None or path == wanted[1]
    ]
    names = _columns(options) or ["_id", "_data"]
    rows = [tuple({"_id": n, "_data": path}.get(name) for name in names) for n, path in found]
    return _printed(names, rows)


def _options(words: list[str]) -> dict[str, str]:
    pairs = list(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or any(name not in _OPTIONS for name, _ in pairs):
        raise ValueError("Unsupported argument: " + " ".join(words))
    return dict(pairs)


def _columns(options: dict[str, str]) -> list[str]:
    return [name for name in options.get("--projection", "").split(":") if name]


def _query(handset: BareHandset, uri: str, options: dict[str, str]) -> ShellResult:
    table, base, order = _TABLES[uri]
    wanted = options.get("--where", "")
    where = " AND ".join(f"({clause})" for clause in (base, wanted) if clause)
    columns = _columns(options)
    try:
        names, rows = handset.providers.query(
            table, columns, where=where, order=options.get("--sort", order)
        )
    except sqlite3.Error as exc:
        return _failed(uri, f"android.database.sqlite.SQLiteException: {exc}")
    return _printed(names, rows)


def _printed(names: list[str], rows: list[tuple[Any, ...]]) -> ShellResult:
    if not rows:
        return out("No result found.")
    return out(
        "\n".join(
            f"Row: {number} "
            + ", ".join(
                f"{name}={'NULL' if value is None else value}"
                for name, value in zip(names, row, strict=True)
            )
            for number, row in enumerate(rows)
        )
    )


def _lookup(handset: BareHandset, number: str, columns: list[str]) -> ShellResult:
    wanted = e164(number) or number
    name = handset.contacts.get(wanted)
    if name is None:
        return _printed([], [])
    row = {"_id": 1, "display_name": name, "number": wanted}
    names = columns or list(row)
    if not row.keys() >= set(names):
        unknown = next(name for name in names if name not in row)
        return _failed(_LOOKUP, f"java.lang.IllegalArgumentException: Invalid column {unknown}")
    return _printed(names, [tuple(row[name] for name in names)])


def _refused() -> ShellResult:
    """The shell may read the call log from API 33 on; before, recorded on Android 12."""
    return _failed(
        "content://call_log/calls",
        "java.lang.SecurityException: Permission Denial: opening provider "
        "com.android.providers.contacts.CallLogProvider from (null) (pid=18174, uid=2000) "
        "requires android.permission.READ_CALL_LOG or android.permission.WRITE_CALL_LOG",
    )


def _no_provider(uri: str) -> ShellResult:
    authority = uri.removeprefix("content://").partition("/")[0]
    return _failed(uri, f"java.lang.IllegalStateException: Could not find provider: {authority}")


def _failed(uri: str, exception: str) -> ShellResult:
    """The exit status of `content` is 0 even then."""
    authority = uri.removeprefix("content://").partition("/")[0]
    trace = "\tat android.os.Parcel.createExceptionOrNull(Parcel.java:3057)"
    return err(f"Error while accessing provider:{authority}\n{exception}\n{trace}", code=0)
