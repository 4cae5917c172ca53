"""Somebody asks for an archive, looks how far it is, and takes it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.archive import content
from appliance.desk.privacy.archive.period import named_period, period_between
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.store import archives, branches, readings
from appliance.store.archives import (
    ArchiveFormat,
    ArchiveJob,
    ArchiveScope,
    ArchiveState,
    NewArchive,
)
from appliance.store.branch_settings import BranchSettings, settings_of
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import Tx

KEEP_MS = 7 * 86_400_000
"""A file is there for a week; who needs it longer has taken it by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveWish:
    """One of the three, by id or number. `period` names a quarter or a year, in place of days."""

    line: str | None = None
    contact: str | None = None
    conversation: str | None = None
    first: str = ""
    last: str = ""
    period: str = ""
    format: ArchiveFormat
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSubject:
    """The person, or the conversation, by name."""

    contact_id: str | None = None
    conversation_id: str | None = None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenArchive:
    """`whose` is the line's number or the name of the person or group; `by` who asked, None: the
    clock.
    """

    job: ArchiveJob
    whose: str
    by: str | None
    zone: str

    @property
    def id(self) -> str:
        return self.job.id

    @property
    def state(self) -> ArchiveState:
        return self.job.state

    @property
    def has_file(self) -> bool:
        return self.job.state is ArchiveState.COMPLETE and self.job.quarter is None

    @property
    def is_open(self) -> bool:
        return self.job.state in (ArchiveState.QUEUED, ArchiveState.RUNNING)


def ask(tx: Tx, sight: Sight, wish: ArchiveWish, author: Author) -> str:
    """The id of the job. Raises NotFound for what is out of sight, and InvalidInput."""
    named = [wish.line, wish.contact, wish.conversation]
    if sum(bool(each) for each in named) != 1:
        raise InvalidInput("line", "Name a line, a contact or a conversation: one of the three.")
    scope, branch_id = _scope(tx, sight, wish)
    job_id = archives.add(
        tx,
        NewArchive(
            scope=scope,
            format=wish.format,
            language=wish.language,
            staff_id=author.staff_id,
            token_id=author.token_id,
        ),
    )
    _tell(tx, EventKind.ARCHIVE_ASKED, job_id, scope, author, branch_id, format=wish.format.value)
    note_export(tx, scope, author)
    return job_id


def note_export(tx: Tx, scope: ArchiveScope, author: Author) -> None:
    """In the log of reading, where the company wants one."""
    readings.note(
        tx,
        _who(author),
        ReadingKind.EXPORT,
        contact_id=scope.contact_id,
        conversation_id=scope.conversation_id,
        thing=Thing.PERSON if scope.contact_id else Thing.CONVERSATION,
    )


def take(tx: Tx, sight: Sight, job_id: str, author: Author) -> ArchiveJob:
    """The job whose file is handed out now, with its event. Raises NotFound, also for a file that
    is gone.
    """
    job = one(tx.conn, sight, job_id).job
    if job.state is not ArchiveState.COMPLETE or job.name is None:
        raise NotFound("file")
    _tell(tx, EventKind.ARCHIVE_TAKEN, job.id, job.scope, author, None)
    note_export(tx, job.scope, author)
    return job


def one(conn: sqlite3.Connection, sight: Sight, job_id: str) -> SeenArchive:
    """Raises NotFound."""
    row = conn.execute(f"{_SEEN} AND a.id = :id", {**_about(sight), "id": job_id}).fetchone()
    if row is None:
        raise NotFound("archive")
    return _seen(row)


def listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[SeenArchive]:
    """The newest first; `page.after` is the id of the last one of the page before."""
    values = {**_about(sight), "after": page.after or "~", "limit": page.limit}
    rows = conn.execute(f"{_SEEN} AND a.id < :after ORDER BY a.id DESC LIMIT :limit", values)
    return [_seen(row) for row in rows]


def subject(
    conn: sqlite3.Connection, sight: Sight, *, contact: str, conversation: str
) -> ArchiveSubject | None:
    """What is named, or None where nothing is. Raises NotFound."""
    if conversation:
        conversation_id, _ = _conversation(conn, sight, conversation)
        found = content.thread(conn, conversation_id)
        name = found.about.title if found else "?"
        return ArchiveSubject(conversation_id=conversation_id, name=name)
    if not contact:
        return None
    person = sight.contact(conn, contact)
    row = conn.execute(_NAME, (person.id,)).fetchone()
    return ArchiveSubject(contact_id=person.id, name=row["name"] or "?")


def _scope(tx: Tx, sight: Sight, wish: ArchiveWish) -> tuple[ArchiveScope, str | None]:
    line_id = contact_id = conversation_id = branch_id = None
    if wish.line:
        line = sight.line(tx.conn, wish.line)
        line_id, branch_id = line.id, line.branch_id
    elif wish.contact:
        contact_id = sight.contact(tx.conn, wish.contact).id
    else:
        conversation_id, branch_id = _conversation(tx.conn, sight, wish.conversation or "")
    zone = _zone(tx.conn, branch_id)
    if wish.period:
        period = named_period(wish.period, zone=zone, now_ms=tx.now_ms)
    else:
        period = period_between(wish.first, wish.last, zone=zone, now_ms=tx.now_ms)
    scope = ArchiveScope(
        line_id=line_id,
        contact_id=contact_id,
        conversation_id=conversation_id,
        from_ms=period.from_ms,
        until_ms=period.until_ms,
    )
    return scope, branch_id


def _conversation(conn: sqlite3.Connection, sight: Sight, named: str) -> tuple[str, str]:
    row = conn.execute(
        "SELECT c.id, line.branch_id FROM conversation c JOIN line ON line.id = c.line_id"
        " WHERE c.id = ?",
        (named.lower(),),
    ).fetchone()
    if row is None or not sight.sees_branch(row["branch_id"]) or sight.groups.hides(row["id"]):
        raise NotFound("conversation")
    return row["id"], row["branch_id"]


def _zone(conn: sqlite3.Connection, branch_id: str | None) -> str:
    if branch_id is None:
        return BranchSettings().zone
    zone: str = branches.branch(conn, branch_id).settings.zone
    return zone


def _tell(
    tx: Tx,
    kind: EventKind,
    job_id: str,
    scope: ArchiveScope,
    author: Author,
    branch_id: str | None,
    **facts: object,
) -> None:
    token = {"token": author.token_id} if author.token_id else {}
    tx.emit(
        kind,
        branch_id=branch_id,
        line_id=scope.line_id,
        contact_id=scope.contact_id,
        conversation_id=scope.conversation_id,
        staff_id=author.staff_id,
        facts={"archive": job_id, **facts, **token},
    )


def _who(author: Author) -> str:
    if author.staff_id:
        return f"staff:{author.staff_id}"
    return f"token:{author.token_id}" if author.token_id else "cli"


def _about(sight: Sight) -> dict[str, object]:
    return {"branches": sight.json, "hidden": sight.hidden_json}


def _seen(row: sqlite3.Row) -> SeenArchive:
    zone = settings_of(row["settings"]).zone if row["settings"] else BranchSettings().zone
    return SeenArchive(
        job=archives.from_row(row), whose=row["whose"] or "?", by=row["by_name"], zone=zone
    )


_NAME = """
SELECT coalesce(office_name, chosen_name,
  (SELECT n.value FROM contact_identity n WHERE n.contact_id = contact.id LIMIT 1)) AS name
FROM contact WHERE id = ?
"""
# Who sees the line or thread, or some thread of the person; and each branch and group in the file.
_SEEN = """
SELECT a.*, coalesce(staff.name, api_token.name) AS by_name, branch.settings,
  coalesce(line.number, k.office_name, k.chosen_name, g.name,
    (SELECT n.value FROM contact_identity n WHERE n.contact_id = k.id LIMIT 1)) AS whose
FROM archive a
LEFT JOIN conversation c ON c.id = a.conversation_id
LEFT JOIN line ON line.id = a.line_id
LEFT JOIN line of ON of.id = coalesce(a.line_id, c.line_id)
LEFT JOIN branch ON branch.id = of.branch_id
LEFT JOIN contact k ON k.id = coalesce(a.contact_id, c.contact_id)
LEFT JOIN chat_group g ON g.id = c.group_id
LEFT JOIN staff ON staff.id = a.staff_id LEFT JOIN api_token ON api_token.id = a.token_id
WHERE (:branches IS NULL
  OR of.branch_id IN (SELECT value FROM json_each(:branches))
  OR a.contact_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM conversation t JOIN line l ON l.id = t.line_id
    WHERE t.contact_id = a.contact_id
    AND l.branch_id IN (SELECT value FROM json_each(:branches))))
AND coalesce(a.conversation_id, '') NOT IN (SELECT value FROM json_each(:hidden))
AND NOT EXISTS (SELECT 1 FROM archive_part p WHERE p.archive_id = a.id
  AND (p.conversation_id IN (SELECT value FROM json_each(:hidden))
    OR :branches IS NOT NULL
    AND p.branch_id NOT IN (SELECT value FROM json_each(:branches))))
"""
