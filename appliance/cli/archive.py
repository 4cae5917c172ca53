"""`balie archive`: whether a file is an archive that Balie made, as it was made."""

from pathlib import Path
from typing import Annotated, Any

import typer

from appliance.api.json.times import iso
from appliance.cli.output import (
    DATABASE,
    DataOption,
    JsonOption,
    open_store,
    says_what_is_wrong,
    show,
)
from appliance.config import load
from appliance.desk.privacy.archive.verifying import VerifiedArchive, verify
from appliance.store import archives
from appliance.store.archives import ArchiveJob

archive_app = typer.Typer(no_args_is_help=True, help="Archives of what was written.")
FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="An archive.")
]


@archive_app.callback()
def archive() -> None:
    """A group, also while it has one verb."""


@archive_app.command("verify")
@says_what_is_wrong
def verify_archive(
    file: FileArgument, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Checks an archive's chain of hashes and its manifest, and whether this Balie made exactly
    this file. Ends with status 1 where it is not as it was made.

    Beside the database of the Balie that made it, it knows a PDF, too; elsewhere it checks JSON and
    ZIP alone.
    """
    found = verify(file)
    job = _made_here(data, found.sha256)
    is_proven = not found.problems and (found.kind != "file" or job is not None)
    show(as_json, _facts(found, job, is_proven=is_proven), _sentence(found, job))
    if not is_proven:
        raise typer.Exit(1)


def _made_here(data: Path | None, sha256: str) -> ArchiveJob | None:
    if not (load(None, data=data).data / DATABASE).is_file():
        return None
    with open_store(data) as store:
        return store.read(lambda conn: archives.by_sha256(conn, sha256))


def _facts(found: VerifiedArchive, job: ArchiveJob | None, *, is_proven: bool) -> dict[str, Any]:
    return {
        "proven": is_proven,
        "checked": found.kind,
        "problems": found.problems,
        "entries": found.entries,
        "chain": found.chain,
        "sha256": found.sha256,
        "archive": found.archive,
        "made_here": None if job is None else {"id": job.id, "created_at": iso(job.created_ms)},
    }


def _sentence(found: VerifiedArchive, job: ArchiveJob | None) -> str:
    if found.problems:
        return "It is not as it was made: " + " ".join(found.problems)
    said = []
    if found.kind != "file":
        said.append(
            f"All {found.entries} entries are as they were made; the last hash is {found.chain}."
        )
    if job is not None:
        said.append(f"This Balie made exactly this file, as archive {job.id}.")
    elif found.kind == "file":
        said.append("No archive of this Balie has this hash, so nothing is proven of it.")
    return " ".join(said)
