"""What the pages say of rounds."""

from collections.abc import Sequence

from appliance.api.web.words.i18n import Words
from appliance.api.web.words.round_phrases import why_not
from appliance.desk.rounds.askable import Askable, MoreLines
from appliance.desk.rounds.board import Board, BoardPerson
from appliance.desk.rounds.starting import MOST_AT_ONCE, MOST_PEOPLE, MOST_SEATS
from appliance.errors import InvalidInput
from appliance.messages import MessageState
from appliance.store.rounds import PersonState, Round, RoundState

_P = PersonState
ORDERS = ("longest-without-work", "given", "label", "shuffle")


def hours(words: Words, about: Round, zone: str) -> str:
    """`Mon 30 Nov 07:00–15:00`: by what a planner knows a round."""
    return f"{words.dated(about.starts_ms, zone)}–{words.time(about.ends_ms, zone)}"


def state(words: Words, found: Board) -> str:
    return {
        RoundState.RUNNING: words.text("Asks"),
        RoundState.FILLED: words.text("Filled"),
        RoundState.CLOSED: words.text("Closed"),
        RoundState.CANCELLED: words.text("Called off"),
    }[found.about.state]


def progress(words: Words, found: Board) -> str:
    """How long it took, or what goes on."""
    if found.minutes_to_filled is not None:
        sentence = words.plural(
            "Filled in {n} minute.", "Filled in {n} minutes.", found.minutes_to_filled
        )
        return sentence.format(n=found.minutes_to_filled)
    if found.about.state is RoundState.CLOSED:
        return words.text("Nobody is asked any more; who has a seat keeps it.")
    if found.about.state is RoundState.CANCELLED:
        return words.text("Nobody is asked any more, and nobody was told that it is off.")
    if not found.not_asked and not found.silent:
        return words.text("Everybody has been asked.")
    return words.text("It goes on while seats are free.")


def seats(words: Words, found: Board) -> str:
    """`7 of 12`."""
    return words.text("{n} of {all}").format(n=len(found.yes), all=found.about.seats)


def tiles(words: Words, found: Board) -> Sequence[tuple[str, str, int]]:
    """Each with its value in the address, its name and how many."""
    return [
        ("asked", words.text("Asked"), len(found.asked)),
        ("yes", words.text("Yes"), len(found.yes)),
        ("reserve", words.text("Reserve"), len(found.reserve)),
        ("no", words.text("No"), len(found.no)),
        ("unclear", words.text("Unclear"), len(found.unclear)),
        ("silent", words.text("No answer yet"), len(found.silent)),
        ("not-asked", words.text("Not asked"), len(found.not_asked)),
        ("refused", words.text("May not be asked"), len(found.refused)),
    ]


def person(words: Words, who: BoardPerson, place: int) -> tuple[str, str]:
    """The picture and the words of how somebody stands; `place` on the reserve list, from 1."""
    if who.state is _P.RESERVE:
        return "clock", words.text("Reserve {n}").format(n=place)
    return {
        _P.YES: ("tick", words.text("Yes")),
        _P.NO: ("close", words.text("No")),
        _P.UNCLEAR: ("help", words.text("Unclear")),
        _P.ASKED: ("send", words.text("Waits to be asked") if _waits(who) else words.text("Asked")),
        _P.SILENT: ("clock", words.text("No answer yet")),
        _P.NOT_ASKED: ("person", words.text("Not asked")),
        _P.REFUSED: ("alert", words.text("May not be asked")),
    }[who.state]


def note(words: Words, who: BoardPerson) -> str:
    """What they said, or why they are not asked; empty where there is neither."""
    if who.why is not None:
        return why_not(words, who.why)
    return who.answer or ""


def when(words: Words, who: BoardPerson, zone: str, now_ms: int) -> str:
    if who.answered_ms is not None:
        said = words.moment(who.answered_ms, zone, now_ms)
        return words.text("answered {time}").format(time=said)
    if who.asked_ms is not None:
        return words.text("asked {time}").format(time=words.moment(who.asked_ms, zone, now_ms))
    if _waits(who) and who.expected_ms is not None:
        said = words.moment(who.expected_ms, zone, now_ms)
        return words.text("is asked {time}").format(time=said)
    return ""


def _waits(who: BoardPerson) -> bool:
    return who.state is _P.ASKED and who.question is MessageState.QUEUED


def order(words: Words, name: str) -> str:
    return {
        "longest-without-work": words.text("Who has been without work the longest first"),
        "given": words.text("In the order of the list; without one, by name"),
        "label": words.text("Who has a label first"),
        "shuffle": words.text("By lot"),
    }[name]


def wrong(words: Words, exc: InvalidInput) -> str:
    """The sentence at the field."""
    return {
        "variants": words.text(
            "Write what you ask. In braces Balie fills in {naam} and {voornaam}, nothing else."
        ),
        "confirm_text": _text(words),
        "reserve_text": _text(words),
        "filled_text": _text(words),
        "seats": words.text("Write a number of seats from 1 to {most}.").format(most=MOST_SEATS),
        "at_once": words.text("Write a number from 1 to {most}, or nothing.").format(
            most=MOST_AT_ONCE
        ),
        "starts_at": words.text("Choose the day, and when the work starts and ends."),
        "ends_at": words.text("The work is over by then. Choose hours that are still to come."),
        "closes_at": words.text(
            "Choose a time from now on, at the latest when the work ends; or leave it empty."
        ),
        "contacts": words.text(
            "Nobody fits. Choose a list, a label or a search that finds 1 to {most} people."
        ).format(most=MOST_PEOPLE),
        "lines": words.text("Choose at least one number to ask from."),
        "label": words.text("Choose the label of those who are asked first."),
    }.get(exc.field, exc.sentence)


def _text(words: Words) -> str:
    return words.text(
        "Write a text that can be sent. In braces Balie fills in {naam} and {voornaam}."
    )


def enough(words: Words, found: Askable, first: int, zone: str, now_ms: int) -> str:
    """Whether today has room for the first questions. `first`: how many there are."""
    if not found.reach:
        return words.text("Nobody can be asked today.")
    last = found.reach[-1]
    if last.count >= first:
        at = words.at(found.enough_ms or last.by_ms, zone, now_ms)
        return words.text("The first {n} people have been asked {at}.").format(n=first, at=at)
    at = words.at(last.by_ms, zone, now_ms)
    sentence = words.plural(
        "Today {n} person can be asked, the last {at}.",
        "Today {n} people can be asked, the last {at}.",
        last.count,
    )
    return sentence.format(n=last.count, at=at)


def one_more(words: Words, found: MoreLines, first: int, zone: str, now_ms: int) -> str:
    """What one number more would change."""
    if found.enough_ms is not None:
        at = words.at(found.enough_ms, zone, now_ms)
        return words.text("then the first {n} people have been asked {at}").format(n=first, at=at)
    sentence = words.plural(
        "then {n} person can be asked today", "then {n} people can be asked today", found.count
    )
    return sentence.format(n=found.count)
