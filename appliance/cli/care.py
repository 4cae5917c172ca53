"""`balie migrate`, `backup` and `restore`: looking after a Balie."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from appliance.box import home_wish, point_keeper, sftp, whole_copy, whole_restore
from appliance.box.updates import fetching, request, standing
from appliance.box.whole_copy import CopyTerms
from appliance.box.whole_files import part_of
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
from appliance.copy_settings import checked_recipient
from appliance.desk.privacy.erasing import again
from appliance.errors import SetupError
from appliance.media import files as media_files
from appliance.office.at_box import credential, kept_broker
from appliance.push import keys as push_keys
from appliance.store import (
    archives,
    erasure_journal,
    house_key,
    kept_copies,
    media_copies,
    privacy,
    restoring,
)
from appliance.store.part_files import cannot_write, clear_left
from appliance.store.store import Store

_DATABASE_ALONE = (".db", ".db.zst")
"""How the name of a copy ends that is the database, with the files of messages beside it."""
_IN_THE_WAY = "balie.db*"
_OWN = frozenset(
    {
        *(house_key.FILE, erasure_journal.FILE, kept_copies.FOLDER, media_files.FOLDER),
        *(archives.FOLDER, push_keys.FILE, "balie.lock", sftp.KEY, sftp.PUBLIC),
        *(home_wish.FILE, point_keeper.CODE, fetching.FOLDER, request.FILE, standing.SEEN),
        *(credential.FILE, credential.BEFORE, credential.KEY_FILE, kept_broker.FILE),
    }
)
"""What Balie puts into a data directory beside its database."""


@says_what_is_wrong
def migrate(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Brings the database up to date; it is copied aside first."""
    with open_store(data) as store:
        path = store.path
    show(as_json, {"database": str(path)}, f"{path} is up to date.")


@says_what_is_wrong
def backup(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; without: the backups folder.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="RECIPIENT", help="Encrypted for them by age: age1…, or an SSH key."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes a copy, consistent, beside a running Balie.

    FILE holds all that is needed to go back: database, files of messages and evidence; with --to
    the key of the house, too. A FILE that ends in .db or .db.zst is the database alone, with the
    files of messages in the folder balie-media beside it; what is there already stays.

    Of the copies in the backups folder, 3 of days, 4 of weeks and 3 of months are kept.
    """
    if to is not None:
        whole_copy.refuse_path(to)
        to = checked_recipient(to)
    with open_store(data) as store:
        if out is None:
            _refuse_encrypted(to)
            target = kept_copies.copy_by_hand(store)
            more: dict[str, object] = {}
        else:
            target = out
            more = _copy(store, out, to)
    show(as_json, {"file": str(target), **more}, f"Copied to {target}.")


@says_what_is_wrong
def restore(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="A copy, of any kind.")],
    check: Annotated[bool, typer.Option("--check", help="Only see whether FILE is whole.")] = False,
    identity: Annotated[
        Path | None,
        typer.Option(metavar="KEY", help="The private key that opens an encrypted copy."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a copy back into a data directory that has no database.

    What happened since the copy is not in it, so every number is stopped until a person starts it,
    and what waits in it is in doubt until it is known whether it left. Who was erased since is
    erased again, and who withdrew stays so, where the journal is there: in the data directory, or
    beside the copy.
    """
    folder = load(None, data=data).data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_left(folder)
        if not check:
            _refuse_full(folder)
    except OSError as exc:
        raise cannot_write(folder, exc) from exc
    privacy.keep_private(folder)
    if check:
        facts = _check(copy, folder, identity)
        show(as_json, {"file": str(copy), "whole": True, **facts}, f"{copy} is whole.")
        return
    target = folder / DATABASE
    try:
        _put_back(copy, target, identity)
        with closing(Store(target, SystemClock())) as store:
            again.obey_journal(store)
    finally:
        privacy.hand_over(folder)
    sentence = f"Put back as {target}. Every number is stopped until you start it again."
    show(as_json, {"file": str(copy), "database": str(target)}, sentence)


def _refuse_encrypted(to: str | None) -> None:
    if to is not None:
        raise SetupError("An encrypted copy is for another place; name its file with --out.")


def _refuse_full(folder: Path) -> None:
    """What outlives a database may be there: keys, journal, copies, files of messages. Anything
    else is somebody's, who meant another directory.
    """
    own = _OWN | {part_of(folder / name).name for name in _OWN}
    if any(folder.glob(_IN_THE_WAY)) or not own.issuperset(each.name for each in folder.iterdir()):
        raise SetupError(f"{folder} is not empty; name another directory with --data.")


def _copy(store: Store, target: Path, to: str | None) -> dict[str, object]:
    """What is told of the copy beside its name."""
    if target.exists():
        raise SetupError(f"{target} is there already; choose another file.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise cannot_write(target, exc) from exc
    if to is None and target.name.endswith(_DATABASE_ALONE):
        store.copy_to(target)
        media_copies.copy_media(store, target)
        return {}
    made = whole_copy.write_now(store, target, CopyTerms(recipient=to))
    return {
        "bytes": made.bytes,
        "sha256": made.sha256,
        "parts": made.files,
        "encrypted": to is not None,
    }


def _check(copy: Path, folder: Path, identity: Path | None) -> dict[str, object]:
    if not whole_restore.is_whole_copy(copy):
        restoring.check(copy, folder)
        return {}
    found = whole_restore.check_whole(copy, folder, identity)
    return {"media": len(found.media), "evidence": found.evidence, "key": found.has_key}


def _put_back(copy: Path, target: Path, identity: Path | None) -> None:
    clock_ms = SystemClock().now_ms()
    if whole_restore.is_whole_copy(copy):
        whole_restore.restore_whole(copy, target, identity, clock_ms=clock_ms)
    else:
        restoring.restore(copy, target, clock_ms=clock_ms)
