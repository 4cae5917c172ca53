"""`balie line list` and `balie line set`: how a line sends, and what it was told to do."""

import sqlite3
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from appliance.cli.devices import absent_port
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.cli.setting_options import patch_of, with_settings
from appliance.desk.lines import new_line
from appliance.desk.lines.setting_fields import rows_of
from appliance.errors import SetupError
from appliance.phone_numbers import readable
from appliance.store import branches, devices, line_settings, lines, routes
from appliance.store.kept_settings import facts as facts_of
from appliance.store.line_settings import LineSettings
from appliance.store.store import Tx


@says_what_is_wrong
def list_lines(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the lines, how each sends, best way first, and its settings."""
    with open_store(data) as store:
        facts = store.read(_lines)
    rows = [_told(each) for each in facts]
    show(as_json, {"items": facts}, "\n".join(rows) or "There are no lines yet.")


def _lines(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    names = {each.id: each.name for each in branches.branches(conn)}
    return [
        {
            "id": each.id,
            "number": each.number,
            "branch": names[each.branch_id],
            "stopped": each.stopped,
            "routes": [_route(conn, route) for route in routes.routes_of_line(conn, each.id)],
            "settings": facts_of(each.settings),
        }
        for each in lines.lines(conn)
    ]


def _route(conn: sqlite3.Connection, route: routes.Route) -> dict[str, str]:
    device = devices.device(conn, route.device_id)
    return {
        "channel": route.channel.name,
        "device": device.id,
        "kind": device.kind,
        "address": device.address,
    }


def _ways(routes: list[dict[str, str]]) -> str:
    return ", ".join(f"{each['channel']} on {each['address']}" for each in routes)


@says_what_is_wrong
@with_settings
def set_line(
    line: Annotated[str, typer.Argument(help="The line, by number or id.")],
    fallback_modem: Annotated[
        str | None, typer.Option(metavar="PORT", help="A modem that takes over; '' for none.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
    **given: Any,
) -> None:
    """Changes what a line does; what is left out stays as it is."""
    if fallback_modem is None and all(each is None for each in given.values()):
        raise SetupError("Say what to change; see: balie line set --help")

    def work(tx: Tx) -> dict[str, Any]:
        found = lines.line(tx.conn, line)
        if fallback_modem is not None:
            new_line.set_fallback(tx, found.id, fallback_modem or None, by="cli")
        line_settings.change(tx, found.id, patch_of(given, found.settings), by="cli")
        return next(each for each in _lines(tx.conn) if each["id"] == found.id)

    with open_store(data) as store:
        facts = store.write(work)
    show(as_json, facts, _told(facts) + absent_port(fallback_modem))


def _told(facts: Mapping[str, Any]) -> str:
    rows = [
        f"{readable(facts['number'])} of {facts['branch']}: {_ways(facts['routes'])}",
        *([f"  stopped: {facts['stopped']}"] if facts["stopped"] else []),
        *(f"  {row}" for row in rows_of(LineSettings(**facts["settings"]))),
        f"  id: {facts['id']}",
    ]
    return "\n".join(rows)
