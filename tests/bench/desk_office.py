"""The company that the database of size is of: branches, lines, staff and their roles, a token."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access import tokens
from appliance.desk.access.passwords import hash_password
from appliance.desk.access.rights import Permission, grant_role, rights_of
from appliance.desk.team import staff
from appliance.store import branches, devices, lines, routes
from appliance.store.store import Tx
from tests.bench.years import OfficeLine

PASSWORD = "twee jaar aan de balie"
_BRANCHES = ("Utrecht", "Rotterdam", "Eindhoven", "Zwolle")
_LINES_EACH = 2
_NAMES = (
    *("Sanne", "Bram", "Fatima", "Joost", "Meryem", "Daan", "Iris", "Pieter", "Noor", "Youssef"),
    *("Lotte", "Ruben", "Agnieszka", "Thijs", "Esra", "Kees", "Femke", "Mohamed", "Anouk", "Sven"),
    *("Dilara", "Koen", "Marieke", "Piotr", "Yara", "Jesse", "Hanneke", "Omar", "Roos", "Wout"),
)
# Who has which role; all others are staff of one branch, and each fourth of them of two.
_EVERYWHERE = {"Sanne": "admin", "Bram": "admin", "Fatima": "privacy"}
_OF_A_BRANCH = {"Joost": "lead", "Meryem": "lead", "Daan": "lead", "Iris": "lead"}
_IT = "Pieter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    name: str
    password: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """`members`: the ids of the staff, in the order of `logins`."""

    lines: Sequence[OfficeLine]
    logins: Sequence[Login]
    members: Sequence[str]
    token: str


def furnish(tx: Tx) -> Office:
    offices = [branches.add_branch(tx, name) for name in _BRANCHES]
    numbers = [
        (branch_id, _line(tx, branch_id, place * _LINES_EACH + each))
        for place, branch_id in enumerate(offices)
        for each in range(_LINES_EACH)
    ]
    password_hash = hash_password(PASSWORD)
    people = [_member(tx, name, place, offices) for place, name in enumerate(_NAMES)]
    tx.conn.execute("UPDATE staff SET password_hash = ?", (password_hash,))
    members = [staff_id for staff_id, _ in people]
    return Office(
        lines=[
            OfficeLine(line_id=line, device_id=device, writers=_writers(tx, members, branch_id))
            for branch_id, (line, device) in numbers
        ],
        logins=[
            Login(name=name, password=PASSWORD, role=role)
            for name, (_, role) in zip(_NAMES, people, strict=True)
        ],
        members=members,
        token=tokens.add(tx, "planning", life_days=None).token,
    )


def _line(tx: Tx, branch_id: str, place: int) -> tuple[str, str]:
    line_id = lines.add_line(tx, branch_id=branch_id, number=f"+316870000{place:02}")
    device_id = devices.enrol(tx, kind="phone", address=f"SIZE{place:02}")
    for channel in (Channel.WHATSAPP, Channel.SMS):
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
    return line_id, device_id


def _member(tx: Tx, name: str, place: int, offices: Sequence[str]) -> tuple[str, str]:
    role = _EVERYWHERE.get(name) or _OF_A_BRANCH.get(name) or "staff"
    branch_id = None if name in _EVERYWHERE else offices[place % len(offices)]
    staff_id = staff.add(tx, name, role=role, branch_id=branch_id)
    if role == "admin":  # only the first one reads messages by itself
        grant_role(tx, staff_id, "lead", branch_id)
    if name == _IT:
        grant_role(tx, staff_id, "branch-it", branch_id)
    if role == "staff" and place % 4 == 0:
        grant_role(tx, staff_id, role, offices[(place + 1) % len(offices)])
    return staff_id, role


def _writers(tx: Tx, members: Sequence[str], branch_id: str) -> Sequence[str]:
    return [
        each for each in members if rights_of(tx.conn, each).may(Permission.INBOX_WRITE, branch_id)
    ]
