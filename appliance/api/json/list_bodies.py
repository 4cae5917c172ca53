"""The bodies of requests and answers about lists of people and what is sent to them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import VISIBLE, Recipient, Shown, Time
from appliance.desk.contacts.table import TableConsent
from appliance.desk.lists.rules import MOST_DAYS, ListRule
from appliance.desk.lists.saved_lists import MAX_NAME
from appliance.desk.outgoing.attaching import MOST_FILES
from appliance.desk.outgoing.lists import MAX_RECIPIENTS
from appliance.desk.outgoing.wording import MAX_VARIANTS

Days = Annotated[int | None, Field(ge=1, le=MOST_DAYS)]


class LastContact(BaseModel):
    """When they last wrote to the branch. `longer_ago_days` finds those, too, who never did."""

    model_config = ConfigDict(extra="forbid", strict=True)

    within_days: Days = None
    longer_ago_days: Days = None


class ListRuleIn(BaseModel):
    """All that it names must hold of somebody. A rule that names nothing finds the whole branch."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: str | None = Field(None, description="Its name or id.", max_length=64)
    field: dict[str, str] = Field(
        default_factory=dict, description="Own fields and what stands in them, in any case."
    )
    branch: str | None = Field(
        None, description="Its id or name; left out: the list's own.", max_length=64
    )
    last_contact: LastContact | None = None
    consent: Literal["given", "none", "stopped", "blocked"] | None = Field(
        None, description="As the table of people says it, over all lines of the branch."
    )

    @property
    def rule(self) -> ListRule:
        last = self.last_contact or LastContact()
        return ListRule(
            label=self.label,
            fields=self.field,
            branch=self.branch,
            within_days=last.within_days,
            longer_ago_days=last.longer_ago_days,
            consent=TableConsent(self.consent) if self.consent else None,
        )


class ListRuleOut(AnswerBody):
    label: str | None = Field(description="The name of the label; null: it asks for none.")
    field: dict[str, str]
    branch: str | None = Field(description="Null: the list's own.")
    last_contact: LastContact | None
    consent: str | None


class SavedListIn(BaseModel):
    """A list of people: `members`, or a `rule` that finds them each time that it is asked."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(json_schema_extra={**VISIBLE, "maxLength": MAX_NAME})
    branch: str | None = Field(
        None, description="Its id or name; a token for one branch may leave it out."
    )
    members: list[Recipient] | None = Field(
        None, description="Ids or numbers of contacts.", max_length=MAX_RECIPIENTS
    )
    rule: ListRuleIn | None = None


class SavedListPatchIn(BaseModel):
    """What is left out stays as it is. Members and a rule take each other's place."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(None, json_schema_extra={**VISIBLE, "maxLength": MAX_NAME})
    members: list[Recipient] | None = Field(None, max_length=MAX_RECIPIENTS)
    rule: ListRuleIn | None = None


class SavedListOut(AnswerBody):
    id: str
    name: str
    branch: str
    members: list[Recipient] | None = Field(
        description="The ids of the contacts in it, in their order; null where a rule finds them."
    )
    rule: ListRuleOut | None
    count: int = Field(description="How many people are in it now.")
    created_at: datetime


class SendIn(BaseModel):
    """One text to a list: each of its people gets a message of their own, or is told of."""

    model_config = ConfigDict(extra="forbid", strict=True)

    line: str = Field(description="The line to send from: its id or its number.", max_length=64)
    variants: list[Shown] = Field(
        default_factory=list,
        max_length=MAX_VARIANTS,
        description="The text, taken in turn, with placeholders such as `{voornaam}` and `{naam}`."
        " Beside files it may be left out.",
    )
    media: list[str] | None = Field(
        None, max_length=MOST_FILES, description="The ids of files, from `POST /media`."
    )
    not_before: Time | None = Field(None, description="When the first one may leave.")
    deliver_until: Time | None = Field(
        None,
        description="Whose turn comes later is refused (`too-late`) before anything is sent; left"
        " out: the end of the day on which it begins.",
    )


class ResendIn(BaseModel):
    """The same words once more, to those who did not get them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    not_before: Time | None = None
    deliver_until: Time | None = None


class SendItemOut(AnswerBody):
    contact: str
    verdict: Literal["goes", "refused"]
    why: str | None = Field(description="Why they get nothing, or what their message waits for.")
    text: str | None = Field(description="Null for a token that may only send, too.")
    expected_at: datetime | None
    message: str | None
    state: str | None = Field(description="Of the message; null where there is none.")
    sent_at: datetime | None


class SendAnswerOut(AnswerBody):
    contact: str
    conversation: str
    message: str
    text: str
    at: datetime


class SendCountsOut(AnswerBody):
    goes: int
    refused: int
    waiting: int
    sent: int
    answered: int = Field(description="People who wrote on that line after theirs had left.")


class SendPreviewOut(AnswerBody):
    dry_run: bool
    items: list[SendItemOut]
    counts: SendCountsOut
    done_by: datetime | None = Field(
        description="When the last one will have gone; null: nobody can know."
    )


Texts = list[str]
SendItems = list[SendItemOut]
SendAnswers = list[SendAnswerOut]


class SendOut(AnswerBody):
    id: str
    list: str = Field(description="The list whose people they are.")
    line: str
    state: Literal["running", "paused", "cancelled", "done"]
    variants: Texts
    media: Texts
    items: SendItems
    counts: SendCountsOut
    answers: SendAnswers
    done_by: datetime | None
    deliver_until: datetime
    resends: str | None = Field(description="The send whose people it asks again.")
    created_at: datetime
