"""What a branch does with its numbers, from its real settings: for the text beside the number."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.automatic.deciding import RuleName
from appliance.queue.profile import profile_of
from appliance.store import branches, lines, routes
from appliance.store.opening_hours import Week


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicNumber:
    number: str
    channels: Sequence[Channel]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFacts:
    """`unanswered_in_a_row`: so many messages that nobody asked for are followed by no other until
    the person writes. `says_by_itself`: the rules that are on, on some number.
    """

    branch: str
    numbers: Sequence[PublicNumber]
    week: Week
    holidays: bool
    unanswered_in_a_row: int
    says_by_itself: frozenset[RuleName]
    privacy: str | None


def facts_of(conn: sqlite3.Connection, sight: Sight, name: str) -> PublicFacts:
    """Raises NotFound."""
    branch = branches.branch(conn, sight.branch_id(conn, name))
    own = [each for each in lines.lines(conn) if each.branch_id == branch.id]
    on = {
        RuleName.WELCOME: any(each.rules.welcome.on for each in own),
        RuleName.OUTSIDE_HOURS: any(each.rules.outside_hours.on for each in own),
        RuleName.NOBODY_LOGGED_IN: any(each.rules.nobody_logged_in.on for each in own),
        RuleName.ALL_BUSY: any(each.rules.all_busy.on for each in own),
    }
    return PublicFacts(
        branch=branch.name,
        numbers=[
            PublicNumber(
                number=each.number,
                channels=list(
                    dict.fromkeys(route.channel for route in routes.routes_of_line(conn, each.id))
                ),
            )
            for each in own
        ],
        week=branch.settings.open_week,
        holidays=bool(branch.settings.holidays),
        unanswered_in_a_row=max(
            (profile_of(each.pacing).unanswered_in_a_row for each in own), default=3
        ),
        says_by_itself=frozenset(name for name, is_on in on.items() if is_on),
        privacy=branch.settings.privacy_text,
    )
