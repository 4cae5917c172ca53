"""Messages to somebody new that their box has not decided, or has refused, as pages show them."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.api.web.pages.inbox import BegunNote
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Visit
from appliance.api.web.words import office_sentences, phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.overview import InboxLine
from appliance.errors import InvalidInput, Refused
from appliance.office.api.seen_boxes import SeenBox
from appliance.office.link import CommandOutcome
from appliance.office.tables import begun
from appliance.office.tables.command_rows import CommandGiven
from appliance.office.web.asked import REFUSED_MS
from appliance.office.web.places import box_shown
from appliance.phone_numbers import readable
from appliance.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunShown:
    """`why` is set where the box refused it; `again` is where it is written anew."""

    id: str
    box: str
    sentence: str
    to: str
    text: str
    line: InboxLine
    why: Note | None
    again: str
    withdraws: bool = False

    @property
    def href(self) -> str:
        return f"/new/{self.id}"

    @property
    def noted(self) -> BegunNote:
        return BegunNote(href=self.href, sentence=self.sentence, is_refused=self.why is not None)


def of_visitor(
    conn: sqlite3.Connection,
    visit: Visit,
    lines: Sequence[InboxLine],
    boxes: Mapping[str, SeenBox],
) -> Sequence[BegunNote]:
    """The visitor's own."""
    known = {each.id: each for each in lines}
    found = begun.of_staff(conn, visit.staff_id, since_ms=visit.now_ms - REFUSED_MS)
    return [
        shown(
            visit.words, each, boxes[each.box_id], known[each.command.body["line"]], visit.now_ms
        ).noted
        for each in found
        if each.box_id in boxes and each.command.body.get("line") in known
    ]


def shown(
    words: Words, given: CommandGiven, box: SeenBox, line: InboxLine, now_ms: int
) -> BegunShown:
    body = given.command.body
    to = readable(str(body.get("to", "")))
    is_refused = given.outcome is CommandOutcome.REFUSED
    sentence = office_sentences.begun(words, box_shown(box, now_ms), to, is_refused=is_refused)
    return BegunShown(
        id=str(body["message"]),
        box=box.name,
        sentence=sentence,
        to=to,
        text=str(body.get("text", "")),
        line=line,
        why=why_not(words, given, box.name, line.readable) if is_refused else None,
        again=f"/new?line={line.id}",
    )


def why_not(words: Words, given: CommandGiven, box: str, line: str) -> Note:
    """As the box itself would say it."""
    why = given.why or ""
    if why == "invalid-input":
        return note_of(words, InvalidInput("to", ""))
    if why in phrases.REFUSALS:
        return note_of(words, Refused(Reason(why), ""), line=line)
    return Note(code=why, sentence=office_sentences.not_done(words, box))
