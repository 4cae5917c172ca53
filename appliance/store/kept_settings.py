"""Kept settings: a model whose values a row keeps as one JSON object, changed by a patch.

A row keeps what somebody said, and nothing that is as by default. What was written into it by hand,
or by a newer Balie, stays as it is until somebody says otherwise.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.store.store import Tx

log = logging.getLogger(__name__)

NONE = "{}"
_OURS = "balie"


class KeptSettings(BaseModel):
    """Each field has a default, and a `Refusal` among its annotations."""

    model_config = ConfigDict(extra="ignore", frozen=True)


S = TypeVar("S", bound=KeptSettings)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said of a value that the field cannot have."""

    sentence: str


def wrong(sentence: str) -> PydanticCustomError:
    """What a check raises that has a better sentence than its field."""
    return PydanticCustomError(_OURS, sentence)


def refusal(model: type[KeptSettings], name: str) -> InvalidInput:
    """The error for a value of this field."""
    found = [each for each in model.model_fields[name].metadata if isinstance(each, Refusal)]
    return InvalidInput(name, found[0].sentence)


def read(model: type[S], kept: str) -> S:
    """What cannot be read changes nothing, and neither does what only a newer Balie knows."""
    return _readable(model, _object(model, kept))


def facts(settings: KeptSettings) -> dict[str, Any]:
    """All of them as JSON has them."""
    return settings.model_dump(mode="json")


def changed(model: type[S], kept: str, patch: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    """What to keep from now on, and the names of what is other than before.

    Raises InvalidInput.
    """
    values = _object(model, kept)
    now = _readable(model, values)
    before, after = facts(now), facts(_checked(model, now, patch))
    fields = [name for name in patch if values.get(name, before[name]) != after[name]]
    return json.dumps(values | {name: after[name] for name in fields}), fields


def tell(tx: Tx, kind: EventKind, fields: Sequence[str], *, by: str, **about: Any) -> None:
    """One event of what was changed and by whom. `by` is as the ledger of consent says it: `cli`,
    or `staff:` and the id of a colleague.
    """
    staff_id = by.removeprefix("staff:") if by.startswith("staff:") else None
    said = {"fields": list(fields)} | ({} if staff_id else {"by": by})
    tx.emit(kind, staff_id=staff_id, facts=said, **about)


def _object(model: type[KeptSettings], kept: str) -> dict[str, Any]:
    try:
        found = json.loads(kept)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    log.warning("what is kept as %s cannot be read; the defaults hold", model.__name__)
    return {}


def _readable(model: type[S], values: Mapping[str, Any]) -> S:
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        # What concerns more than one field names none.
        bad = {str(each["loc"][0]) for each in exc.errors() if each["loc"]} or set(values)
    log.warning("%s: %s cannot be read; the default holds", model.__name__, ", ".join(sorted(bad)))
    return _readable(model, {name: value for name, value in values.items() if name not in bad})


def _checked(model: type[S], now: S, patch: Mapping[str, Any]) -> S:
    for name in patch:
        if name not in model.model_fields:
            raise InvalidInput(name, f"There is no setting “{name}”.")
    try:
        return model.model_validate({**dict(now), **patch})
    except ValidationError as exc:
        first = exc.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else next(iter(patch))
    raise InvalidInput(name, first["msg"]) if first["type"] == _OURS else refusal(model, name)
