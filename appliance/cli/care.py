"""`balie migrate`, `backup` and `restore`: looking after a Balie."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from appliance.cli.output import (
    DATABASE,
    DataOption,
    JsonOption,
    open_store,
    says_what_is_wrong,
    show,
)
from appliance.clock import SystemClock
from appliance.config import load
from appliance.desk.privacy.erasing import again
from appliance.errors import SetupError
from appliance.media import files as media_files
from appliance.store import (
    erasure_journal,
    house_key,
    kept_copies,
    media_copies,
    privacy,
    restoring,
)
from appliance.store.part_files import cannot_write, clear_left
from appliance.store.store import Store

_OUTLIVE = frozenset({house_key.FILE, erasure_journal.FILE, kept_copies.FOLDER, media_files.FOLDER})
"""What may be in a data directory into which a copy is put back."""


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
    The files of messages go into the folder balie-media beside it; what is there already stays.

    Of the copies in the backups folder, 3 of days, 4 of weeks and 3 of months are kept.
    """
    with open_store(data) as store:
        if to is None:
            target = kept_copies.copy_by_hand(store)
        else:
            target = to
            _copy(store, target)
    show(as_json, {"file": str(target)}, f"Copied to {target}.")


@says_what_is_wrong
def restore(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="A copy, packed or plain.")],
    check: Annotated[bool, typer.Option("--check", help="Only see whether FILE is whole.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a copy back into an empty data directory, or into one without its database.

    What happened since the copy is not in it, so every number is stopped until a person starts it.
    Who was erased since is erased again, and who withdrew stays so, where the journal is there: in
    the data directory, or beside the copy.
    """
    folder = load(None, data=data).data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_left(folder)
        if not check and not _OUTLIVE.issuperset(path.name for path in folder.iterdir()):
            raise SetupError(f"{folder} is not empty; name another directory with --data.")
    except OSError as exc:
        raise cannot_write(folder, exc) from exc
    privacy.keep_private(folder)
    if check:
        restoring.check(copy, folder)
        show(as_json, {"file": str(copy), "whole": True}, f"{copy} is whole.")
        return
    target = folder / DATABASE
    try:
        restoring.restore(copy, target, clock_ms=SystemClock().now_ms())
        with closing(Store(target, SystemClock())) as store:
            again.obey_journal(store)
    finally:
        privacy.hand_over(folder)
    sentence = f"Put back as {target}. Every number is stopped until you start it again."
    show(as_json, {"file": str(copy), "database": str(target)}, sentence)


def _copy(store: Store, target: Path) -> None:
    if target.exists():
        raise SetupError(f"{target} is there already; choose another file.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise cannot_write(target, exc) from exc
    store.copy_to(target)
    media_copies.copy_media(store, target)
