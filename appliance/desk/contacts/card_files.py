"""People as files for other programs: a table for Excel, and vCards for an address book."""

import csv
import io
from collections.abc import Sequence

from appliance.desk.contacts.people import ContactEntry

MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""
#: What makes a spreadsheet reckon with a cell, or hand it to another program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OCTETS = 75
"""Of a line of a vCard (RFC 2426 §2.6)."""


def csv_line(cells: Sequence[str]) -> str:
    """With `;`, as Excel expects it in the Netherlands; no cell becomes a formula."""
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow([_safe(each) for each in cells])
    return line.getvalue()


def csv_cells(card: ContactEntry) -> Sequence[str]:
    """What the import reads again."""
    return [
        card.office_name or "",
        card.chosen_name or "",
        card.personnel_number or "",
        "|".join(each.number for each in card.numbers),
        card.state,
        ", ".join(card.labels),
        card.notes or "",
        "; ".join(f"{name}: {text}" for name, text in card.fields.items()),
    ]


def vcard(card: ContactEntry) -> str:
    """VCard 3.0 (RFC 2426)."""
    name = card.name or (card.numbers[0].number if card.numbers else "?")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{card.id}", f"FN:{escaped(name)}"]
    lines.append(f"N:{escaped(name)};;;;")
    if card.office_name and card.chosen_name and card.chosen_name != card.office_name:
        lines.append(f"NICKNAME:{escaped(card.chosen_name)}")
    lines += [f"TEL;TYPE=CELL:{each.number}" for each in card.numbers if each.identity.is_tel]
    if card.personnel_number:
        lines.append(f"X-PERSONNEL-NUMBER:{escaped(card.personnel_number)}")
    if card.labels:
        lines.append(f"CATEGORIES:{','.join(escaped(each) for each in card.labels)}")
    lines.append("END:VCARD")
    return "".join(f"{folded(each)}\r\n" for each in lines)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def escaped(text: str) -> str:
    """A text in a vCard or a calendar (RFC 5545 §3.3.11)."""
    one = text.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n")
    return one.replace(";", "\\;").replace(",", "\\,")


def folded(line: str) -> str:
    """Cut between characters, never inside one; a line that goes on begins with a space."""
    pieces: list[str] = []
    piece = ""
    for sign in line:
        if len((piece + sign).encode()) > _OCTETS - bool(pieces):
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece])
