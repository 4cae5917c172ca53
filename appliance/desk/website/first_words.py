"""What stands in a message before somebody types: it says to whom they write."""

from appliance.desk.website.facts import LineFacts
from appliance.store.line_website import LineWebsite

_USUAL = {"nl": "Hallo {branch}, mijn vraag: ", "en": "Hello {branch}, my question: "}


def first_words(facts: LineFacts, language: str) -> str:
    return words_of(facts.website, facts.branch.name, language)


def words_of(website: LineWebsite, branch: str, language: str) -> str:
    """Those of the line, else the usual ones. `branch` is its name."""
    return website.first_words.get(language) or _USUAL[language].format(branch=branch)


def usual(facts: LineFacts, language: str) -> str:
    return _USUAL[language].format(branch=facts.branch.name)
