"""Rows as Android's `content query` prints them: one println a row, nothing escaped.

Source: AOSP `cmds/content/src/com/android/commands/content/Content.java`. A free text can forge a
whole row, so a column of free text is asked for alone, one row at a time. Lines that a linker or a
vendor puts before the first row (`WARNING: linker: …`) are skipped.
"""

import re
import shlex
from collections.abc import Sequence

from appliance.errors import DeviceError, Transient

_NOTHING = "No result found."
_REFUSALS = ("Permission Denial", "SecurityException", "Unknown authority", "Could not find")

_NO_COLUMN = ("no such column", "Invalid column")

Row = dict[str, str | None]


class AccessRefused(DeviceError):
    """The phone does not let the shell read this provider, or has no such provider."""


class NoSuchColumn(Transient):
    """The provider of this Android has no such column."""


def content_query(
    uri: str, columns: Sequence[str], *, where: str | None = None, sort: str | None = None
) -> str:
    """The command; each part is quoted for the phone's shell."""
    command = f"content query --uri {shlex.quote(uri)} --projection {':'.join(columns)}"
    if where:
        command += f" --where {shlex.quote(where)}"
    return command + (f" --sort {shlex.quote(sort)}" if sort else "")


def read_rows(output: str, columns: Sequence[str]) -> list[Row]:
    """The rows of columns that hold no free text, in the order asked for; NULL is None.

    Raises AccessRefused, or Transient when the answer is an error or cannot be read.
    """
    text = output.strip("\r\n")
    rows = _answer(text, "Row: 0 ") if text else None
    if rows is None:
        return []
    return [_row(line, number, columns) for number, line in enumerate(rows.split("\n"))]


def read_value(output: str, column: str) -> str | None:
    """The free text of the one row asked for, whole; None when the row is gone.

    NULL and the word NULL look alike here, so the question excludes NULL.
    """
    head = f"Row: 0 {column}="
    row = _answer(output, head)
    return None if row is None else row.removeprefix(head).removesuffix("\n")


def _answer(output: str, head: str) -> str | None:
    """The output from the first line that begins with `head`; None where there is no row.

    All that follows on that line is content, whatever it looks like.
    """
    at = 0
    while at < len(output):
        if output.startswith(head, at):
            return output[at:]
        if output.startswith(_NOTHING, at):
            return None
        at = (output.find("\n", at) + 1) or len(output)
    raise _error(output)


def _row(line: str, number: int, columns: Sequence[str]) -> Row:
    parts = [rf"{re.escape(name)}=(.*?)" for name in columns]
    found = re.fullmatch(rf"Row: {number} " + ", ".join(parts), line)
    if found is None:
        raise _error(line)
    values = zip(columns, found.groups(), strict=True)
    return {name: None if value == "NULL" else value for name, value in values}


def _error(text: str) -> DeviceError:
    if any(words in text for words in _REFUSALS):
        return AccessRefused("The phone does not let Balie read this.")
    if any(words in text for words in _NO_COLUMN):
        return NoSuchColumn("The phone's list has no such column.")
    return Transient("The phone could not answer a question about its contents.")
