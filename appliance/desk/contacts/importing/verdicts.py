"""What each row of a file would do, and why. Nothing here writes."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from appliance.characters import clean_name
from appliance.desk.contacts import office_fields, people
from appliance.desk.contacts.changing import MAX_NOTES, Changer, ContactChange
from appliance.desk.contacts.editing import MAX_PERSONNEL_NUMBER
from appliance.desk.contacts.importing import columns
from appliance.desk.contacts.importing.columns import PersonSaid
from appliance.desk.contacts.importing.csv_table import CsvTable
from appliance.desk.contacts.people import ContactEntry
from appliance.desk.inbox.directory import Page
from appliance.desk.team import labels
from appliance.errors import InvalidInput
from appliance.identities import Identity, tel
from appliance.phone_numbers import parse_number
from appliance.store import contacts

_ALL = 1_000


class RowVerdict(Enum):
    NEW = "new"
    UPDATE = "update"
    SAME = "same"
    #: It stands there twice, or fits two people: nobody but a person can decide it.
    DOUBLE = "double"
    REFUSED = "refused"

    @property
    def is_decided(self) -> bool:
        return self not in (RowVerdict.DOUBLE, RowVerdict.REFUSED)


class RowReason(Enum):
    """Each as a sentence; `what` stands in its braces."""

    ENTERED = ""
    CHANGES = "Other than here: {what}."
    AS_IT_IS = "All of it is here already."
    SAME_ROW = "The same person as in row {what}."
    TWO_PEOPLE = "It fits several people: {what}. If they are one, join them first."
    OTHER_PERSONNEL = "This number is that of somebody with another personnel number: {what}."
    WRONG_NUMBER = "“{what}” is no telephone number. Write it like 06-12345678 or +31612345678."
    NO_NUMBER = "There is no number in this row."
    NO_LABEL = "There is no label “{what}” here. Make it first."
    WRONG_STATE = "“{what}” is no state. Write candidate, placed or ended."
    WRONG_DAY = "“{what}” is no day that lies behind us. Write it like 2026-03-31 or 31-3-2026."
    TOO_LONG = "“{what}” is too long."
    TOO_MANY_FIELDS = "With this row the person would have more than {what} fields."
    NOT_TAKEN = "It could not be taken in: {what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """`row` is the number in a spreadsheet; `contact_id` whom it is about, where that is known."""

    row: int
    says: PersonSaid
    verdict: RowVerdict
    reason: RowReason
    what: str = ""
    contact_id: str | None = None
    change: ContactChange | None = None

    @property
    def why(self) -> str:
        return self.reason.value.format(what=self.what)


class _UnfitRow(Exception):
    def __init__(self, reason: RowReason, what: str = "") -> None:
        super().__init__(what)
        self.reason = reason
        self.what = what


@dataclass(slots=True)
class Judge:
    """Remembers the rows that it saw, so that none is taken twice."""

    conn: sqlite3.Connection
    who: Changer
    _seen: dict[str, int] = field(default_factory=dict)
    _labels: dict[str, str] | None = None

    def row(self, number: int, says: PersonSaid) -> JudgedRow:
        try:
            return self._decided(number, says)
        except _UnfitRow as unfit:
            return refused(number, says, unfit.reason, unfit.what)

    def _decided(self, number: int, says: PersonSaid) -> JudgedRow:
        given = self._given(says)
        identities: Sequence[Identity] = given.get("numbers", ())
        twice = self._twice(number, identities, given.get("personnel_number"))
        if twice is not None:
            return JudgedRow(
                row=number,
                says=says,
                verdict=RowVerdict.DOUBLE,
                reason=RowReason.SAME_ROW,
                what=str(twice),
            )
        return self._judged(number, says, given)

    def _given(self, says: PersonSaid) -> dict[str, Any]:
        """What the row wants, as it is kept."""
        given: dict[str, Any] = {}
        if says.numbers:
            given["numbers"] = list(dict.fromkeys(_identity(each) for each in says.numbers))
        if name := clean_name(says.office_name):
            given["office_name"] = name
        if personnel := clean_name(says.personnel_number):
            given["personnel_number"] = personnel
        if says.notes:
            given["notes"] = says.notes
        if says.fields:
            given["fields"] = says.fields
        if says.state:
            given["state"] = columns.state_of(says.state)
        if says.state_since:
            given["state_since"] = _since(says.state_since)
        if says.labels:
            given["labels"] = [self._label(each) for each in says.labels]
        _check(says, given)
        return given

    def _label(self, name: str) -> str:
        if self._labels is None:
            known = labels.listed(self.conn, self.who.sight, Page(limit=_ALL))
            self._labels = {each.name.casefold(): each.name for each in known}
        found = self._labels.get(name.casefold())
        if found is None:
            raise _UnfitRow(RowReason.NO_LABEL, name)
        return found

    def _twice(
        self, number: int, identities: Sequence[Identity], personnel: str | None
    ) -> int | None:
        keys = [each.value for each in identities]
        keys += [f"#{personnel.casefold()}"] if personnel else []
        before = next((self._seen[each] for each in keys if each in self._seen), None)
        for each in keys:
            self._seen.setdefault(each, number)
        return before

    def _judged(self, number: int, says: PersonSaid, given: dict[str, Any]) -> JudgedRow:
        fitting = self._fitting(given)
        if len(fitting) > 1:
            names = ", ".join(each.name or each.numbers[0].number for each in fitting)
            return JudgedRow(
                row=number,
                says=says,
                verdict=RowVerdict.DOUBLE,
                reason=RowReason.TWO_PEOPLE,
                what=names,
            )
        if fitting:
            return _about(number, says, given, fitting[0])
        if "numbers" not in given:
            return refused(number, says, RowReason.NO_NUMBER)
        _check_fields(given, {})
        change = _wanted(given)
        return JudgedRow(
            row=number,
            says=says,
            verdict=RowVerdict.NEW,
            reason=RowReason.ENTERED,
            change=change,
        )

    def _fitting(self, given: Mapping[str, Any]) -> Sequence[ContactEntry]:
        """Who has one of these numbers or the personnel number, of those in sight."""
        owners = [contacts.by_identity(self.conn, each) for each in given.get("numbers", ())]
        found = {each.id for each in owners if each is not None}
        found |= {
            claimant.id
            for each in given.get("numbers", ())
            for claimant in contacts.claimants(self.conn, each)
        }
        if personnel := given.get("personnel_number"):
            found |= set(people.with_personnel_number(self.conn, personnel))
        seen = self.who.sight.seen_contacts(self.conn, found)
        return people.entries(self.conn, self.who.sight, sorted(seen))


def judged(
    conn: sqlite3.Connection, who: Changer, table: CsvTable, targets: Sequence[str]
) -> Sequence[JudgedRow]:
    judge = Judge(conn, who)
    return [judge.row(row.number, columns.says(targets, row.cells)) for row in table.rows]


def refused(
    number: int,
    says: PersonSaid,
    reason: RowReason,
    what: str = "",
    *,
    contact_id: str | None = None,
) -> JudgedRow:
    return JudgedRow(
        row=number,
        says=says,
        verdict=RowVerdict.REFUSED,
        reason=reason,
        what=what,
        contact_id=contact_id,
    )


def _about(number: int, says: PersonSaid, given: dict[str, Any], card: ContactEntry) -> JudgedRow:
    """A row about somebody who is here."""
    had, personnel = card.personnel_number or "", given.get("personnel_number", "")
    if had and personnel and personnel.casefold() != had.casefold():
        return JudgedRow(
            row=number,
            says=says,
            verdict=RowVerdict.DOUBLE,
            reason=RowReason.OTHER_PERSONNEL,
            what=had,
            contact_id=card.id,
        )
    _check_fields(given, card.fields)
    change = _change(given, card)
    is_other = bool(change.given)
    return JudgedRow(
        row=number,
        says=says,
        verdict=RowVerdict.UPDATE if is_other else RowVerdict.SAME,
        reason=RowReason.CHANGES if is_other else RowReason.AS_IT_IS,
        what=", ".join(sorted(change.given)),
        contact_id=card.id,
        change=change if is_other else None,
    )


def _change(given: Mapping[str, Any], card: ContactEntry) -> ContactChange:
    """A file adds numbers, labels and fields, and takes none away."""
    wanted = dict(given)
    own = [each.identity for each in card.numbers]
    if any(each not in own for each in wanted.get("numbers", ())):
        wanted["numbers"] = [*own, *(each for each in wanted["numbers"] if each not in own)]
    else:
        wanted.pop("numbers", None)
    if set(wanted.get("labels", ())) <= set(card.labels):
        wanted.pop("labels", None)
    else:
        wanted["labels"] = [*card.labels, *wanted["labels"]]
    if wanted.get("fields", {}).items() <= card.fields.items():
        wanted.pop("fields", None)
    for name in ("office_name", "personnel_number", "state", "notes"):
        if name in wanted and wanted[name] == getattr(card, name):
            del wanted[name]
    if wanted.get("state_since") == card.state_since_ms:
        del wanted["state_since"]
    return _wanted(wanted)


def _wanted(given: Mapping[str, Any]) -> ContactChange:
    said = {name: each for name, each in given.items() if name != "state_since"}
    since_ms = given.get("state_since")
    return ContactChange(given=frozenset(given), state_ms=since_ms, **said)


def _identity(text: str) -> Identity:
    try:
        return tel(parse_number(text))
    except InvalidInput as exc:
        raise _UnfitRow(RowReason.WRONG_NUMBER, text[:40]) from exc


def _since(text: str) -> int:
    since_ms = columns.day_of(text)
    if since_ms is None:
        raise _UnfitRow(RowReason.WRONG_DAY, text[:40])
    return since_ms


def _check(says: PersonSaid, given: Mapping[str, Any]) -> None:
    if says.state and given["state"] is None:
        raise _UnfitRow(RowReason.WRONG_STATE, says.state[:40])
    if len(given.get("personnel_number", "")) > MAX_PERSONNEL_NUMBER:
        raise _UnfitRow(RowReason.TOO_LONG, says.personnel_number[:40])
    if len(says.notes) > MAX_NOTES:
        raise _UnfitRow(RowReason.TOO_LONG, says.notes[:40])


def _check_fields(given: Mapping[str, Any], was: Mapping[str, str]) -> None:
    """As it is asked again when the row is written."""
    wanted: Mapping[str, str] = given.get("fields", {})
    for text in wanted.values():
        if len(text) > office_fields.MAX_FIELD_TEXT:
            raise _UnfitRow(RowReason.TOO_LONG, text[:40])
    if len({**was, **wanted}) > office_fields.MOST:
        raise _UnfitRow(RowReason.TOO_MANY_FIELDS, str(office_fields.MOST))
