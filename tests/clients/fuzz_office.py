"""A branch with something in every list, for programs that try every route."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.clock import SystemClock
from appliance.devices.protocol import Group
from appliance.media.files import FOLDER, MediaFiles
from appliance.runtime.archivist import Archivist
from tests.api.office import Caller, Office, open_office, run_web_server
from tests.media import samples

PEOPLE = {
    "+31687654321": "Anna",
    "+31687654322": "Bram",
    "+31687654323": "Cem",
    "+48601234567": "Darek",
}
NUMBER, SECOND = "+31612345678", "+31612345679"


@contextmanager
def fuzz_office() -> Iterator[tuple[Office, Caller]]:
    """With a token that may do everything. Archives are made, or each request of one would wait."""
    with (
        tempfile.TemporaryDirectory() as folder,
        run_web_server() as server,
        open_office(server, Path(folder), SystemClock()) as office,
    ):
        caller = office.caller()
        _fill(office, caller)
        data = office.store.path.parent
        archivist = Archivist(office.store, data, MediaFiles(data / FOLDER))
        archivist.start()
        yield office, caller
        archivist.stop()


def _fill(office: Office, caller: Caller) -> None:
    here, there = office.desk("Tilburg", NUMBER), office.desk("Breda", SECOND)
    for number, name in PEOPLE.items():
        office.writes(number, here, f"Hoi, met {name}", name=name)
    for number in list(PEOPLE)[:2]:
        office.writes(number, there, "Is er werk?")
        office.writes(
            number, here, "Wie rijdt er?", group=Group(jid="12036304@g.us", name="Nachtploeg")
        )
    office.calls("+31687654329", here)
    office.sends_to_lists(here)
    _make(caller, here.number, here.branch)


def _make(caller: Caller, line: str, branch: str) -> None:
    conversation = caller.get("/conversations").json()["items"][0]["id"]
    people = [each["id"] for each in caller.get("/contacts").json()["items"]]
    day = datetime.now(UTC).date() + timedelta(days=30)
    bodies: dict[str, Any] = {
        "/messages": {"line": line, "to": next(iter(PEOPLE)), "text": "Zaterdag om zes uur"},
        "/labels": {"name": "ziek", "branch": branch},
        "/views": {"name": "Ziek", "shared": True, "filter": {"label": "ziek"}},
        "/texts": {"shortcut": "hoi", "title": "Hoi", "variants": ["Hoi {voornaam}"]},
        f"/conversations/{conversation}/notes": {"text": "Belt terug"},
        "/rounds": {
            "line": line,
            "contacts": people[:2],
            "variants": ["Kun je zaterdag?"],
            "seats": 1,
            "confirm_text": "Je bent erbij",
            "starts_at": f"{day}T08:00:00Z",
            "ends_at": f"{day}T16:00:00Z",
            "closes_at": f"{day}T07:00:00Z",
        },
    }
    for path, body in bodies.items():
        answer = caller.client.post(f"/api/v1{path}", json=body, headers=caller.headers)
        answer.raise_for_status()
    caller.client.post(
        "/api/v1/media",
        files={"file": ("foto.jpg", samples.photo())},
        headers=caller.headers,
    )
