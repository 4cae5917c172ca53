"""`balie line beside` and `balie line telegram`: what stands beside a line without a SIM."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.lines import beside
from appliance.desk.lines.beside import NewBeside
from appliance.devices.kind import GivenAccount, Kind
from appliance.errors import InvalidInput, SetupError
from appliance.phone_numbers import readable
from appliance.runtime import kinds
from appliance.store import lines, sealing
from appliance.store.store import Tx

LineOption = Annotated[str, typer.Option(help="The line, by number or id.")]
RemoveOption = Annotated[bool, typer.Option("--remove", help="Take it away from the line again.")]


@says_what_is_wrong
def put_beside(
    line: LineOption,
    kind: Annotated[str, typer.Option(help="The kind of device, as its package names it.")],
    address: Annotated[str, typer.Option(help="Where it is, as its kind wants it.")] = "",
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="A token or a password comes on stdin.")
    ] = False,
    remove: RemoveOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a device without a SIM beside a line, from a package that brings its kind."""
    kinds.load()
    found = Kind.named(kind)
    if found not in Kind.known() or found.has_sim:
        raise InvalidInput("kind", f"No package here brings a “{kind}” that stands beside a line.")
    if remove:
        remove_beside(line, kind, data, as_json=as_json)
        return
    if not address:
        raise SetupError("Say where it is: --address.")
    secret = one_line("secret") if secret_stdin else ""
    given = beside.read_given(found, {"address": address}, secret)
    put(line, found, given, secret, data, as_json=as_json)


@says_what_is_wrong
def put_telegram(
    line: LineOption,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="The bot's token comes on stdin.")
    ] = False,
    api: Annotated[
        str, typer.Option(metavar="URL", help="Where its Bot API is, if it is not Telegram's own.")
    ] = "",
    remove: RemoveOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a Telegram bot beside a line: people write to it, and Balie answers as it."""
    kinds.load()
    if remove:
        remove_beside(line, "telegram", data, as_json=as_json)
        return
    if not token_stdin:
        raise SetupError("The token comes on stdin, where no list of processes shows it.")
    token, found = one_line("token"), Kind.named("telegram")
    given = beside.read_given(found, {"api": api}, token)
    put(line, found, given, token, data, as_json=as_json)


def put(
    line: str, kind: Kind, given: GivenAccount, secret: str, data: Path | None, *, as_json: bool
) -> None:
    """Keeps it and answers."""
    wanted = NewBeside(
        kind=kind.name, address=given.address, settings=given.settings, secret=secret
    )

    def work(tx: Tx) -> dict[str, str]:
        key = sealing.key_in_use(tx.conn, folder)
        found = lines.line(tx.conn, line)
        device_id = beside.put(tx, found.id, wanted, key=key, by="cli")
        return {
            "id": found.id,
            "line": found.number,
            "device": device_id,
            "kind": kind.name,
            "address": given.address,
            "name": given.name,
            "note": given.note,
        }

    with open_store(data) as store:
        folder = store.path.parent
        facts = store.write(work)
    said = f"{kind.label} {given.name} stands beside {readable(facts['line'])} now."
    show(as_json, facts, f"{said} {given.note}".strip())


def remove_beside(line: str, kind: str, data: Path | None, *, as_json: bool) -> None:
    def work(tx: Tx) -> dict[str, str]:
        found = lines.line(tx.conn, line)
        device_id = beside.remove(tx, found.id, kind, by="cli")
        return {"id": found.id, "line": found.number, "device": device_id, "kind": kind}

    with open_store(data) as store:
        facts = store.write(work)
    label, number = Kind.named(kind).label, readable(facts["line"])
    show(as_json, facts, f"{label} stands beside {number} no more; its secret is deleted.")


def one_line(what: str) -> str:
    """From stdin, so that it stands in no list of processes and no history of a shell.

    Raises SetupError.
    """
    said = sys.stdin.readline().strip()
    if not said:
        raise SetupError(f"No {what} came on stdin.")
    return said
