"""`balie record`: what a phone shows, as a file to send."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from appliance import __version__
from appliance.cli.output import JsonOption, says_what_is_wrong, show
from appliance.devices.kind import Kind
from appliance.devices.recording import Recorder
from appliance.devices.tour import Checked
from appliance.errors import InvalidInput, SetupError
from appliance.phone_numbers import parse_number, readable
from appliance.store.part_files import cannot_write


@says_what_is_wrong
def record(
    serial: Annotated[
        str, typer.Option(metavar="SERIAL", help="A phone, as `adb devices` names it.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The ZIP file to write.")],
    screenshot: Annotated[
        bool, typer.Option("--screenshot", help="Also a picture, with all that it shows black.")
    ] = False,
    tour: Annotated[
        bool, typer.Option("--tour", help="Ask the phone, with you, what is not known for certain.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Takes a phone's screen and notifications, without what people wrote, to send to the makers.

    Letters and digits are replaced, so that only the shape stays. Nothing changes on the phone.
    With --tour FILE is a report instead, and beside it one in JSON; Balie sends nothing for it.
    """
    if tour:
        _walk(serial, out, as_json=as_json)
        return
    recording = _recorder()(serial, screenshot=screenshot)
    _write(out, recording.packed(version=__version__))
    facts = {"file": str(out), "files": sorted(recording.files), **recording.manifest}
    told = f"Recorded {serial} to {out}: {', '.join(sorted(recording.files))}."
    show(as_json, facts, f"{told}\n  Look into the file before you send it: it holds no texts.")


def _walk(serial: str, out: Path, *, as_json: bool) -> None:
    found = next((kind.tour for kind in Kind.known() if kind.tour is not None), None)
    if found is None:
        raise SetupError("No kind of device on this machine has a tour.")
    report = found(serial, GuideAtTerminal())
    beside = out.with_suffix(".json")
    _write(out, report.as_markdown().encode())
    _write(beside, report.as_json().encode())
    counts = Counter(each.verdict.value for each in report.marks)
    facts = {"file": str(out), "json": str(beside), **counts}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    show(as_json, facts, f"{told}. Written to {out} and {beside}.")


class GuideAtTerminal:
    """The person who holds the phone reads here what to do."""

    def asked(self, step: str) -> bool:
        typer.echo(f"\n{step}", err=True)
        return typer.confirm("Done? (No skips it)", default=True, err=True)

    def number(self, question: str) -> str | None:
        typed = typer.prompt(f"{question} (Enter skips it)", default="", err=True).strip()
        if not typed:
            return None
        try:
            number = parse_number(typed)
        except InvalidInput as exc:
            typer.echo(f"{exc} It is skipped.", err=True)
            return None
        return number if typer.confirm(f"{readable(number)}: is that right?", err=True) else None

    def told(self, checked: Checked) -> None:
        seen = f" ({checked.seen})" if checked.seen else ""
        typer.echo(f"{checked.verdict.value}: {checked.fact}{seen}", err=True)


def _recorder() -> Recorder:
    found = next((kind.record for kind in Kind.known() if kind.record is not None), None)
    if found is None:
        raise SetupError("No kind of device on this machine can be recorded.")
    return found


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as exc:
        raise cannot_write(out, exc) from exc
