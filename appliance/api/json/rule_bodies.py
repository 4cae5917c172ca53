"""The bodies of requests and answers about what a line says by itself."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import Shown
from appliance.store.line_rules import MOST_HOURS, MOST_MINUTES, MOST_VARIANTS

RULES: dict[str, Any] = {
    "welcome": {"on": True, "variants": []},
    "outside_hours": {
        "on": True,
        "variants": ["Hoi {voornaam}, we zijn dicht. {opent} zijn we er weer."],
    },
    "nobody_logged_in": {"on": False, "variants": []},
    "all_busy": {"on": False, "after_min": 15, "variants": []},
    "every_hours": 12,
}

_VARIANTS = (
    "They are taken in turn; with placeholders such as `{voornaam}`, `{vestiging}` and `{opent}`."
    " None: the usual words."
)


class LineRuleOut(AnswerBody):
    on: bool
    variants: list[str] = Field(description=_VARIANTS)


class BusyRuleOut(AnswerBody):
    on: bool
    after_min: int = Field(description="Minutes that somebody waits while colleagues are there.")
    variants: list[str] = Field(description=_VARIANTS)


class RulesOut(AnswerBody):
    welcome: LineRuleOut = Field(description="Once, to whoever writes for the first time.")
    outside_hours: LineRuleOut
    nobody_logged_in: LineRuleOut = Field(description="Nobody who may answer on this line.")
    all_busy: BusyRuleOut
    every_hours: int = Field(
        description="At most one of these messages a conversation in so many hours."
    )


TRIAL: dict[str, Any] = {
    "at": "2026-03-07T21:00:00.000Z",
    "is_open": False,
    "opens_at": "2026-03-09T07:30:00.000Z",
    "answers": [
        {
            "after_min": 0,
            "rule": "outside-hours",
            "why": "outside-hours",
            "text": "Hoi Fatima, we zijn dicht. Maandag om 08:30 zijn we er weer.",
        }
    ],
}


class TrialAnswerOut(AnswerBody):
    after_min: int = Field(description="Minutes without an answer; 0: at once.")
    rule: str | None = Field(description="Which rule speaks; null: none.")
    why: str = Field(description="The rule, or why none speaks, as a code.")
    text: str | None


class TrialOut(AnswerBody):
    at: datetime
    is_open: bool
    opens_at: datetime | None = Field(description="Null while it is open.")
    answers: list[TrialAnswerOut]


class LineRuleIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    on: bool | None = None
    variants: list[Shown] | None = Field(
        None, description=_VARIANTS, json_schema_extra={"maxItems": MOST_VARIANTS}
    )


class BusyRuleIn(LineRuleIn):
    after_min: int | None = Field(None, json_schema_extra={"minimum": 1, "maximum": MOST_MINUTES})


class RulesIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    welcome: LineRuleIn | None = None
    outside_hours: LineRuleIn | None = None
    nobody_logged_in: LineRuleIn | None = None
    all_busy: BusyRuleIn | None = None
    every_hours: int | None = Field(None, json_schema_extra={"minimum": 0, "maximum": MOST_HOURS})
