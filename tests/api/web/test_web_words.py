"""The pages' words: nothing that a page can say is missing from the Dutch catalogue."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from appliance.api.web import refusal
from appliance.api.web.templating import TEMPLATES
from appliance.api.web.words import (
    adoption_sentences,
    archive_sentences,
    audit_sentences,
    automatic_sentences,
    box_alarms,
    boxes_sentences,
    bubble_sentences,
    care_sentences,
    copy_sentences,
    device_phrases,
    device_sentences,
    dossier_phrases,
    emergency_sentences,
    group_sentences,
    incident_phrases,
    label_sentences,
    list_sentences,
    media_sentences,
    office_sentences,
    phrases,
    privacy_sentences,
    rollout_sentences,
    round_phrases,
    search_sentences,
    staff_sentences,
    update_sentences,
    webhook_sentences,
)
from appliance.api.web.words.i18n import LANGUAGES, LOCALE_DIR, Words, best_language
from appliance.desk.automatic import calendar_file
from appliance.desk.lines import beside, beside_shown, setting_fields
from appliance.desk.privacy.dossier import kept_out
from appliance.devices.kind import ANY_ACCOUNT, Kind
from appliance.devices.protocol import DeviceState
from appliance.errors import Refused
from appliance.messages import MessageState
from appliance.office.tables.boxes import Alarm
from appliance.reasons import Reason
from appliance.store.consent import ConsentKind
from appliance.store.incidents import IncidentKind
from appliance.store.kept_settings import refusal as wrong_setting
from appliance.store.line_settings import LineSettings

WEB = Path(phrases.__file__).parent.parent
PAPERS = WEB.parent / "papers"
ZONE = "Europe/Amsterdam"
NOON_MS = 1_786_104_000_000  # Friday 7 August 2026, 12:00 UTC


def _of_templates() -> Iterator[str]:
    for path in TEMPLATES.glob("*.html"):
        with path.open("rb") as file:
            found = babel_extract(file, ("_", "plural"), (), {"trim_blocks": "true"})
            for _, name, message, _ in found:
                said = message if isinstance(message, tuple) else (message,)
                yield from (each for each in said[: 1 if name == "plural" else None] if each)


def _of_code() -> Iterator[str]:
    """The literal first arguments of `words.text`, `words.plural` and `_failed`."""
    for path in (*WEB.rglob("*.py"), *PAPERS.rglob("*.py")):
        yield from texts_of(path)


def texts_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = {"text": 0, "plural": 0, "_failed": 2}.get(name)
        if place is None or len(node.args) <= place:
            continue
        given = node.args[place]
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield given.value


_OF_GROUPS = (
    group_sentences.WORK,
    group_sentences.WHY,
    group_sentences.BUTTONS,
    group_sentences.NOT_AGREED,
)


def _of_phrases() -> Iterator[str]:
    yield from phrases.WAITING.values()
    yield from audit_sentences.SENTENCES
    yield from emergency_sentences.SENTENCES
    yield from webhook_sentences.SENTENCES
    yield from update_sentences.SENTENCES
    yield from (
        *boxes_sentences.SENTENCES,
        *office_sentences.SENTENCES,
        *rollout_sentences.SENTENCES,
    )
    yield from phrases.STATES.values()
    yield from round_phrases.NOT_ASKED.values()
    yield from phrases.FAILED_TRIES.values()
    yield phrases.DID_NOT_LEAVE
    yield from phrases.REPORTS.values()
    yield from device_phrases.DEVICE_STATES.values()
    yield from (kind.label for kind in Kind.known())
    yield from device_phrases.REGISTRATIONS.values()
    yield from device_phrases.SIGNALS
    yield from device_sentences.PORT.values()
    yield from phrases.CONSENT.values()
    yield from media_sentences.KINDS.values()
    yield from media_sentences.WHY_NOT_HERE.values()
    yield from media_sentences.STATES.values()
    yield from incident_phrases.NAMES.values()
    yield from archive_sentences.SENTENCES
    yield from copy_sentences.NAMES.values()
    yield from label_sentences.COLOURS.values()
    yield from refusal.FIELDS.values()
    yield from list_sentences.LEFT_OUT.values()
    yield from adoption_sentences.STATES.values()
    yield from adoption_sentences.WHY.values()
    yield from (*search_sentences.FILTERS.values(), search_sentences.NO_FILTER)
    yield search_sentences.TOO_LONG
    yield from bubble_sentences.RULES.values()
    yield from automatic_sentences.WHY.values()
    yield from calendar_file.SENTENCES
    yield from _of_privacy()
    yield from _of_kinds()
    yield from _of_settings()


def _of_privacy() -> Iterator[str]:
    yield from dossier_phrases.SECTIONS.values()
    yield from dossier_phrases.LABELS.values()
    for codes in dossier_phrases.CODES.values():
        yield from codes.values()
    yield dossier_phrases.LEFT_OUT
    for pair in (*dossier_phrases.OTHERS.values(), *((e.what, e.why) for e in kept_out.ALL)):
        yield from pair
    yield from (*privacy_sentences.KINDS.values(), *privacy_sentences.OUTCOMES.values())
    for kinds in (care_sentences.LOOKS_LIKE, care_sentences.KINDS, care_sentences.BECAUSE):
        yield from kinds.values()
    yield from (care_sentences.ABOUT, care_sentences.WAIT, *care_sentences.ON_A_PHONE)


def _of_kinds() -> Iterator[str]:
    yield from (each for kind in Kind.known() for each in kind.removal_sentences)
    yield from (beside.LACKING, *(each.label for each in ANY_ACCOUNT))
    for kind in beside_shown.kinds():
        yield from (*kind.account_sentences, kind.about_account)
        yield from (
            said for each in kind.account_fields for said in (each.label, each.hint) if said
        )


def _of_settings() -> Iterator[str]:
    for table in _OF_GROUPS:
        yield from table.values()
    for field in setting_fields.FIELDS:
        yield field.label
        if field.name not in refusal.FIELDS:
            yield wrong_setting(LineSettings, field.name).sentence
    for pair in (
        *device_phrases.DEVICE_REASONS.values(),
        *(pair for kind in Kind.known() for pair in kind.sentences.values()),
        *phrases.REFUSALS.values(),
        *staff_sentences.ROLES.values(),
        *automatic_sentences.RULES.values(),
        *phrases.STOPPED.values(),
        *incident_phrases.BY_CODE.values(),
        *incident_phrases.BY_KIND.values(),
        *copy_sentences.WHY.values(),
    ):
        yield from (each for each in pair if each)


def _said() -> set[str]:
    return {*_of_templates(), *_of_code(), *_of_phrases()}


def _dutch() -> dict[str, object]:
    with (LOCALE_DIR / "nl" / "balie.po").open("rb") as file:
        catalog = read_po(file)
    return {
        message.id[0] if isinstance(message.id, tuple) else str(message.id): message.string
        for message in catalog
        if message.id
    }


def test_every_sentence_has_its_dutch() -> None:
    """A Dutch reader never meets an English sentence that a page holds."""
    said = _said()
    assert len(said) > 150
    dutch = _dutch()
    missing = sorted(each for each in said if not dutch.get(each))
    assert missing == []


def test_the_catalogue_holds_nothing_that_no_page_says() -> None:
    """A translation whose sentence was changed or removed fails here."""
    assert sorted(set(_dutch()) - _said()) == []


def test_placeholders_survive_translation() -> None:
    """A translation has the same placeholders as its sentence."""
    for sentence, translated in _dutch().items():
        for text in translated if isinstance(translated, tuple) else (str(translated),):
            assert _names(text) == _names(sentence), sentence


def _names(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_nothing(language: str) -> None:
    """A catalogue keeps its header under the empty text, and no page shows it."""
    words = Words(language)
    assert (words.text(""), words.plural("", "", 1), words.plural("", "", 2)) == ("", "", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_without_a_remedy_says_what_happened_alone(language: str) -> None:
    """Whatever was refused, its note holds nothing that nobody wrote."""
    for code in Reason:
        note = refusal.note_of(Words(language), Refused(code, "No."), line="+31 6 1")
        assert note.sentence
        assert bool(note.remedy) == bool(phrases.REFUSALS.get(code, ("", ""))[1]), code


@pytest.mark.parametrize(
    ("codes", "phrased"),
    [
        (set(MessageState), set(phrases.STATES)),
        (set(DeviceState), set(device_phrases.DEVICE_STATES)),
        (set(ConsentKind), set(phrases.CONSENT)),
        (set(IncidentKind), set(incident_phrases.NAMES)),
        (set(Alarm), set(box_alarms.ALARMS)),
    ],
)
def test_every_code_has_a_sentence(codes: set[object], phrased: set[object]) -> None:
    """A new code of the lower floors needs a sentence here."""
    assert codes == phrased


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-US,en;q=0.9", "en"),
        ("de, en;q=0.4, nl;q=0.6", "nl"),
        ("en;q=0, de", "nl"),
        ("fr", "nl"),
        ("", "nl"),
        (None, "nl"),
        ("en;q=x,,;;", "nl"),
    ],
)
def test_the_browser_chooses_the_language(accepted: str | None, language: str) -> None:
    """The best of the languages that the browser accepts, and Dutch when it names none of ours."""
    assert best_language(accepted) == language


def test_times_are_those_of_the_branch() -> None:
    """A moment is written in the branch's zone, with as much of the day as it takes."""
    nl, en = Words("nl"), Words("en")
    assert nl.time(NOON_MS, ZONE) == "14:00"
    assert nl.moment(NOON_MS, ZONE, NOON_MS) == "14:00"
    assert en.moment(NOON_MS - 72 * 3_600_000, ZONE, NOON_MS) == "Tue 4 Aug 14:00"
    assert nl.at(NOON_MS, ZONE, NOON_MS) == "om 14:00"
    assert nl.at(NOON_MS + 20 * 3_600_000, ZONE, NOON_MS) == "morgen om 10:00"
    assert en.at(NOON_MS + 68 * 3_600_000, ZONE, NOON_MS) == "Mon 10 Aug at 10:00"
    assert en.short(NOON_MS - 24 * 3_600_000, ZONE, NOON_MS) == "Thu"
    assert nl.short(NOON_MS - 24 * 3_600_000, ZONE, NOON_MS) == "do"
    assert nl.span(90 * 60_000) == "1 u"
