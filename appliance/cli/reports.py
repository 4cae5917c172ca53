"""`balie reports`: the figures that reports are made of."""

import time

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.desk.reports import following
from appliance.store import reports
from appliance.store.store import Store

reports_app = typer.Typer(no_args_is_help=True, help="The figures of the reports.")
_LOOK_S = 1.0


@reports_app.command("rebuild")
@says_what_is_wrong
def rebuild(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Counts everything anew from what is there, beside a running Balie, too: after the zone or the
    hours of a branch were wrong, or after people were erased.
    """
    with open_store(data) as store:
        store.write(reports.begin_anew)
        while not following.count_the_past(store, lambda: False):
            _wait(store)
        days = store.read(reports.days)
    show(as_json, {"days": days}, f"The reports know {days} days.")


def _wait(store: Store) -> None:
    """A running Balie has begun to count, too, and one of both is enough."""
    while store.read(reports.followed_to) is None:
        time.sleep(_LOOK_S)
