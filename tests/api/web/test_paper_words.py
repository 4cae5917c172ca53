"""What is printed for a person in their own language: every sentence of it has its words."""

import string
from pathlib import Path

from appliance.api.web import dossier_paper
from appliance.api.web.words import dossier_phrases, paper_words, phrases
from appliance.desk.privacy.dossier import kept_out
from appliance.desk.rounds import answer_words
from tests.api.web.test_web_words import texts_of

BEFORE = {"What is kept of {name}", "Page {page} of {pages}"}


def printed() -> set[str]:
    """What a file of a person says, but why something is not in it."""
    codes = (each for table in dossier_phrases.CODES.values() for each in table.values())
    return {
        *texts_of(Path(dossier_paper.__file__)),
        *dossier_phrases.SECTIONS.values(),
        *dossier_phrases.LABELS.values(),
        *codes,
        *phrases.STATES.values(),
        *(each.what for each in kept_out.ALL),
        "yes",
        "no",
        dossier_phrases.LEFT_OUT,
    }


def test_each_sentence_has_its_words_in_every_language() -> None:
    """And the table holds nothing that is not printed any more."""
    table = paper_words.table()
    assert printed() >= BEFORE
    assert sorted(printed() - table.keys()) == []
    assert sorted(table.keys() - printed()) == []
    for sentence, said in table.items():
        assert tuple(said) == paper_words.LANGUAGES, sentence
        assert all(said.values()), sentence


def test_what_is_filled_in_stands_in_every_language() -> None:
    for sentence, said in paper_words.table().items():
        wanted = sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name)
        for language, text in said.items():
            found = sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)
            assert found == wanted, (language, sentence)


def test_all_languages_in_which_people_answer_are_printed() -> None:
    known = {"nl", "en", *paper_words.LANGUAGES}
    assert set(answer_words.LANGUAGES.values()) == known
