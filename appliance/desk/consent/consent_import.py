"""Consent that was given elsewhere, imported as records: who, since when, which words, and where.

Imported consent reaches SMS only, and never opens what the person closed.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from itertools import islice

from appliance.clock import MS_PER_S
from appliance.errors import InvalidInput
from appliance.identities import Identity, tel
from appliance.phone_numbers import parse_number
from appliance.store import consent, contacts
from appliance.store.consent import ConsentKind, ConsentSource
from appliance.store.store import Store, Tx

COLUMNS = ("number", "source", "date", "wording")
MAX_WORDS = 2_000
"""Characters of a wording: enough for the paragraph above a signature, not for a contract."""
AHEAD_OF_UTC_MS = 14 * 3_600 * MS_PER_S
"""Where the paper was signed, the next day may begin this long before midnight UTC."""
PIECE = 500
"""Rows in a transaction: few, so that other writes do not wait long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    identity: Identity
    proof: ConsentSource


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Who, by what became of them; `withdrawn` asked to stop, and stay so."""

    added: list[Identity] = field(default_factory=list)
    known: list[Identity] = field(default_factory=list)
    withdrawn: list[Identity] = field(default_factory=list)


def read_rows(text: str, *, now_ms: int) -> Sequence[ImportRow]:
    """The rows of a CSV file with a heading, comma or semicolon between the columns.

    One wrong row refuses the whole file: raises InvalidInput, with the line in the sentence.
    """
    heading_line = text.partition("\n")[0]
    delimiter = ";" if heading_line.count(";") > heading_line.count(",") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        heading = [name.strip().casefold() for name in reader.fieldnames or ()]
        if missing := [name for name in COLUMNS if name not in heading]:
            raise InvalidInput(
                missing[0],
                f"The heading lacks “{missing[0]}”; it needs {', '.join(COLUMNS)}.",
            )
        reader.fieldnames = heading
        return [_row(cells, reader.line_num, now_ms) for cells in reader]
    except csv.Error as exc:
        raise InvalidInput("file", f"Line {reader.line_num} is not CSV: {exc}.") from exc


def bring_in(store: Store, rows: Sequence[ImportRow], *, line_id: str, recorded_by: str) -> Outcome:
    """Records what is new for this line; a second time changes nothing."""
    outcome = Outcome()
    for piece in _pieces(rows):
        part = store.write(
            lambda tx, piece=piece: record(tx, piece, line_id=line_id, recorded_by=recorded_by)  # type: ignore[misc]
        )
        outcome.added += part.added
        outcome.known += part.known
        outcome.withdrawn += part.withdrawn
    return outcome


def record(tx: Tx, rows: Sequence[ImportRow], *, line_id: str, recorded_by: str) -> Outcome:
    """One transaction of an import."""
    outcome = Outcome()
    for row in rows:
        found = consent.verdict(tx.conn, line_id, row.identity)
        if found.allowed:
            outcome.known.append(row.identity)
        elif found.opted_out:
            outcome.withdrawn.append(row.identity)
        else:
            consent.record(
                tx,
                identity=row.identity,
                contact_id=contacts.ensure(tx, row.identity),
                line_id=line_id,
                kind=ConsentKind.OPTED_IN,
                recorded_by=recorded_by,
                proof=row.proof,
            )
            outcome.added.append(row.identity)
    return outcome


def _row(cells: Mapping[str, str | None], line: int, now_ms: int) -> ImportRow:
    try:
        return ImportRow(
            identity=tel(parse_number((cells["number"] or "").strip(), field="number")),
            proof=ConsentSource(
                source=_filled(cells, "source"),
                given_ms=_given_ms(_filled(cells, "date"), now_ms),
                words=_filled(cells, "wording"),
            ),
        )
    except InvalidInput as exc:
        raise InvalidInput(exc.field, f"Line {line}: {exc.sentence}") from exc


def _filled(cells: Mapping[str, str | None], name: str) -> str:
    text = " ".join((cells[name] or "").split())
    if not text:
        raise InvalidInput(name, f"“{name}” is empty; without it there is no record of consent.")
    if len(text) > MAX_WORDS:
        raise InvalidInput(name, f"“{name}” has {len(text)} characters; at most {MAX_WORDS} fit.")
    return text


def _given_ms(text: str, now_ms: int) -> int:
    for form in ("%Y-%m-%d", "%d-%m-%Y"):
        try:
            day = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        given_ms = int(day.timestamp() * MS_PER_S)
        if given_ms > now_ms + AHEAD_OF_UTC_MS:
            raise InvalidInput("date", f"“{text}” lies in the future.")
        return min(given_ms, now_ms)
    raise InvalidInput("date", f"“{text}” is not a date. Write 2026-03-31.")


def _pieces(rows: Sequence[ImportRow]) -> Iterator[Sequence[ImportRow]]:
    left = iter(rows)
    while piece := list(islice(left, PIECE)):
        yield piece
