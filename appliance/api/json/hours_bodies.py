"""The bodies of requests and answers about when a branch is open."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import DAY, whole

HOURS: dict[str, Any] = {
    "zone": "Europe/Amsterdam",
    "weekdays": {
        **{digit: [["08:30", "12:30"], ["13:00", "17:30"]] for digit in "1234"},
        "5": [["08:30", "12:30"]],
    },
    "holidays": "NL",
    "exceptions": [{"date": "2026-12-24", "open": [["08:30", "12:00"]]}],
}

_PIECES = "From and until, as `08:30`; until may be `24:00`."


_Clock = Annotated[str, Field(json_schema_extra=whole("(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00"))]
_Piece = Annotated[list[_Clock], Field(json_schema_extra={"minItems": 2, "maxItems": 2})]


class ExceptionOut(AnswerBody):
    date: str
    open: list[tuple[str, str]] = Field(description=f"{_PIECES} None: closed.")


class HoursOut(AnswerBody):
    zone: str
    weekdays: dict[str, list[tuple[str, str]]] = Field(
        description=f"By weekday, `1` is Monday; one that is left out is closed. {_PIECES}"
    )
    holidays: str | None = Field(description="The country whose public holidays are kept.")
    exceptions: list[ExceptionOut] = Field(description="Days with other hours, holidays or not.")


class ExceptionIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    date: str = Field(json_schema_extra=whole(DAY))
    open: list[_Piece] = Field(description=_PIECES)


class HoursIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    zone: str | None = None
    weekdays: dict[str, list[_Piece]] | None = Field(
        None, json_schema_extra={"propertyNames": whole("[1-7]")}
    )
    holidays: str | None = None
    exceptions: list[ExceptionIn] | None = None

    def patch(self) -> dict[str, Any]:
        """What is to be other: of the holidays None is that none are kept."""
        given = self.model_dump(exclude_unset=True)
        return {
            name: each for name, each in given.items() if name == "holidays" or each is not None
        }
