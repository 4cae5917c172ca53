"""A CSV file as offices have them: Excel's `;`, a byte order mark, or windows-1252."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.contacts.importing import service_numbers
from appliance.desk.contacts.office_fields import is_forbidden
from appliance.errors import InvalidInput

FIELD = "file"
MOST_ROWS = 10_000
ROW_CHARACTERS = 500
"""Of each row on average. In characters, for the form of the pages may write the file otherwise."""
MOST_CHARACTERS = MOST_ROWS * ROW_CHARACTERS
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = (";", ",", "\t", "|")
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """`number` is that of the row in a spreadsheet: the head is row 1."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvTable:
    """Each row has as many cells as the head."""

    head: Sequence[str]
    rows: Sequence[CsvRow]


class ForbiddenColumn(InvalidInput):
    """It would hold citizen service numbers; `column` is its name in quotes, or which one it is
    where its name does not tell.
    """

    def __init__(self, column: str) -> None:
        sentence = (
            f"The column {column} holds citizen service numbers (BSN), which may not be kept here."
            " Take it out of the file first."
        )
        super().__init__(FIELD, sentence)
        self.column = column


def read_csv(raw: bytes) -> CsvTable:
    """Raises InvalidInput for what is no table, and for a column of citizen service numbers."""
    text = _text(raw)
    if len(text) - text.count("\r") > MOST_CHARACTERS:
        sentence = f"A file has at most {MOST_CHARACTERS} characters. Cut it into pieces."
        raise InvalidInput(FIELD, sentence)
    lines = _records(text)
    if not lines:
        raise InvalidInput(FIELD, "The file is empty. Choose a CSV file whose first row is a head.")
    head = [cell.strip() for cell in lines[0].cells]
    forbidden = next((name for name in head if is_forbidden(name)), None)
    if forbidden is not None:
        raise ForbiddenColumn(f"“{forbidden}”")
    if len(lines) - 1 > MOST_ROWS:
        raise InvalidInput(FIELD, f"A file has at most {MOST_ROWS} rows. Cut it into pieces.")
    width = len(head)
    rows = [
        CsvRow(row.number, [_plain(cell) for cell in [*row.cells, *[""] * width][:width]])
        for row in lines[1:]
    ]
    table = CsvTable(head=head, rows=rows)
    holding = service_numbers.columns_of(table.head, [row.cells for row in table.rows])
    if holding:
        raise ForbiddenColumn(str(holding[0] + 1))
    return table


def _text(raw: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _records(text: str) -> Sequence[CsvRow]:
    """Without empty rows; a first line `sep=;` is Excel's own and no row."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep="):
        delimiter, text = first.strip()[4:5] or ";", rest
    else:
        delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        every = [CsvRow(number, cells) for number, cells in enumerate(reader, start=1)]
    except csv.Error as exc:
        raise InvalidInput(FIELD, "This is no CSV file. Save the sheet as CSV first.") from exc
    return [row for row in every if any(cell.strip() for cell in row.cells)]


def _plain(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from reckoning."""
    text = cell.strip().replace("\0", "")
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
