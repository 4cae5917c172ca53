"""What a line may be told to do: when it falls back, what callers are sent, when credit is low."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer

from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.messages import MessageClass, clean_text
from appliance.sms_parts import MAX_PARTS, count_parts
from appliance.store import kept_settings
from appliance.store.kept_settings import KeptSettings, Refusal
from appliance.store.store import Tx

DEFAULT_FALLBACK = frozenset(
    {MessageClass.REPLY, MessageClass.CONFIRMATION, MessageClass.AUTOMATIC}
)
"""A list waits for the phone: its words were written for that number."""

MAX_FALLBACK_MIN = 7 * 24 * 60
MAX_CREDIT_EUROS = 9999
TOO_MANY_WORDS = "What stands in place of files is too long: more than one SMS."
QUESTION_TOO_LONG = f"The question is too long: more than {MAX_PARTS} SMS."
TOO_LONG = f"What callers are sent is too long: more than {MAX_PARTS} SMS."


def _by_name(classes: frozenset[MessageClass]) -> list[str]:
    return sorted(each.value for each in classes)


def _clean(text: str) -> str:
    try:
        return clean_text(text)
    except InvalidInput as exc:
        raise kept_settings.wrong(exc.sentence) from exc


def _answer(text: str | None) -> str | None:
    return _said(text, TOO_LONG)


def _question(text: str | None) -> str | None:
    return _said(text, QUESTION_TOO_LONG)


def _said(text: str | None, too_long: str) -> str | None:
    if text is None or not text.strip():
        return None
    said = _clean(text.strip())
    if count_parts(said) > MAX_PARTS:
        raise kept_settings.wrong(too_long)
    return said


def _in_place_of_files(text: str | None) -> str | None:
    words = (text or "").strip()
    if not words:
        return None
    if count_parts(words) > 1:
        raise kept_settings.wrong(TOO_MANY_WORDS)
    return _clean(words)


class LineSettings(KeptSettings):
    """What a line was told to do."""  # how it is asked for: desk/lines/setting_fields.py

    fallback_after_min: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_FALLBACK_MIN,
            description="Minutes that a way must be closed before the next one is taken.",
        ),
        Refusal(f"Give the minutes until the fallback, 0 to {MAX_FALLBACK_MIN}."),
    ] = 10
    fallback_classes: Annotated[
        frozenset[MessageClass],
        Field(
            description="The kinds of messages that may leave over a later device.",
            json_schema_extra={"default": _by_name(DEFAULT_FALLBACK)},  # a set has no order
        ),
        PlainSerializer(_by_name, return_type=list[str]),
        Refusal(f"Give kinds of messages: {', '.join(_by_name(frozenset(MessageClass)))}."),
    ] = DEFAULT_FALLBACK
    call_answer: Annotated[
        str | None,
        Field(
            description="What a caller is sent, with `{branch}` and `{line}` in it; null: nothing."
        ),
        AfterValidator(_answer),
        Refusal(TOO_LONG),
    ] = None
    credit_warn_cents: Annotated[
        int | None,
        Field(
            ge=0,
            le=MAX_CREDIT_EUROS * 100,
            description="Below this the credit of a SIM is low; null: never.",
        ),
        Refusal(f"Give the credit to warn below, 0 to {MAX_CREDIT_EUROS} euros."),
    ] = None

    without_files: Annotated[
        str | None,
        Field(
            description="What an SMS says in place of files that only WhatsApp carries, below the"
            " text of the message; null: the message waits for WhatsApp."
        ),
        AfterValidator(_in_place_of_files),
        Refusal(TOO_MANY_WORDS),
    ] = None
    after_done: Annotated[
        str | None,
        Field(
            description="What people are asked, once a month, when somebody marks their"
            " conversation as done, with `{branch}` in it; null: nothing."
        ),
        AfterValidator(_question),
        Refusal(QUESTION_TOO_LONG),
    ] = None


DEFAULT_SETTINGS = LineSettings()


@lru_cache(maxsize=1024)
def settings_of(kept: str) -> LineSettings:
    """Remembered: a line is read for every message, and there are few ways to set it."""
    return kept_settings.read(LineSettings, kept)


def change(tx: Tx, line_id: str, patch: Mapping[str, Any], *, by: str) -> None:
    """Keeps what is other than before; `by` as in `kept_settings.tell`. Raises InvalidInput."""
    row = tx.conn.execute("SELECT settings FROM line WHERE id = ?", (line_id,)).fetchone()
    if row is None:
        raise NotFound("line")
    kept, fields = kept_settings.changed(LineSettings, row["settings"], patch)
    if fields:
        tx.conn.execute("UPDATE line SET settings = ? WHERE id = ?", (kept, line_id))
        kept_settings.tell(tx, EventKind.LINE_CHANGED, fields, by=by, line_id=line_id)
