"""What a line shows on a website and on paper: kept with its settings, in the same row."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from appliance.errors import InvalidInput
from appliance.messages import clean_text
from appliance.store import kept_settings, line_settings
from appliance.store.branch_settings import LANGUAGES
from appliance.store.kept_settings import KeptSettings, Refusal
from appliance.store.store import Tx

MOST_WORDS = 160
"""Characters: a square with more is too fine for many cameras."""
MOST_ADDRESS = 300
TOO_LONG = f"The first words have at most {MOST_WORDS} characters."
NO_ADDRESS = "Give the whole address of the figures, such as https://example.com/31612345678.json."


def _words(said: Mapping[str, str]) -> dict[str, str]:
    """Only what is said; raises what pydantic reads as a wrong value."""
    found = {}
    for language in LANGUAGES:
        text = said.get(language, "").strip()
        if len(text) > MOST_WORDS:
            raise kept_settings.wrong(TOO_LONG)
        if text:
            found[language] = _clean(text)
    return found


def _clean(text: str) -> str:
    try:
        return clean_text(text)
    except InvalidInput as exc:
        raise kept_settings.wrong(exc.sentence) from exc


def _address(text: str | None) -> str | None:
    said = (text or "").strip()
    if not said:
        return None
    parts = urlsplit(said)  # a wrong one raises ValueError, which is a wrong value, too
    is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    if not is_whole or "@" in parts.netloc or len(said) > MOST_ADDRESS or not said.isprintable():
        raise ValueError(said)
    return said


class LineWebsite(KeptSettings):
    """`first_words` by language, of those that differ from the usual ones: what stands in a message
    before somebody types. `public_figures`: whoever asks is told what the snippet holds.
    `refresh_from` is where a website's visitors reach those figures; None: nowhere.
    """

    first_words: Annotated[dict[str, str], AfterValidator(_words), Refusal(TOO_LONG)] = Field(
        default={}
    )
    public_figures: Annotated[bool, Refusal("Say whether the figures are public.")] = False
    refresh_from: Annotated[str | None, AfterValidator(_address), Refusal(NO_ADDRESS)] = None


@lru_cache(maxsize=1024)
def website_of(kept: str) -> LineWebsite:
    """From the settings as they are kept."""
    return kept_settings.read(LineWebsite, kept)


def change(tx: Tx, line_id: str, patch: Mapping[str, Any], *, by: str) -> None:
    """Keeps what is other than before; `by` as in `kept_settings.tell`. Raises InvalidInput."""
    line_settings.keep(tx, LineWebsite, line_id, patch, by=by)
