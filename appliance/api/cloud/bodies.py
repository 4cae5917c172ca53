"""What clients post. They send more than Balie reads, so what is not named here is left out."""

from pydantic import BaseModel, ConfigDict, Field

MAX_TRACKER = 512
"""Characters that the Cloud API takes."""
_LONG = 4096


class CloudBody(BaseModel):
    model_config = ConfigDict(extra="ignore")


class CloudContext(CloudBody):
    message_id: str | None = Field(None, max_length=100)


class CloudText(CloudBody):
    body: str


class CloudFile(CloudBody):
    """By the id of an upload or by a link."""

    id: str | int | None = None
    link: str | None = Field(None, max_length=_LONG)
    caption: str | None = None
    filename: str | None = Field(None, max_length=_LONG)


class CloudMessage(CloudBody):
    """A message, or with `status` that one was read."""

    messaging_product: str
    recipient_type: str | None = None
    to: str | int | None = None
    recipient: str | None = Field(None, max_length=64)
    type: str = "text"
    context: CloudContext | None = None
    text: CloudText | None = None
    image: CloudFile | None = None
    video: CloudFile | None = None
    audio: CloudFile | None = None
    document: CloudFile | None = None
    biz_opaque_callback_data: str | None = Field(None, max_length=MAX_TRACKER)
    status: str | None = None
    message_id: str | None = Field(None, max_length=100)


class CloudWebhook(CloudBody):
    """Where the webhooks of a number go; an empty address ends that."""

    override_callback_uri: str | None = Field(None, max_length=_LONG)
    verify_token: str | None = Field(None, max_length=_LONG)


class CloudPhone(CloudBody):
    webhook_configuration: CloudWebhook | None = None
