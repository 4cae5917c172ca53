"""`balie line list` and `balie line set`: how a line sends, and what it was told to do."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from appliance.cli.devices import absent_port
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.lines import new_line
from appliance.errors import InvalidInput, SetupError
from appliance.messages import MessageClass
from appliance.phone_numbers import readable
from appliance.store import branches, devices, lines, routes
from appliance.store.line_settings import LineSettings
from appliance.store.store import Tx

_CENTS = 100
_MOST_EUROS = 9999


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
            "routes": [_route(conn, route) for route in routes.routes_of_line(conn, each.id)],
            "settings": _settings(each.settings),
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


def _settings(settings: LineSettings) -> dict[str, Any]:
    return {
        "fallback_after_min": settings.fallback_after_min,
        "fallback_classes": sorted(kind.value for kind in settings.fallback_classes),
        "call_answer": settings.call_answer,
        "credit_warn_cents": settings.credit_warn_cents,
    }


@says_what_is_wrong
def set_line(
    line: Annotated[str, typer.Argument(help="The line, by number or id.")],
    fallback_modem: Annotated[
        str | None, typer.Option(metavar="PORT", help="A modem that takes over; '' for none.")
    ] = None,
    fallback_after: Annotated[
        int | None, typer.Option(metavar="MINUTES", help="How long a way must be closed before.")
    ] = None,
    lists_fall_back: Annotated[
        bool | None,
        typer.Option(
            "--lists-fall-back/--lists-wait", help="Whether lists may go over the fallback."
        ),
    ] = None,
    call_answer: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What a caller is sent, once a day; '' for nothing."),
    ] = None,
    credit_warning: Annotated[
        float | None, typer.Option(metavar="EUROS", help="Warn below this credit; 0 for never.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Changes what a line does; what is left out stays as it is."""
    given = (fallback_modem, fallback_after, lists_fall_back, call_answer, credit_warning)
    if all(each is None for each in given):
        raise SetupError("Say what to change; see: balie line set --help")

    def work(tx: Tx) -> dict[str, Any]:
        found = lines.line(tx.conn, line)
        if fallback_modem is not None:
            new_line.set_fallback(tx, found.id, fallback_modem or None)
        changes: dict[str, Any] = {
            "fallback_after_min": fallback_after,
            "fallback_classes": _classes(found.settings, lists_fall_back),
            "credit_warn_cents": None if credit_warning is None else _cents(credit_warning),
        }
        changes = {name: value for name, value in changes.items() if value is not None}
        if call_answer is not None:
            changes["call_answer"] = call_answer.strip() or None
        if credit_warning == 0:
            changes["credit_warn_cents"] = None
        lines.set_line(tx, found.id, replace(found.settings, **changes))
        return next(each for each in _lines(tx.conn) if each["id"] == found.id)

    with open_store(data) as store:
        facts = store.write(work)
    show(as_json, facts, _told(facts) + absent_port(fallback_modem))


def _classes(settings: LineSettings, lists: bool | None) -> frozenset[MessageClass]:
    of_lists = frozenset({MessageClass.LIST})
    if lists is None:
        return settings.fallback_classes
    return settings.fallback_classes | of_lists if lists else settings.fallback_classes - of_lists


def _cents(euros: float) -> int:
    if not 0 <= euros <= _MOST_EUROS:
        sentence = f"Give the credit to warn below, 0 to {_MOST_EUROS} euros."
        raise InvalidInput("credit_warning", sentence)
    return round(euros * _CENTS)


def _told(facts: Mapping[str, Any]) -> str:
    settings = facts["settings"]
    after, cents = settings["fallback_after_min"], settings["credit_warn_cents"]
    warning = "never" if cents is None else f"below {cents / _CENTS:.2f}"
    rows = [
        f"{readable(facts['number'])} of {facts['branch']}: {_ways(facts['routes'])}",
        f"  falls back after {_minutes(after)}: {', '.join(settings['fallback_classes'])}",
        f"  answers callers: {settings['call_answer'] or 'no'}",
        f"  warns of low credit: {warning}",
        f"  id: {facts['id']}",
    ]
    return "\n".join(rows)


def _minutes(number: int) -> str:
    return "1 minute" if number == 1 else f"{number} minutes"
