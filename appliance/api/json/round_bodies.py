"""The bodies of requests and answers about rounds."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody, ContactRef
from appliance.api.json.forms import Recipient, Shown
from appliance.api.json.mapping import From
from appliance.desk.rounds.starting import MOST_AT_ONCE, MOST_PEOPLE, MOST_SEATS

Order = Literal["given", "longest-without-work", "label", "shuffle"]


class RoundIn(BaseModel):
    """Who can work these hours? Asked one by one, until the seats are taken."""

    model_config = ConfigDict(extra="forbid", strict=True)

    line: str | None = Field(None, description="The line to ask from: id or number.", max_length=64)
    lines: list[str] | None = Field(
        None, description="… or several, which share the people.", min_length=1, max_length=40
    )
    contacts: list[Recipient] | None = Field(
        None,
        description="Whom to ask: ids or numbers.",
        min_length=1,
        max_length=MOST_PEOPLE,
    )
    variants: list[Shown] = Field(
        description="The question, in one way or several that are taken in turn; `{naam}` and"
        " `{voornaam}` as in lists.",
        min_length=1,
        max_length=20,
    )
    seats: int = Field(ge=1, le=MOST_SEATS)
    starts_at: AwareDatetime = Field(description="When the work starts.")
    ends_at: AwareDatetime = Field(description="When the work ends.")
    closes_at: AwareDatetime = Field(description="Nobody is asked after this.")
    at_once: int | None = Field(
        None,
        ge=1,
        le=MOST_AT_ONCE,
        description="Questions that may be open while all seats are free; three for each seat if"
        " left out.",
    )
    order: Order = "given"
    label: str | None = Field(
        None, description="With the order `label`: who has it comes first.", max_length=64
    )
    confirm_text: Shown = Field(description="To whoever gets a seat.")
    reserve_text: Shown | None = Field(
        None, description="To whoever says yes when the seats are taken; else `filled_text`."
    )
    filled_text: Shown | None = Field(
        None, description="To whoever else answers when nobody is needed any more."
    )
    list: str | None = Field(
        None, description="… or who is in this saved list now: its id.", max_length=64
    )


class AnswerIn(BaseModel):
    """What somebody's answer is, as a person has read it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answer: Literal["yes", "no"]


class RoundPersonOut(AnswerBody):
    """`id` null: nobody here has this number. To a token that may only start rounds `number` is
    empty, and `name` null.
    """

    id: Annotated[str | None, From("contact.id")]
    number: Annotated[str, From("contact.number")]
    name: Annotated[str | None, From("contact.name")]


class RefusedOut(AnswerBody):
    contact: ContactRef
    why: str = Field(description="Why they are not asked, as a code.")


class RoundOut(AnswerBody):
    """Everybody stands in one of `yes`, `reserve`, `no`, `unclear`, `silent`, `not_asked` and
    `refused`. `asked` are all whose question left or waits to.
    """

    id: str
    state: Annotated[Literal["running", "filled", "closed", "cancelled"], From("about.state.value")]
    branch: Annotated[str, From("about.branch_id")]
    lines: Annotated[list[str], From("about.line_ids")] = Field(description="Their ids.")
    seats: Annotated[int, From("about.seats")]
    at_once: Annotated[int, From("about.at_once")]
    order: Annotated[Order, From("about.ordering")]
    starts_at: Annotated[datetime, From("about.starts_ms")]
    ends_at: Annotated[datetime, From("about.ends_ms")]
    closes_at: Annotated[datetime, From("about.closes_ms")]
    created_at: Annotated[datetime, From("about.created_ms")]
    filled_at: Annotated[datetime | None, From("about.filled_ms")]
    minutes_to_filled: int | None = Field(description="Null while a seat is free.")
    asked: list[RoundPersonOut]
    yes: list[RoundPersonOut] = Field(description="Who has a seat.")
    reserve: list[RoundPersonOut] = Field(description="The first one moves up first.")
    no: list[RoundPersonOut]
    unclear: list[RoundPersonOut] = Field(description="A person has to decide what they mean.")
    silent: list[RoundPersonOut] = Field(description="Asked, and no answer yet.")
    not_asked: list[RoundPersonOut]
    refused: list[RefusedOut]


class ReachOut(AnswerBody):
    """By this time so many people can have been asked."""

    by: Annotated[datetime, From("by_ms")]
    count: int


class MoreLinesOut(AnswerBody):
    """What one line more would change."""

    line: str
    count: int = Field(description="People who can be asked today.")
    enough_at: Annotated[datetime | None, From("enough_ms")]


class RoundPreviewOut(AnswerBody):
    """What a round would do; nothing is kept. `enough_at`: when as many can be asked as are asked
    at first; null: not today.
    """

    dry_run: bool
    seats: int
    at_once: int
    askable: list[ReachOut]
    enough_at: Annotated[datetime | None, From("enough_ms")]
    seats_today: int = Field(description="For so many seats people can be asked today.")
    more_lines: list[MoreLinesOut]
    not_asked: list[ContactRef] = Field(description="In the order in which they are asked.")
    refused: list[RefusedOut]
