"""The figures of the desk again, with the server held to a quarter of one core: four times each.

What is a size or a share of a core is not measured again.
"""

from collections.abc import Callable, Sequence
from functools import cache, update_wrapper

from tests.bench import desk, desk_traffic
from tests.bench.benchmark import BENCHMARKS, Better, Measured, at_least, at_most
from tests.bench.desk_stage import stage
from tests.bench.desk_traffic import Watched
from tests.bench.quarter import SHARE, held

_ALONE = (
    desk.inbox_page_p95,
    desk.unread_tab_p95,
    desk.waiting_tab_p95,
    desk.groups_tab_p95,
    desk.longest_thread_p95,
    desk.older_p95,
    desk.search_as_typed_p95,
    desk.command_bar_p95,
    desk.people_list_p95,
    desk.messages_by_state_p95,
    desk.messages_by_contact_p95,
    desk.metrics_scrape,
)
"""No traffic beside them."""


def _again(measure: Callable[[], Measured], measured: Callable[[], Measured]) -> None:
    """Registers it as a figure of the same group, under a name that follows the first one's."""
    known = BENCHMARKS[measure.__name__.replace("_", "-")]
    update_wrapper(measured, measure).__name__ = f"{measure.__name__}_at_a_quarter"
    unit = f"{known.unit}, at a quarter of a core"
    register = (
        at_most(known.bound / SHARE, unit)
        if known.better is Better.LESS
        else at_least(known.bound * SHARE, unit)
    )
    register(measured)


def _slowly(measure: Callable[[], Measured]) -> Callable[[], Measured]:
    def measured() -> Measured:
        with held(stage().server.pid):
            return measure()

    return measured


@cache
def _traffic() -> tuple[Sequence[float], Watched]:
    with held(stage().server.pid):
        return desk_traffic.posted.__wrapped__(), desk_traffic.watched.__wrapped__()


def _posts_a_second() -> Measured:
    spans, _ = _traffic()
    return Measured(value=len(spans) * 1000 / sum(spans))


for _measure in _ALONE:
    _again(_measure, _slowly(_measure))
_again(desk.post_beside_streams_p95, lambda: Measured(value=desk.p95(_traffic()[0])))
_again(desk.post_beside_streams_rate, _posts_a_second)
_again(desk.event_to_frame_p95, lambda: Measured(value=desk.p95(_traffic()[1].frames)))
_again(desk.event_to_screen_p95, lambda: Measured(value=desk.p95(_traffic()[1].screens)))
