"""What becomes of an archive that was asked for: begun, told how far it is, made, let go."""

from collections.abc import Sequence
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


def completed(tx: Tx, job: ArchiveJob, made: MadeFile, messages: int) -> None:
    archives.complete(tx, job.id, made, messages)
    _tell(tx, job, messages=messages)


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
