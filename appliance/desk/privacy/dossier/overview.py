"""The file of a person on one page: how much there is of each part, and the newest of it."""

import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.privacy.dossier.asked import (
    DossierAsked,
    DossierReading,
    Others,
    OthersThing,
    marks_in,
)
from appliance.desk.privacy.dossier.making import one_moment
from appliance.desk.privacy.dossier.sections import nowhere, sections

_BESIDE = frozenset({"files", "care", "may_mean_stop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionShown:
    """`items` are the last of the `count` items."""

    name: str
    count: int
    items: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierShown:
    """`others` says how much in it is of other people, by kind; `things` are these by their marks,
    and `marked` the last item in which each is seen, with the name of its part. `without` is what
    was left out of `marked`.
    """

    contact_id: str
    sections: Sequence[SectionShown]
    others: Mapping[Others, int]
    things: Mapping[str, OthersThing]
    marked: Sequence[tuple[str, Mapping[str, Any]]]
    without: frozenset[str]

    @property
    def filled(self) -> Sequence[SectionShown]:
        return [each for each in self.sections if each.count]

    def things_of(self, kind: Others) -> Sequence[tuple[str, OthersThing]]:
        return [(mark, each) for mark, each in self.things.items() if each.kind is kind]

    def parted(self, kind: Others) -> bool:
        """Whether some things of a kind are left out, and others not."""
        return any(each.startswith(f"{kind.value}:") for each in self.without)

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
        where = dict[str, tuple[str, Mapping[str, Any]]]()
        for each in sections(nowhere):
            count, items = 0, deque[Mapping[str, Any]](maxlen=most)
            for item in each.read(reading):
                count += 1
                items.append(item)
                for mark in marks_in(item):
                    where.setdefault(mark, (each.name, item))
                where.update(dict.fromkeys(marks_in(_plain(item)), (each.name, item)))
            shown.append(SectionShown(name=each.name, count=count, items=list(items)))
        return DossierShown(
            contact_id=asked.contact_id,
            sections=shown,
            others=reading.others,
            things=reading.things,
            marked=_once(where.values()),
            without=asked.without,
        )


def _plain(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said of it by itself, without the steps that stand beside a message."""
    files = [each for each in item.get("files", ()) if isinstance(each, Mapping)]
    return {
        **{name: said for name, said in item.items() if name not in _BESIDE},
        "files": [{"third_party": each["third_party"]} for each in files if "third_party" in each],
    }


def _once(
    found: Iterable[tuple[str, Mapping[str, Any]]],
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Items with several marks stand once."""
    return list({id(item): (section, item) for section, item in found}.values())
