"""Head office and a hundred boxes: 300 branches, 1,000 lines. `--boxes N --seconds S` make it
smaller; with `--boxes 1000` the growth is drawn so far.

The boxes run on the same cores, so times are those of the whole company on one machine; the load of
that machine is told on stderr.
"""

import statistics
import sys
from contextlib import ExitStack
from functools import cache

from tests.bench import many_growth
from tests.bench.benchmark import Measured, at_most
from tests.bench.desk import p95
from tests.bench.many_house import BRANCHES, PEOPLE
from tests.bench.many_loads import (
    AfterACut,
    Steady,
    after_a_cut,
    burst_of,
    commands_ms,
    link_cost,
    list_over_branches_ms,
    search_over_boxes_ms,
    steady,
)
from tests.bench.many_size import EVENTS_A_SECOND, SIZE
from tests.bench.many_stage import (
    ManyStage,
    house_running,
    invitations,
    many_stage,
    office_running,
    room,
)


@at_most(1000, "ms p95 from what happens at a box to a browser at the office (peer: p50)")
def event_to_browser_p95() -> Measured:
    found = _steady().late_ms
    return Measured(value=p95(found), peer=statistics.median(found))


@at_most(50, "% of a core that the office takes of 500 events/s (peer: events/s in fact)")
def office_steady() -> Measured:
    found = _steady()
    return Measured(value=found.share * 100, peer=round(found.rate, 1))


@at_most(500, "ms p95 from a wish at the office to its box (peer: p50)")
def command_to_box_p95() -> Measured:
    found = commands_ms(many_stage(), SIZE.seconds / 3)
    return Measured(value=p95(found), peer=statistics.median(found))


@at_most(60, "s until all boxes have told of a day's cut (peer: s of a core at the office)")
def day_cut() -> Measured:
    return Measured(value=_after_a_cut().took_s, peer=round(_after_a_cut().cpu_s, 1))


@at_most(150, "ms p95 of the list while all boxes tell of a day (peer: p50)")
def list_after_cut_p95() -> Measured:
    found = _after_a_cut().list_ms
    return Measured(value=p95(found), peer=statistics.median(found))


@at_most(8, "pushes of all boxes at once that are worked on; the others get 503 (peer: these)")
def pushes_at_once() -> Measured:
    found = burst_of(many_stage())
    return Measured(value=found.worked_on, peer=found.refused)


@at_most(80, "ms p95 of the list over all branches, by each order (peer: branches)")
def list_over_branches_p95() -> Measured:
    found = list_over_branches_ms(many_stage())
    return Measured(value=p95(found), peer=SIZE.real * BRANCHES)


@at_most(1500, "ms p95 of the search over all replicas (peer: replicas)")
def search_over_boxes_p95() -> Measured:
    found = search_over_boxes_ms(many_stage())
    return Measured(value=p95(found), peer=SIZE.real)


@at_most(10, "MB of memory that the link takes at a box")
def link_memory() -> Measured:
    return Measured(value=_link()[0])


@at_most(1, "% of a core that the link takes at a box without news (peer: with 5 events/s)")
def link_idle() -> Measured:
    return Measured(value=_link()[1], peer=_link()[2])


@at_most(1.5, "times what a box costs the office among few that it costs among most (peer: ‰)")
def growth() -> Measured:
    """Drawn on stderr. A box costs as many thousandths of a core as `peer` says."""
    costs = many_growth.growth()
    sys.stderr.write(many_growth.draw(costs) + "\n")
    few, most = costs[0], costs[-1]
    return Measured(value=most.cpu_permille / (few.cpu_permille or 1), peer=most.cpu_permille)


@cache
def _steady() -> Steady:
    return steady(many_stage(), EVENTS_A_SECOND, SIZE.seconds)


@cache
def _after_a_cut() -> AfterACut:
    return after_a_cut(many_stage(), SIZE.day_events)


@cache
def _link() -> tuple[float, float, float]:
    """Of one box: MB that the link takes, and % of a core without news and with some."""
    with ExitStack() as stack:
        folder = stack.enter_context(room())
        office = stack.enter_context(office_running(folder / "office"))
        (folder / "house").mkdir()
        with house_running(folder / "house") as maker:
            maker.ask("make", 0, 1, PEOPLE)
            maker.ask("join", invitations(office, 1))
            maker.ask("close")
        house = stack.enter_context(house_running(folder / "house"))
        house.ask("open")
        return link_cost(ManyStage(office=office, houses=[house]), SIZE.seconds)
