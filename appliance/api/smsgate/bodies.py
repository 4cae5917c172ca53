"""What SMSGate's clients post. Fields that say nothing here are read past, as that gateway does."""

import re
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from appliance.api.json.bodies import MAX_TTL_S
from appliance.errors import InvalidInput

MOST_RECIPIENTS = 100
"""As that gateway has it."""
_MOST_PRIORITY, _LEAST_PRIORITY = 127, -128
_ID = re.compile(r"[!-.0-~]{1,64}")
"""A name of the client's own: visible, and without what would end it in an address."""


class SmsgateBody(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class SmsTextIn(SmsgateBody):
    text: str


class SmsIn(SmsgateBody):
    """`priority`, `simNumber` and `withDeliveryReport` change nothing: pace, SIM and proof are
    Balie's. `data_message` and `mms_message` are there to be refused.
    """

    phone_numbers: Annotated[
        list[Annotated[str, Field(max_length=64)]],
        Field(min_length=1, max_length=MOST_RECIPIENTS),
    ]
    text_message: SmsTextIn | None = None
    message: str | None = None
    data_message: object = None
    mms_message: object = None
    id: Annotated[str, Field(max_length=64)] | None = None
    device_id: Annotated[str, Field(max_length=64)] | None = None
    ttl: Annotated[int, Field(ge=1, le=MAX_TTL_S)] | None = None
    valid_until: AwareDatetime | None = None
    schedule_at: AwareDatetime | None = None
    priority: Annotated[int, Field(ge=_LEAST_PRIORITY, le=_MOST_PRIORITY)] | None = None
    sim_number: Annotated[int, Field(ge=1)] | None = None
    with_delivery_report: bool | None = None
    is_encrypted: bool | None = None


class TokenIn(SmsgateBody):
    """`ttl` in seconds."""

    scopes: Annotated[list[str], Field(min_length=1, max_length=50)]
    ttl: Annotated[int, Field(ge=1, le=30 * 24 * 3600)] | None = None


class HookIn(SmsgateBody):
    url: str
    event: Annotated[str, Field(max_length=64)]
    id: Annotated[str, Field(max_length=64)] | None = None
    device_id: Annotated[str, Field(max_length=64)] | None = None


def checked_id(given: str | None) -> str | None:
    """Raises InvalidInput. An empty one is none."""
    if not given:
        return None
    if not _ID.fullmatch(given):
        raise InvalidInput("id", "An id has 1 to 64 visible ASCII characters, and no “/”.")
    return given
