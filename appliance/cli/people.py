"""`balie staff` and `balie token`: who may come in."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from appliance.api.json.times import iso
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.access import passwords, tokens
from appliance.desk.access.rights import ADMIN, FIRST_ROLES, ROLES
from appliance.desk.access.tokens import ApiToken
from appliance.desk.privacy.log.changes import CLI
from appliance.desk.team import accounts, staff
from appliance.store import branches
from appliance.store.store import Tx

staff_app = typer.Typer(no_args_is_help=True, help="The people who log in.")
token_app = typer.Typer(no_args_is_help=True, help="The programs that use the API.")

TokenArgument = Annotated[
    str, typer.Argument(help="The token, by id or by a name that no other has.")
]


@staff_app.command("add")
@says_what_is_wrong
def add_staff(
    name: Annotated[str, typer.Option(help="The person's own name.")],
    role: Annotated[
        list[str],
        typer.Option(help=f"One of: {', '.join(ROLES)}. May be given more than once."),
    ],
    branch: Annotated[
        str | None, typer.Option(help="The branch, by name or id; without: every branch.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    email: Annotated[
        str, typer.Option(help="Their address of e-mail at the provider of [oidc].")
    ] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds a person and prints a log-in link that works once."""
    hashed = passwords.hash_password(sys.stdin.readline().rstrip("\n")) if password_stdin else None

    def work(tx: Tx) -> tuple[str, str | None]:
        branch_id = branches.branch(tx.conn, branch).id if branch else None
        staff_id = staff.add(tx, name, role=role[0], branch_id=branch_id)
        had = staff.named(tx.conn, staff_id).roles
        more = [(each, branch_id) for each in role if (each, branch_id) not in had]
        if more:
            staff.give_roles(tx, staff_id, [*had, *more])
        if email:
            accounts.set_email(tx, staff_id, email)
        if hashed:
            staff.set_password(tx, staff_id, hashed)
            return staff_id, None
        return staff_id, staff.add_login_link(tx, staff_id)

    with open_store(data) as store:
        staff_id, token = store.write(work)
        has = [each for each, _ in store.read(lambda conn: staff.named(conn, staff_id)).roles]
    facts: dict[str, object] = {"id": staff_id, "name": name, "role": role[0], "roles": has}
    if email:
        facts["email"] = email
    if token is None:
        show(as_json, facts, f"Added {name}.{_duties(has)}")
    else:
        path = f"/login/{token}"
        sentence = f"Added {name}. Log-in link, for once: {path} (behind Balie's own address)."
        sentence += _duties(has)
        show(as_json, {**facts, "login": path}, sentence)


def _duties(roles: Sequence[str]) -> str:
    """What surprises of an administrator: the first one has more, a later one reads nothing."""
    if ADMIN not in roles:
        return ""
    if set(FIRST_ROLES) <= set(roles):
        return " The first administrator is team lead and privacy officer, too."
    if len(roles) > 1:
        return ""
    return " An administrator reads no messages; who shall read gets a role more: --role lead."


@staff_app.command("list")
@says_what_is_wrong
def list_staff(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the people who may log in."""
    with open_store(data) as store:
        found = store.read(staff.members)
        names = {each.id: each.name for each in store.read(branches.branches)}
    facts = [
        {
            "id": each.id,
            "name": each.name,
            "roles": [
                {"role": role, "branch": names[branch_id] if branch_id else None}
                for role, branch_id in each.roles
            ],
            "disabled": each.disabled,
        }
        for each in found
    ]
    rows = [f"{each.name}\t{', '.join(role for role, _ in each.roles)}" for each in found]
    show(as_json, {"items": facts}, "\n".join(rows))


@token_app.command("add")
@says_what_is_wrong
def add_token(
    name: Annotated[str, typer.Option(help="The program that will use it.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="May be given more than once; without: all of them.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option(help="The branch, by name or id; without: every branch.")
    ] = None,
    expires: Annotated[
        str, typer.Option(metavar="DAYS", help="How many days it lasts, or “never”.")
    ] = str(tokens.LIFE_DAYS),
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds an API token and shows it, this once."""
    scopes = tokens.scopes_of(scope) if scope else tokens.ALL_SCOPES
    days = tokens.life_days(expires)

    def work(tx: Tx) -> tokens.NewToken:
        branch_id = branches.branch(tx.conn, branch).id if branch else None
        return tokens.add(tx, name, scopes=scopes, branch_id=branch_id, life_days=days)

    with open_store(data) as store:
        new = store.write(work)
    ends = iso(new.expires_ms) if new.expires_ms is not None else None
    facts = {
        "id": new.id,
        "name": name,
        "token": new.token,
        "signing_key": new.signing_key,
        "expires": ends,
    }
    until = f"It ends on {ends[:10]}." if ends else "It never ends."
    key = f"\nKey of signatures: {new.signing_key}" if new.signing_key else ""
    show(as_json, facts, f"Token for {name}, shown this once: {new.token}{key}\n{until}")


@token_app.command("limit")
@says_what_is_wrong
def limit_token(
    token: TokenArgument,
    per_minute: Annotated[
        int | None, typer.Option(help="Requests a minute; without: as usual.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says how often a program may ask."""
    with open_store(data) as store:
        token_id = store.read(lambda conn: tokens.called(conn, token)).id
        store.write(lambda tx: tokens.limit(tx, token_id, per_minute, by=CLI))
    allowed = per_minute or tokens.USUAL_PER_MINUTE
    facts = {"id": token_id, "per_minute": allowed}
    show(as_json, facts, f"The token may ask {allowed} times a minute.")


@token_app.command("list")
@says_what_is_wrong
def list_tokens(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the tokens; never the secrets."""
    with open_store(data) as store:
        found = store.read(tokens.listing)
    facts = [
        {
            "id": each.id,
            "name": each.name,
            "scopes": sorted(scope.value for scope in each.scopes),
            "used": iso(each.used_ms) if each.used_ms is not None else None,
            "expires": iso(each.expires_ms) if each.expires_ms is not None else None,
            "revoked": each.revoked_ms is not None,
            "per_minute": each.per_minute or tokens.USUAL_PER_MINUTE,
        }
        for each in found
    ]
    show(as_json, {"items": facts}, "\n".join(_token_row(each) for each in found))


def _token_row(token: ApiToken) -> str:
    used = f"last used {iso(token.used_ms)[:10]}" if token.used_ms is not None else "not used yet"
    ends = f"ends {iso(token.expires_ms)[:10]}" if token.expires_ms is not None else "never ends"
    standing = "revoked" if token.revoked_ms else f"{used}, {ends}"
    return f"{token.name}\t{token.id}\t{standing}"


@token_app.command("rotate-key")
@says_what_is_wrong
def rotate_token_key(
    token: TokenArgument,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Gives a token a new key of signatures and shows it, this once. For a day both sign."""
    with open_store(data) as store:
        token_id = store.read(lambda conn: tokens.called(conn, token)).id
        new = store.write(lambda tx: tokens.rotate_key(tx, token_id, by=CLI))
    ends = iso(new.previous_ends_ms)
    facts = {"id": new.id, "name": new.name, "signing_key": new.signing_key}
    said = f"New key of signatures for {new.name}, shown this once: {new.signing_key}"
    show(as_json, {**facts, "previous_expires_at": ends}, f"{said}\nBoth sign until {ends}.")


@token_app.command("revoke")
@says_what_is_wrong
def revoke_token(
    token: TokenArgument,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a token back."""
    with open_store(data) as store:
        token_id = store.read(lambda conn: tokens.called(conn, token)).id
        store.write(lambda tx: tokens.revoke(tx, token_id))
    show(as_json, {"id": token_id}, "The token opens nothing any more.")
