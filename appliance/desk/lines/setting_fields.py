"""How each setting of a line is asked for and said: one table for the page and the command line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from appliance.errors import InvalidInput
from appliance.messages import MessageClass
from appliance.store.kept_settings import refusal
from appliance.store.line_settings import MAX_CREDIT_EUROS, LineSettings

_CENTS = 100
_LISTS = frozenset({MessageClass.LIST})
ON = "true"
"""What a form says of a box that is ticked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """`name` is the one in `LineSettings`. `option`, `metavar` and `help` are for the command line,
    `label` for the page. `told` is its row in a list, with any of `said` in it; empty where another
    one's row says it.
    """

    name: str
    option: str
    help: str
    label: str
    metavar: str | None = None
    told: str = ""
    #: Which field of a form it is.
    input: ClassVar[str]
    #: What the command line reads.
    type: ClassVar[type]

    def from_option(self, given: Any, now: LineSettings) -> Any:  # noqa: ARG002 -- for others
        return given

    def from_form(self, text: str, now: LineSettings) -> Any:
        """Raises InvalidInput."""
        return self.from_option(text, now)

    def value(self, settings: LineSettings) -> Any:
        return getattr(settings, self.name)

    def said(self, settings: LineSettings) -> str:
        return str(self.value(settings))


class Minutes(SettingField):
    input = "minutes"
    type = int

    def said(self, settings: LineSettings) -> str:
        number = self.value(settings)
        return "1 minute" if number == 1 else f"{number} minutes"

    def limit(self, which: str) -> int | None:
        """The `ge` or `le` of the model."""
        limits = LineSettings.model_fields[self.name].metadata
        return next((getattr(each, which) for each in limits if hasattr(each, which)), None)


class Lists(SettingField):
    """Whether lists are among the kinds of messages."""

    input = "tick"
    type = bool

    def from_option(self, given: bool, now: LineSettings) -> Any:
        kinds: frozenset[MessageClass] = self.value(now)
        return kinds | _LISTS if given else kinds - _LISTS

    def from_form(self, text: str, now: LineSettings) -> Any:
        return self.from_option(text == ON, now)

    def is_on(self, settings: LineSettings) -> bool:
        return MessageClass.LIST in self.value(settings)

    def said(self, settings: LineSettings) -> str:
        return ", ".join(sorted(kind.value for kind in self.value(settings)))


class Text(SettingField):
    """Empty for nothing."""

    input = "text"
    type = str

    def said(self, settings: LineSettings) -> str:
        return self.value(settings) or "no"


class Euros(SettingField):
    """Kept in cents. Never is 0 on the command line, and an empty field of a form."""

    input = "euros"
    type = float

    def from_option(self, given: float, now: LineSettings) -> Any:  # noqa: ARG002 -- for others
        if not 0 <= given <= MAX_CREDIT_EUROS:
            raise refusal(LineSettings, self.name)
        return round(given * _CENTS) if given else None

    def from_form(self, text: str, now: LineSettings) -> Any:  # noqa: ARG002 -- for others
        """As people write it: `2,50` or `2.50`."""
        given = text.strip().removeprefix("€").strip().replace(",", ".")
        if not given:
            return None
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", given):
            raise InvalidInput(self.name, "Write the amount in euros, such as 2,50.")
        return round(Decimal(given) * _CENTS)

    def said(self, settings: LineSettings) -> str:
        cents = self.value(settings)
        return "never" if cents is None else f"below {cents / _CENTS:.2f}"


FIELDS: Sequence[SettingField] = (
    Minutes(
        name="fallback_after_min",
        option="--fallback-after",
        metavar="MINUTES",
        help="How long a way must be closed before.",
        label="Takes over after (minutes)",
        told="falls back after {fallback_after_min}: {fallback_classes}",
    ),
    Lists(
        name="fallback_classes",
        option="--lists-fall-back/--lists-wait",
        help="Whether lists may go over the fallback.",
        label="Lists may go over the modem, too",
    ),
    Text(
        name="call_answer",
        option="--call-answer",
        metavar="TEXT",
        help="What a caller is sent, once a day; '' for nothing.",
        label="What somebody who calls is sent, once a day; empty for nothing",
        told="answers callers: {call_answer}",
    ),
    Euros(
        name="credit_warn_cents",
        option="--credit-warning",
        metavar="EUROS",
        help="Warn below this credit; 0 for never.",
        label="Warn when the credit is below (euros); empty for never",
        told="warns of low credit: {credit_warn_cents}",
    ),
    Text(
        name="without_files",
        option="--without-files",
        metavar="TEXT",
        help="What an SMS says in place of files; '' to wait for WhatsApp.",
        label="What an SMS says in place of files, which only WhatsApp carries; empty: the message"
        " waits for WhatsApp",
        told="sends text without its files: {without_files}",
    ),
    Text(
        name="after_done",
        option="--after-done",
        metavar="TEXT",
        help="What people are asked once a conversation is done; '' for nothing.",
        label="What people are asked when their conversation is marked as done, at most once a"
        " month; empty for nothing. They answer with 1 to 5 or a thumb",
        told="asks how it went: {after_done}",
    ),
)


def patch_of(form: Mapping[str, str], now: LineSettings) -> Mapping[str, Any]:
    """What somebody changed in a form: where a field says other than `was-` and its name, which is
    what it said when it was drawn. Raises InvalidInput.
    """
    patch = {}
    for field in FIELDS:
        # A box that is not ticked is not sent.
        given = form.get(field.name, "" if isinstance(field, Lists) else None)
        if given is not None and given != form.get(f"was-{field.name}"):
            patch[field.name] = field.from_form(given, now)
    return patch


def rows_of(settings: LineSettings) -> Sequence[str]:
    """How a list says them, in plain English."""
    said = {field.name: field.said(settings) for field in FIELDS}
    return [field.told.format(**said) for field in FIELDS if field.told]
