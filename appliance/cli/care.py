"""`balie migrate` and `backup`: looking after a Balie."""

from pathlib import Path
from typing import Annotated

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.errors import SetupError
from appliance.store import kept_copies
from appliance.store.part_files import cannot_write
from appliance.store.store import Store


@says_what_is_wrong
def migrate(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Brings the database up to date; it is copied aside first."""
    with open_store(data) as store:
        path = store.path
    show(as_json, {"database": str(path)}, f"{path} is up to date.")


@says_what_is_wrong
def backup(
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; without: the backups folder.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copies the database, consistent, beside a running Balie. A FILE that ends in .zst is packed.

    Of the copies in the backups folder, 3 of days, 4 of weeks and 3 of months are kept.
    """
    with open_store(data) as store:
        if to is None:
            target = kept_copies.copy_by_hand(store)
        else:
            target = to
            _copy(store, target)
    show(as_json, {"file": str(target)}, f"Copied to {target}.")


def _copy(store: Store, target: Path) -> None:
    if target.exists():
        raise SetupError(f"{target} is there already; choose another file.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise cannot_write(target, exc) from exc
    store.copy_to(target)
