"""`balie box`: the machine under Balie, for root and for who has it in hand."""

import os
from pathlib import Path
from typing import Annotated

import typer

from appliance.box import box_reset, resetting
from appliance.box.box_reset import ResetPlaces
from appliance.box.point_keeper import code_in
from appliance.cli.output import DataOption, JsonOption, says_what_is_wrong, show
from appliance.config import load
from appliance.errors import InvalidInput, SetupError
from appliance.runtime.instance_lock import is_running

box_app = typer.Typer(no_args_is_help=True, help="The machine under Balie.")

_SYSTEMD = Path("/run/systemd/system")
_OF_UNITS = Path("/var/lib/balie")


@box_app.command("code")
@says_what_is_wrong
def show_code(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Says the set-up code, with which the first administrator is made."""
    folder = _folder(data)
    code = code_in(folder)
    if not code:
        raise SetupError("There is none: somebody has an account, or Balie never ran here.")
    show(as_json, {"code": code}, code)


@box_app.command("reset")
@says_what_is_wrong
def reset(
    typed: Annotated[
        str, typer.Option("--typed", metavar=resetting.WORD, help="Says that it is meant.")
    ] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes this box as it was when it came: all messages, people, accounts, keys, copies and
    settings on it go for good. Who opted out or was erased stays so.
    """
    folder = _folder(data)
    if typed != resetting.WORD:
        raise InvalidInput(
            "typed", f"This deletes everything on the box. If it is meant: --typed {resetting.WORD}"
        )
    if os.geteuid() == 0 and _SYSTEMD.is_dir() and folder == _OF_UNITS:
        _with_units(folder)
    elif is_running(folder):
        raise SetupError("Balie is running; stop it first, or do this as root.")
    else:
        _alone(folder)
    show(as_json, {"reset": True}, "The box is as it was when it came; opt-outs are kept.")


def _folder(data: Path | None) -> Path:
    """Root means the box's own, which the units work on."""
    is_of_box = data is None and os.geteuid() == 0 and "BALIE_DATA" not in os.environ
    return load(None, data=_OF_UNITS if is_of_box and _OF_UNITS.is_dir() else data).data


def _with_units(folder: Path) -> None:
    try:
        box_reset.reset(ResetPlaces(data=folder))
    except OSError as exc:
        raise SetupError(f"It could not be finished ({exc}); start the box again.") from exc


def _alone(folder: Path) -> None:
    """Of a machine without the units: only the data directory is Balie's."""
    try:
        resetting.begin(folder)
        resetting.finish(folder)
    except OSError as exc:
        raise SetupError(f"It could not be finished ({exc}); start Balie, which does.") from exc
