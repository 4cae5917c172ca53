"""`balie key`: the key of the house, which lies outside the database."""

from pathlib import Path
from typing import Annotated

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.privacy.erasing import again
from appliance.store import house_key, sealing

key_app = typer.Typer(no_args_is_help=True, help="The key of the house, beside the database.")


@key_app.command("show")
@says_what_is_wrong
def show_key(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Says where the key lies and what is missing; never the key itself."""
    with open_store(data) as store:
        folder = store.path.parent
        key = store.read(lambda conn: sealing.key_in_use(conn, folder))
        missing = store.read(lambda conn: sealing.missing_of(conn, key))
    where = str(house_key.path_of(folder))
    facts = {"file": where, "names": list(key.names), "missing": list(missing)}
    count = "one key" if len(key.names) == 1 else f"{len(key.names)} keys"
    said = f"{where}: {count}, the newest is {key.names[0]}."
    if missing:
        said += f"\nNot here, and used before: {', '.join(missing)}."
    show(as_json, facts, said)


@key_app.command("new")
@says_what_is_wrong
def new_key(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Makes a new key, and seals with it what the earlier ones had sealed. They stay in the file:
    what stands for erased people was made with them, and cannot be made again.
    """
    with open_store(data) as store:
        folder = store.path.parent
        store.read(lambda conn: sealing.key_in_use(conn, folder))
        key = house_key.turn(folder)
        store.write(lambda tx: sealing.settle(tx, folder))
    sentence = f"The newest key is {key.names[0]}. Copy {house_key.path_of(folder)} to where you"
    show(as_json, {"name": key.names[0]}, f"{sentence} keep it, apart from the backups.")


@key_app.command("add")
@says_what_is_wrong
def add_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The key of an earlier machine.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts keys back that a restored database was used with; the own ones stay the newest.

    Who is known again by them to have been erased or to have withdrawn since is so again.
    """
    with open_store(data) as store:
        folder = store.path.parent
        house_key.add(folder, file)
        missing = store.write(lambda tx: sealing.settle(tx, folder))
        again.obey_journal(store)
    said = f"Still not here: {', '.join(missing)}." if missing else "Every key is here."
    show(as_json, {"missing": list(missing)}, said)


@key_app.command("forget")
@says_what_is_wrong
def forget_key(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Says that the missing keys are lost for good: people who were erased and had said STOP are
    not known again when they write.
    """
    with open_store(data) as store:
        folder = store.path.parent
        lost = store.write(lambda tx: sealing.forget(tx, folder))
        again.obey_journal(store)
    show(as_json, {"forgotten": lost}, f"Keys that are lost: {lost}.")
