"""`balie line rules`, `balie line roster` and `balie branch hours`, in JSON as the API has them."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from appliance.api import problems
from appliance.api.json.hours_bodies import HoursIn, HoursOut
from appliance.api.json.mapping import body_of
from appliance.api.json.rule_bodies import RulesIn, RulesOut
from appliance.api.json.times import iso
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.access.sight import Sight
from appliance.desk.automatic import roster, rules
from appliance.desk.lines import opening
from appliance.errors import InvalidInput
from appliance.store import branches, lines
from appliance.store.store import Tx

Body = TypeVar("Body", bound=BaseModel)

_EVERYTHING = Sight(None)
_BY = "console"
_Line = Annotated[str, typer.Argument(help="The line, by number or id.")]
_SetOption = Annotated[
    str | None,
    typer.Option("--set", metavar="JSON", help="What is to be other, as the API takes it."),
]


@says_what_is_wrong
def line_rules(
    line: _Line, to: _SetOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """What a line says by itself, and with --set what it says from now on."""
    given = None if to is None else _read(RulesIn, to).model_dump(exclude_none=True)

    def change(tx: Tx) -> None:
        found = lines.line(tx.conn, line)
        rules.change(tx, found.id, found.rules, given or {}, by=_BY)

    with open_store(data) as store:
        if given is not None:
            store.write(change)
        facts = body_of(RulesOut, store.read(lambda conn: rules.of_line(conn, _EVERYTHING, line)))
    show(as_json, facts, _readable(facts))


@says_what_is_wrong
def branch_hours(
    branch: Annotated[str, typer.Argument(help="The branch, by name or id.")],
    to: _SetOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """When a branch is open, and with --set when it is from now on."""
    patch = None if to is None else _read(HoursIn, to).patch()

    def change(tx: Tx) -> None:
        opening.change(tx, branches.branch(tx.conn, branch).id, patch or {}, by=_BY)

    with open_store(data) as store:
        if patch is not None:
            store.write(change)
        found = store.read(lambda conn: opening.of_branch(conn, _EVERYTHING, branch))
        facts = body_of(HoursOut, found)
    show(as_json, facts, _readable(facts))


@says_what_is_wrong
def line_roster(line: _Line, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Who is on duty next by the roster that was brought on the page."""
    with open_store(data) as store:
        now_ms = store.clock.now_ms()
        found = store.read(lambda conn: roster.of_line(conn, lines.line(conn, line).id, now_ms))
    facts = {} if found is None else _facts(found)
    show(as_json, facts, _readable(facts) if facts else "The line has no roster.")


def _facts(found: roster.Roster) -> Mapping[str, Any]:
    return {
        "name": found.name,
        "imported_at": iso(found.imported_ms),
        "until": iso(found.until_ms),
        "next": [
            {
                "starts_at": iso(each.starts_ms),
                "ends_at": iso(each.ends_ms),
                "who": each.who,
                "staff": each.name,
            }
            for each in found.next
        ],
        "unknown": list(found.unknown),
    }


def _read(model: type[Body], text: str) -> Body:
    """Raises InvalidInput with what is wrong, as the API says it."""
    try:
        return model.model_validate_json(text)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_context=False)
        raise InvalidInput("set", problems.of_validation(errors).detail) from exc


def _readable(facts: Mapping[str, Any]) -> str:
    """For people, too, JSON: it is what --set takes back."""
    return json.dumps(facts, ensure_ascii=False, indent=2)
