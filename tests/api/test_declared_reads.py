"""A declared read of the JSON API: its model's field names decide its answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from appliance.api.json.declared import Read
from appliance.api.json.mapping import From, body_of
from appliance.api.json.reads import READS
from appliance.desk.reports.asking import ReportKind
from tests.api.office import Office


class Mood(Enum):
    GLAD = "glad"


class PetOut(BaseModel):
    name: str
    born_at: datetime


class PersonOut(BaseModel):
    id: str
    line: str
    seen_at: datetime | None
    at: datetime
    mood: Annotated[str, From("mood.value")]
    pets: list[PetOut]
    best: PetOut | None
    title: Annotated[str, From("called")]
    asleep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pet:
    name: str
    born_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    line_id: str
    seen_ms: int | None
    at_ms: int
    mood: Mood
    pets: Sequence[Pet]
    asleep: int
    called: str

    @property
    def best(self) -> Pet | None:
        return self.pets[0] if self.pets else None


REX = Pet(name="Rex", born_ms=1)
ANNA = Person(
    id="a", line_id="b", seen_ms=None, at_ms=0, mood=Mood.GLAD, pets=[REX], asleep=0, called="Ms"
)


def test_a_body_has_the_fields_of_its_model_in_their_order() -> None:
    """An id and a time lose the ending of their name inside; a missing time is null."""
    rex = {"name": "Rex", "born_at": "1970-01-01T00:00:00.001Z"}
    expected = {
        "id": "a",
        "line": "b",
        "seen_at": None,
        "at": "1970-01-01T00:00:00.000Z",
        "mood": "glad",
        "pets": [rex],
        "best": rex,
        "title": "Ms",
    }
    assert list(body_of(PersonOut, ANNA).items()) == list(expected.items())


def test_what_has_a_default_is_left_out_while_there_is_nothing_to_tell() -> None:
    asleep = Person(
        id="a", line_id="b", seen_ms=1, at_ms=0, mood=Mood.GLAD, pets=(), asleep=1, called=""
    )
    body = body_of(PersonOut, asleep)
    assert body["asleep"] is True
    assert (body["pets"], body["best"]) == ([], None)


def test_a_field_that_nothing_fills_is_an_error_that_names_it() -> None:
    with pytest.raises(TypeError, match="Pet has nothing for “id”"):
        body_of(PersonOut, REX)


@pytest.mark.parametrize("read", READS, ids=lambda read: read.name)
def test_an_example_is_true_to_its_model(read: Read[Any, Any]) -> None:
    """The example of the whole answer, too."""
    read.model.model_validate_json(json.dumps(read.example))
    model, example = read.answer
    model.model_validate_json(json.dumps(example))


def test_every_read_of_the_api_is_declared(office: Office) -> None:
    """So each of them says whose data it shows. The stream of events holds ids only, a saved view,
    a report and how long things are kept nobody's data; a file has no model, and its route says
    whose it is.
    """
    paths = office.client.get("/api/v1/openapi.json").json()["paths"]
    reads = {path for path, methods in paths.items() if "get" in methods and "/api/" in path}
    files = {"/api/v1/media/{media_id}", "/api/v1/media/{media_id}/thumbnail"}
    files |= {f"/api/v1/rounds/{{round_id}}/{name}" for name in ("people.csv", "calendar.ics")}
    files |= {"/api/v1/archive/{archive_id}/file"}
    files |= {f"/api/v1/contacts/{{contact}}/{name}" for name in ("dossier", "vcard")}
    nobodys = {"/api/v1/events", "/api/v1/views", "/api/v1/retention"}
    nobodys |= {f"/api/v1/reports/{kind.value}" for kind in ReportKind}
    assert reads == {f"/api/v1{read.path}" for read in READS} | files | nobodys
