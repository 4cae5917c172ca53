"""Which folders are watched, and what somebody says of a file that waits."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from appliance.desk.contacts.importing import columns, folder_files
from appliance.desk.contacts.importing.csv_table import read_csv
from appliance.desk.contacts.importing.watching import MOST_PERCENT, JudgedFile, judge
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import import_folders
from appliance.store.import_folders import ImportFolder, ImportRun, ImportState
from appliance.store.store import Tx


def watch(
    tx: Tx,
    base: Path | None,
    name: str,
    *,
    branch_id: str | None,
    by: Author,
    most_percent: int = MOST_PERCENT,
) -> str:
    """The id of the folder. It is one of those that are there below the config's: no page and no
    program names a path of its own. Raises InvalidInput, or Refused where it is watched already.
    """
    if name not in folder_files.choices(base):
        sentence = "There is no such folder below the one that the config names (import_folder)."
        raise InvalidInput("folder", sentence)
    _check_most(most_percent)
    if any(each.name == name for each in import_folders.folders(tx.conn)):
        raise Refused(Reason.NAME_TAKEN, f"The folder “{name}” is watched already.")
    folder_id = import_folders.add_folder(
        tx, name, branch_id=branch_id, most_percent=most_percent, staff_id=by.staff_id
    )
    _tell(tx, import_folders.folder(tx.conn, folder_id), "watched", by)
    return folder_id


def leave(tx: Tx, folder: ImportFolder, by: Author) -> None:
    """Its files stay where they are."""
    import_folders.remove_folder(tx, folder.id)
    _tell(tx, folder, "left", by)


def change_most(tx: Tx, folder: ImportFolder, most_percent: int, by: Author) -> None:
    """Raises InvalidInput."""
    _check_most(most_percent)
    if most_percent != folder.most_percent:
        import_folders.set_most(tx, folder.id, most_percent)
        _tell(tx, folder, "changed", by)


def waiting_file(
    conn: sqlite3.Connection,
    base: Path | None,
    run: ImportRun,
    targets: Sequence[str] | None = None,
) -> JudgedFile | None:
    """What it would do now; None where the file is not there any more. Raises InvalidInput."""
    try:
        place = folder_files.place(base, run.folder.name)
    except NotFound:
        return None
    raw = folder_files.read(place / run.file)
    if raw is None:
        return None
    table = read_csv(raw)
    if targets is not None and len(targets) != len(table.head):
        targets = None
    return judge(conn, run.folder, table, targets)


def allow(tx: Tx, run: ImportRun, file: JudgedFile, by: Author) -> None:
    """It is taken in at the next look, and later files by the same columns. Raises InvalidInput, or
    Refused where a colleague has decided.
    """
    columns.need_key(file.table.head, file.targets)
    _check_waits(run)
    mapping: Mapping[str, str] = dict(zip(file.table.head, file.targets, strict=True))
    if mapping != run.folder.mapping:
        import_folders.remember(tx, run.folder.id, {**(run.folder.mapping or {}), **mapping})
    import_folders.decide(tx, run.id, ImportState.ALLOWED, staff_id=by.staff_id)
    _tell(tx, run.folder, "allowed", by, run.id)


def forbid(tx: Tx, run: ImportRun, by: Author) -> None:
    """It is put among the refused ones. Raises Refused."""
    _check_waits(run)
    import_folders.decide(tx, run.id, ImportState.FORBIDDEN, staff_id=by.staff_id)
    _tell(tx, run.folder, "forbidden", by, run.id)


def _check_waits(run: ImportRun) -> None:
    if not run.waits:
        raise Refused(Reason.NOTHING_TO_DECIDE, "A colleague decided about this already.")


def _check_most(percent: int) -> None:
    if not 0 <= percent <= 100:  # noqa: PLR2004 -- percent
        raise InvalidInput("most_percent", "Give a part of the rows, from 0 to 100 percent.")


def _tell(tx: Tx, folder: ImportFolder, what: str, by: Author, run_id: str | None = None) -> None:
    facts = {"folder": folder.id, "what": what}
    if run_id:
        facts["import"] = run_id
    if by.rule:
        facts["by"] = by.rule
    tx.emit(EventKind.IMPORT_CHANGED, branch_id=folder.branch_id, staff_id=by.staff_id, facts=facts)
