"""What a file of a person says, item by item: on its page for the officer, and on paper."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from appliance.api.json.times import ms_of
from appliance.api.web.words.dossier_phrases import CODES, LABELS, LEFT_OUT, OTHERS, SECTIONS
from appliance.api.web.words.i18n import LANGUAGES, Words
from appliance.channels import Channel
from appliance.desk.privacy.dossier import asked
from appliance.desk.privacy.dossier import kept_out as kept_out_list
from appliance.phone_numbers import readable

Item = Mapping[str, Any]
_TIMES = ("at", "since", "known_since", "until")
_NUMBERS = ("number", "line")
_LANGUAGE_FIELDS = ("taal", "language")
_LANGUAGES = {"nederlands": "nl", "dutch": "nl", "engels": "en", "english": "en"}


def section(words: Words, name: str) -> str:
    return words.text(SECTIONS[name])


def others(words: Words, kind: str) -> tuple[str, str]:
    """What a kind of others' data is called, and what it is."""
    name, what = OTHERS[kind]
    return words.text(name), words.text(what)


def facts(words: Words, zone: str, item: Item) -> Iterator[tuple[str, str]]:
    """What is said of an item, each with its name; what is for machines is left out."""
    for name, value in item.items():
        if name in LABELS and value not in ("", [], {}):
            yield words.text(LABELS[name]), shown(words, zone, name, value)


def shown(words: Words, zone: str, name: str, value: Any) -> str:
    """One value as people read it."""
    match value:
        case {"colleague": who} | {"program": who}:
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


def _one(words: Words, zone: str, name: str, value: Any) -> str:
    if name in _TIMES or name.endswith("_at"):
        return moment(words, zone, value)
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
    for name, said in person.get("fields", {}).items():
        if name.strip().casefold() in _LANGUAGE_FIELDS:
            wanted = said.strip().casefold()
            found = _LANGUAGES.get(wanted, wanted[:2])
            return found if found in LANGUAGES else otherwise
    return otherwise


def kept_out(words: Words) -> Iterator[tuple[str, str]]:
    """What is kept and does not stand in a file, and why not."""
    for each in kept_out_list.ALL:
        what = words.text(each.what)
        yield what[:1].upper() + what[1:], words.text(each.why)
