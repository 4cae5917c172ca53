"""The text for a website, beside the number of a branch: what to expect of it, and how to stop.

Each sentence follows from a setting or a rule of the house, so the text promises nothing that Balie
does not keep.
"""

from collections.abc import Iterator
from itertools import groupby

from babel.dates import get_day_names

from appliance.api.web.words.i18n import Words
from appliance.desk.automatic.deciding import RuleName
from appliance.desk.privacy.ledger.public_facts import PublicFacts
from appliance.phone_numbers import readable
from appliance.store.opening_hours import Pieces, Week


def paragraphs(words: Words, facts: PublicFacts) -> Iterator[str]:
    """In the language of `words`."""
    yield words.text("Write to {branch}").format(branch=facts.branch)
    yield from _numbers(words, facts)
    yield words.text(
        "What about: work and shifts, your planning, your hours and pay, and your questions. Please"
        " send no citizen service number, no copy of an identity document and nothing medical."
    )
    yield _hours(words, facts)
    yield from _how_often(words, facts)
    yield words.text(
        "We write to you only after you wrote to us first, or agreed elsewhere to SMS."
    )
    yield words.text(
        "No more messages? Send STOP to the same number, and nothing follows but a confirmation."
        " Send START to get messages again."
    )
    yield words.text(
        "You may ask what we keep of you, have it corrected or erased, or object: tell us over this"
        " number or at the counter. We answer within a month."
    )
    if facts.privacy:
        yield facts.privacy


def _numbers(words: Words, facts: PublicFacts) -> Iterator[str]:
    for each in facts.numbers:
        over = words.text(" or ").join(channel.label for channel in each.channels)
        number = readable(each.number)
        yield f"{number} ({over})" if over else number


def stretches(words: Words, week: Week) -> Iterator[tuple[str, str]]:
    """Which days, and from when until when on them; days beside each other are said together."""
    days = [(int(digit), pieces) for digit, pieces in sorted(week.items()) if pieces]
    for run in _runs(days):
        yield _stretch(words, [each[0] for each in run], run[0][1])


def _hours(words: Words, facts: PublicFacts) -> str:
    said = ", ".join(" ".join(each) for each in stretches(words, facts.week))
    if not said:
        return words.text("You may write at any time.")
    answer = words.text("We answer {hours}. You may write at any time.").format(hours=said)
    if facts.holidays:
        answer = f"{answer} {words.text('On public holidays we are closed.')}"
    return answer


def _runs(days: list[tuple[int, Pieces]]) -> Iterator[list[tuple[int, Pieces]]]:
    """Days beside each other with the same hours."""
    numbered = ((number - place, pieces, number) for place, (number, pieces) in enumerate(days))
    for _, run in groupby(numbered, key=lambda each: each[:2]):
        yield [(number, pieces) for _, pieces, number in run]


def _stretch(words: Words, days: list[int], pieces: Pieces) -> tuple[str, str]:
    names = get_day_names("wide", locale=words.language)
    first, last = names[days[0] - 1], names[days[-1] - 1]
    until = words.text("{first} to {last}").format(first=first, last=last)
    hours = words.text(" and ").join(f"{begins}-{ends}" for begins, ends in pieces)
    return until if len(days) > 1 else first, hours


def _how_often(words: Words, facts: PublicFacts) -> Iterator[str]:
    yield words.text(
        "How often: we answer what you write. Besides, you get at most one message a day about work"
        " that many people get."
    )
    yield words.text(
        "After {n} messages in a row without an answer we write no more until you do, and what we"
        " begin ourselves we send in our opening hours."
    ).format(n=facts.unanswered_in_a_row)
    if facts.says_by_itself - {RuleName.WELCOME}:
        yield words.text(
            "When we are closed or busy you may get an automatic message that says so."
        )
