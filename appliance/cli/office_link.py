"""`balie office join` and `balie office leave`: what a box does about its head office."""

import sys
from typing import Annotated

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.office.at_box import joining
from appliance.store import office_link

_STDIN = "-"
_TOKEN = typer.Argument(metavar="TOKEN", help="Head office's invitation; - reads it from stdin.")


@says_what_is_wrong
def join(
    token: Annotated[str, _TOKEN], data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Joins this box to a head office. A running Balie begins to tell it within seconds."""
    told = sys.stdin.read() if token == _STDIN else token
    with open_store(data) as store:
        joining.join(store, store.path.parent, told)
        known = store.read(office_link.link)
    box, url = (known.box, known.url) if known else ("", "")
    show(as_json, {"box": box, "url": url}, f"This box belongs to the head office at {url} now.")


@says_what_is_wrong
def leave(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Ends the link: head office is told nothing more and can ask nothing of this box."""
    with open_store(data) as store:
        was = joining.leave(store, store.path.parent)
    sentence = "This box goes on alone." if was else "This box belongs to no head office."
    show(as_json, {"left": was}, sentence)
