"""`balie branch` and `balie line`: the offices, and the numbers that they write from."""

from typing import Annotated

import typer

from appliance.cli.devices import absent_port, one_of
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.lines import new_branch, new_line, own_profiles
from appliance.desk.privacy import releasing
from appliance.errors import InvalidInput
from appliance.phone_numbers import parse_number
from appliance.store import branches, lines
from appliance.store.store import Tx

branch_app = typer.Typer(no_args_is_help=True, help="The offices.")
line_app = typer.Typer(no_args_is_help=True, help="The numbers that a branch writes from.")


@branch_app.command("add")
@says_what_is_wrong
def add_branch(
    named: Annotated[str | None, typer.Argument(metavar="NAME", help="A unique name.")] = None,
    name: Annotated[str | None, typer.Option(help="The same, as an option.")] = None,
    language: Annotated[str, typer.Option(help="nl or en: what its contacts are answered in.")] = (
        "nl"
    ),
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds a branch."""
    wanted = name or named
    if wanted is None:
        raise typer.BadParameter("Give the branch a name.", param_hint="'--name'")
    if not wanted.strip():
        raise InvalidInput("name", "Give the branch a name: balie branch add --name Utrecht.")
    with open_store(data) as store:
        new = store.write(lambda tx: new_branch.add(tx, wanted, {"language": language}, by="cli"))
    show(as_json, {"id": new.id, "name": new.name}, f"Added branch {new.name} ({new.id}).")


@branch_app.command("list")
@says_what_is_wrong
def list_branches(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the branches."""
    with open_store(data) as store:
        found = store.read(branches.branches)
    facts = [
        {"id": each.id, "name": each.name, "language": each.settings.language} for each in found
    ]
    show(as_json, {"items": facts}, "\n".join(f"{each.name}\t{each.id}" for each in found))


@line_app.command("add")
@says_what_is_wrong
def add_line(
    branch: Annotated[str, typer.Option(help="The branch, by name or id.")],
    number: Annotated[str, typer.Option(help="The number of the SIM, such as +31612345678.")],
    adb: Annotated[
        str | None, typer.Option(metavar="SERIAL", help="The phone, as `adb devices` names it.")
    ] = None,
    modem: Annotated[
        str | None, typer.Option(metavar="PORT", help="Or the modem: the port to look at first.")
    ] = None,
    fallback_modem: Annotated[
        str | None,
        typer.Option(metavar="PORT", help="A modem that takes over; lines may share one."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds a line, and the phone or modem that carries its SIM."""
    kind, address = one_of(adb, modem)
    e164 = parse_number(number, field="number")

    def work(tx: Tx) -> new_line.AddedLine:
        wanted = new_line.NewLine(
            branch_id=branches.branch(tx.conn, branch).id,
            number=e164,
            kind=kind,
            address=address,
            fallback=fallback_modem,
        )
        return new_line.add(tx, wanted)

    with open_store(data) as store:
        added = store.write(work)
    facts = {
        "id": added.line_id,
        "number": e164,
        "device": added.device_id,
        "fallback": added.fallback_id,
    }
    then = f", and the modem {fallback_modem} after it" if fallback_modem else ""
    sentence = f"Added line {e164} ({added.line_id}) on {kind} {address}{then}."
    absent = absent_port(modem) + absent_port(fallback_modem)
    show(as_json, facts, sentence + absent)


@line_app.command("accept-profile")
@says_what_is_wrong
def accept_profile(
    line: Annotated[str, typer.Argument(help="The line, by number or id.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says that its changed WhatsApp name or picture is right as it is now."""
    with open_store(data) as store:
        found = store.read(lambda conn: lines.line(conn, line))
        store.write(lambda tx: own_profiles.accept(tx, found.id, by="cli"))
    sentence = f"The name and picture of {found.number} are right as they are now."
    show(as_json, {"id": found.id}, sentence)


@line_app.command("release")
@says_what_is_wrong
def release_line(
    line: Annotated[str, typer.Argument(help="The line, by number or id.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says that somebody has looked, after a copy was put back or the line was stopped: it sends
    again.
    """
    with open_store(data) as store:
        found = store.read(lambda conn: lines.line(conn, line))
        store.write(lambda tx: releasing.release(tx, lines.line(tx.conn, found.id)))
    show(as_json, {"id": found.id, "stopped": None}, f"{found.number} sends again.")


@line_app.command("remove")
@says_what_is_wrong
def remove_line(
    line: Annotated[str, typer.Argument(help="The line, by number or id.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes a line out of use; its history stays."""
    with open_store(data) as store:
        found = store.read(lambda conn: lines.line(conn, line))
        store.write(lambda tx: lines.remove_line(tx, found.id))
    show(as_json, {"id": found.id}, f"Removed line {found.number}; its history stays.")
