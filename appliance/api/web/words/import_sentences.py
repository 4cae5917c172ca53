"""What the page of the import says of a file, its columns and its rows."""

from collections.abc import Mapping, Sequence

from appliance.api.web.words import people_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.contacts.card_files import csv_line
from appliance.desk.contacts.importing import columns
from appliance.desk.contacts.importing.csv_table import MOST_ROWS, ROW_CHARACTERS
from appliance.desk.contacts.importing.verdicts import JudgedRow, RowReason, RowVerdict
from appliance.desk.contacts.importing.watching import WhyRefused, WhyWaits, kept_row
from appliance.errors import InvalidInput
from appliance.store.import_folders import ImportedRow, ImportRun, ImportState, RunEnd


def wrong(words: Words, exc: InvalidInput) -> str:
    """Why a file cannot be read."""
    del exc
    sentence = words.text(
        "This file cannot be taken in. Save the sheet as CSV, with a head in its first row, at"
        " most {most} rows of {each} characters on average, and without a column of citizen"
        " service numbers (BSN)."
    )
    return sentence.format(most=MOST_ROWS, each=ROW_CHARACTERS)


TARGETS = [
    columns.NUMBER,
    columns.NAME,
    columns.FIRST,
    columns.INFIX,
    columns.LAST,
    columns.PERSONNEL,
    columns.STATE,
    columns.SINCE,
    columns.LABELS,
    columns.NOTES,
]
"""What a column may be, besides a field of one's own."""


def target(words: Words, code: str) -> str:
    return {
        "": words.text("leave out"),
        columns.NUMBER: words.text("Number"),
        columns.NAME: words.text("Name at the office"),
        columns.FIRST: words.text("First name"),
        columns.INFIX: words.text("Infix, such as de or van"),
        columns.LAST: words.text("Last name"),
        columns.PERSONNEL: words.text("Personnel number"),
        columns.STATE: words.text("How they stand with us"),
        columns.SINCE: words.text("Since when they stand so"),
        columns.LABELS: words.text("Labels"),
        columns.NOTES: words.text("Notes"),
    }.get(code) or words.text("Own field")


def verdict(words: Words, found: RowVerdict) -> tuple[str, str]:
    """The icon and the word."""
    return {
        RowVerdict.NEW: ("person", words.text("new")),
        RowVerdict.UPDATE: ("write", words.text("changes")),
        RowVerdict.SAME: ("tick", words.text("same")),
        RowVerdict.DOUBLE: ("alert", words.text("double")),
        RowVerdict.REFUSED: ("alert", words.text("cannot be taken in")),
    }[found]


def why(words: Words, row: JudgedRow) -> str:
    return _why(words, row.reason, row.what)


def why_kept(words: Words, row: ImportedRow) -> str:
    """Of a row of which no name and no number was kept."""
    return _why(words, RowReason[row.reason], row.what or "…")


def state(words: Words, run: ImportRun) -> tuple[str, str]:
    """The icon and the word."""
    return {
        ImportState.WAITING: ("alert", words.text("waits for you")),
        ImportState.ALLOWED: ("clock", words.text("is taken in")),
        ImportState.FORBIDDEN: ("clock", words.text("is put away")),
        ImportState.DONE: ("tick", words.text("taken in")),
        ImportState.REFUSED: ("alert", words.text("not taken in")),
    }[run.state]


def looks_like(run: ImportRun) -> str:
    """The verdict of a row whose colour it has."""
    colours = {ImportState.DONE: RowVerdict.SAME, ImportState.REFUSED: RowVerdict.REFUSED}
    return colours.get(run.state, RowVerdict.DOUBLE).value


def counted(words: Words, counts: Mapping[str, int]) -> str:
    """How many rows of each verdict."""
    known = [each for each in RowVerdict if each.value in counts]
    return ", ".join(f"{counts[each.value]} {verdict(words, each)[1]}" for each in known)


def kept_verdict(words: Words, row: ImportedRow) -> tuple[str, str]:
    return verdict(words, RowVerdict(row.verdict))


def of_run(words: Words, why: str, what: str) -> str:
    """For what a file waits, or why it was not taken in; empty where there is nothing to say."""
    changes, _, rows = what.partition("/")
    return {
        WhyWaits.COLUMNS: words.text("Say first what its columns are."),
        WhyWaits.MANY: words.text("{changes} of {rows} rows would change something: look first."),
        WhyRefused.TABLE: words.text("This is no CSV file with a head in its first row."),
        WhyRefused.SERVICE_NUMBERS: words.text(
            "Column {column} holds citizen service numbers (BSN). Nothing of the file was kept,"
            " and it was deleted from the folder. Leave the column out of the export."
        ),
        WhyRefused.KEY: words.text("No column has a number or a personnel number."),
        WhyRefused.FORBIDDEN: words.text("A colleague decided so."),
        WhyRefused.REPLACED: words.text("Another file came under its name."),
        WhyRefused.GONE: words.text("Somebody took the file away."),
    }.get(why, "").format(changes=changes, rows=rows, column=what)


def report(words: Words, end: RunEnd, rows: Sequence[JudgedRow]) -> str:
    """The file that is put beside one that was taken in or refused."""
    head = [words.text("Row"), words.text("What becomes of it"), words.text("Why")]
    if end.state is ImportState.REFUSED:
        refused = ["", words.text("not taken in"), of_run(words, end.why, end.what)]
        return csv_line(head) + csv_line(refused)
    kept = [kept_row(each) for each in rows]
    lines = [
        csv_line(
            [str(each.row), verdict(words, RowVerdict(each.verdict))[1], why_kept(words, each)]
        )
        for each in kept
    ]
    return csv_line(head) + "".join(lines)


def _why(words: Words, reason: RowReason, what: str) -> str:
    if reason is RowReason.CHANGES:
        what = ", ".join(people_sentences.field(words, each) for each in what.split(", "))
    return {
        RowReason.ENTERED: "",
        RowReason.CHANGES: words.text("Other than here: {what}."),
        RowReason.AS_IT_IS: words.text("All of it is here already."),
        RowReason.SAME_ROW: words.text("The same person as in row {what}."),
        RowReason.TWO_PEOPLE: words.text(
            "It fits several people: {what}. If they are one, join them first."
        ),
        RowReason.OTHER_PERSONNEL: words.text(
            "This number is that of somebody with another personnel number: {what}."
        ),
        RowReason.WRONG_NUMBER: words.text(
            "“{what}” is no telephone number. Write it like 06-12345678 or +31612345678."
        ),
        RowReason.NO_NUMBER: words.text("There is no number in this row."),
        RowReason.NO_LABEL: words.text("There is no label “{what}” here. Make it first."),
        RowReason.WRONG_STATE: words.text(
            "“{what}” is no state. Write candidate, placed or ended."
        ),
        RowReason.WRONG_DAY: words.text(
            "“{what}” is no day that lies behind us. Write it like 2026-03-31 or 31-3-2026."
        ),
        RowReason.TOO_LONG: words.text("“{what}” is too long."),
        RowReason.TOO_MANY_FIELDS: words.text(
            "With this row the person would have more than {what} fields."
        ),
        RowReason.NOT_TAKEN: words.text(
            "It could not be taken in. Change the person on their own page; it says why."
        ),
    }[reason].format(what=what)
