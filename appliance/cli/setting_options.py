"""The options of `balie line set`: one for each setting of a line."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ParamSpec

import typer

from appliance.desk.lines.setting_fields import FIELDS, SettingField
from appliance.store.line_settings import LineSettings

P = ParamSpec("P")

BEFORE = "data"
"""The options that all verbs have come last."""


def with_settings(verb: Callable[P, None]) -> Callable[P, None]:
    """A verb that takes any `**given`, as Typer shows and reads it."""
    own = inspect.signature(verb)
    parameters: list[inspect.Parameter] = []
    for each in own.parameters.values():
        if each.name == BEFORE:
            parameters += map(_option, FIELDS)
        if each.kind is not inspect.Parameter.VAR_KEYWORD:
            parameters.append(each)
    verb.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # PEP 362
    return verb


def patch_of(given: Mapping[str, Any], now: LineSettings) -> Mapping[str, Any]:
    """What was given on the command line, as a change of the settings. Raises InvalidInput."""
    return {
        field.name: field.from_option(given[field.name], now)
        for field in FIELDS
        if given[field.name] is not None
    }


def _option(field: SettingField) -> inspect.Parameter:
    option = typer.Option(field.option, metavar=field.metavar, help=field.help)
    return inspect.Parameter(
        field.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[field.type | None, option],
    )
