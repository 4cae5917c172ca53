"""The OpenAPI 3.1 document: FastAPI's, with the schemas that our routes refer to."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from appliance.api.json import forms
from appliance.api.json.archive_bodies import ArchiveIn
from appliance.api.json.audit_bodies import ReadingLogIn
from appliance.api.json.bodies import (
    AcceptedOut,
    CancelledOut,
    EventOut,
    HealthOut,
    ListIn,
    ListOut,
    MessageIn,
    ProblemOut,
    UploadOut,
)
from appliance.api.json.consent_bodies import ObjectedOut, ObjectionIn
from appliance.api.json.erasure_bodies import EraseIn, ErasureAskedOut, ErasurePreviewOut
from appliance.api.json.group_bodies import (
    GroupIn,
    GroupPatchIn,
    GuardIn,
    GuardOut,
    MembersIn,
    NewMembersIn,
)
from appliance.api.json.hours_bodies import HoursIn
from appliance.api.json.list_bodies import (
    ResendIn,
    SavedListIn,
    SavedListPatchIn,
    SendIn,
    SendPreviewOut,
)
from appliance.api.json.people_bodies import (
    ContactByIn,
    ContactIn,
    ContactPatchIn,
    ContactsByIn,
    ContactsByOut,
    HoldIn,
    ImportOut,
    MergeIn,
    SplitIn,
    UndoIn,
)
from appliance.api.json.reads import READS
from appliance.api.json.releasing import ReleasedOut
from appliance.api.json.reports import MODELS as REPORTS
from appliance.api.json.retention_bodies import DueOut, RetentionIn, RetentionOut
from appliance.api.json.round_bodies import AnswerIn, RoundIn, RoundPreviewOut
from appliance.api.json.rule_bodies import RulesIn
from appliance.api.json.signing_key import RotatedKeyOut
from appliance.api.json.tags import tagged
from appliance.api.json.team_bodies import (
    ConversationPatchIn,
    LabelIn,
    LabelPatchIn,
    NoteIn,
    ViewIn,
    ViewOut,
    ViewPageOut,
    ViewPatchIn,
)
from appliance.api.json.text_bodies import RenderedOut, RenderIn, TextIn, TextPatchIn
from appliance.api.json.webhook_bodies import (
    NewWebhookOut,
    ReplayIn,
    ReplayOut,
    RotatedOut,
    ToldAgainOut,
    WebhookIn,
    WebhookPatchIn,
)

_REF = "#/components/schemas/"
_PAGE = re.compile("PageOut_(.*)_")
DOCUMENT_PATH = "/api/v1/openapi.json"

BODIES: tuple[type[BaseModel], ...] = (
    MessageIn,
    AcceptedOut,
    CancelledOut,
    ListIn,
    ListOut,
    GroupIn,
    GroupPatchIn,
    GuardIn,
    GuardOut,
    MembersIn,
    ContactByIn,
    NewMembersIn,
    ContactIn,
    ContactPatchIn,
    ContactsByIn,
    ContactsByOut,
    ArchiveIn,
    EraseIn,
    ErasureAskedOut,
    ErasurePreviewOut,
    HoldIn,
    ImportOut,
    MergeIn,
    SplitIn,
    UndoIn,
    ConversationPatchIn,
    LabelIn,
    LabelPatchIn,
    NoteIn,
    ViewIn,
    ViewPatchIn,
    ViewOut,
    ViewPageOut,
    SavedListIn,
    SavedListPatchIn,
    SendIn,
    ResendIn,
    SendPreviewOut,
    TextIn,
    TextPatchIn,
    RenderIn,
    RenderedOut,
    RulesIn,
    HoursIn,
    ReadingLogIn,
    ObjectionIn,
    ObjectedOut,
    ReleasedOut,
    RoundIn,
    RoundPreviewOut,
    AnswerIn,
    DueOut,
    RetentionIn,
    RetentionOut,
    EventOut,
    HealthOut,
    ProblemOut,
    UploadOut,
    WebhookIn,
    WebhookPatchIn,
    NewWebhookOut,
    RotatedKeyOut,
    RotatedOut,
    ToldAgainOut,
    ReplayIn,
    ReplayOut,
    *REPORTS,
    *dict.fromkeys(model for read in READS for model in (read.model, read.answer[0])),
)

_DESCRIPTION = """\
A branch's phones for other software: send a message, follow what becomes of it, read what came
in. Nothing is sent to people who did not ask for it, and nothing faster than a person could.
Errors are problem details (RFC 9457); lists are `{items, next}`; times are UTC.
"""
_TAGS = [
    {"name": "messages", "description": "Send, find, look closely, cancel."},
    {"name": "media", "description": "Files of messages: upload and download."},
    {"name": "directory", "description": "Lines, contacts, conversations, devices."},
    {"name": "groups", "description": "Read groups, make them, and change them."},
    {"name": "reports", "description": "How long, how much, how busy; no names of contacts."},
    {"name": "conversations", "description": "Whose they are, whether they are done, labels."},
    {"name": "texts", "description": "Texts that the office has ready."},
    {"name": "automatic", "description": "What a line says by itself, and when a branch is open."},
    {"name": "rounds", "description": "One question to many, until the seats are taken."},
    {
        "name": "privacy",
        "description": "Who changed and who read what, how long things are kept, and who is held.",
    },
    {"name": "webhooks", "description": "Have what happens posted to an address, signed."},
    {"name": "events", "description": "Everything that happens, as it happens."},
    {"name": "health", "description": "For whoever watches the box; needs no token."},
]


async def get_document(request: Request) -> Response:
    """To make it takes seconds on a Pi: outside of the event loop, once."""
    making: asyncio.Lock = request.app.state.document_lock
    async with making:
        text = await asyncio.to_thread(_text, request.app)
    return tagged(request, Response(text, media_type="application/json"))


def _text(app: FastAPI) -> bytes:
    if (text := getattr(app.state, "document", None)) is None:
        text = app.state.document = json.dumps(app.openapi(), ensure_ascii=False).encode()
    found: bytes = text
    return found


def document(app: FastAPI, version: str) -> dict[str, Any]:
    """Made once, then kept by the app, whose state may name `more_bodies` than a box has."""
    if app.openapi_schema is None:
        more = getattr(app.state, "more_bodies", ())
        app.openapi_schema = get_openapi(
            title="Balie",
            version=version,
            description=_DESCRIPTION,
            routes=app.routes,
            tags=_TAGS,
            license_info={"name": "MIT", "identifier": "MIT"},
        )
        app.openapi_schema["components"]["schemas"].update(_schemas(more))
        app.openapi_schema = forms.with_references(app.openapi_schema)
    return app.openapi_schema


def _schemas(more: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """All bodies, each once and under the name that `documented.ref` uses for it."""
    _, together = models_json_schema(
        [(model, "validation") for model in (*BODIES, *more)], ref_template=_REF + "{model}"
    )
    found: dict[str, Any] = together["$defs"]
    names = {name: _name_of(name, found) for name in found}
    renamed = _renamed(found, {_REF + name: _REF + new for name, new in names.items()})
    schemas = {names[name]: {**renamed[name], "title": names[name]} for name in found}
    if taken := schemas.keys() & forms.named().keys():
        raise ValueError(f"a model is called as a form is: {taken}")
    return {**schemas, **forms.named()}


def _name_of(pydantic_name: str, every: Mapping[str, Any]) -> str:
    """As `schema_name` names a model. What is taken in keeps its name where it has the same one."""
    page = _PAGE.fullmatch(pydantic_name)
    if page:
        return f"{page[1].removesuffix('Out')}Page"
    short = pydantic_name.removesuffix("Out")
    return pydantic_name if short in every else short


def _renamed(schema: Any, references: Mapping[str, str]) -> Any:
    if isinstance(schema, dict):
        return {
            key: references.get(each, each) if key == "$ref" else _renamed(each, references)
            for key, each in schema.items()
        }
    if isinstance(schema, list):
        return [_renamed(each, references) for each in schema]
    return schema
