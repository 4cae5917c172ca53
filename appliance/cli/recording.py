"""`balie record`: what a phone shows, as a file to send."""

from pathlib import Path
from typing import Annotated

import typer

from appliance import __version__
from appliance.cli.output import JsonOption, says_what_is_wrong, show
from appliance.devices.kind import Kind
from appliance.devices.recording import Recorder
from appliance.errors import SetupError
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
    as_json: JsonOption = False,
) -> None:
    """Takes a phone's screen and notifications, without what people wrote, to send to the makers.

    Letters and digits are replaced, so that only the shape stays. Nothing changes on the phone.
    """
    recording = _recorder()(serial, screenshot=screenshot)
    _write(out, recording.packed(version=__version__))
    facts = {"file": str(out), "files": sorted(recording.files), **recording.manifest}
    told = f"Recorded {serial} to {out}: {', '.join(sorted(recording.files))}."
    show(as_json, facts, f"{told}\n  Look into the file before you send it: it holds no texts.")


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
