"""`balie device enrol` and `balie device release`: plugged phones and their numbers."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from appliance.api.web.words import device_phrases, enrolment_sentences
from appliance.api.web.words.i18n import Words
from appliance.cli.output import open_store
from appliance.desk.lines import new_line, replaced_phone
from appliance.devices.protocol import DeviceState
from appliance.enrolment import (
    Enrolling,
    Enrolment,
    EnrolmentWish,
    Portrait,
    SettingOutcome,
    SettingTold,
    ToDo,
)
from appliance.errors import DeviceError, DeviceGone, SetupError
from appliance.reasons import Reason
from appliance.runtime.enrolments import enroller_of, release_now
from appliance.runtime.instance_lock import is_running
from appliance.store import devices, lines
from appliance.store.device_settings import StoredSettings
from appliance.store.lines import Line
from appliance.store.store import Store

KIND = "phone"
_EN = Words("en")
# A driver looks at its phone within a second, and needs some more for a slow one.
_DRIVER_S = 30.0
_LOOK_AGAIN_S = 0.2


def look_at_all() -> tuple[Mapping[str, Any], str]:
    """Every plugged phone as `look_at_phone` tells it, and a phone that does not answer, too."""
    enroller = enroller_of(KIND)
    told = [
        _told(serial, portrait or _looked_at(enroller, serial))
        for serial, portrait in sorted(enroller.plugged().items())
    ]
    nothing = " ".join(["No phone is plugged in.", _next_step(ToDo.PLUG_IN)[1]])
    said = "\n\n".join(sentences for _, sentences in told)
    return {"items": [facts for facts, _ in told]}, said or nothing


def look_at_phone(serial: str) -> tuple[Mapping[str, Any], str]:
    """What the phone is and what comes next, as JSON and as sentences; nothing is changed."""
    enroller = enroller_of(KIND)
    away = Portrait(address=serial, to_do=ToDo.PLUG_IN)
    return _told(serial, enroller.plugged().get(serial, away) or enroller.look(serial))


def _looked_at(enroller: Enrolling, serial: str) -> Portrait:
    try:
        return enroller.look(serial)
    except DeviceError:
        return Portrait(address=serial, to_do=ToDo.RESTART)


def _next_step(to_do: ToDo) -> tuple[str, str]:
    return enrolment_sentences.next_step(_EN, to_do)


def _told(serial: str, portrait: Portrait) -> tuple[Mapping[str, Any], str]:
    sentence, remedy = _next_step(portrait.to_do)
    facts = {
        **_of_portrait(portrait),
        "step": portrait.to_do.step.value,
        "to_do": portrait.to_do.value,
        "sentence": sentence,
        "remedy": remedy,
    }
    name = f"{portrait.name} ({serial})" if portrait.name else serial
    numbers = [each for each in portrait.numbers if each]
    what = " · ".join([name, *enrolment_sentences.about(_EN, portrait), *numbers])
    return facts, f"{what}\n{sentence} {remedy}"


def enrol_phone(data: Path | None, serial: str, named: str) -> tuple[Mapping[str, Any], str]:
    """The answer as JSON and as sentences. Raises BalieError with what comes next."""
    with open_store(data) as store:
        line = store.read(lambda conn: lines.line(conn, named))
        store.read(lambda conn: new_line.refuse_taken(conn, line.id, kind=KIND, address=serial))
        driven = _is_carried(store, serial) and is_running(store.path.parent)
        wanted = EnrolmentWish(address=serial, number=line.number, driven=driven)
        done = _worked(store, wanted)
        device_id = store.write(
            lambda tx: new_line.carry(tx, line.id, kind=KIND, address=serial, by="cli")
        )
        if driven:
            _await_driver(store, device_id)
    return _facts(device_id, line, done), _said(line, done)


def replace_phone(data: Path | None, serial: str, old: str) -> tuple[Mapping[str, Any], str]:
    """As `enrol_phone`, in the place of another phone, which need not be there any more."""
    with open_store(data) as store:
        line = store.read(lambda conn: replaced_phone.line_of(conn, KIND, old))
        store.read(
            lambda conn: replaced_phone.refuse_unready(conn, line.id, kind=KIND, address=serial)
        )
        done = _worked(store, EnrolmentWish(address=serial, number=line.number))
        wanted = replaced_phone.Replacement(
            line_id=line.id, kind=KIND, address=serial, cards=done.portrait.cards
        )
        device_id = store.write(lambda tx: replaced_phone.replace(tx, wanted, by="cli"))
        stopped = store.read(lambda conn: lines.line(conn, line.id)).stopped
    said = _said(line, done)
    if stopped:
        said += "\nThe line is stopped: start it again on the page of the devices."
    return {**_facts(device_id, line, done), "for": old, "stopped": stopped}, said


def release_phone(data: Path | None, serial: str) -> tuple[Mapping[str, Any], str, bool]:
    """The answer as JSON and as sentences, and whether all is back."""
    with open_store(data) as store:
        told = release_now(store, KIND, serial)
        line = store.read(lambda conn: _line_of(conn, serial))
    facts = {
        "serial": serial,
        "line": line and line.id,
        "number": line and line.number,
        "settings": _settings(told),
    }
    said = list(enrolment_sentences.settings(_EN, told)) or ["Nothing is set on this phone."]
    if line is not None:
        said.append(f"It still carries the line {line.number}.")
    all_back = all(each.outcome is not SettingOutcome.REFUSED for each in told)
    return facts, "\n".join(said), all_back


def _worked(store: Store, wanted: EnrolmentWish) -> Enrolment:
    enroller = enroller_of(KIND)
    away = Portrait(address=wanted.address, to_do=ToDo.PLUG_IN)
    told = enroller.plugged().get(wanted.address, away)
    if told is not None:
        raise _what_next(told.to_do)
    memory = StoredSettings(store, wanted.address)
    done = enroller.enrol(wanted, memory, store.clock, lambda _: None)
    if done.portrait.to_do is not ToDo.NUMBER:
        raise _what_next(done.portrait.to_do)
    return done


def _what_next(to_do: ToDo) -> SetupError:
    return SetupError(" ".join(_next_step(to_do)))


def _await_driver(store: Store, device_id: str) -> None:
    """The Balie that runs has the phone in hand: what its driver finds is the test.

    Raises DeviceGone with what the driver says otherwise.
    """
    until_s = time.monotonic() + _DRIVER_S
    while True:
        device = store.read(lambda conn: devices.device(conn, device_id))
        if device.state == DeviceState.READY.value:
            return
        if time.monotonic() > until_s:
            raise DeviceGone(" ".join(device_phrases.about(device.kind, Reason(device.reason))))
        time.sleep(_LOOK_AGAIN_S)


def _is_carried(store: Store, serial: str) -> bool:
    carrying = store.read(devices.carrying)
    return any((each.kind, each.address) == (KIND, serial) for each in carrying)


def _line_of(conn: sqlite3.Connection, serial: str) -> Line | None:
    for device in devices.carrying(conn):
        if (device.kind, device.address) == (KIND, serial):
            return lines.lines_of_device(conn, device.id)[0]
    return None


def _facts(device_id: str, line: Line, done: Enrolment) -> Mapping[str, Any]:
    portrait = done.portrait
    return {
        "id": device_id,
        **_of_portrait(portrait),
        "line": line.id,
        "number": line.number,
        "settings": _settings(done.settings),
        "passed": [each.value for each in done.passed],
    }


def _of_portrait(portrait: Portrait) -> Mapping[str, Any]:
    return {
        "serial": portrait.address,
        "maker": portrait.maker,
        "model": portrait.model,
        "android": portrait.android,
        "language": portrait.language,
        "whatsapp": dict(portrait.whatsapp),
        "numbers": list(portrait.numbers),
        "advice": [each.value for each in portrait.advice],
    }


def _settings(told: Sequence[SettingTold]) -> list[Mapping[str, Any]]:
    return [
        {
            "namespace": each.setting.namespace,
            "name": each.setting.name,
            "old": each.setting.old,
            "new": each.setting.new,
            "outcome": each.outcome.value,
        }
        for each in told
    ]


def _said(line: Line, done: Enrolment) -> str:
    portrait = done.portrait
    return "\n".join(
        [
            f"{portrait.name} ({portrait.address}) carries the line {line.number}.",
            *enrolment_sentences.settings(_EN, done.settings),
            *(enrolment_sentences.advice(_EN, each) for each in portrait.advice),
        ]
    )
