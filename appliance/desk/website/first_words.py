"""What stands in a message before somebody types: it says to whom they write."""

from appliance.desk.website.facts import LineFacts

_USUAL = {"nl": "Hallo {branch}, mijn vraag: ", "en": "Hello {branch}, my question: "}


def first_words(facts: LineFacts, language: str) -> str:
    """Those of the line, else the usual ones."""
    return facts.website.first_words.get(language) or usual(facts, language)


def usual(facts: LineFacts, language: str) -> str:
    return _USUAL[language].format(branch=facts.branch.name)
