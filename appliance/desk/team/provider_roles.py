"""Roles that the company's log-in provider gives (of Microsoft Entra: app roles).

Where the config file says which role means what, the provider decides: at each log-in there a
colleague has the roles that their account has then, and no others.
"""

import logging
import sqlite3
from collections.abc import Iterable, Sequence

from appliance.desk.access.rights import permissions_of
from appliance.desk.team import staff
from appliance.desk.team.staff import Member
from appliance.errors import InvalidInput, NotFound, Refused, SetupError
from appliance.oidc_settings import GivenRole
from appliance.reasons import Reason
from appliance.store import branches
from appliance.store.store import Tx

log = logging.getLogger(__name__)


def check(given: Iterable[GivenRole]) -> None:
    """Raises SetupError for a role that Balie has not. Branches may be made later."""
    for each in given:
        try:
            permissions_of(each.role)
        except InvalidInput as exc:
            raise SetupError(f"oidc.roles: {exc.sentence}") from exc


def follow(tx: Tx, member: Member, given: Sequence[GivenRole]) -> None:
    """The only administrator keeps what they have: a slip at the provider locks nobody out.

    Raises Refused where the account has no role here.
    """
    wanted = _there(tx.conn, given)
    if not wanted:
        raise Refused(Reason.LOGIN_NO_ROLE, "This account has no role in Balie.")
    if set(wanted) == set(member.roles):
        return
    try:
        with tx.whole():
            staff.give_roles(tx, member.id, wanted)
    except Refused as exc:
        if exc.code is not Reason.LAST_ADMINISTRATOR:
            raise
        log.warning("the provider takes the last administrator's role away; it stays")


def _there(conn: sqlite3.Connection, given: Sequence[GivenRole]) -> list[tuple[str, str | None]]:
    """Each once, with the id of its branch; those of a branch that is not there are left out."""
    found: dict[tuple[str, str | None], None] = {}
    for each in given:
        try:
            where = None if each.branch is None else branches.branch(conn, each.branch).id
        except NotFound:
            log.warning("the table oidc.roles names the branch “%s”; there is none", each.branch)
            continue
        found[each.role, where] = None
    return list(found)
