"""What a box says of commands, read from its events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.events import Event, EventKind
from appliance.office.link import CommandOutcome


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
