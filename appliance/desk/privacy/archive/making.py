"""What becomes of an archive that was asked for: begun, told how far it is, made, let go."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.events import EventKind
from appliance.store import archives
from appliance.store.archives import ArchiveJob, ArchiveState, MadeFile
from appliance.store.store import Tx

MOST_TRIES = 3
"""A process that ended so often while it made one would end again."""


def path_of(data: Path, job: ArchiveJob) -> Path:
    """Where its file lies; its name is a path where the company has a folder for it."""
    return data / archives.FOLDER / (job.name or job.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenArchives:
    """`files` have to go now. `kept` lie in the company's own folder, where Balie deletes nothing:
    whoever erases somebody decides about them.
    """

    files: Sequence[Path]
    kept: Sequence[str]


def forget_person(tx: Tx, data: Path, contact_id: str) -> ForgottenArchives:
    """Lets go of every archive that holds what this person wrote or was sent; what is being made is
    made again, without what was erased.
    """
    found = archives.with_person(tx.conn, contact_id)
    ours = [job for job in found if job.quarter is None and job.state is ArchiveState.COMPLETE]
    for job in found:
        if job.state is ArchiveState.RUNNING:
            archives.make_again(tx, job.id)
    let_go(tx, ours)
    kept = [job.name or "" for job in found if job.quarter and job.state is ArchiveState.COMPLETE]
    return ForgottenArchives(files=[path_of(data, job) for job in ours], kept=kept)


def completed(tx: Tx, job: ArchiveJob, made: MadeFile, messages: int) -> bool:
    """False where it has to be made again."""
    if not archives.complete(tx, job.id, made, messages):
        return False
    _tell(tx, job, messages=messages)
    return True


def failed(tx: Tx, job: ArchiveJob, why: str) -> None:
    archives.fail(tx, job.id, why)
    _tell(tx, job, why=why)


def let_go(tx: Tx, jobs: Sequence[ArchiveJob]) -> None:
    """Their files are gone."""
    for job in jobs:
        if job.state is ArchiveState.COMPLETE:
            archives.expire(tx, job.id)


def _tell(tx: Tx, job: ArchiveJob, **facts: object) -> None:
    tx.emit(
        EventKind.ARCHIVE_MADE,
        line_id=job.scope.line_id,
        contact_id=job.scope.contact_id,
        conversation_id=job.scope.conversation_id,
        facts={"archive": job.id, **facts},
    )
