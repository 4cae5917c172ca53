"""`balie clock`: the machine's clock against the latest time that this Balie has seen."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.clock import MachineClock, SystemClock
from appliance.devices.complaint import Complaint
from appliance.errors import SetupError
from appliance.store import high_water
from appliance.store.store import Store


@says_what_is_wrong
def clock(
    is_right: Annotated[
        bool,
        typer.Option(
            "--is-right", help="The clock is right, and it was ahead before: go on from now."
        ),
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says whether the clock can be right; nothing is sent by one that is known to be wrong."""
    with open_store(data) as store:
        if is_right:
            _trust(store)
        complaint = complaint_of(store)
    show(as_json, {"wrong": complaint is not None}, _said(complaint))
    if complaint:
        sys.exit(1)


def complaint_of(store: Store) -> Complaint | None:
    now_ms = store.clock.now_ms()
    if isinstance(store.clock, MachineClock) and store.clock.is_unsure:
        return Complaint(
            about="clock",
            sentence=f"The clock says {_shown(SystemClock().now_ms())}, but the machine was off and"
            " does not know for how long; nothing is sent.",
            remedy="Connect the machine to the network: a time server tells it the time within a"
            " minute. If the clock is right now: balie clock --is-right",
        )
    if not store.read(high_water.clock_is_wrong(store.clock)):
        return None
    seen_ms = max(store.read(high_water.read_mark), high_water.EARLIEST_MS)
    return Complaint(
        about="clock",
        sentence=f"The clock says {_shown(now_ms)}, but it was {_shown(seen_ms)} already;"
        " nothing is sent.",
        remedy="Connect the machine to the network or set its clock. If it is right now and was"
        " ahead before: balie clock --is-right",
    )


def _trust(store: Store) -> None:
    now_ms = SystemClock().now_ms()
    if now_ms < high_water.EARLIEST_MS:
        raise SetupError(f"It is not {_shown(now_ms)}: this Balie was made later. Set the clock.")
    try:
        MachineClock().trust()
    except OSError as exc:
        raise SetupError("Only root, and the user that Balie runs as, may say so.") from exc
    store.write(lambda tx: high_water.set_mark(tx.conn, now_ms))


def _said(complaint: Complaint | None) -> str:
    return f"{complaint.sentence}\n{complaint.remedy}" if complaint else "The clock can be right."


def _shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
