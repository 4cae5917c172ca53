"""Forms of texts as the document shows them. The code that refuses them says why in a sentence, so
nothing is checked here.
"""

import re
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from appliance.channels import Channel
from appliance.number_patterns import mobile_pattern

ID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_LID = r"[0-9]{5,20}@lid"
_LEAP = "(?:19(?:7[26]|8[048]|9[26])|20(?:0[048]|[2468][048]|[13579][26]))-02-29"
_MONTHS = (
    "(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31"
)
DAY = f"(?:(?:19[7-9][0-9]|20[0-9]{{2}})-(?:{_MONTHS})|{_LEAP})"
TIME = (
    f"{DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{{1,6}})?"
    "(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
)
_HIDDEN = (
    "\\s\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5"
    "\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164"
    "\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff"
)


def whole(pattern: str) -> dict[str, Any]:
    """For `json_schema_extra`: nothing else stands in the text."""
    return {"pattern": f"^(?:{pattern})$"}


VISIBLE: dict[str, Any] = {"pattern": f"[^{_HIDDEN}]"}
"""Something of it shows."""
AN_ID = whole(ID)
DAY_OR_TIME = whole(f"{DAY}|{TIME}")

_MARK = "x-form"
"""Stands where a schema of `NAMED` is meant, until the document is made."""
MAX_TO = 320
"""As long as an address of e-mail may be (RFC 3696, erratum 1690)."""

RECIPIENT = {_MARK: "WhomTo"}
NUMBER = {_MARK: "MobileNumber"}

Shown = Annotated[str, Field(json_schema_extra=VISIBLE)]
Recipient = Annotated[str, Field(max_length=MAX_TO, json_schema_extra=RECIPIENT)]
Number = Annotated[str, Field(max_length=80, json_schema_extra=NUMBER)]


def _or_null(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "string", **schema}, {"type": "null"}]})


def _no_number(given: Any) -> Any:
    """Pydantic takes a number for seconds since 1970, also one that stands in a text."""
    is_number = isinstance(given, int | float)
    if is_number or (isinstance(given, str) and not re.match("[0-9]{4}-", given)):
        raise PydanticCustomError("balie", "Write a time as 2026-03-02T08:30:00Z.")
    return given


Cursor = Annotated[str | None, _or_null(AN_ID)]
SomeDay = Annotated[str | None, _or_null(whole(f"|{DAY}|{TIME}"))]
"""Empty is as if it were left out: so a form sends it."""
Time = Annotated[
    AwareDatetime,
    Strict(strict=False),
    BeforeValidator(_no_number),
    WithJsonSchema({"type": "string", "format": "date-time", **whole(TIME)}),
]


def one_of(*names: str) -> dict[str, Any]:
    """For a model's `json_schema_extra`: exactly one of these texts stands in it.

    Not by `oneOf`, of which makers of clients make several types.
    """
    name, *others = names
    there = {"properties": {name: {"type": "string"}}, "required": [name]}
    if not others:
        return there
    none = {"properties": {each: {"type": "null"} for each in others}}
    return {"if": there, "then": none, "else": one_of(*others)}


_MORE = (
    "The form names the countries from which most come; valid numbers of all others are taken, too,"
    " and all of them also as people write them."
)


def named() -> dict[str, Any]:
    """The schemas that stand once in the document, because they are long."""
    number = mobile_pattern()
    brought = (each.identity_form for each in Channel.known())
    whom = (ID, _LID, number, *(each for each in brought if each))
    return {
        "WhomTo": {
            "type": "string",
            "title": "WhomTo",
            "description": "A mobile number in E.164, the id of a contact, the `…@lid` of one whose"
            f" number WhatsApp hides, or who it is on another channel (`telegram:4711`). {_MORE}",
            **whole("|".join(whom)),
        },
        "MobileNumber": {
            "type": "string",
            "title": "MobileNumber",
            "description": f"A mobile number in E.164. {_MORE}",
            **whole(number),
        },
    }


def with_references(schema: Any) -> Any:
    """The schema with a reference in each place of a marked one."""
    if isinstance(schema, dict):
        if name := schema.get(_MARK):
            return {"$ref": f"#/components/schemas/{name}"}
        return {key: with_references(each) for key, each in schema.items()}
    if isinstance(schema, list):
        return [with_references(each) for each in schema]
    return schema
