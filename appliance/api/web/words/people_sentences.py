"""What the pages of people say: how they stand, and what became of their cards."""

from collections.abc import Sequence

from appliance.api.web.words.i18n import Words
from appliance.desk.contacts.namesakes import Namesake
from appliance.desk.contacts.past import PastEntry
from appliance.desk.contacts.table import TableConsent
from appliance.desk.contacts.unknown import Clue
from appliance.events import EventKind


def state(words: Words, code: str) -> str:
    return {
        "self": words.text("Wrote by themself"),
        "candidate": words.text("Candidate"),
        "placed": words.text("At work"),
        "ended": words.text("Left"),
    }.get(code, code)


def consent(words: Words, found: TableConsent) -> tuple[str, str]:
    """The icon and the word."""
    return {
        TableConsent.BLOCKED: ("alert", words.text("blocked")),
        TableConsent.STOPPED: ("alert", words.text("asked to stop")),
        TableConsent.GIVEN: ("tick", words.text("may be written to")),
        TableConsent.NONE: ("unsure", words.text("has not written yet")),
    }[found]


def told(words: Words, entry: PastEntry) -> str:
    """One line of the history, without who and when."""
    by_themself = entry.by is None
    fields = ", ".join(field(words, each) for each in entry.fields)
    by_them = words.text("changed by themself: {fields}")
    changed = by_them if by_themself else words.text("changed: {fields}")
    return {
        EventKind.CONTACT_CREATED: words.text("became known")
        if by_themself
        else words.text("entered this person"),
        EventKind.CONTACT_CHANGED: changed.format(fields=fields),
        EventKind.CONTACT_JOINED: words.text("took a split back")
        if entry.undone
        else words.text("joined two contacts into this person"),
        EventKind.CONTACT_SPLIT: words.text("took a joining back")
        if entry.undone
        else words.text("split a contact off"),
    }.get(entry.kind, "")


def heads(words: Words) -> Sequence[str]:
    """Over the columns of the table as a file; the import knows them again."""
    return [
        words.text("Name"),
        words.text("Calls themself"),
        words.text("Personnel number"),
        words.text("Number"),
        words.text("Status"),
        words.text("Labels"),
        words.text("Notes"),
        words.text("Own fields"),
        words.text("Consent"),
    ]


def field(words: Words, name: str) -> str:
    """A part of the card."""
    return {
        "office": words.text("name and personnel number"),
        "office_name": words.text("name at the office"),
        "chosen_name": words.text("name they chose"),
        "personnel_number": words.text("personnel number"),
        "numbers": words.text("numbers"),
        "labels": words.text("labels"),
        "branches": words.text("branches that know them"),
        "fields": words.text("own fields"),
        "notes": words.text("notes"),
        "blocked": words.text("block"),
        "state": words.text("state"),
        "state_since": words.text("since when they stand so"),
        "apart": words.text("two people of one name"),
    }.get(name, name)


def clues(words: Words, found: Sequence[Clue]) -> str:
    """Why somebody is proposed."""
    said = {
        Clue.NUMBER: words.text("a colleague said that this is their number"),
        Clue.PERSONNEL: words.text("they wrote this personnel number"),
        Clue.NAME: words.text("they have this name"),
    }
    return ", ".join(said[each] for each in found)


def namesake(words: Words, found: Namesake) -> str:
    """A warning; the name is linked by the page."""
    if found.number is None:
        return words.text("You know somebody else under this name. Is it really them?")
    sentence = words.text(
        "You know somebody else under this name, with the number {number}. Is it really them?"
    )
    return sentence.format(number=found.number)
