"""Where the house wants passkeys of administrators: what another way in opens for one of them."""

from appliance.desk.access.rights import Permission
from appliance.desk.access.sessions import BegunBy, Session

OWN_PAGE, LOG_OUT = "/me", "/logout"
DOOR = "/login?passkey=1"
_TO_ADD_ONE = {OWN_PAGE, "/me/passkeys", "/me/passkeys/options", LOG_OUT}


def lacks_passkey(session: Session) -> bool:
    """An administrator, also of one branch, who came in without."""
    is_admin = session.rights.has(Permission.STAFF_MANAGE)
    return is_admin and session.begun_by is not BegunBy.PASSKEY


def elsewhere(session: Session, path: str, *, has_one: bool) -> str | None:
    """Where they are sent instead of this path: to make their first passkey, or back to the door to
    use the one that they have. A log-in link lets them make another, for one that was lost.
    """
    if has_one and session.begun_by is not BegunBy.LINK:
        return None if path == LOG_OUT else DOOR
    return None if path in _TO_ADD_ONE else OWN_PAGE
