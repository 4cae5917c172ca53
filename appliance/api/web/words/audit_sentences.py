"""What somebody did, as the log of who changed and who read tells it."""

from collections.abc import Mapping, Sequence

from appliance.api.web.words.i18n import Words
from appliance.desk.privacy.log.shown import AuditRow
from appliance.store.readings import ReadingKind, Thing

KINDS: Mapping[ReadingKind, str] = {
    ReadingKind.READ: "Read",
    ReadingKind.SEARCH: "Searched",
    ReadingKind.DOSSIER: "Dossier",
    ReadingKind.EXPORT: "Saved as a file",
    ReadingKind.ERASE: "Erased",
    ReadingKind.CHANGE: "Changed",
}
_READ: Mapping[Thing, str] = {
    Thing.CONVERSATION: "opened the conversation",
    Thing.PERSON: "opened the page of the person",
    Thing.FILE: "opened a file",
    Thing.SCREEN: "looked at the screen of a phone",
    Thing.SEARCH: "searched",
    Thing.REPORT: "read figures of each colleague",
    Thing.LOG: "read this log",
}
_EXPORTED: Mapping[Thing, str] = {
    Thing.CONVERSATION: "saved the conversation as a file",
    Thing.PERSON: "saved the person in a file",
    Thing.REPORT: "saved figures of each colleague",
    Thing.LOG: "saved this log as a file",
}
_OTHERS: Mapping[ReadingKind, str] = {
    ReadingKind.SEARCH: "searched",
    ReadingKind.DOSSIER: "handed out the dossier",
    ReadingKind.ERASE: "erased",
    ReadingKind.EXPORT: "saved a file",
}
_CHANGED: Mapping[str, str] = {
    "message": "wrote a message, or withdrew or settled one",
    "contact": "changed the card",
    "consent": "recorded consent",
    "conversation": "worked on the conversation",
    "label": "changed a label",
    "device": "set up a phone or modem",
    "screen": "acted on the screen of a phone",
    "branch": "changed a branch",
    "line": "changed a number",
    "round": "worked on a round",
    "group": "changed a group",
    "view": "changed a saved view",
    "list": "worked on a list",
    "staff": "changed what a colleague has or may do",
    "push": "changed notifications",
    "text": "changed a text",
    "reports": "switched figures of each colleague",
    "readings": "switched this log",
    "token": "changed a token",
    "media": "uploaded a file",
    "erasure": "had a person erased",
    "privacy": "worked on a request about data",
    "archive": "asked for an archive, saved one, or changed where they go",
    "webhook": "changed which software is told what happens",
    "retention": "changed how long things are kept, or let go of what is old",
    "emergency": "took or ended emergency access",
    "phone": "dealt with what is to be taken off a phone",
    "incident": "acted on something that was wrong",
}
_SOMETHING = "changed something"
HEADS = (
    "Time",
    "Who",
    "What",
    "In words",
    "Whom",
    "Id of the person",
    "Id of the conversation",
)
SENTENCES: Sequence[str] = (
    *KINDS.values(),
    *_READ.values(),
    *_EXPORTED.values(),
    *_OTHERS.values(),
    *_CHANGED.values(),
    *HEADS,
    _SOMETHING,
)
"""All that stands in these tables."""


def kind(words: Words, what: ReadingKind) -> str:
    return words.text(KINDS[what])


def told(words: Words, what: ReadingKind, thing: str) -> str:
    """What was done, without who and whom. `thing` is what was read, or the kind of an event."""
    if what is ReadingKind.CHANGE:
        return words.text(_CHANGED.get(thing.partition(".")[0]) or _SOMETHING)
    if "." in thing:
        return words.text(_READ[Thing.SCREEN] if what is ReadingKind.READ else _OTHERS[what])
    if what is ReadingKind.READ:
        return words.text(_READ[Thing(thing)])
    exported = _EXPORTED.get(Thing(thing)) if what is ReadingKind.EXPORT else None
    return words.text(exported or _OTHERS[what])


def by(words: Words, name: str | None, who: str) -> str:
    """Who did it: the name, or what is known of one who has none any more."""
    if name:
        return name
    if who == "cli":
        return words.text("The command line")
    return words.text("Somebody who is gone")


def cells(words: Words, row: AuditRow, zone: str) -> Sequence[str]:
    """A line of the file, under `HEADS`."""
    entry = row.entry
    return [
        words.iso(entry.at_ms, zone),
        by(words, row.by, entry.by),
        entry.what.value,
        told(words, entry.what, entry.thing),
        row.whom or "",
        entry.contact_id or "",
        entry.conversation_id or "",
    ]
