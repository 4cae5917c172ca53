"""What a file of a person says, item by item: on its page for the officer, and on paper."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from appliance.api.json.times import ms_of
from appliance.api.web.words.dossier_phrases import CODES, LABELS, LEFT_OUT, OTHERS, SECTIONS
from appliance.api.web.words.i18n import LANGUAGES, PAPER_LANGUAGES, Words
from appliance.api.web.words.list_sentences import LEFT_OUT as LEFT_OUT_OF_LIST
from appliance.api.web.words.phrases import WAITING
from appliance.api.web.words.round_phrases import NOT_ASKED
from appliance.channels import Channel
from appliance.desk.privacy.dossier import asked
from appliance.desk.privacy.dossier import kept_out as kept_out_list
from appliance.desk.rounds import answer_words
from appliance.phone_numbers import readable
from appliance.reasons import Reason

Item = Mapping[str, Any]
SIGN = "*"
"""Behind what is of other people."""
_TIMES = ("at", "since", "known_since", "standing_since", "until")
_DAYS = ("asked_on", "due_on", "last_day")
_NOT_WRITTEN = {**WAITING, **NOT_ASKED, **LEFT_OUT_OF_LIST}
_NUMBERS = ("number", "line")
_REGION = re.compile(r"(?<=^[A-Za-z]{2})[-_][A-Za-z]{2,4}$")


def section(words: Words, name: str) -> str:
    return words.text(SECTIONS[name])


def others(words: Words, kind: str) -> tuple[str, str]:
    """What a kind of others' data is called, and what it is."""
    name, what = OTHERS[kind]
    return words.text(name), words.text(what)


def facts(words: Words, zone: str, item: Item) -> Iterator[tuple[str, str]]:
    """What is said of an item, each with its name; what is for machines is left out. What is of
    other people has a sign behind it.
    """
    marked = item.get("third_party", {})
    for name, value in item.items():
        if name in LABELS and value not in ("", [], {}):
            said = shown(words, zone, name, value)
            yield words.text(LABELS[name]), signed(said, value) if name in marked else said


def signed(said: str, value: Any) -> str:
    """What is left out needs no sign: it says so itself."""
    return said if value == asked.LEFT_OUT else f"{said} {SIGN}"


def shown(words: Words, zone: str, name: str, value: Any) -> str:
    """One value as people read it."""
    match value:
        case {"colleague": who}:
            return signed(shown(words, zone, "", who), who)
        case {"program": who}:
            return shown(words, zone, "", who)
        case dict():
            return " · ".join(f"{each}: {said}" for each, said in value.items())
        case list():
            return ", ".join(shown(words, zone, name, each) for each in value)
        case bool():
            return words.text("yes") if value else words.text("no")
        case _:
            return (
                words.text(LEFT_OUT) if value == asked.LEFT_OUT else _one(words, zone, name, value)
            )


def file_name(words: Words, zone: str, file: Item) -> str:
    """With its sign where it is the card of somebody else."""
    said = shown(words, zone, "name", file["name"])
    return signed(said, file["name"]) if "third_party" in file else said


def _one(words: Words, zone: str, name: str, value: Any) -> str:
    if name in _TIMES or name.endswith("_at"):
        return moment(words, zone, value)
    if name in _DAYS:
        return format_date(date.fromisoformat(value), "d MMMM y", locale=words.language)
    if name == "why_not" and value in set(_NOT_WRITTEN):
        known = words.language in LANGUAGES
        return words.text(_NOT_WRITTEN[Reason(value)] if known else "Not sent")
    if name in _NUMBERS:
        return readable(value)
    if name == "channel":
        return Channel.named(value).label
    return words.text(CODES[name][value]) if value in CODES.get(name, {}) else str(value)


def moment(words: Words, zone: str, at: str) -> str:
    """With the year, because a file goes back years."""
    at_ms = ms_of(datetime.fromisoformat(at))
    return f"{words.date(at_ms, zone)} {words.time(at_ms, zone)}"


def language_of(person: Item, otherwise: str) -> str:
    """The language of a person, where the office keeps it in a field of that name."""
    fields = {
        name: _REGION.sub("", said.strip()) for name, said in person.get("fields", {}).items()
    }
    found = answer_words.language_of(fields)
    return found if found in PAPER_LANGUAGES else otherwise


def languages(words: Words) -> Sequence[tuple[str, str]]:
    """In which a file is printed, each with its name."""
    return [(each, words.name_of(each)) for each in PAPER_LANGUAGES]


def kept_out(words: Words) -> Iterator[tuple[str, str]]:
    """What is kept and does not stand in a file, and why not; empty in a language that only paper
    has.
    """
    for each in kept_out_list.ALL:
        what = words.text(each.what)
        why = words.text(each.why) if words.language in LANGUAGES else ""
        yield what[:1].upper() + what[1:], why
