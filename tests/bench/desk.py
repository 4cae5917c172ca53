"""The desk at size: a million messages, 30 members of staff, the real server on the loopback."""

import math
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx

from appliance.clock import ManualClock
from appliance.devices.protocol import Proof, Tick
from appliance.events import EventKind
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.store.store import Store
from tests.bench.benchmark import Measured, at_least, at_most
from tests.bench.desk_stage import stage
from tests.bench.desk_traffic import posted, watched
from tests.bench.processes import resident_mb
from tests.queue.counter import MONDAY, Counter, tapping

ASKED, WITHIN_S = 60, 6.0
"""Requests for one figure, fewer where they take longer together."""
SCRAPES, SCRAPE_S = 4, 5.2
"""The figures of `/metrics` are kept for five seconds."""
_SEARCHED = ("ziek morgen", "heftruck", "veiligheidsschoenen line:+316", "nummer 48")
_BARRED = ("werkzoeker 4", "instel", "+31610000")
HOUR_S, MINUTE_S, STEP_S, WAITING = 3600, 60, 5, 100


@at_most(40, "ms p95 of /")
def inbox_page_p95() -> Measured:
    return _page("/")


@at_most(25, "ms p95 of the tab Unread")
def unread_tab_p95() -> Measured:
    return _page("/list?view=unread&chosen=1")


@at_most(25, "ms p95 of the tab Waiting")
def waiting_tab_p95() -> Measured:
    return _page("/list?view=waiting&chosen=1")


@at_most(25, "ms p95 of the tab Groups")
def groups_tab_p95() -> Measured:
    return _page("/list?view=groups&chosen=1")


@at_most(40, "ms p95 of the page of the longest conversation")
def longest_thread_p95() -> Measured:
    return _page(f"/c/{stage().server.built.longest}")


@at_most(25, "ms p95 of Older in the longest conversation, ten pages up")
def older_p95() -> Measured:
    """Each request goes up by one page from what the last one showed, and brings that page."""
    here = stage()
    path = f"/c/{here.server.built.longest}"
    first = _oldest(here.browser.get(f"{path}/messages").text)

    def up() -> httpx.Response:
        nonlocal first
        found = here.browser.get(f"{path}/messages?before={first}")
        first = _oldest(found.text)
        return found

    return Measured(value=_p95_ms(up, most=10))


@at_most(60, "ms p95 of the search while somebody types, letter by letter")
def search_as_typed_p95() -> Measured:
    """Words that many messages have, and some, with a filter and with a number."""
    typed = [asked[:end] for asked in _SEARCHED for end in range(2, len(asked) + 1)]
    return _typed("/search", typed)


@at_most(40, "ms p95 of the command bar while somebody types, letter by letter")
def command_bar_p95() -> Measured:
    return _typed("/command-bar", [each[:end] for each in _BARRED for end in range(len(each) + 1)])


@at_most(25, "ms p95 of the list of people, by name and by last contact, and searched")
def people_list_p95() -> Measured:
    paths = ("/people", "/people?sort=recent", "/people?q=werkz", "/people?q=werkzoeker+123")
    return Measured(value=max(_page(path).value for path in paths))


@at_most(200, "MB of memory of all of Balie, once each kind of page was shown")
def desk_memory() -> Measured:
    here = stage()
    thread = f"/c/{here.server.built.longest}"
    for path in (
        "/",
        thread,
        "/list?view=all",
        "/people",
        "/search?q=heftruck",
        "/command-bar?q=b",
    ):
        here.browser.get(path).raise_for_status()
    return Measured(value=resident_mb(here.server.pid))


@at_most(5, "ms p95 of GET /api/v1/messages?state=")
def messages_by_state_p95() -> Measured:
    return _read("/api/v1/messages?state=queued")


@at_most(5, "ms p95 of GET /api/v1/messages?contact=, the one who wrote most")
def messages_by_contact_p95() -> Measured:
    here = stage()
    found = here.server.api(f"/conversations/{here.server.built.longest}")
    return _read(f"/api/v1/messages?contact={found['contact']['id']}&limit=20")


@at_most(5, "ms for /metrics when its figures have aged, median")
def metrics_scrape() -> Measured:
    spans = []
    for _ in range(SCRAPES):
        time.sleep(SCRAPE_S)
        spans.append(_p95_ms(partial(stage().browser.get, "/metrics"), most=1))
    return Measured(value=statistics.median(spans))


@at_most(10, "ms p95 of POST /api/v1/messages beside 30 live streams")
def post_beside_streams_p95() -> Measured:
    return Measured(value=p95(posted()))


@at_least(100, "messages a second, one client after another, beside 30 live streams")
def post_beside_streams_rate() -> Measured:
    spans = posted()
    return Measured(value=len(spans) * 1000 / sum(spans))


@at_most(150, "ms p95 from the post to the frame, 30 pages, 5 messages a second")
def event_to_frame_p95() -> Measured:
    return Measured(value=p95(watched().frames))


@at_most(150, "ms p95 from the post to the part of the page that shows it, 30 pages, 5 a second")
def event_to_screen_p95() -> Measured:
    return Measured(value=p95(watched().screens))


@at_most(25, "% of a core, 30 pages, 5 messages a second")
def live_share_of_a_core() -> Measured:
    return Measured(value=watched().cpu_share * 100)


@at_most(4, "kB that a page gets for one hint, rows or list, largest")
def hint_kb() -> Measured:
    largest_kb = watched().largest_kb
    if not largest_kb:
        raise RuntimeError("no page got a row")
    return Measured(value=largest_kb)


@at_most(2, "message.planned events a sent message, a busy hour of one line")
def planned_events_a_message() -> Measured:
    """A list of a hundred waits at its beginning; somebody writes and is answered each minute."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        clock = ManualClock(MONDAY)
        with closing(Store(Path(folder) / "balie.db", clock)) as store:
            counter = Counter(store, clock, Path(folder) / "evidence")
            sent = sum(_step(counter, clock, place) for place in range(HOUR_S // STEP_S))
            planned = len(counter.events(EventKind.MESSAGE_PLANNED))
    return Measured(value=planned / sent)


def _step(counter: Counter, clock: ManualClock, place: int) -> int:
    """Some seconds of that hour; 1 if a message was sent in them."""
    people = [f"+31620000{each:03}" for each in range(WAITING)]
    if place == 0:
        counter.knows(*people)
        clock.advance(s=STEP_S)  # their welcomes, struck out by hand, are forgotten
        for each in people:
            counter.queues("Kun je zaterdag?", each, typed=False, kind=MessageClass.LIST)
    if place % (MINUTE_S // STEP_S) == 0:
        writer = people[place * STEP_S // MINUTE_S]
        counter.hears(sender=writer)
        counter.queues("Ja hoor, tot maandag!", writer)
    counter.planner.round()
    clock.advance(s=STEP_S)
    task = counter.task()
    if not isinstance(task, QueueAttempt):
        return 0
    with tapping(task):
        pass
    counter.work.sent(task, Proof(tick=Tick.READ))
    return 1


def _page(path: str) -> Measured:
    """For somebody who may read everything, which is the most."""
    return Measured(value=_p95_ms(partial(stage().browser.get, path)))


def _typed(path: str, typed: Sequence[str]) -> Measured:
    """Each is asked for as the page does, which wants no frame around what was found."""
    letters = cycle(typed)
    browser = stage().browser

    def ask() -> httpx.Response:
        headers = {"HX-Request": "true"}
        return browser.get(path, params={"q": next(letters)}, headers=headers)

    return Measured(value=_p95_ms(ask, most=len(typed)))


def _read(path: str) -> Measured:
    here = stage()
    with httpx.Client(base_url=here.server.url, headers=here.server.bearer) as client:
        return Measured(value=_p95_ms(partial(client.get, path)))


def _p95_ms(ask: Callable[[], httpx.Response], *, most: int = ASKED) -> float:
    spans: list[float] = []
    until = time.perf_counter() + WITHIN_S
    while len(spans) < most and (not spans or time.perf_counter() < until):
        began = time.perf_counter()
        ask().raise_for_status()
        spans.append((time.perf_counter() - began) * 1000)
    return p95(spans)


def p95(spans: Sequence[float]) -> float:
    """The nearest rank: of twenty spans it is the nineteenth."""
    return sorted(spans)[math.ceil(len(spans) * 0.95) - 1]


def _oldest(page: str) -> str:
    found = re.search(r'name="from" value="([^"]+)"', page)
    if found is None:
        raise LookupError("the thread names no oldest message")
    return found[1]
