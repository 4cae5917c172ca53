"""The bodies of requests and answers about texts that the office has ready."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.desk.texts.canned_texts import DEFAULT_LANGUAGE


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

    shortcut: str
    title: str
    variants: list[str] = Field(min_length=1)
    branch: str | None = Field(None, description="Its id or name; left out: all branches.")
    language: str = DEFAULT_LANGUAGE


class TextPatchIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    shortcut: str | None = None
    title: str | None = None
    variants: list[str] | None = Field(None, min_length=1)
    branch: str | None = None
    language: str | None = None


class RenderIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    contact: str = Field(description="Id or number of whom it is for.", max_length=64)
    variant: int | None = Field(None, description="From 0; left out: they are taken in turn.")
