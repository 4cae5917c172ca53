"""`balie branch`, `balie line` and `balie device`: what there is and what hangs on it."""

from typing import Annotated

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.devices import adb_server
from appliance.errors import InvalidInput, Refused, SetupError
from appliance.messages import Channel
from appliance.phone_numbers import parse_number
from appliance.store import lines
from appliance.store.store import Tx

branch_app = typer.Typer(no_args_is_help=True, help="The offices.")
line_app = typer.Typer(no_args_is_help=True, help="The numbers that a branch writes from.")
device_app = typer.Typer(no_args_is_help=True, help="The phones that carry them.")


@branch_app.command("add")
@says_what_is_wrong
def add_branch(
    named: Annotated[str, typer.Argument(metavar="NAME", help="A unique name.")] = "",
    name: Annotated[str, typer.Option(help="The same, as an option.")] = "",
    language: Annotated[str, typer.Option(help="nl or en: what its contacts are answered in.")] = (
        "nl"
    ),
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds a branch."""
    if language not in ("nl", "en"):
        raise InvalidInput("language", f"“{language}” is no language of Balie; choose nl or en.")
    tidy = " ".join((name or named).split())
    if not tidy:
        raise InvalidInput("name", "Give the branch a name: balie branch add --name Utrecht.")
    with open_store(data) as store:
        branch_id = store.write(lambda tx: lines.add_branch(tx, tidy, language=language))
    show(as_json, {"id": branch_id, "name": tidy}, f"Added branch {tidy} ({branch_id}).")


@branch_app.command("list")
@says_what_is_wrong
def list_branches(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the branches."""
    with open_store(data) as store:
        found = store.read(lines.branches)
    facts = [{"id": each.id, "name": each.name, "language": each.language} for each in found]
    show(as_json, {"items": facts}, "\n".join(f"{each.name}\t{each.id}" for each in found))


@line_app.command("add")
@says_what_is_wrong
def add_line(
    branch: Annotated[str, typer.Option(help="The branch, by name or id.")],
    number: Annotated[str, typer.Option(help="The number of the SIM, such as +31612345678.")],
    adb: Annotated[
        str | None, typer.Option(metavar="SERIAL", help="The phone, as `adb devices` names it.")
    ] = None,
    modem: Annotated[str | None, typer.Option(metavar="PORT", help="A GSM modem.")] = None,
    fallback_modem: Annotated[
        str | None, typer.Option(metavar="PORT", help="A modem for when the phone is away.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adds a line and the phone that carries its SIM."""
    if modem or fallback_modem:
        raise SetupError("This version drives phones only; leave the modem out.")
    if not adb:
        raise SetupError("Say which phone carries the line: --adb SERIAL (see: adb devices).")
    e164 = parse_number(number, field="number")

    def work(tx: Tx) -> tuple[str, str]:
        line_id = lines.add_line(tx, branch_id=lines.branch(tx.conn, branch).id, number=e164)
        device_id = lines.enrol(tx, kind="phone", address=adb)
        if carried := lines.carried_by(tx.conn, device_id):
            raise Refused(
                "device-taken",
                f"Phone {adb} carries the line {carried[0]} already.",
                remedy="One phone has one SIM; name another phone, or remove that line first.",
            )
        for channel in (Channel.WHATSAPP, Channel.SMS):
            lines.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
        return line_id, device_id

    with open_store(data) as store:
        line_id, device_id = store.write(work)
    facts = {"id": line_id, "number": e164, "device": device_id}
    show(as_json, facts, f"Added line {e164} ({line_id}) on phone {adb}.")


@line_app.command("list")
@says_what_is_wrong
def list_lines(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the lines."""
    with open_store(data) as store:
        found = store.read(lines.lines)
        names = {each.id: each.name for each in store.read(lines.branches)}
    facts = [
        {"id": each.id, "number": each.number, "branch": names[each.branch_id]} for each in found
    ]
    rows = [f"{each['number']}\t{each['branch']}\t{each['id']}" for each in facts]
    show(as_json, {"items": facts}, "\n".join(rows))


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


@device_app.command("list")
@says_what_is_wrong
def list_devices(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the phones and how they are, those without a line too."""
    with open_store(data) as store:
        facts = [_enrolled(each) for each in store.read(lines.devices)]
    known = {each["address"] for each in facts}
    facts += [each for each in _plugged_in() if each["address"] not in known]
    rows = [f"{each['address']}\t{each['state']}\t{each['reason'] or ''}" for each in facts]
    show(as_json, {"items": facts}, "\n".join(rows) or "No phone is plugged in or enrolled.")


def _enrolled(device: lines.Device) -> dict[str, str | None]:
    return {
        "id": device.id,
        "address": device.address,
        "state": device.state,
        "reason": device.reason,
    }


def _plugged_in() -> list[dict[str, str | None]]:
    """What adb sees; nothing when no adb server runs."""
    try:
        listed = adb_server.devices()
    except SetupError:
        return []
    return [
        {"id": None, "address": each.serial, "state": each.state.value, "reason": None}
        for each in listed
    ]


@device_app.command("enrol")
@says_what_is_wrong
def enrol_device(
    adb: Annotated[str, typer.Option(metavar="SERIAL", help="As `adb devices` names it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes a phone known before it has a line."""
    with open_store(data) as store:
        device_id = store.write(lambda tx: lines.enrol(tx, kind="phone", address=adb))
    show(as_json, {"id": device_id}, f"Enrolled phone {adb} ({device_id}).")
