"""What a caller sees: the branches of their token, without the groups that a box holds to others.

To whom a group is held stands in the rows of its box, so it is looked up there with each read. In
office.db stands which groups these are (`tables/held_groups.py`), for what is read here alone.
"""

import sqlite3
from dataclasses import replace

from appliance.api.json.callers import Caller
from appliance.desk.access import group_limits
from appliance.desk.access.sight import Sight
from appliance.office.api.seen_boxes import SeenBox, opened
from appliance.office.head.head import Head
from appliance.office.tables import held_groups


def sight_at(conn: sqlite3.Connection, caller: Caller) -> Sight:
    """Of a replica."""
    return replace(caller.sight, groups=group_limits.of_token(conn, caller.token.id))


def sight_here(conn: sqlite3.Connection, caller: Caller) -> Sight:
    """Of office.db."""
    return replace(caller.sight, groups=held_groups.of_token(conn, caller.token.id))


async def is_hidden_from(head: Head, caller: Caller, box: SeenBox) -> bool:
    """Whether some group of this box is held to others."""
    async with opened(head, box.id) as replica:
        return await replica.aread(lambda conn: bool(sight_at(conn, caller).groups.hidden))
