"""How answers are described in the OpenAPI document: a schema and an example for each."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from appliance.api import problems
from appliance.api.json.bodies import ProblemOut
from appliance.reasons import Reason

READ_PROBLEMS = ("unauthorized", "forbidden", "invalid-input", "store-unavailable")
"""The problems that every read may answer."""
WRITE_PROBLEMS = (*READ_PROBLEMS, "bad-request", "not-found", "too-large")
"""The problems that every write with a body may answer."""

QUOTA_HEADERS = {
    "RateLimit-Policy": {
        "description": "How often this token may ask: `q` requests in `w` seconds.",
        "schema": {"type": "string"},
        "example": '"token";q=30000;w=60',
    },
    "RateLimit": {
        "description": "What is left: `r` requests; all of it is there again in `t` seconds.",
        "schema": {"type": "string"},
        "example": '"token";r=29999;t=1',
    },
}
"""As the IETF's draft “RateLimit header fields for HTTP” has them."""

Responses = dict[int | str, dict[str, Any]]


def ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema_name(model)}"}


def schema_name(model: type[BaseModel]) -> str:
    """`MessageOut` is called `Message` in the document; a page of them is called `MessagePage`."""
    parameters = model.__pydantic_generic_metadata__["args"]
    if parameters:
        return f"{schema_name(parameters[0])}Page"
    return model.__name__.removesuffix("Out")


def answers(
    model: type[BaseModel] | None,
    example: Any,
    *codes: str,
    status: int = 200,
    description: str,
    media_type: str = "application/json",
    other_types: Iterable[str] = (),
    headers: dict[str, Any] | None = None,
) -> Responses:
    """The good answer (a text where there is no model) and every problem that may come instead.

    Makers of clients go by the first type that they know; files of the others have any form.
    Whatever needs a token is counted: its answers say how often it may ask.
    """
    schema = {"type": "string"} if model is None else ref(model)
    good: dict[str, Any] = {
        "description": description,
        "content": {
            media_type: {"schema": schema, "example": example},
            **{each: {"example": example} for each in other_types},
        },
    }
    if "unauthorized" not in codes:
        return {status: good, **_problems(codes)}
    good["headers"] = {**(headers or {}), **QUOTA_HEADERS}
    return {status: good, **_problems((*codes, "too-many-requests"))}


def _problems(codes: tuple[str, ...]) -> Responses:
    responses: Responses = {}
    for code in codes:
        known = problems.CATALOGUE[code]
        entry = responses.setdefault(known.status, _problem_response(known.title))
        examples = entry["content"][problems.MEDIA_TYPE]["examples"]
        examples[code] = {"summary": known.title, "value": _example(code)}
    return responses


def _problem_response(title: str) -> dict[str, Any]:
    content = {problems.MEDIA_TYPE: {"schema": ref(ProblemOut), "examples": {}}}
    return {"description": title, "content": content}


def _example(code: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if code == "invalid-input":
        extra = {"field": "to"}
    elif code in {Reason.CONSENT_REQUIRED, Reason.OPTED_OUT}:
        extra = {"remedy": "They can change it by writing to this number."}
    return problems.problem(code, **extra).body()
