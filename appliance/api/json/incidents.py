"""`/incidents`: what is wrong with devices, lines and the machine, and what was."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from appliance.api.json import examples
from appliance.api.json.declared import Many, nobody
from appliance.api.json.office_bodies import IncidentOut
from appliance.api.json.paging import Paged
from appliance.api.web.words import incident_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.lines.incidents import shown
from appliance.desk.lines.incidents.shown import IncidentEntry, IncidentPage
from appliance.store.incidents import IncidentKind

_ENGLISH = Words("en")


@dataclass(frozen=True, slots=True)
class _Told:
    """An incident with its sentence."""

    incident: IncidentEntry

    @property
    def id(self) -> str:
        return self.incident.id

    @property
    def kind(self) -> IncidentKind:
        return self.incident.kind

    @property
    def device_id(self) -> str | None:
        return self.incident.device_id

    @property
    def line_id(self) -> str | None:
        return self.incident.line_id

    @property
    def since_ms(self) -> int:
        return self.incident.since_ms

    @property
    def until_ms(self) -> int | None:
        return self.incident.until_ms

    @property
    def stops(self) -> Sequence[str]:
        return self.incident.stops

    @property
    def sentence(self) -> str:
        said = incident_sentences.said(_ENGLISH, self.incident)
        return " ".join(each for each in said if each)


async def _asked(
    paged: Paged,
    is_open: Annotated[
        bool | None,
        Query(alias="open", description="Only those that are open, or only those that are over."),
    ] = None,
) -> IncidentPage:
    return IncidentPage(page=paged, is_open=is_open)


def _read(conn: sqlite3.Connection, sight: Sight, wanted: IncidentPage) -> Sequence[_Told]:
    return [_Told(each) for each in shown.incident_page(conn, sight, wanted)]


READS = (
    Many(
        tag="directory",
        path="/incidents",
        scope=Scope.DEVICES_READ,
        name="listIncidents",
        summary="What is wrong with devices, lines and the machine",
        description="By id, so the oldest first.",
        asked=_asked,
        read=_read,
        model=IncidentOut,
        example=examples.INCIDENT,
        shown=nobody,
    ),
)
