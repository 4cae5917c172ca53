"""JSON that another version of Balie, or a hand, may have left in the database."""

import json
from collections.abc import Mapping
from typing import Any, TypeGuard


def object_in(text: str) -> Mapping[str, Any]:
    """Empty where the text is no JSON object."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_whole(value: object) -> TypeGuard[int]:
    """True is an int to Python and no number here."""
    return isinstance(value, int) and not isinstance(value, bool)
