"""Which column of a file is what, by its head or as somebody says."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.desk.contacts import office_fields
from appliance.desk.contacts.changing import STATES
from appliance.errors import InvalidInput
from appliance.store.branch_settings import BranchSettings

NUMBER, NAME, FIRST, INFIX, LAST = "number", "office_name", "first_name", "infix", "last_name"
PERSONNEL, NOTES, STATE, LABELS = "personnel_number", "notes", "state", "labels"
SINCE = "state_since"
OWN = "field:"
"""Before the name of a field of the office's own."""
TARGETS = (NUMBER, NAME, FIRST, INFIX, LAST, PERSONNEL, STATE, SINCE, LABELS, NOTES)

_HEADS: Mapping[str, str] = {
    NUMBER: "number numbers phone phonenumber mobile mobilephone telephone tel telefoon nummer"
    " telefoonnummer telefoonnr mobiel mobielnummer mobielnr mobieletelefoon gsm gsmnummer"
    " telefoonmobiel mobielprivé mobielprive telefoonprivé telefoonprive telnr telnummer",
    NAME: "name officename fullname displayname naam volledigenaam weergavenaam",
    FIRST: "firstname givenname voornaam roepnaam",
    INFIX: "infix tussenvoegsel voorvoegsel voorvoegsels",
    LAST: "lastname surname familyname achternaam familienaam",
    PERSONNEL: "personnelnumber personnelno employeenumber employeeid personeelsnummer personeelsnr"
    " persnr persnummer pnr medewerkernr medewerkernummer medewerkersnummer werknemersnummer"
    " uitzendkrachtnummer",
    NOTES: "notes note notitie notities opmerking opmerkingen",
    STATE: "state status relatie",
    SINCE: "statesince statussince since sinds statussinds relatiesinds",
    LABELS: "label labels tags",
}
_ZONE = ZoneInfo(BranchSettings().zone)
_BY_HEAD = {head: target for target, heads in _HEADS.items() for head in heads.split()}
_STATES = {each: each for each in STATES} | {
    "zelf": "self",
    "kandidaat": "candidate",
    "geplaatst": "placed",
    "werkzaam": "placed",
    "aan het werk": "placed",
    "at work": "placed",
    "actief": "placed",
    "uit dienst": "ended",
    "vertrokken": "ended",
    "left": "ended",
}
_DAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y")
"""As spreadsheets write a day in the Netherlands, and as programs do."""
_DUTCH_MOBILE = re.compile(r"6[0-9]{8}")
_DUTCH_ABROAD = re.compile(r"31[0-9]{9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSaid:
    """What one row says of a person, as it stands there; empty where it says nothing."""

    numbers: Sequence[str] = ()
    office_name: str = ""
    personnel_number: str = ""
    notes: str = ""
    state: str = ""
    state_since: str = ""
    labels: Sequence[str] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def guessed(head: Sequence[str]) -> Sequence[str]:
    """For each column what it is by its head; empty where nothing is known of it."""
    return [_BY_HEAD.get(_letters(name), "") for name in head]


def mapped(head: Sequence[str], mapping: Mapping[str, str]) -> Sequence[str]:
    """… as `mapping` says, by column or by what it is. Columns that it leaves out are nothing.

    Raises InvalidInput.
    """
    by_column = mapping
    if not set(mapping) <= set(head) and set(mapping.values()) <= set(head):
        by_column = {column: target for target, column in mapping.items()}
    unknown = [each for each in by_column if each not in head]
    if unknown:
        raise InvalidInput("mapping", f"The file has no column “{unknown[0]}”.")
    return [checked(by_column.get(name, "")) for name in head]


def checked(target: str) -> str:
    """Raises InvalidInput for what no column can be."""
    if target == "name":
        return NAME
    if target.startswith(OWN):
        return OWN + office_fields.named(target.removeprefix(OWN))
    if target and target not in TARGETS:
        known = ", ".join((*TARGETS, f"{OWN}…"))
        raise InvalidInput("mapping", f"“{target}” is nothing that a column can be: {known}.")
    return target


def need_key(head: Sequence[str], targets: Sequence[str]) -> None:
    """Raises InvalidInput where nobody can be found by any column."""
    if NUMBER not in targets and PERSONNEL not in targets:
        heads = ", ".join(head[:20])
        sentence = (
            f"No column has a number or a personnel number. There are: {heads}. Say in “mapping”"
            " which one has it."
        )
        raise InvalidInput("mapping", sentence)


def says(targets: Sequence[str], cells: Sequence[str]) -> PersonSaid:
    found: dict[str, list[str]] = {}
    for target, cell in zip(targets, cells, strict=True):
        if target and cell:
            found.setdefault(target, []).append(cell)
    numbers = [one for cell in found.get(NUMBER, ()) for one in re.split("[;|\n]", cell)]
    whole = " ".join(word for part in (FIRST, INFIX, LAST) for word in found.get(part, ()))
    return PersonSaid(
        numbers=[_number(each) for each in numbers],
        office_name=" ".join(found.get(NAME, ())) or whole,
        personnel_number=" ".join(found.get(PERSONNEL, ())),
        notes="\n".join(found.get(NOTES, ())),
        state=" ".join(found.get(STATE, ())),
        state_since=" ".join(found.get(SINCE, ())),
        labels=[
            each.strip()
            for cell in found.get(LABELS, ())
            for each in re.split("[;,|]", cell)
            if each.strip()
        ],
        fields={
            target.removeprefix(OWN): "\n".join(cells)
            for target, cells in found.items()
            if target.startswith(OWN)
        },
    )


def state_of(text: str) -> str | None:
    """None for a word that names no state."""
    return _STATES.get(" ".join(text.casefold().split()))


def day_of(text: str) -> int | None:
    """The beginning of a day, in the zone of the company; None for what is no day."""
    for form in _DAYS:
        with suppress(ValueError, OverflowError):
            began = datetime.strptime(text.strip(), form).replace(tzinfo=_ZONE)
            return int(began.timestamp() * 1000)
    return None


def _number(cell: str) -> str:
    """A spreadsheet takes the zero or the plus of a number away."""
    text = cell.strip()
    bare = re.sub(r"[\s.\-]", "", text)
    if _DUTCH_MOBILE.fullmatch(bare):
        return f"0{bare}"
    return f"+{bare}" if _DUTCH_ABROAD.fullmatch(bare) else text


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalpha())
