"""`balie people`: those whom the office knows, from a CSV file and to one."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from appliance.api.web.words import people_sentences
from appliance.api.web.words.i18n import Words
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import card_files, table
from appliance.desk.contacts.changing import Changer
from appliance.desk.contacts.importing import columns, taking_in, verdicts
from appliance.desk.contacts.importing.csv_table import CsvTable, read_csv
from appliance.desk.contacts.importing.verdicts import JudgedRow
from appliance.desk.contacts.table import PersonRow, TableAsked
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.store import branches
from appliance.store.part_files import cannot_write
from appliance.store.store import Store

people_app = typer.Typer(no_args_is_help=True, help="The people whom the office knows.")

MOST = 200_000
AT_ONCE = 200
_EVERYBODY = Sight(None)
_WHO = Changer(by=Author(rule="console"), sight=_EVERYBODY)


@people_app.command("import")
@says_what_is_wrong
def import_people(
    file: Annotated[Path, typer.Argument(help="CSV: number or personnel number, name, ….")],
    branch: Annotated[
        str | None, typer.Option(help="Whose the new people are; without: the company's.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(help="What a column is: COLUMN=WHAT. May be given more than once."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what each row would do.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take in what can be decided, without the rest.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes people in, by the rules of the page: nothing while one row cannot be decided.

    It gives no consent. Ends with status 1 where that holds it up.
    """
    found = _read(file)
    targets = _targets(found, mapping or ())
    with open_store(data) as store:
        named = store.read(lambda conn: branches.branch(conn, branch).id) if branch else None
        rows = store.read(lambda conn: verdicts.judged(conn, _WHO, found, targets))
        fits = taking_in.is_decided(rows) or partial
        if fits and not dry_run:
            rows = _taken(store, rows, named)
    _tell(as_json, rows, written=fits and not dry_run)
    if not fits:
        sys.exit(1)


@people_app.command("export")
@says_what_is_wrong
def export_people(
    to: Annotated[
        Path, typer.Option(metavar="FILE", help="Where to: a new .csv, or .vcf for vCards.")
    ],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Writes everybody to a file that its owner alone can read."""
    is_cards = to.suffix.lower() == ".vcf"
    with open_store(data) as store:
        count = _write(store, to, _vcard if is_cards else _csv, "" if is_cards else _head())
    show(as_json, {"file": str(to), "people": count}, f"{count} people are in {to}.")


def _read(file: Path) -> CsvTable:
    try:
        return read_csv(file.read_bytes())
    except OSError as exc:
        raise InvalidInput("file", f"{file} cannot be read: {exc.strerror}.") from exc


def _targets(found: CsvTable, mapping: Sequence[str]) -> Sequence[str]:
    said: dict[str, str] = {}
    for each in mapping:
        column, is_given, what = each.partition("=")
        if not is_given:
            raise InvalidInput("mapping", f"Write “{each}” as COLUMN=WHAT.")
        said[column] = what
    targets = columns.mapped(found.head, said) if said else columns.guessed(found.head)
    columns.need_key(found.head, targets)
    return targets


def _taken(store: Store, rows: Sequence[JudgedRow], branch_id: str | None) -> Sequence[JudgedRow]:
    done: dict[int, JudgedRow] = {}
    for some in taking_in.pieces(rows):
        took = store.write(
            lambda tx, some=some: taking_in.take_in(tx, some, _WHO, branch_id=branch_id)  # type: ignore[misc]
        )
        done |= {each.row: each for each in took}
    return [done.get(each.row, each) for each in rows]


def _tell(as_json: bool, rows: Sequence[JudgedRow], *, written: bool) -> None:
    facts: Mapping[str, Any] = {
        "written": written,
        "rows": [
            {
                "row": each.row,
                "verdict": each.verdict.value,
                "why": each.why,
                "contact": each.contact_id,
            }
            for each in rows
        ],
    }
    counts = Counter(each.verdict.value for each in rows)
    lines = [f"{each.row}\t{each.verdict.value}\t{each.why}" for each in rows]
    lines.append(", ".join(f"{name}: {count}" for name, count in counts.items()) or "No row.")
    lines.append("Taken in." if written else "Nothing was written.")
    show(as_json, facts, "\n".join(lines))


def _write(store: Store, to: Path, line: Callable[[PersonRow], str], head: str) -> int:
    """How many people it holds."""
    ids = store.read(lambda conn: table.every(conn, _EVERYBODY, TableAsked(), MOST))
    try:
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(head)
            for at in range(0, len(ids), AT_ONCE):
                some = ids[at : at + AT_ONCE]
                rows = store.read(lambda conn, some=some: table.rows(conn, _EVERYBODY, some))  # type: ignore[misc]
                file.writelines(line(row) for row in rows)
    except FileExistsError as exc:
        raise InvalidInput("to", f"{to} is there already; name another file.") from exc
    except OSError as exc:
        raise cannot_write(to, exc) from exc
    return len(ids)


def _head() -> str:
    return card_files.MARK + card_files.csv_line(people_sentences.heads(Words("en")))


def _csv(row: PersonRow) -> str:
    _, standing = people_sentences.consent(Words("en"), row.consent)
    return card_files.csv_line([*card_files.csv_cells(row.card), standing])


def _vcard(row: PersonRow) -> str:
    return card_files.vcard(row.card)
