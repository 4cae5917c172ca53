"""What the forms on a person's page say, beside what they showed when they were drawn.

Only what somebody changed there is written; what a colleague changed meanwhile stays.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import people
from appliance.desk.contacts.changing import ContactChange
from appliance.desk.contacts.people import ContactEntry
from appliance.desk.inbox.directory import Page
from appliance.desk.team import labels
from appliance.desk.team.labels import Label
from appliance.errors import InvalidInput
from appliance.identities import Identity, kept, meant
from appliance.store import contacts
from appliance.store.branch_settings import BranchSettings

T = TypeVar("T", dict[str, Any], list[str])
_ALL = 1_000
_ZONE = ZoneInfo(BranchSettings().zone)
"""Of the days on a card: a person is of no one branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardForm:
    """`was` is what `drawn` said; where it is empty, all that the form says counts."""

    was: str
    office_name: str
    personnel_number: str
    state: str
    state_since: str
    notes: str
    labels: Sequence[str]
    fields: Mapping[str, str]


def drawn(card: ContactEntry, known: Sequence[Label]) -> str:
    """What the form of the card shows. `known` are the labels to choose from."""
    texts = {
        "office_name": card.office_name or "",
        "personnel_number": card.personnel_number or "",
        "state": card.state,
        "state_since": day_of(card.state_since_ms),
        "notes": _plain(card.notes or ""),
    }
    shown = {**texts, "labels": sorted(_ticked(card, known)), "fields": dict(card.fields)}
    return json.dumps(shown, ensure_ascii=False)


def day_of(at_ms: int) -> str:
    """As a field for a date has it."""
    return datetime.fromtimestamp(at_ms / 1000, _ZONE).date().isoformat()


def drawn_numbers(identities: Sequence[Identity]) -> str:
    """What the form of the numbers shows."""
    return json.dumps([each.value for each in identities if each.is_tel])


def card_change(
    conn: sqlite3.Connection, sight: Sight, contact_id: str, form: CardForm
) -> ContactChange:
    """Raises InvalidInput."""
    was = _was(form.was, dict) or {}
    said = {
        "office_name": form.office_name,
        "personnel_number": form.personnel_number,
        "state": form.state,
        "state_since": form.state_since,
        "notes": _plain(form.notes),
    }
    given = {name for name, text in said.items() if was.get(name) != text.strip()}
    had: Mapping[str, Any] = dict(was.get("fields", {}))
    fields = {name: text for name, text in form.fields.items() if had.get(name) != text}
    card = people.entries(conn, sight, [contact_id])[0]
    now = _ticked(card, labels.listed(conn, sight, Page(limit=_ALL)))
    chosen = _changed(now, was.get("labels", now), form.labels)
    if fields:
        given.add("fields")
    if chosen != now:
        given.add("labels")
    return ContactChange(
        given=frozenset(given),
        office_name=form.office_name,
        personnel_number=form.personnel_number,
        state=form.state,
        state_ms=_began_ms(form.state_since),
        notes=said["notes"],
        fields=fields,
        labels=sorted(chosen),
    )


def numbers_change(
    conn: sqlite3.Connection, contact_id: str, was: str, numbers: Sequence[str]
) -> ContactChange:
    """An emptied field takes its number away; `was` is what `drawn_numbers` said, or empty.

    Raises InvalidInput.
    """
    sent = [meant(each, field="number").value for each in numbers if each.strip()]
    claimed = [each for each, _ in contacts.claimed_by(conn, contact_id)]
    all_now = [*contacts.identities_of(conn, contact_id), *claimed]
    now = {each.value for each in all_now if each.is_tel}
    had = _was(was, list)
    wanted = _changed(now, now if had is None else had, sent)
    return ContactChange(given=frozenset({"numbers"}), numbers=[kept(each) for each in wanted])


def _began_ms(day: str) -> int | None:
    """The first moment of a day, None for none. Raises InvalidInput."""
    return _moment(day, time(), "state_since")


def end_of(day: str) -> int | None:
    """The last second of a day, None for none. Raises InvalidInput."""
    return _moment(day, time(23, 59, 59), "until")


def _moment(day: str, at: time, name: str) -> int | None:
    if not day:
        return None
    try:
        return int(datetime.combine(date.fromisoformat(day), at, _ZONE).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise InvalidInput(name, "Give the day as 2026-03-31.") from None


def _changed(now: Collection[str], was: Collection[str], sent: Collection[str]) -> set[str]:
    """What there is now, with what somebody added to what they were shown, and took from it."""
    added, taken = set(sent).difference(was), set(was).difference(sent)
    return set(now) - taken | added


def _ticked(card: ContactEntry, known: Sequence[Label]) -> set[str]:
    return {each.id for each in known if each.name in card.labels}


def _plain(text: str) -> str:
    """Browsers send a form's line breaks as CR LF."""
    return text.replace("\r\n", "\n").strip()


def _was(text: str, kind: type[T]) -> T | None:
    try:
        found = json.loads(text or "null")
    except ValueError:
        found = ...
    if found is not None and not isinstance(found, kind):
        raise InvalidInput("was", "The form was too old. Load the page again and repeat it.")
    return found
