"""The bodies of reports: figures, and whose they are."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from appliance.api.json.mapping import From

ByName = Literal["line", "staff", "label", "time"]


class SpreadOut(BaseModel):
    """How long it took, in seconds; null where there was none."""

    count: int
    median_s: float | None
    p90_s: float | None


class SpreadInOut(SpreadOut):
    within_target: Annotated[int, From("within")] = Field(
        description="How many of them were within the target of their branch."
    )


class TookOut(BaseModel):
    """Of all, and by whether it began in the office hours of its branch."""

    all: SpreadInOut
    in_hours: SpreadInOut
    out_of_hours: SpreadInOut


class ResolvedOut(BaseModel):
    all: SpreadOut
    in_hours: SpreadOut
    out_of_hours: SpreadOut


class WhomOut(BaseModel):
    """Whose figures these are: one of the four, and its name. Null is for nobody in particular,
    such as what programs and rules sent.
    """

    line: str | None = None
    staff: str | None = None
    label: str | None = None
    time: str | None = None
    name: str | None


class ResponseFigures(BaseModel):
    first_response: TookOut
    resolution: ResolvedOut


class ResponseOut(ResponseFigures, WhomOut):
    """First response: from the first message that nobody had answered until the first answer of a
    colleague or a program that is proven to have left. Resolution: from the first message until
    *done*.
    """


class VolumeOut(WhomOut):
    """Messages in and out."""

    came: int = Field(alias="in")
    went: int = Field(alias="out")
    automatic: int = Field(description="Of `out`: what rules and lists sent.")


class BusyOut(WhomOut):
    """One hour of a weekday in which something was said."""

    weekday: int = Field(description="1 is Monday.")
    hour: int = Field(description="9 is from nine to ten, by the clock of the branch.")
    came: int = Field(alias="in")
    went: int = Field(alias="out")


class WindowOut(BaseModel):
    most: int
    ceiling: int


class SendsOut(WhomOut):
    """What left, and the fullest minute, hour and day of a SIM beside its ceiling; null where
    nothing left, and for colleagues and labels.
    """

    sent: int
    replies: int | None
    minute: WindowOut | None
    hour: WindowOut | None
    day: WindowOut | None


class MinutesOut(BaseModel):
    """From the beginning of a round until its last seat was taken; null where none is filled."""

    median: float | None
    p90: float | None


class RoundsFigures(BaseModel):
    """Rounds that began in these days, as they stand now."""

    rounds: int
    filled: int = Field(description="Of `rounds`: those that have all their people.")
    minutes_to_filled: MinutesOut
    seats: int
    taken: int
    asked: int = Field(description="People whose question left.")
    yes: int = Field(description="Of `asked`: who has a seat or is on the reserve list.")
    no: int
    unclear: int
    silent: int
    yes_rate: float | None = Field(description="`yes` of `asked`, from 0 to 1.")


class RoundsOut(RoundsFigures, WhomOut):
    """A round counts for each line that it asks from, and who was asked for the line that asked
    them; for the colleague who began it, and for the label whose people it asks first.
    """


class ReportOut(BaseModel):
    """`from` and `to` are whole days of the branch, both included. `until`: what happened later is
    not in it; null while Balie counts for the first time what there was before.
    """

    report: str
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    by: ByName
    step: Literal["day", "week", "month"]
    until: str | None
    next: None


class ResponseReportOut(ReportOut):
    items: list[ResponseOut]
    all: ResponseFigures


class VolumeReportOut(ReportOut):
    items: list[VolumeOut]


class BusyReportOut(ReportOut):
    items: list[BusyOut]


class SendsReportOut(ReportOut):
    items: list[SendsOut]


class RoundsReportOut(ReportOut):
    items: list[RoundsOut]
    all: RoundsFigures
