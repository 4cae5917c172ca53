"""Words of what is printed for a person in a language that no page has, from one table."""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("de", "pl", "ro", "bg", "tr", "uk", "ar")
"""Besides Dutch and English. People answer in these, and say STOP in them."""
TABLE = Path(__file__).parent.parent / "locale" / "paper.toml"


@functools.cache
def table() -> Mapping[str, Mapping[str, str]]:
    """By the English sentence, then by language."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def said(language: str, sentence: str) -> str:
    """In English where the table has no such sentence."""
    return table().get(sentence, {}).get(language, sentence)
