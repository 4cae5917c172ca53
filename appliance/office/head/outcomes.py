"""What a box says of commands, read from its events."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from appliance.events import Event, EventKind
from appliance.messages import MessageState
from appliance.office.link import CommandOutcome

_ON_THEIR_WAY = frozenset(
    each.value for each in (MessageState.QUEUED, MessageState.SENDING, MessageState.UNCONFIRMED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOutcome:
    command: str
    outcome: CommandOutcome
    why: str | None


def told_outcomes(told: Sequence[Event]) -> Iterator[ToldOutcome]:
    """Those that are as they must be: what else a box says there is its own."""
    for each in told:
        if each.kind is not EventKind.OFFICE_COMMAND:
            continue
        command, outcome = each.facts.get("command"), each.facts.get("outcome")
        why = each.facts.get("why")
        if isinstance(command, str) and outcome in list(CommandOutcome):
            yield ToldOutcome(
                command=command,
                outcome=CommandOutcome(outcome),
                why=why if isinstance(why, str) else None,
            )


def messages_over(told: Sequence[Event]) -> Collection[str]:
    """Those that left, or never will."""
    return {
        each.message_id
        for each in told
        if each.kind is EventKind.MESSAGE_STATE
        and each.message_id is not None
        and each.facts.get("to") not in _ON_THEIR_WAY
    }
