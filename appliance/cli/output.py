"""What the verbs share: where the data is, how they answer, and how they fail."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer

from appliance.box import resetting
from appliance.clock import MachineClock
from appliance.config import load
from appliance.errors import BalieError, Refused, SetupError
from appliance.store import privacy
from appliance.store.store import Store

P = ParamSpec("P")

DATABASE = "balie.db"
OFFICE_DATABASE = "office.db"
"""Of a head office, whose colleagues and tokens the same verbs look after."""

DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="The data directory.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The TOML config file.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@contextmanager
def open_store(data: Path | None) -> Iterator[Store]:
    """The store of the data directory, made when it is not there.

    Works as root, too: new files belong to the owner of the directory.
    """
    folder = load(None, data=data).data
    if resetting.is_begun(folder):
        raise SetupError("This box is being reset; start Balie, which finishes that.")
    privacy.keep_private(folder)
    is_office = (folder / OFFICE_DATABASE).exists()
    store = Store(folder / (OFFICE_DATABASE if is_office else DATABASE), MachineClock())
    try:
        privacy.hand_over(folder)
        yield store
    finally:
        store.close()
        privacy.hand_over(folder)


def show(as_json: bool, facts: Mapping[str, Any], sentence: str) -> None:
    """The answer: one JSON object, or a sentence for a person."""
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else sentence)


def says_what_is_wrong(verb: Callable[P, None]) -> Callable[P, None]:
    """Errors that we raise on purpose become one sentence on stderr and exit status 1."""

    @wraps(verb)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except Refused as exc:
            _fail(f"{exc.sentence} {exc.remedy}".strip())
        except BalieError as exc:
            _fail(str(exc))

    return wrapped


def _fail(sentence: str) -> None:
    typer.echo(f"balie: {sentence}", err=True)
    sys.exit(1)
