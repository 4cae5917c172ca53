"""`balie device adopt`: the chats that a phone had before Balie came."""

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from appliance.adoption import AdoptionState, ChatFate
from appliance.cli.output import open_store
from appliance.desk.lines import adopting
from appliance.desk.lines.adopting import AdoptionView
from appliance.errors import InvalidInput
from appliance.runtime.instance_lock import is_running
from appliance.store import devices
from appliance.store.adoptions import AdoptionChat
from appliance.store.store import Store, Tx

_KIND = "phone"


class AdoptionStep(Enum):
    BEGIN = "begin"
    PAUSE = "pause"
    STOP = "stop"
    LOOK = "look"


def take_step(data: Path | None, serial: str, step: AdoptionStep) -> tuple[Mapping[str, Any], str]:
    """What became of the walk, as JSON and as sentences. The Balie that runs walks."""
    with open_store(data) as store:
        device_id = _device_at(store, serial)

        def take(tx: Tx) -> None:
            doers: Mapping[AdoptionStep, Callable[[], object]] = {
                AdoptionStep.BEGIN: lambda: adopting.begin(tx, device_id, staff_id=None),
                AdoptionStep.PAUSE: lambda: adopting.pause(tx, device_id, staff_id=None),
                AdoptionStep.STOP: lambda: adopting.stop(tx, device_id, staff_id=None),
            }
            if step in doers:
                doers[step]()

        store.write(take)
        line = store.read(lambda conn: adopting.line_of(conn, device_id))
        view = store.read(lambda conn: adopting.view_of(conn, line.id, device_id))
        runs = is_running(store.path.parent)
    facts = {"serial": serial, "line": line.id, "number": line.number, **_facts(view)}
    return facts, _said(view, serial, runs=runs)


def _device_at(store: Store, serial: str) -> str:
    for each in store.read(devices.carrying):
        if (each.kind, each.address) == (_KIND, serial):
            return each.id
    raise InvalidInput(
        "serial", f"The phone {serial} carries no number. Enrol it first: balie device enrol."
    )


def _facts(view: AdoptionView) -> Mapping[str, Any]:
    return {
        "state": view.state and view.state.value,
        "listed": view.walk is not None and view.walk.listed_ms is not None,
        "chats": view.chats,
        "read": view.read,
        "counts": {each.value: view.counts.get(each, 0) for each in ChatFate},
        "came": view.came,
        "went": view.went,
        "closed": [_chat(each) for each in view.closed],
        "unclear": [_chat(each) for each in view.unclear],
    }


def _chat(chat: AdoptionChat) -> Mapping[str, Any]:
    number = chat.identity.value if chat.identity else None
    return {"name": chat.name, "number": number, "fate": chat.fate.value}


def _said(view: AdoptionView, serial: str, *, runs: bool) -> str:
    """Without a Balie that runs nothing is read."""
    if view.state is None:
        return f"The chats of {serial} were not taken over. Begin: balie device adopt --serial …"
    said = [_progress(view, serial)]
    if view.state is AdoptionState.WALKING and not runs:
        said.append("Balie does not run now; it goes on when Balie does.")
    if view.closed:
        said.append(f"Never wrote, and stay closed: {', '.join(c.name for c in view.closed)}.")
    if view.unclear:
        said.append(f"For a person to look at: {', '.join(c.name for c in view.unclear)}.")
    return "\n".join(said)


def _progress(view: AdoptionView, serial: str) -> str:
    if view.walk is not None and view.walk.listed_ms is None:
        return f"The list of chats on {serial} has yet to be read ({_STATES[view.state]})."
    return (
        f"{view.read} of {view.chats} chats on {serial} were read ({_STATES[view.state]}):"
        f" {view.adopted} people, {view.came} messages of theirs and {view.went} to them."
    )


_STATES: Mapping[AdoptionState | None, str] = {
    AdoptionState.WALKING: "under way, in quiet minutes of the office hours",
    AdoptionState.PAUSED: "paused",
    AdoptionState.STOPPED: "stopped",
    AdoptionState.DONE: "done",
}
