"""Makes the body that a model describes from what a read found, by the names of the model's fields.

Names inside have an ending that names outside lack: a field `line` is the entry's `line_id`, a
`created_at` is its `created_ms`. Where the two names are unrelated, `From` names the attribute.
Nothing is checked again: a kind of device that nobody knows any more is still shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from appliance.api.json.times import iso_or_none

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class From:
    """Stands in a field's annotation and names the entry's attribute for that field."""

    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """`optional` are the fields with a default: they are left out when empty."""

    fields: Mapping[str, Callable[[Any], Any]]
    conversions: Mapping[str, Convert]
    optional: Sequence[str]


def body_of(model: type[BaseModel], entry: Any) -> dict[str, Any]:
    """Raises TypeError when the entry has nothing for one of the model's fields."""
    found: Any = type(entry)  # mypy takes no class for hashable
    shape = _shape(model, found)
    body = {name: get(entry) for name, get in shape.fields.items()}
    for name, convert in shape.conversions.items():
        body[name] = convert(body[name])
    for name in shape.optional:
        if not body[name]:
            del body[name]
    return body


@cache
def _shape(model: type[BaseModel], entry: type[Any]) -> _Shape:
    fields = model.model_fields
    attributes = {name: _attribute(name, field, entry) for name, field in fields.items()}
    conversions = {name: _conversion(fields[name], each) for name, each in attributes.items()}
    return _Shape(
        fields={name: attrgetter(attribute) for name, attribute in attributes.items()},
        conversions={name: each for name, each in conversions.items() if each is not None},
        optional=[name for name, field in fields.items() if not field.is_required()],
    )


def _attribute(name: str, field: FieldInfo, entry: type[Any]) -> str:
    said = [each.attribute for each in field.metadata if isinstance(each, From)]
    inside = [name, f"{name}_id", f"{name}_ms", f"{name.removesuffix('_at')}_ms"]
    for attribute in said or inside:
        if hasattr(entry, attribute.partition(".")[0]):
            return attribute
    raise TypeError(f"{entry.__name__} has nothing for “{name}”")


def _conversion(field: FieldInfo, attribute: str) -> Convert | None:
    if attribute.endswith("_ms") and field.annotation is not int:
        return iso_or_none
    if field.annotation is bool:
        return bool
    models = [each for each in _types(field.annotation) if issubclass(each, BaseModel)]
    return _nested(models[0]) if models else None


def _types(annotation: Any) -> list[type]:
    """The classes in an annotation, such as `list[X]` or `X | None`."""
    inside = [each for argument in get_args(annotation) for each in _types(argument)]
    return [*inside, annotation] if isinstance(annotation, type) else inside


def _nested(model: type[BaseModel]) -> Convert:
    def convert(value: Any) -> Any:
        if value is None or isinstance(value, Mapping):
            return value
        if isinstance(value, (list, tuple)):
            return [each if isinstance(each, Mapping) else body_of(model, each) for each in value]
        return body_of(model, value)

    return convert
