"""What the page of notifications shows of e-mail."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.api.web.visit import Visit
from appliance.desk.access.rights import Permission, branches_with
from appliance.desk.notices import mail_choices
from appliance.desk.notices.mail_choices import MailChoice
from appliance.desk.team import accounts
from appliance.store.branches import Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class MailShown:
    """`branches` are those whose waits this reader may be mailed of. `address` is empty where they
    have none; `is_on`: the house has a mail server.
    """

    choice: MailChoice
    branches: Sequence[Branch]
    address: str
    is_on: bool


def mail_shown(conn: sqlite3.Connection, visit: Visit) -> MailShown | None:
    """None: there is nothing that this reader may be mailed."""
    rights = visit.session.rights
    if not mail_choices.is_for(rights):
        return None
    return MailShown(
        choice=mail_choices.choice_of(conn, visit.staff_id),
        branches=branches_with(conn, rights, Permission.REPORT_READ),
        address=accounts.email_of(conn, visit.staff_id),
        is_on=visit.services.mail is not None,
    )
