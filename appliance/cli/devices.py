"""`balie device`: the phones and modems that carry the numbers."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from appliance.api.services import PluggedIn
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.devices import device_facts
from appliance.errors import SetupError
from appliance.reasons import Reason
from appliance.runtime.plugged_in import plugged_in
from appliance.store import devices

device_app = typer.Typer(no_args_is_help=True, help="The phones and modems that carry them.")


@device_app.command("list")
@says_what_is_wrong
def list_devices(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the phones and modems and how they are, and what is plugged in without a line."""
    with open_store(data) as store:
        facts = [_enrolled(each) for each in store.read(devices.devices)]
    known = {each["address"] for each in facts}
    facts += [_there(each) for each in plugged_in() if each.address not in known]
    rows = [
        "\t".join(
            [
                each["account"] or each["address"] or "",
                each["kind"] or "",
                each["state"] or "",
                _why(each),
            ]
        ).rstrip()
        for each in facts
    ]
    show(as_json, {"items": facts}, "\n".join(rows) or "Nothing is plugged in or enrolled.")


def _why(facts: Mapping[str, str | None]) -> str:
    reason = facts["reason"]
    return "" if reason in (None, Reason.NONE.value) else str(reason)


def _enrolled(device: devices.Device) -> dict[str, str | None]:
    return {
        "id": device.id,
        "kind": device.kind,
        "address": device.address,
        "account": device_facts.read(device.facts).account,
        "state": device.state,
        "reason": device.reason,
    }


def _there(device: PluggedIn) -> dict[str, str | None]:
    return {
        "id": None,
        "kind": device.kind,
        "address": device.address,
        "account": None,
        "state": device.state,
        "reason": None,
    }


@device_app.command("enrol")
@says_what_is_wrong
def enrol_device(
    adb: Annotated[
        str | None, typer.Option(metavar="SERIAL", help="A phone, as `adb devices` names it.")
    ] = None,
    modem: Annotated[
        str | None, typer.Option(metavar="PORT", help="Or a modem: the port to look at first.")
    ] = None,
    serial: Annotated[
        str | None,
        typer.Option(
            metavar="SERIAL",
            help="A phone to set up, test and give to --line; alone, it is only looked at.",
        ),
    ] = None,
    line: Annotated[str | None, typer.Option(help="The line, by number or id.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sets a plugged phone up for its line; alone, it tells of each plugged phone what comes next.

    With --adb or --modem a device is made known before it has a line.
    """
    if not (adb or modem or serial or line):
        _look_at_all(as_json=as_json)
        return
    if serial is not None or line is not None:
        if serial is None or adb or modem:
            raise SetupError("Give a phone and its line: --serial SERIAL --line NUMBER.")
        _set_up(serial, line, data, as_json=as_json)
        return
    kind, address = one_of(adb, modem)
    with open_store(data) as store:
        device_id = store.write(lambda tx: devices.enrol(tx, kind=kind, address=address))
    told = f"Enrolled {kind} {address} ({device_id})."
    show(as_json, {"id": device_id}, told + absent_port(modem))


def _look_at_all(*, as_json: bool) -> None:
    from appliance.cli.enrolment import look_at_all

    facts, said = look_at_all()
    show(as_json, facts, said)


def _set_up(serial: str, line: str | None, data: Path | None, *, as_json: bool) -> None:
    from appliance.cli.enrolment import enrol_phone, look_at_phone

    if line is None:
        facts, said = look_at_phone(serial)
    else:
        facts, said = enrol_phone(data, serial, line)
    show(as_json, facts, said)


@device_app.command("replace")
@says_what_is_wrong
def replace_device(
    serial: Annotated[
        str, typer.Option(metavar="SERIAL", help="The new phone, as `adb devices` names it.")
    ],
    old: Annotated[
        str, typer.Option("--for", metavar="SERIAL", help="The phone in whose place it comes.")
    ],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Gives a number a new phone; its people, their consent and its messages stay."""
    from appliance.cli.enrolment import replace_phone

    facts, said = replace_phone(data, serial, old)
    show(as_json, facts, said)


@device_app.command("release")
@says_what_is_wrong
def release_device(
    serial: Annotated[
        str, typer.Option(metavar="SERIAL", help="The phone, as `adb devices` names it.")
    ],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts every setting of a phone back to what it was before Balie; its line stays."""
    from appliance.cli.enrolment import release_phone

    facts, said, all_back = release_phone(data, serial)
    show(as_json, facts, said)
    if not all_back:
        sys.exit(1)


@device_app.command("adopt")
@says_what_is_wrong
def adopt_chats(
    serial: Annotated[
        str, typer.Option(metavar="SERIAL", help="The phone, as `adb devices` names it.")
    ],
    pause: Annotated[bool, typer.Option("--pause", help="Hold it up; it can go on.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End it; what was read stays.")] = False,
    look: Annotated[bool, typer.Option("--look", help="Only say how far it has come.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes over the chats that a phone had before Balie: begins, or goes on, and says how far."""
    from appliance.cli.adoption import AdoptionStep, take_step

    chosen = {AdoptionStep.PAUSE: pause, AdoptionStep.STOP: stop, AdoptionStep.LOOK: look}
    steps = [step for step, wanted in chosen.items() if wanted] or [AdoptionStep.BEGIN]
    if len(steps) > 1:
        raise SetupError("Give one of --pause, --stop and --look.")
    facts, said = take_step(data, serial, steps[0])
    show(as_json, facts, said)


def absent_port(modem: str | None) -> str:
    """One more line about a port that is not there: it may be plugged in later, or be a typo."""
    if not modem or Path(modem).exists():
        return ""
    return f"\n  {modem} is not there now; the modem works from when it is plugged in."


def one_of(adb: str | None, modem: str | None) -> tuple[str, str]:
    """The kind and the address of the device that was named."""
    if adb and modem:
        raise SetupError("One SIM is in one device: give --adb or --modem, not both.")
    if adb:
        return "phone", adb
    if modem:
        return "modem", modem
    raise SetupError(
        "Say what carries the line: a phone, --adb SERIAL (see: adb devices), or a modem,"
        " --modem PORT (see: balie device list)."
    )
