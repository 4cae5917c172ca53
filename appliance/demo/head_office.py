"""The people of the demo's head office."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from appliance.clock import SystemClock
from appliance.demo.seed import Login, new_password
from appliance.desk.access import passwords, tokens
from appliance.desk.team import staff
from appliance.office.head.office_store import open_office
from appliance.store.privacy import keep_private
from appliance.store.store import Tx

_STAFF = (("Femke Bakker", "lead"), ("Hugo Visser", "staff"), ("Ilse Kantoor", "admin"))
"""Nobody of a box is called so."""


def seed_office(data: Path) -> dict[str, Any]:
    """`{logins, token}`; passwords are made up each time."""
    keep_private(data)
    data.mkdir(parents=True, exist_ok=True)
    logins = [Login(name=name, password=new_password(), role=role) for name, role in _STAFF]
    hashes = {each.name: passwords.hash_password(each.password) for each in logins}
    store = open_office(data, SystemClock())
    try:
        store.write(lambda tx: _let_in(tx, hashes))
        token = store.write(lambda tx: tokens.add(tx, "demo", life_days=None))
    finally:
        store.close()
    return {"logins": [asdict(each) for each in logins], "token": token.token}


def _let_in(tx: Tx, hashes: dict[str, str]) -> None:
    known = {member.name for member in staff.members(tx.conn)}
    for name, role in _STAFF:
        if name not in known:
            staff.add(tx, name, role=role, branch_id=None)
        staff.set_password(tx, staff.named(tx.conn, name).id, hashes[name])
