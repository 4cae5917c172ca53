"""`balie doctor`: what is wrong with the machine, the phones and the modems."""

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from appliance.api.web.words import (
    device_phrases,
    incident_phrases,
    phrases,
    update_sentences,
)
from appliance.box.tls_places import TLS
from appliance.box.updates.standing import came_back_in
from appliance.cli.clock import complaint_of
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.clock import SystemClock
from appliance.config import load
from appliance.desk.lines import copies
from appliance.devices.complaint import Complaint
from appliance.devices.protocol import DeviceState
from appliance.errors import SetupError
from appliance.phone_numbers import readable
from appliance.reasons import Reason
from appliance.relay import suggesting
from appliance.runtime.complaints import about_folder, complaints_of
from appliance.store import copy_places, devices, lines, media_quota, routes, sealing
from appliance.store.incidents import IncidentKind
from appliance.store.lines import Line
from appliance.store.media_quota import MediaRoom
from appliance.store.store import Store

_CENTS = 100
_MB = 1_000_000
_START_AGAIN = "Look at the phone or modem; then start the number again on the page of the devices."


@says_what_is_wrong
def run_doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Says what keeps Balie from its phones and modems, and what to do about it."""
    with open_store(data) as store:
        clock = complaint_of(store)
        reach = [*about_folder(store.path.parent), *complaints_of(store), *_certificate()]
        known = [
            *_keys(store),
            *_version_that_came_back(store.path.parent),
            *_language_model(store.path.parent),
            *store.read(_devices_in_need),
            *store.read(_low_credit),
            *store.read(_lines_that_stopped),
            *store.read(_little_room_for_media),
            *store.read(_missing_copies),
        ]
    complaints = [*([clock] if clock else []), *reach, *known]
    facts = [
        {"about": each.about, "sentence": each.sentence, "remedy": each.remedy}
        for each in complaints
    ]
    rows = [f"{each.about}: {each.sentence}\n    {each.remedy}" for each in complaints]
    show(as_json, {"items": facts}, "\n".join(rows) or "Nothing is wrong.")
    if complaints:
        sys.exit(1)


def _certificate() -> list[Complaint]:
    """Of the box's front door, where this machine is one; it is renewed long before this."""
    from appliance.box.tls_folder import ending_of

    now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
    sentence = ending_of(TLS, now)
    remedy = "As root do: balie tls renew; it says what is wrong with given files."
    return [_complaint("certificate", sentence, remedy)] if sentence else []


def _keys(store: Store) -> list[Complaint]:
    """A key that cannot be read, or that the database was used with and that is not here."""
    try:
        key = store.read(lambda conn: sealing.key_in_use(conn, store.path.parent))
    except SetupError as exc:
        return [_complaint("key of the house", str(exc), "Put back the copy that you keep of it.")]
    missing = store.read(lambda conn: sealing.missing_of(conn, key))
    if not missing:
        return []
    return [_complaint("key of the house", *incident_phrases.BY_KIND[IncidentKind.HOUSE_KEY])]


def _version_that_came_back(data: Path) -> list[Complaint]:
    """Also where the page says no more, because somebody has said that they know."""
    ending = came_back_in(load(None, data=data).updates.folder)
    if ending is None:
        return []
    sentence, why = update_sentences.of_ending(ending)
    said = f"{sentence.format(version=ending.version)} {why}".strip()
    return [_complaint("updates", said, update_sentences.REMEDY)]


def _language_model(data: Path) -> list[Complaint]:
    """What its server answers now, where the settings name one."""
    settings = load(None, data=data).suggestions
    if settings is None:
        return []
    try:
        asyncio.run(suggesting.look(settings))
    except (suggesting.ModelSilent, SetupError) as exc:
        return [_complaint("language model", str(exc), suggesting.REMEDY)]
    return []


def _devices_in_need(conn: sqlite3.Connection) -> list[Complaint]:
    """What a running Balie found wrong with devices that are there."""
    in_need = [each for each in devices.devices(conn) if each.state == DeviceState.DEGRADED.value]
    return [
        _complaint(each.address, *device_phrases.about(each.kind, Reason(each.reason)))
        for each in in_need
    ]


def _little_room_for_media(conn: sqlite3.Connection) -> list[Complaint]:
    """By the settings of this environment, as a running Balie has them."""
    room = MediaRoom(load(None).max_media_mb * _MB, media_quota.used_bytes(conn))
    if not room.is_nearly_full:
        return []
    used, most = room.used_bytes // _MB, room.most_bytes // _MB
    sentence = f"The files of messages take {used} of {most} MB; soon the oldest go."
    return [
        Complaint(
            about="files of messages",
            sentence=sentence,
            remedy="Give them more with max_media_mb, or let it be.",
        )
    ]


def _missing_copies(conn: sqlite3.Connection) -> list[Complaint]:
    """What a running Balie found, or would find now that it does not run."""
    codes = {f"copy-{each.place}" for each in copies.late(conn, SystemClock().now_ms())}
    said = [incident_phrases.BY_CODE[code] for code in sorted(codes)]
    drill = copy_places.drill(conn)
    if drill is not None and drill.failed is not None:
        said.append(incident_phrases.BY_KIND[IncidentKind.COPY_DRILL])
    return [_complaint("copies", sentence, remedy) for sentence, remedy in said]


def _low_credit(conn: sqlite3.Connection) -> list[Complaint]:
    """SIMs with low credit whose lines want a warning; a shared SIM is named once."""
    found: dict[str, Complaint] = {}
    for line in lines.lines(conn):
        for route in routes.routes_of_line(conn, line.id):
            device = devices.device(conn, route.device_id)
            if device.has_low_credit(line.settings) and device.balance_cents is not None:
                left = f"{device.balance_cents / _CENTS:.2f}"
                sentence = f"The credit of its SIM card is low: {left} euros are left."
                found[device.id] = _complaint(device.address, sentence, "Top it up.")
    return list(found.values())


def _complaint(about: str, sentence: str, remedy: str) -> Complaint:
    return Complaint(about=about, sentence=sentence, remedy=remedy)


def _lines_that_stopped(conn: sqlite3.Connection) -> list[Complaint]:
    return [
        _stopped(line, line.stopped, goes_on=bool(routes.open_routes(conn, line)))
        for line in lines.lines(conn)
        if line.stopped
    ]


def _stopped(line: Line, why: str, *, goes_on: bool) -> Complaint:
    sentence, remedy = phrases.of_stop(why)
    begins = "One of its devices was stopped" if goes_on else "Nothing is sent from it"
    return _complaint(readable(line.number), f"{begins}: {sentence}", remedy or _START_AGAIN)
