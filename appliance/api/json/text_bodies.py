"""The bodies of requests and answers about texts that the office has ready."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import Shown, whole
from appliance.desk.outgoing.wording import MAX_VARIANTS
from appliance.desk.texts.canned_texts import DEFAULT_LANGUAGE

_SHORTCUT = whole(r"/?[^\s/{}]{1,40}")
_LANGUAGE = whole("[a-z]{2,3}")


class TextOut(AnswerBody):
    id: str
    shortcut: str = Field(description="What one types behind a slash.")
    title: str
    variants: list[str] = Field(description="With placeholders such as `{voornaam}`.")
    branch: str | None = Field(description="Null: of all branches.")
    language: str
    created_at: datetime


class RenderedOut(AnswerBody):
    text: str
    missing: list[str] = Field(description="The placeholders that still stand in the text.")


class TextIn(BaseModel):
    """A text to have ready. Of a token for one branch it is that branch's."""

    model_config = ConfigDict(extra="forbid", strict=True)

    shortcut: str = Field(json_schema_extra=_SHORTCUT)
    title: Shown
    variants: list[Shown] = Field(min_length=1, max_length=MAX_VARIANTS)
    branch: str | None = Field(None, description="Its id or name; left out: all branches.")
    language: str = Field(DEFAULT_LANGUAGE, json_schema_extra=_LANGUAGE)


class TextPatchIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    shortcut: str | None = Field(None, json_schema_extra=_SHORTCUT)
    title: Shown | None = None
    variants: list[Shown] | None = Field(None, min_length=1, max_length=MAX_VARIANTS)
    branch: str | None = None
    language: str | None = Field(None, json_schema_extra=_LANGUAGE)


class RenderIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    contact: str = Field(description="Id or number of whom it is for.", max_length=64)
    variant: int | None = Field(None, ge=0, description="From 0; left out: they are taken in turn.")
