"""`balie device`: the phones and modems that carry the numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from appliance.api.services import PluggedIn
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
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
            [each["address"] or "", each["kind"] or "", each["state"] or "", _why(each)]
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
        "state": device.state,
        "reason": device.reason,
    }


def _there(device: PluggedIn) -> dict[str, str | None]:
    return {
        "id": None,
        "kind": device.kind,
        "address": device.address,
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
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes a phone or a modem known before it has a line."""
    kind, address = one_of(adb, modem)
    with open_store(data) as store:
        device_id = store.write(lambda tx: devices.enrol(tx, kind=kind, address=address))
    told = f"Enrolled {kind} {address} ({device_id})."
    show(as_json, {"id": device_id}, told + absent_port(modem))


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
