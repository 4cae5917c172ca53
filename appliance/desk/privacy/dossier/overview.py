"""The file of a person on one page: how much there is of each part, and the newest of it."""

import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.privacy.dossier.asked import DossierAsked, DossierReading, Others
from appliance.desk.privacy.dossier.making import one_moment
from appliance.desk.privacy.dossier.sections import nowhere, sections


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionShown:
    """`items` are the last of the `count` items."""

    name: str
    count: int
    items: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierShown:
    """`others` says how much in it is of other people, by kind."""

    contact_id: str
    sections: Sequence[SectionShown]
    others: Mapping[Others, int]

    @property
    def filled(self) -> Sequence[SectionShown]:
        return [each for each in self.sections if each.count]

    @property
    def card(self) -> Mapping[str, Any]:
        return next(each for each in self.sections if each.name == "person").items[0]

    @property
    def name(self) -> str | None:
        """What the office calls them, else what they call themselves."""
        return self.card.get("office_name") or self.card.get("chosen_name")

    @property
    def conversation_ids(self) -> Sequence[str]:
        found = next(each for each in self.sections if each.name == "conversations")
        return [each["id"] for each in found.items]


def overview(conn: sqlite3.Connection, asked: DossierAsked, *, most: int) -> DossierShown:
    """Of each part at most so many items. Takes as long as the file itself."""
    with one_moment(conn):
        reading = DossierReading(conn, asked, hides=True)
        shown = []
        for each in sections(nowhere):
            count, items = 0, deque[Mapping[str, Any]](maxlen=most)
            for item in each.read(reading):
                count += 1
                items.append(item)
            shown.append(SectionShown(name=each.name, count=count, items=list(items)))
        return DossierShown(
            contact_id=asked.contact_id, sections=shown, others=dict(reading.others)
        )
