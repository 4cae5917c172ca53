"""What clients post. They send more than Balie reads, so what is not named here is left out."""

from pydantic import BaseModel, ConfigDict, Field

MAX_TRACKER = 512
"""Characters that the Cloud API takes."""
_LONG = 4096


class Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class ContextIn(Body):
    message_id: str | None = Field(None, max_length=100)


class TextIn(Body):
    body: str


class FileIn(Body):
    """By the id of an upload or by a link."""

    id: str | int | None = None
    link: str | None = Field(None, max_length=_LONG)
    caption: str | None = None
    filename: str | None = Field(None, max_length=_LONG)


class MessageIn(Body):
    """A message, or with `status` that one was read."""

    messaging_product: str
    recipient_type: str | None = None
    to: str | int | None = None
    recipient: str | None = Field(None, max_length=64)
    type: str = "text"
    context: ContextIn | None = None
    text: TextIn | None = None
    image: FileIn | None = None
    video: FileIn | None = None
    audio: FileIn | None = None
    document: FileIn | None = None
    biz_opaque_callback_data: str | None = Field(None, max_length=MAX_TRACKER)
    status: str | None = None
    message_id: str | None = Field(None, max_length=100)


class WebhookIn(Body):
    """Where the webhooks of a number go; an empty address ends that."""

    override_callback_uri: str | None = Field(None, max_length=_LONG)
    verify_token: str | None = Field(None, max_length=_LONG)


class PhoneIn(Body):
    webhook_configuration: WebhookIn | None = None
