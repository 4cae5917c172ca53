"""The demo's two branches, their lines and their staff."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.demo.children import Emulation, MailboxChild, ModemChild, PhoneChild
from appliance.desk.access import passwords, tokens
from appliance.desk.lines import beside, new_line
from appliance.desk.lines.beside import NewBeside
from appliance.desk.team import staff
from appliance.devices.kind import Kind
from appliance.errors import SetupError
from appliance.store import branches, devices, line_settings, lines, routes
from appliance.store.house_key import HouseKey
from appliance.store.store import Store, Tx

FALLBACK_AFTER_MIN = 1
"""Sooner than a branch would want it, so that it can be watched."""

VISITOR, ADMINISTRATOR = "Anna de Wit", "Dirk Beheer"
SHORTCUTS = (VISITOR, "Carla Smits", ADMINISTRATOR)
"""Whom one may log in as with one click."""
COLLEAGUES = (("Eva Mulder", 0), ("Sam de Boer", 1))
"""They answer by themselves, each in a branch, and nobody logs in as them."""

_STAFF = (
    (VISITOR, "staff", 0),
    ("Bram Jansen", "staff", 1),
    ("Carla Smits", "lead", None),
    (ADMINISTRATOR, "admin", None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    name: str
    password: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    logins: Sequence[Login]
    token: str


def seed(store: Store, emulated: Emulation) -> Seeded:
    """Fills an empty store; on one that was filled before, only the devices' addresses are new.

    Passwords are made up each time: nobody can know them from elsewhere.
    """
    found(store, emulated)
    logins = [Login(name=name, password=new_password(), role=role) for name, role, _ in _STAFF]
    hashes = [passwords.hash_password(login.password) for login in logins]
    store.write(lambda tx: _set_passwords(tx, hashes))
    token = store.write(lambda tx: tokens.add(tx, "demo", life_days=None))
    return Seeded(logins=logins, token=token.token)


def found(store: Store, emulated: Emulation) -> None:
    """Branches, numbers and staff; where they are already, the devices' addresses are new."""
    store.write(lambda tx: _place_phones(tx, emulated))
    store.write(lambda tx: _place_modems(tx, emulated))
    key = HouseKey.of(store.path.parent)
    store.write(lambda tx: _place_bots(tx, emulated, key))
    boxes = [_read_mailbox(each, emulated.branches[0]) for each in emulated.mailboxes[:1]]
    store.write(lambda tx: _place_mailboxes(tx, boxes, emulated.branches[0], key))
    store.write(lambda tx: _let_in(tx, emulated.branches))


def new_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(3))


def _place_phones(tx: Tx, emulated: Emulation) -> None:
    for place, phone in enumerate(emulated.phones):
        branch_id = _branch(tx, emulated.branches[place % len(emulated.branches)])
        known = {line.number: line for line in lines.lines(tx.conn)}
        if phone.number in known:
            _move_phone(tx, known[phone.number], phone)
        else:
            _add_line(tx, branch_id, phone)


def _branch(tx: Tx, name: str) -> str:
    for branch in branches.branches(tx.conn):
        if branch.name == name:
            return branch.id
    return branches.add_branch(tx, name)


def _add_line(tx: Tx, branch_id: str, phone: PhoneChild) -> None:
    wanted = new_line.NewLine(
        branch_id=branch_id, number=phone.number, kind="phone", address=phone.serial
    )
    new_line.add(tx, wanted)


def _move_phone(tx: Tx, line: lines.Line, phone: PhoneChild) -> None:
    """The emulated phone of an earlier demo listens on another port now."""
    for route in routes.routes_of_line(tx.conn, line.id):
        kind = Kind.named(devices.device(tx.conn, route.device_id).kind)
        if kind.has_sim and not kind.is_shared:
            devices.move(tx, route.device_id, phone.serial)


def _place_modems(tx: Tx, emulated: Emulation) -> None:
    """The first modem takes over for the first branch; where it was before, its port is new."""
    known = [each.id for each in devices.devices(tx.conn) if Kind.named(each.kind).is_shared]
    for modem in emulated.modems[:1]:
        if known:
            devices.move(tx, known[0], modem.port)
        else:
            _fall_back(tx, modem, emulated.branches[0])


def _fall_back(tx: Tx, modem: ModemChild, branch: str) -> None:
    branch_id = _branch(tx, branch)
    for line in lines.lines(tx.conn):
        if line.branch_id == branch_id:
            new_line.add_fallback(tx, line.id, modem.port)
            sooner = {"fallback_after_min": FALLBACK_AFTER_MIN}
            line_settings.change(tx, line.id, sooner, by="demo")


def _place_bots(tx: Tx, emulated: Emulation, key: HouseKey) -> None:
    """The first bot stands beside the first branch's line; its Bot API has another address each
    time.
    """
    for bot in emulated.bots[:1]:
        wanted = NewBeside(
            kind="telegram",
            address=bot.token.partition(":")[0],
            settings={"api": bot.api},
            secret=bot.token,
        )
        _put_beside(tx, wanted, emulated.branches[0], key)


def _read_mailbox(box: MailboxChild, branch: str) -> NewBeside:
    """As a person would give it. Raises SetupError where nothing reads mail here."""
    read = Kind.named("mail").read_account
    if read is None:
        raise SetupError("Nothing on this machine reads a mailbox.")
    fields = {"imap": box.imap, "smtp": box.smtp, "user": box.address, "name": branch}
    given = read(fields, box.password)
    return NewBeside(
        kind="mail", address=given.address, settings=given.settings, secret=box.password
    )


def _place_mailboxes(tx: Tx, boxes: Sequence[NewBeside], branch: str, key: HouseKey) -> None:
    """As the bots."""
    for box in boxes:
        _put_beside(tx, box, branch, key)


def _put_beside(tx: Tx, wanted: NewBeside, branch: str, key: HouseKey) -> None:
    """Beside the branch's line."""
    branch_id = _branch(tx, branch)
    for line in lines.lines(tx.conn):
        if line.branch_id == branch_id:
            beside.put(tx, line.id, wanted, key=key, by="demo")


def _let_in(tx: Tx, names: Sequence[str]) -> None:
    """`names` are the branches; where there is one, all are of it."""
    known = {member.name for member in staff.members(tx.conn)}
    for name, role, place in _STAFF:
        if name not in known:
            branch = None if place is None else names[min(place, len(names) - 1)]
            branch_id = branches.branch(tx.conn, branch).id if branch else None
            staff.add(tx, name, role=role, branch_id=branch_id)


def _set_passwords(tx: Tx, hashes: Sequence[str]) -> None:
    for (name, _, _), hashed in zip(_STAFF, hashes, strict=True):
        staff.set_password(tx, staff.named(tx.conn, name).id, hashed)
