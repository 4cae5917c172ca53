"""What people write in nine languages: who wants no more messages, and who only says such words.

`stop_sentences/` has a file a language; a line that begins with `+` asks for it, one with `-` does
not. The rules were written for one part of them; `held_out` says how they do with what nobody
foresaw, and `with_a_reason` has wishes beside a day, a job or a journey.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from appliance.desk.consent.letters import bare
from appliance.desk.consent.near_stop_words import is_near_stop
from appliance.desk.consent.rule_words import STOP_WORDS, is_start, is_stop

CORPUS = Path(__file__).parent / "stop_sentences"
PARTS = ("written_for", "held_out", "with_a_reason")
LANGUAGES = sorted(file.stem for file in (CORPUS / "held_out").iterdir())


def said(part: str, language: str, mark: str) -> Sequence[str]:
    lines = (CORPUS / part / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [line[2:] for line in lines if line.startswith(f"{mark} ")]


def all_said(mark: str, part: str) -> Sequence[str]:
    return [text for language in LANGUAGES for text in said(part, language, mark)]


def unseen(texts: Sequence[str]) -> Sequence[str]:
    """Those that neither end consent nor are shown to staff."""
    return [text for text in texts if not is_near_stop(text) and not is_stop(text)]


def marked(texts: Sequence[str]) -> Sequence[str]:
    return [text for text in texts if is_near_stop(text) or is_stop(text)]


def test_there_is_enough_of_both_kinds() -> None:
    """Nine languages, and hundreds of sentences in both of the first parts."""
    assert LANGUAGES == ["ar", "bg", "de", "en", "nl", "pl", "ro", "tr", "uk"]
    for mark in "+-":
        assert len({*all_said(mark, "held_out")}) >= 200
        assert len({*all_said(mark, "held_out"), *all_said(mark, "written_for")}) >= 400


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_wants_no_more_messages_is_shown_to_staff(language: str, part: str) -> None:
    """At least 95 of 100 in each language."""
    texts = said(part, language, "+")
    missed = unseen(texts)
    assert len(missed) <= 0.05 * len(texts), missed


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_write_about_work_is_left_alone(language: str, part: str) -> None:
    """At most 2 of 100 in each language get a mark; if many did, soon nobody would read them."""
    texts = said(part, language, "-")
    wrong = marked(texts)
    assert len(wrong) <= 0.02 * len(texts), wrong


def test_only_a_word_is_obeyed() -> None:
    """None of these sentences ends consent by itself, and none gives it."""
    for part in PARTS:
        for text in (*all_said("+", part), *all_said("-", part)):
            assert not is_stop(text) or bare(text) in STOP_WORDS
            assert not is_start(text)


@pytest.mark.parametrize(
    "piece",
    ["a", "niet ", "not more me ", "geen meer mij de ", "я", "ничего меня ", ". ", "n'", ", niet"],
)
def test_a_hostile_text_is_read_at_once(piece: str) -> None:
    """Thousands of words that nearly ask: each message is read while all others wait."""
    text = (piece * 4000)[:4000]
    assert not is_stop(text)
    assert not is_near_stop(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ik wil me afmelden", True),
        ("Ik wil me afmelden. Ik heb koorts.", False),
        ("Ik wil me afmelden voor morgen", False),
        ("Haal mij van de lijst", True),
        ("Haal mij van de lijst, zaterdag kan ik niet", False),
        ("don't call, text me", False),
        ("don't call or text me", True),
        ("Stop. Ik werk al lang ergens anders", True),
        ("ne mi pi6ete", True),
        ("Haal mij van de lijst, ik begin zaterdag ergens anders", True),
        ("Ik heb geen bericht gehad over zaterdag. Haal mij van de lijst", True),
        (f"{'Ik heb een baan. ' * 20}Haal mij van de lijst", True),
        (f"{'Ik heb een baan en ' * 20}ik wil me afmelden", False),
        ("Niet bellen of appen", True),
        ("Vanaf morgen niet meer bellen", True),
    ],
)
def test_what_stands_around_it_decides(text: str, expected: bool) -> None:
    """A day, an illness and a comma make something else of the same words."""
    assert is_near_stop(text) is expected
