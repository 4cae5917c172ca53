"""`balie people watch`, `folders` and `leave`: folders in which another system leaves people."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from appliance.cli.output import (
    ConfigOption,
    DataOption,
    JsonOption,
    open_store,
    says_what_is_wrong,
    show,
)
from appliance.config import load
from appliance.desk.contacts.importing import deciding, folder_files
from appliance.desk.contacts.importing.watching import MOST_PERCENT
from appliance.desk.outgoing.sending import Author
from appliance.errors import NotFound
from appliance.store import branches, import_folders
from appliance.store.import_folders import ImportFolder
from appliance.store.store import Tx

_BY = Author(rule="console")
_FolderOption = Annotated[
    str, typer.Option("--folder", help="Its place below the config's import_folder.")
]


@says_what_is_wrong
def watch_folder(
    folder: _FolderOption,
    branch: Annotated[
        str | None, typer.Option(help="Whose the new people are; without: the company's.")
    ] = None,
    most: Annotated[
        int, typer.Option(help="Somebody looks first when more percent of the rows change.")
    ] = MOST_PERCENT,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Has a folder watched. Its first file waits on the page until its columns are named."""
    base = load(config, data=data).import_folder

    def work(tx: Tx) -> ImportFolder:
        branch_id = branches.branch(tx.conn, branch).id if branch else None
        folder_id = deciding.watch(tx, base, folder, branch_id=branch_id, by=_BY, most_percent=most)
        return import_folders.folder(tx.conn, folder_id)

    with open_store(data) as store:
        found = store.write(work)
    show(as_json, _facts(found), f"The folder {found.name} is watched.")


@says_what_is_wrong
def list_folders(
    config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """The watched folders, and those that could be."""
    base = load(config, data=data).import_folder
    with open_store(data) as store:
        found = store.read(import_folders.folders)
    watched = {each.name for each in found}
    others = [each for each in folder_files.choices(base) if each not in watched]
    lines = [f"{each.name}\t{each.branch or 'the company'}" for each in found]
    lines += [f"{each}\tnot watched" for each in others]
    facts = {"watched": [_facts(each) for each in found], "others": others}
    show(as_json, facts, "\n".join(lines) or "There is no folder.")


@says_what_is_wrong
def leave_folder(
    folder: _FolderOption, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Has a folder watched no more; its files stay."""

    def work(tx: Tx) -> ImportFolder:
        every = import_folders.folders(tx.conn)
        found = next((each for each in every if each.name == folder), None)
        if found is None:
            raise NotFound("folder")
        deciding.leave(tx, found, _BY)
        return found

    with open_store(data) as store:
        found = store.write(work)
    show(as_json, _facts(found), f"The folder {found.name} is watched no more.")


def _facts(folder: ImportFolder) -> Mapping[str, Any]:
    return {
        "id": folder.id,
        "folder": folder.name,
        "branch": folder.branch or None,
        "most_percent": folder.most_percent,
        "columns": folder.mapping,
    }
