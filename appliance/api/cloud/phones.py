"""Numbers of ours as the Cloud API tells them. A number is its own account, so both have one id."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from appliance.api.cloud import ids
from appliance.desk.access.sight import Sight
from appliance.identities import tel
from appliance.store import branches, own_profiles
from appliance.store.lines import Line


def line_of(conn: sqlite3.Connection, sight: Sight, node: str) -> Line:
    """Raises NotFound."""
    return sight.line(conn, ids.phone_from(node))


def told(conn: sqlite3.Connection, line: Line) -> dict[str, Any]:
    """All that can be asked of the number and of the account that it is."""
    branch = branches.branch(conn, line.branch_id)
    profile = own_profiles.of_line(conn, line.id)
    node = ids.phone_to(line.number)
    return {
        "id": node,
        "display_phone_number": tel(line.number).shown,
        "verified_name": (profile.name if profile else "") or branch.name,
        "name_status": "APPROVED",
        "code_verification_status": "VERIFIED",
        "quality_rating": "UNKNOWN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "status": "CONNECTED" if line.stopped is None else "DISCONNECTED",
        "name": branch.name,
        "timezone_id": branch.settings.zone,
        "owner_business_info": {"id": node, "name": branch.name},
    }


OF_NUMBER = (
    "id",
    "display_phone_number",
    "verified_name",
    "name_status",
    "code_verification_status",
    "quality_rating",
    "platform_type",
    "throughput",
    "status",
)
"""What is told where nothing is asked by name."""


def asked(known: Mapping[str, Any], fields: str | None) -> dict[str, Any]:
    """Those of the fields that are known; a client may ask for more than there is."""
    names = fields.split(",") if fields else OF_NUMBER
    wanted = {each.strip().partition("{")[0] for each in names} | {"id"}
    return {name: value for name, value in known.items() if name in wanted}
