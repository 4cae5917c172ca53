"""What colleagues did with a conversation, in words."""

from collections.abc import Iterator

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.team.history import HistoryEntry
from appliance.desk.team.shown_case import BoxShown, CaseAsked, ShownCase
from appliance.events import EventKind
from appliance.store.casework import Returns


def away(words: Words, case: ShownCase, zone: str, now_ms: int) -> str:
    """Until when it was put away; empty where it was not."""
    if case.returns is Returns.REPLY:
        return words.text("Put away until they write")
    if case.returns_ms is None:
        return ""
    time = words.moment(case.returns_ms, zone, now_ms)
    return words.text("Put away until {time}").format(time=time)


def cut(words: Words, box: BoxShown, zone: str, now_ms: int) -> str:
    """That a box cannot be reached, and since when; empty where it can."""
    if box.away_ms is None:
        return ""
    sentence = words.text("{box} cannot be reached, since {since}. It works on alone.")
    return sentence.format(box=box.name, since=words.moment(box.away_ms, zone, now_ms))


def asked(words: Words, box: BoxShown, asked: CaseAsked, staff_id: str) -> str:
    """What a box was asked to do, and has not decided; empty where it was asked nothing."""
    if not asked.is_open:
        return ""
    sentence = (
        words.text("Asked, and waits until {box} can be reached: {what}")
        if box.away_ms is not None
        else words.text("Asked of {box}: {what}")
    )
    return sentence.format(box=box.name, what=", ".join(_wishes(words, asked, staff_id)))


def _wishes(words: Words, asked: CaseAsked, staff_id: str) -> Iterator[str]:
    if asked.assignee is not None and asked.assignee.id == staff_id:
        yield words.text("you have it")
    elif asked.assignee is not None:
        yield words.text("{name} has it").format(name=asked.assignee.name)
    elif asked.gives_back:
        yield words.text("nobody has it")
    if asked.done is not None:
        yield words.text("it is done") if asked.done else words.text("it is open")
    if asked.away is not None:
        yield words.text("it is put away") if asked.away else words.text("it is back")
    if asked.labels:
        yield words.text("its labels")


def refused(words: Words, box: BoxShown, asked: CaseAsked) -> str:
    """Why a box did not do what it was asked last; empty where nothing was refused."""
    if asked.refused is None:
        return ""
    said = (pair[0] for reason, pair in phrases.REFUSALS.items() if reason == asked.refused)
    known = next(said, None)
    why = words.text(known) if known else words.text("That is not possible there any more.")
    return words.text("{box} did not do it. {why}").format(box=box.name, why=why)


def told(words: Words, entry: HistoryEntry, zone: str, now_ms: int) -> str:
    """One line of the history, without who and when."""
    if entry.kind is EventKind.CONVERSATION_ASSIGNED:
        return _assigned(words, entry)
    if entry.kind is EventKind.CONVERSATION_SNOOZED:
        return _put_away(words, entry, zone, now_ms)
    if entry.kind is EventKind.CONVERSATION_LABELLED and entry.labels:
        return words.text("labelled it {names}").format(names=", ".join(entry.labels))
    by_message = entry.why == "message"
    if entry.why == "after-done":
        return words.text("They said how it went, so it stays done")
    return {
        EventKind.CONVERSATION_NOTED: words.text("wrote a note"),
        EventKind.CONVERSATION_DONE: words.text("marked it as done"),
        EventKind.CONVERSATION_REOPENED: words.text("They wrote again, so it is open")
        if by_message
        else words.text("opened it again"),
        EventKind.CONVERSATION_RETURNED: _returned(words, entry),
        EventKind.CONVERSATION_LABELLED: words.text("took the labels off"),
    }.get(entry.kind, "")


def _put_away(words: Words, entry: HistoryEntry, zone: str, now_ms: int) -> str:
    if entry.until_ms is None:
        return words.text("put it away until they write")
    time = words.moment(entry.until_ms, zone, now_ms)
    return words.text("put it away until {time}").format(time=time)


def _assigned(words: Words, entry: HistoryEntry) -> str:
    if entry.to is None:
        return {
            "log-out": words.text("It went back: whoever had it logged out"),
            "day-end": words.text("It went back at the end of the day"),
            "rights": words.text("It went back: whoever had it may not answer there any more"),
            "disabled": words.text("It went back: whoever had it may not log in any more"),
        }.get(entry.why or "", words.text("released it"))
    if entry.to == entry.by:
        return words.text("claimed it")
    return words.text("handed it over to {name}").format(name=entry.to)


def _returned(words: Words, entry: HistoryEntry) -> str:
    return {
        "time": words.text("It came back: it was put away until then"),
        "message": words.text("It came back: they wrote"),
    }.get(entry.why or "", words.text("took it back"))
