"""What a device tells beside the messages that came: calls, emoji, quotes, what somebody typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.channels import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCall:
    """`number` is what the device shows where it knows none; `channel` tells a WhatsApp call."""

    key: str
    number: str
    at_ms: int
    channel: Channel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """Somebody put an emoji on a message of ours. `quoted` is what the device shows of it; `group`
    is the address of the group in which they did.
    """

    key: str
    channel: Channel
    sender: str
    emoji: str
    quoted: str
    at_ms: int
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedByHand:
    """A message that somebody wrote on the device itself; `key`, `to`, `at_ms` and `exact` are as
    those of `Incoming` and its sender.
    """

    channel: Channel
    key: str
    to: str
    text: str
    at_ms: int
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message of the line that left, or may have left, as the device shows it.

    `at_ms`: when it began to leave. `has_file`: the text is the caption of a file. `key` is that of
    `TypedByHand`, where somebody wrote it on the device itself. `facts` are those of its proof.
    """

    channel: Channel
    text: str
    at_ms: int
    has_file: bool = False
    key: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """The place that a message of theirs shows; only its row names it. `key` is the message's."""

    key: str
    channel: Channel
    sender: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """A message of theirs answers another one: `key` is that of the message, `quoted` what the
    device shows of the other one, which may be cut. `group` is as that of a reaction.
    """

    key: str
    channel: Channel
    sender: str
    quoted: str
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureChange:
    """Somebody has given a group another picture. `at_ms` None: a row of its chat says so, which
    shows no time.
    """

    jid: str
    by: str
    at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Somebody told the service, and not us, that they want nothing more: they blocked the bot.

    It is a withdrawal as STOP is one. `sender` as of an `Incoming`; `words` is what the service
    said, for the ledger.
    """

    channel: Channel
    sender: str
    words: str
    at_ms: int
    cursor: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArrived:
    """A message that had left will not arrive, the service says. `words` are the service's."""

    attempt_id: str
    words: str
    cursor: tuple[str, int] | None = None
