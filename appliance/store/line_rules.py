"""What a line says by itself, and when: kept with its settings, as one JSON value in its row."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from appliance.errors import InvalidInput
from appliance.messages import clean_text
from appliance.sms_parts import MAX_PARTS, count_parts
from appliance.store import kept_settings, line_settings, wordings
from appliance.store.branch_settings import LANGUAGES
from appliance.store.kept_settings import KeptSettings, Refusal
from appliance.store.store import Tx
from appliance.store.wordings import WordingKind

MOST_VARIANTS = 20
MOST_HOURS = 7 * 24
MOST_MINUTES = 12 * 60
_VARIANTS = f"Write at most {MOST_VARIANTS} variants, each with something in it."
_MINUTES = f"The minutes that somebody waits are 1 to {MOST_MINUTES}."
_TOO_LONG = f"A text that is sent by itself has at most {MAX_PARTS} SMS."


def _variants(texts: Sequence[str]) -> tuple[str, ...]:
    if len(texts) > MOST_VARIANTS:
        raise ValueError(texts)
    try:
        return tuple(map(checked_text, texts))
    except InvalidInput as exc:
        raise kept_settings.wrong(exc.sentence) from exc


def checked_text(text: str) -> str:
    """What a rule may say. Raises InvalidInput."""
    cleaned = clean_text(text.strip())
    if count_parts(cleaned) > MAX_PARTS:
        raise InvalidInput("text", _TOO_LONG)
    return cleaned


def _minutes(after_min: int) -> int:
    if not 1 <= after_min <= MOST_MINUTES:
        raise kept_settings.wrong(_MINUTES)
    return after_min


class Rule(BaseModel):
    """Without variants of its own it says the usual words."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    on: bool = False
    variants: Annotated[tuple[str, ...], AfterValidator(_variants)] = ()


class BusyRule(Rule):
    """For who waits longer than this."""

    after_min: Annotated[int, AfterValidator(_minutes)] = 15


class LineRules(KeptSettings):
    """`every_hours`: at most one such message a conversation in so many hours; 0: no such limit."""

    welcome: Annotated[Rule, Refusal(_VARIANTS)] = Rule(on=True)
    outside_hours: Annotated[Rule, Refusal(_VARIANTS)] = Rule()
    nobody_logged_in: Annotated[Rule, Refusal(_VARIANTS)] = Rule()
    all_busy: Annotated[
        BusyRule,
        Refusal(f"{_VARIANTS} {_MINUTES}"),
    ] = BusyRule()
    every_hours: Annotated[
        int,
        Field(ge=0, le=MOST_HOURS),
        Refusal(f"Give the hours between two such messages, 0 to {MOST_HOURS}."),
    ] = 12


DEFAULT_RULES = LineRules()


@lru_cache(maxsize=1024)
def rules_of(kept: str) -> LineRules:
    """Remembered: they are read for every message, and there are few ways to set them."""
    return kept_settings.read(LineRules, kept)


def change(tx: Tx, line_id: str, patch: Mapping[str, Any], *, by: str) -> None:
    """Keeps what is other than before; `by` as in `kept_settings.tell`. Raises InvalidInput."""
    line_settings.keep(tx, LineRules, line_id, patch, by=by)
    if "welcome" in patch:
        _note_welcome(tx, line_id)


def _note_welcome(tx: Tx, line_id: str) -> None:
    row = tx.conn.execute(_LINE, (line_id,)).fetchone()
    welcome = rules_of(row["settings"]).welcome
    words = (welcome.variants or None) if welcome.on else ()
    language = row["language"] or LANGUAGES[0]
    at = {"branch_id": row["branch_id"], "line_id": line_id, "language": language}
    wordings.note(tx, WordingKind.WELCOME, words, **at)


_LINE = """
SELECT l.settings, l.branch_id, b.settings ->> '$.language' AS language
FROM line l JOIN branch b ON b.id = l.branch_id WHERE l.id = ?
"""
