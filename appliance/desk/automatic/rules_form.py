"""What a form says of a line's rules, as `store/line_rules.py` keeps them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.desk.automatic.rules import TEXTS
from appliance.errors import InvalidInput
from appliance.store import kept_settings
from appliance.store.line_rules import LineRules

_NO_NUMBER = -1
"""What is no number is none that a rule can have, so it is refused with the field's sentence."""


def drawn(rules: LineRules) -> str:
    """What the form shows, for `patch_of` when it comes back."""
    return json.dumps(kept_settings.facts(rules), ensure_ascii=False)


def said_in(form: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """All rules as the form has them; a box that is not ticked is not sent, an empty text is none.
    The form has `every_hours`, `after_min`, and for each rule its name, where it is on, and any
    number of `…-text`.
    """
    last = dict(form)
    said: dict[str, Any] = {
        name: {"on": name in last, "variants": _texts(form, name)} for name in TEXTS
    }
    said["all_busy"]["after_min"] = _number(last.get("after_min", ""))
    said["every_hours"] = _number(last.get("every_hours", ""))
    return said


def patch_of(form: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """What somebody changed: where the form says other than `was`, which is what `drawn` said.

    Raises InvalidInput.
    """
    try:
        was = json.loads(dict(form).get("was", ""))
        return {name: each for name, each in said_in(form).items() if was[name] != each}
    except (ValueError, KeyError, TypeError) as exc:
        raise InvalidInput(
            "was", "The form was too old. Load the page again and repeat it."
        ) from exc


def _texts(form: Sequence[tuple[str, str]], name: str) -> list[str]:
    """As they are kept, so that a form that nobody touched changes nothing."""
    given = (text for field, text in form if field == f"{name}-text")
    cleaned = (text.replace("\r\n", "\n").strip() for text in given)
    return [text for text in cleaned if text]


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 6 else _NO_NUMBER  # noqa: PLR2004
