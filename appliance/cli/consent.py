"""`balie consent`: agreement that was given elsewhere, and objections to the whole company."""

from pathlib import Path
from typing import Annotated

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.consent import consent_import, withdrawal
from appliance.errors import InvalidInput
from appliance.identities import meant
from appliance.store import lines

consent_app = typer.Typer(no_args_is_help=True, help="Who may be written to, with the proof.")


@consent_app.command("import")
@says_what_is_wrong
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV: number, source, date, wording.")],
    line: Annotated[str, typer.Option(help="The number, or id, that may write to them by SMS.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Records consent that people gave elsewhere. It reaches SMS only."""
    text = _text_of(file)
    with open_store(data) as store:
        line_id = store.read(lambda conn: lines.line(conn, line).id)
        rows = consent_import.read_rows(text, now_ms=store.clock.now_ms())
        done = consent_import.bring_in(store, rows, line_id=line_id, recorded_by="import")
    facts = {
        "added": len(done.added),
        "known": len(done.known),
        "withdrawn": len(done.withdrawn),
    }
    sentence = (
        f"{facts['added']} may be written to by SMS now; {facts['known']} could be before;"
        f" {facts['withdrawn']} asked to stop and stay so."
    )
    show(as_json, facts, sentence)


@consent_app.command("object")
@says_what_is_wrong
def object_to_all(
    number: Annotated[str, typer.Argument(help="Their number, or the …@lid that hides it.")],
    words: Annotated[str, typer.Option(help="What they said, and where.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Records an objection to every line of the company, and cancels what waits."""
    who = meant(number, field="number")
    with open_store(data) as store:
        cancelled = store.write(
            lambda tx: withdrawal.object_everywhere(tx, who, words=words, recorded_by="cli")
        )
    sentence = f"Nobody writes to them any more; {cancelled} waiting messages were cancelled."
    show(as_json, {"number": who.value, "cancelled": cancelled}, sentence)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise InvalidInput("file", f"{file} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise InvalidInput("file", f"{file} is not UTF-8; save it as CSV UTF-8.") from exc
