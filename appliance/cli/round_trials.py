"""`balie simulate round`: how a round would go, before anybody is asked."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from appliance.cli.output import JsonOption, says_what_is_wrong, show
from appliance.cli.pacing import run_simulation
from appliance.demo.round_trial import Habits, RoundTrial, TrialOutcome, tried
from appliance.errors import InvalidInput

simulate_app = typer.Typer(invoke_without_command=True)
simulate_app.callback()(run_simulation)

Share = Annotated[float, typer.Option(min=0, max=1)]


@simulate_app.command("round")
@says_what_is_wrong
def simulate_round(
    *,
    people: Annotated[int, typer.Option(min=1, max=2_000, help="Whom one may ask.")] = 100,
    seats: Annotated[int, typer.Option(min=1, max=500, help="How many are needed.")] = 12,
    at_once: Annotated[
        int | None, typer.Option(min=1, max=500, help="Questions open at first; 3 a seat.")
    ] = None,
    lines: Annotated[int, typer.Option(min=1, max=40, help="Numbers that share them.")] = 1,
    heard: Annotated[
        int, typer.Option(min=0, max=2_000, help="Hours since everybody wrote last.")
    ] = 72,
    yes: Share = 0.35,
    no: Share = 0.3,
    unclear: Share = 0.05,
    minutes: Annotated[
        float, typer.Option(min=0.1, max=600, help="Half of the answers come within so many.")
    ] = 8.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same round.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Lives through a round in virtual time: who is asked when, and how long it takes."""
    if yes + no + unclear > 1:
        raise InvalidInput("yes", "The shares of yes, no and unclear are more than everybody.")
    outcome = tried(
        RoundTrial(
            people=people,
            seats=seats,
            at_once=at_once,
            lines=lines,
            heard_h=heard,
            habits=Habits(yes=yes, no=no, unclear=unclear, half_min=minutes),
            seed=seed,
        )
    )
    show(as_json, asdict(outcome), "\n".join(_told(outcome, seats)))


def _told(outcome: TrialOutcome, seats: int) -> Sequence[str]:
    taken = f"{outcome.yes} of {seats} seats taken"
    within = outcome.minutes_to_filled
    return [
        f"{taken} within {within} minutes." if within is not None else f"{taken}: {outcome.state}.",
        (
            f"{outcome.asked} were asked: {outcome.yes} yes, {outcome.reserve} on the reserve list,"
            f" {outcome.no} no, {outcome.unclear} unclear, {outcome.silent} without an answer."
        ),
        f"{outcome.not_asked} were not asked.",
    ]
