"""What a dry run of a round answers."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.rounds import board
from appliance.desk.rounds.askable import MoreLines, Reach, askable
from appliance.desk.rounds.board import RoundContact
from appliance.desk.rounds.starting import Draft
from appliance.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _RefusedContact:
    contact: RoundContact
    why: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPreviewed:
    dry_run: bool
    seats: int
    at_once: int
    askable: Sequence[Reach]
    enough_ms: int | None
    seats_today: int
    more_lines: Sequence[MoreLines]
    not_asked: Sequence[RoundContact]
    refused: Sequence[_RefusedContact]

    def nameless(self) -> "RoundPreviewed":
        return replace(
            self,
            not_asked=[board.without_name(each) for each in self.not_asked],
            refused=[
                replace(each, contact=board.without_name(each.contact)) for each in self.refused
            ],
        )


def preview(conn: sqlite3.Connection, sight: Sight, draft: Draft, now_ms: int) -> RoundPreviewed:
    found = askable(conn, sight, draft, now_ms=now_ms)
    names = board.names_of(conn, [each.contact_id for each in draft.judged])
    refused = [
        _RefusedContact(contact=names[each.contact_id], why=each.refusal)
        for each in draft.judged
        if each.refusal is not None
    ]
    strangers = [
        _RefusedContact(contact=RoundContact(id=None, number=named, name=None), why=why)
        for named, why in draft.strangers
    ]
    return RoundPreviewed(
        dry_run=True,
        seats=draft.about.seats,
        at_once=draft.about.at_once,
        askable=found.reach,
        enough_ms=found.enough_ms,
        seats_today=found.seats_today,
        more_lines=found.more_lines,
        not_asked=[names[each.contact_id] for each in draft.judged if each.refusal is None],
        refused=[*refused, *strangers],
    )


def shown_in_preview(found: RoundPreviewed) -> Iterable[Shown]:
    named = [*found.not_asked, *(each.contact for each in found.refused)]
    return [Shown(contact_id=each.id, listed=True) for each in named if each.id is not None]
