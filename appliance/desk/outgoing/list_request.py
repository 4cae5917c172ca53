"""What a list is to send and to whom, and what becomes of each of its recipients."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.sending import Author
from appliance.identities import Identity
from appliance.queue.pacing import DEFAULT_PROFILE, Profile
from appliance.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """`numbers` as people write them; or, where they are people of a list that is kept, `people`,
    the ids of their contacts. `texts` are variants, with {naam} or {voornaam} in them.

    `ttl_ms` and `until_ms` None: until the end of the day. `room` is what the line has left for it.
    `media` are the ids of files that its author may use.
    """

    line_id: str
    texts: Sequence[str]
    numbers: Sequence[str] = ()
    people: Sequence[str] | None = None
    author: Author
    channel: Channel | None = None
    media: Sequence[str] = ()
    ttl_ms: int | None = None
    until_ms: int | None = None
    not_before_ms: int | None = None
    room: Room | None = None
    profile: Profile = DEFAULT_PROFILE

    @property
    def recipients(self) -> Sequence[str]:
        return self.numbers if self.people is None else self.people

    @property
    def late(self) -> Reason:
        """What is said of those whose turn would come after it is too old."""
        return Reason.DOES_NOT_FIT if self.people is None else Reason.TOO_LATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What becomes of one recipient. `refusal` is None for those who get a message.

    `to` is as the author named them, and `variant` as they wrote it, without a name in it.
    `expected_ms` None: nobody can know.
    """

    to: str
    refusal: Reason | None = None
    identity: Identity | None = None
    contact_id: str = ""
    conversation_id: str | None = None
    text: str = ""
    variant: str = ""
    wanted: Channel | None = None
    answering: bool = False
    expected_ms: int | None = None
    reason: Reason | None = None
    message_id: str | None = None
