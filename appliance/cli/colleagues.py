"""`balie staff disable|enable|link|role|sessions`: who is let go, and let back in.

A running Balie notices each of them within a second: open pages end or follow the new rights.
"""

from typing import Annotated

import typer

from appliance.api.json.times import iso
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.access import sessions
from appliance.desk.access.rights import ROLES
from appliance.desk.team import staff
from appliance.desk.team.staff import Member
from appliance.store import branches
from appliance.store.store import Store, Tx

NameArgument = Annotated[str, typer.Argument(help="The person's name, or id.")]


@says_what_is_wrong
def disable(name: NameArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lets somebody go: logged out everywhere at once, and no way back in."""
    with open_store(data) as store:
        who = _named(store, name)
        ended = store.write(lambda tx: staff.disable(tx, who.id))
    facts = {"id": who.id, "name": who.name, "disabled": True, "sessions_ended": ended}
    show(as_json, facts, f"{who.name} may not log in any more. Sessions ended: {ended}.")


@says_what_is_wrong
def enable(name: NameArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lets somebody back in, with the password and the role that they had."""
    with open_store(data) as store:
        who = _named(store, name)
        store.write(lambda tx: staff.enable(tx, who.id))
    facts = {"id": who.id, "name": who.name, "disabled": False}
    forgotten = f'A new password: balie staff link "{who.name}".'
    show(as_json, facts, f"{who.name} may log in again. {forgotten}")


@says_what_is_wrong
def link(name: NameArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Prints a new one-time log-in link, which lets them choose a password; older links end."""
    with open_store(data) as store:
        who = _named(store, name)
        token = store.write(lambda tx: staff.add_login_link(tx, who.id))
    path = f"/login/{token}"
    hours = staff.LINK_LIFE_MS // 3_600_000
    sentence = (
        f"Log-in link for {who.name}, for once and for {hours} hours: {path} "
        "(behind Balie's own address)."
    )
    show(as_json, {"id": who.id, "name": who.name, "login": path}, sentence)


@says_what_is_wrong
def role(
    name: NameArgument,
    role: Annotated[
        list[str],
        typer.Option(help=f"One of: {', '.join(ROLES)}. May be given more than once."),
    ],
    branch: Annotated[
        str | None, typer.Option(help="The branch, by name or id; without: every branch.")
    ] = None,
    also: Annotated[
        bool, typer.Option("--also", help="Their roles in other branches stay.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Gives somebody this role, or these, instead of all that they had."""

    def work(tx: Tx) -> tuple[Member, str | None]:
        who = staff.named(tx.conn, name)
        where = branches.branch(tx.conn, branch) if branch else None
        place = where.id if where else None
        others = [each for each in who.roles if also and each[1] != place]
        if others or len(role) > 1:
            wanted = [(each, place) for each in dict.fromkeys(role)]
            staff.give_roles(tx, who.id, [*others, *wanted])
        else:
            staff.give_role(tx, who.id, role[0], place)
        return who, where.name if where else None

    with open_store(data) as store:
        who, where = store.write(work)
    facts = {
        "id": who.id,
        "name": who.name,
        "role": role[0],
        "roles": list(dict.fromkeys(role)),
        "branch": where,
    }
    said = f"the role {role[0]}" if len(role) == 1 else f"the roles {', '.join(role)}"
    show(as_json, facts, f"{who.name} has {said} in {where or 'every branch'}.")


@says_what_is_wrong
def list_sessions(
    name: NameArgument,
    end: Annotated[bool, typer.Option("--end", help="End all of them.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lists where somebody is logged in, or logs them out everywhere."""
    with open_store(data) as store:
        who = _named(store, name)
        now_ms = store.clock.now_ms()
        found = store.read(lambda conn: sessions.open_of(conn, who.id, now_ms))
        ended = store.write(lambda tx: staff.log_out_everywhere(tx, who.id)) if end else 0
    items = [
        {"since": iso(each.created_ms), "used": iso(each.seen_ms), "until": iso(each.expires_ms)}
        for each in found
    ]
    if end:
        facts = {"id": who.id, "name": who.name, "ended": ended}
        show(as_json, facts, f"Sessions of {who.name} that ended: {ended}.")
        return
    said = [f"since {each['since']}, last used {each['used']}" for each in items]
    nobody = f"{who.name} is logged in nowhere."
    show(as_json, {"id": who.id, "name": who.name, "items": items}, "\n".join(said) or nobody)


def _named(store: Store, name: str) -> Member:
    return store.read(lambda conn: staff.named(conn, name))
