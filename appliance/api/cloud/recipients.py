"""To whom a message goes: by number in any spelling, or by the id of a person."""

import sqlite3
from functools import lru_cache

from appliance.api.cloud import ids
from appliance.api.cloud.bodies import CloudMessage
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.errors import InvalidInput, NotFound
from appliance.identities import Identity, tel
from appliance.phone_numbers import parse_number

_INDIVIDUAL = "individual"


def named(wanted: CloudMessage) -> str:
    """As the client writes it. Raises InvalidInput for nobody, and for a group."""
    if wanted.recipient_type not in (None, "", _INDIVIDUAL):
        raise InvalidInput("recipient_type", "Only single people can be written to here.")
    to = str(wanted.to or wanted.recipient or "").strip()
    if not to:
        raise InvalidInput("to", "“to” is missing: say to whom.")
    return to


def identity_of(conn: sqlite3.Connection, sight: Sight, to: str, *, line_id: str) -> Identity:
    """Raises InvalidInput."""
    contact_id = ids.user_from(to)
    if contact_id is None:
        return tel(_number(to))
    try:
        return identity_of_contact(conn, sight, contact_id, line_id=line_id)
    except NotFound as exc:
        raise InvalidInput("recipient", "There is nobody with this user id.") from exc


@lru_cache(maxsize=1024)
def _number(to: str) -> str:
    """The Cloud API writes numbers without a plus; people write them in every way. Cached, as
    `posting.recipient_of` is: the same ones come again.
    """
    digits = "".join(each for each in to if each.isdecimal())
    if not to.startswith(("+", "0")) and digits:
        try:
            return parse_number(f"+{digits}")
        except InvalidInput:
            pass  # a national one without its zero, or none at all
    return parse_number(to)
