"""STOP in a group: who manages the line sees it until nobody in the group minds any more."""

from appliance.queue import posts
from appliance.store import groups, incidents
from appliance.store.groups import ChatGroup
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx


def note(tx: Tx, group: ChatGroup) -> None:
    """Somebody wrote STOP in it."""
    incidents.open_incident(
        tx, IncidentKind.GROUP_STOP, line_id=group.line_id, about=group.id, facts={"stops": []}
    )


def settle(tx: Tx, group: ChatGroup) -> None:
    """They are out of it, have agreed again, or the line has left."""
    if group.left_ms is not None or not posts.closed(tx.conn, group):
        incidents.close_incident(tx, IncidentKind.GROUP_STOP, line_id=group.line_id, about=group.id)


def settle_line(tx: Tx, line_id: str) -> None:
    """Somebody has agreed again, and may be in any group of the line."""
    for each in incidents.open_of(tx.conn, IncidentKind.GROUP_STOP, line_id=line_id):
        settle(tx, groups.find(tx.conn, each.about))
