"""What a search finds: a message, a person or a conversation, with what was looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.desk.search.marking import Mark
from appliance.messages import Direction

PAGE = 25
BETWEEN_NAMES = " · "
"""In the snippet of a person: what they are called, their numbers, a personnel number."""


class HitKind(StrEnum):
    MESSAGE = "message"
    CONTACT = "contact"
    CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`title` is who it is about or whom it is with. `conversation_id` is None for a person with
    whom nothing was ever said; `line_id` is that of the conversation. `marks` are stretches of
    `snippet` in code points.
    """

    kind: HitKind
    id: str
    conversation_id: str | None
    contact_id: str | None
    line_id: str | None
    at_ms: int
    title: str
    snippet: str
    marks: Sequence[Mark]
    direction: Direction | None = None

    @property
    def link(self) -> str:
        """A person with whom nothing was ever said has a page of their own."""
        if self.conversation_id is None:
            return f"/people/{self.contact_id}"
        place = f"/c/{self.conversation_id}"
        return f"{place}#m-{self.id}" if self.kind is HitKind.MESSAGE else place


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPage:
    """`next` is the id behind which the next page begins; None on the last one. A page may be short
    and not be the last: much was looked through, and the rest is looked through by the next.
    """

    hits: Sequence[Hit]
    next: str | None
