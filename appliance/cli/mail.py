"""`balie line mail`: a mailbox beside a line."""

from pathlib import Path
from typing import Annotated

import typer

from appliance.cli.beside import (
    LineOption,
    RemoveOption,
    one_line,
    put,
    remove_beside,
)
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong
from appliance.desk.lines import beside
from appliance.devices.kind import Kind
from appliance.errors import SetupError
from appliance.runtime import kinds
from appliance.store import branches, lines

KIND = "mail"
_IMAP = typer.Option(
    metavar="URL",
    help="imaps://HOST, imap://HOST for STARTTLS, or in the own network imap+insecure://HOST.",
)
_SMTP = typer.Option(
    metavar="URL",
    help="smtps://HOST, smtp://HOST for STARTTLS, or in the own network smtp+insecure://HOST.",
)
_ADDRESS = typer.Option(help="Of the mailbox, where the user is none.")
_PASSWORD = typer.Option("--password-stdin", help="The password comes on stdin.")
_CA = typer.Option(metavar="FILE", help="Certificates to trust beside those of the system.")


@says_what_is_wrong
def put_mailbox(
    *,
    line: LineOption,
    imap: Annotated[str, _IMAP] = "",
    smtp: Annotated[str, _SMTP] = "",
    user: Annotated[str, typer.Option(help="Who logs in at both servers.")] = "",
    address: Annotated[str, _ADDRESS] = "",
    ca_file: Annotated[Path | None, _CA] = None,
    password_stdin: Annotated[bool, _PASSWORD] = False,
    remove: RemoveOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a mailbox beside a line: what people write there is answered from there. What lies in it
    already is left alone.
    """
    kinds.load()
    if remove:
        remove_beside(line, KIND, data, as_json=as_json)
        return
    if not (imap and smtp and user and password_stdin):
        raise SetupError("Say --imap, --smtp and --user, and give the password: --password-stdin.")
    password, found = one_line("password"), Kind.named(KIND)
    fields = {"imap": imap, "smtp": smtp, "user": user, "address": address or user}
    fields |= {"name": _branch_of(line, data)}
    fields |= {"ca_file": str(ca_file.resolve())} if ca_file else {}
    given = beside.read_given(found, fields, password)
    put(line, found, given, password, data, as_json=as_json)


def _branch_of(line: str, data: Path | None) -> str:
    """The name under which its answers go out."""
    with open_store(data) as store:
        return store.read(lambda conn: branches.branch(conn, lines.line(conn, line).branch_id).name)
