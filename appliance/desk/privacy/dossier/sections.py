"""The parts of a file, in the order in which they stand in it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from appliance.desk.privacy.dossier import (
    conversations,
    handed_on,
    memberships,
    messages,
    person,
    seen,
)
from appliance.desk.privacy.dossier.asked import DossierReading
from appliance.desk.privacy.dossier.messages import FileName


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`name` is its name in `dossier.json`; `read` gives its items one by one."""

    name: str
    read: Callable[[DossierReading], Iterable[dict[str, Any]]]


def sections(file_name: FileName) -> Iterator[Section]:
    """`file_name` says what the files of messages are called in the package."""
    for name, read in (
        ("person", person.card),
        ("identities", person.identities),
        ("names", person.names),
        ("joinings", person.joinings),
        ("consent", person.consent),
        ("holds", person.holds),
        ("notes", conversations.notes_on_card),
        ("lists", memberships.lists),
        ("list_sends", memberships.list_sends),
        ("rounds", memberships.rounds),
        ("named_in_rounds", memberships.named_in_rounds),
        ("groups", person.groups),
        ("group_changes", person.group_changes),
        ("calls", person.calls),
        ("taken_over", person.taken_over),
        ("conversations", conversations.conversations),
        ("colleagues_notes", conversations.colleagues_notes),
        ("drafts", conversations.drafts),
        ("history", seen.history),
        ("readers", seen.readers),
        ("requests", seen.requests),
        ("given_out", seen.given_out),
        ("told_programs", handed_on.told_programs),
        ("archives", handed_on.archives),
        ("note_files", partial(messages.note_files, file_name=file_name)),
        ("messages", partial(messages.messages, file_name=file_name)),
    ):
        yield Section(name=name, read=read)


def nowhere(sha256: str, name: str, media_type: str) -> None:
    """The `FileName` of who asks for no files."""
    del sha256, name, media_type
