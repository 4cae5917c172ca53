"""What an officer may take out: where they guard privacy and may read what was written."""

import sqlite3

from appliance.desk.access import group_limits, tokens
from appliance.desk.access.rights import Permission, Rights, rights_of
from appliance.desk.access.sight import Sight
from appliance.errors import NotFound
from appliance.store.archives import ArchiveJob


def officer_sight(rights: Rights) -> Sight:
    """Raises NotFound for who guards no branch's privacy."""
    guards, reads = (
        rights.branches(each) for each in (Permission.PRIVACY_MANAGE, Permission.INBOX_READ)
    )
    both = _both(guards, reads)
    if both is not None and not both:
        raise NotFound("page")
    return Sight(both, rights.groups)


def _both(guards: frozenset[str] | None, reads: frozenset[str] | None) -> frozenset[str] | None:
    if guards is None:
        return reads
    return guards if reads is None else guards & reads


def sight_of_maker(conn: sqlite3.Connection, job: ArchiveJob, now_ms: int) -> Sight:
    """As it is now. The clock sees all but groups that are held to some. Raises NotFound where who
    asked may not any more.
    """
    if job.staff_id is not None:
        return officer_sight(rights_of(conn, job.staff_id, now_ms=now_ms))
    if job.token_id is not None:
        return _sight_of_token(conn, job.token_id, now_ms)
    return Sight(None, group_limits.of_staff(conn, "", lambda _: False))


def _sight_of_token(conn: sqlite3.Connection, token_id: str, now_ms: int) -> Sight:
    if not tokens.is_valid(conn, token_id, now_ms):
        raise NotFound("token")
    row = conn.execute("SELECT branch_id FROM api_token WHERE id = ?", (token_id,)).fetchone()
    branches = None if row["branch_id"] is None else frozenset({row["branch_id"]})
    return Sight(branches, group_limits.of_token(conn, token_id))
