"""Loads on a head office and its boxes, and what was measured while they lasted."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.clock import MS_PER_S
from tests.bench.many_size import SIZE
from tests.bench.many_stage import ManyStage
from tests.bench.many_watch import Burst, EventReader, SeenEvent, burst, looking, reading
from tests.running_demo import eventually

ASKED = 60
COMMANDS_A_SECOND = 4.0
ARRIVES_S = 30.0
LINK_EVENTS_A_SECOND = 5.0
"""At one box: a busy minute."""
_PEOPLE = "/api/v1/conversations?sort=recent&limit=200"
_SEARCHED = ("heftruck", "ziek morgen", "rooster", "nummer 48", "veiligheidsschoenen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """`share` of a core that the office took, `rate` events a second that happened."""

    late_ms: Sequence[float]
    share: float
    rate: float
    list_ms: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterACut:
    took_s: float
    cpu_s: float
    list_ms: Sequence[float]


def steady(here: ManyStage, rate: float, seconds: float) -> Steady:
    """So many events a second, of all boxes together. Where fewer came the machine was too busy to
    make them, and the times are those of the machine.
    """
    _say_load(f"{rate:.0f} events/s")
    with reading(here.office) as reader, looking(here.office) as list_ms:
        began_s, cpu_s = time.monotonic(), here.office.cpu_s()
        many = here.live(rate, seconds)
        share = (here.office.cpu_s() - cpu_s) / (time.monotonic() - began_s)
        here.wait_until_followed()
        eventually(lambda: len(_of_people(reader)) >= many, "all arrives", within_s=ARRIVES_S)
    here.must_agree()
    late_ms = [each.late_ms for each in _of_people(reader)]
    return Steady(late_ms=late_ms, share=share, rate=many / seconds, list_ms=list_ms)


def _of_people(reader: EventReader) -> Sequence[SeenEvent]:
    return [*reader.kinds("message.state"), *reader.kinds("message.received")]


def commands_ms(here: ManyStage, seconds: float) -> Sequence[float]:
    """From the request of a program until the box has done it, by the box's own event."""
    _say_load("commands")
    began: dict[str, float] = {}
    until_s = time.monotonic() + seconds
    with reading(here.office) as reader, here.office.client() as client:
        talks = client.get(_PEOPLE).raise_for_status().json()["items"]
        while time.monotonic() < until_s or not began:
            talk, now_s = talks[len(began) % len(talks)], time.time()
            body = {"line": talk["line"], "to": talk["contact"]["id"], "text": f"Hoi {now_s}"}
            answer = client.post("/api/v1/messages", json=body)
            began[answer.raise_for_status().json()["id"]] = now_s
            time.sleep(1 / COMMANDS_A_SECOND)
        eventually(lambda: len(_done(reader)) >= len(began), "all is done", within_s=ARRIVES_S)
    done_s = _done(reader)
    return [(done_s[message] - now_s) * MS_PER_S for message, now_s in began.items()]


def _done(reader: EventReader) -> dict[str, float]:
    """By message: when its box had done it."""
    told = reader.kinds("office.command")
    return {
        each.facts["message"]: each.seen_s - each.late_ms / MS_PER_S
        for each in told
        if each.facts["outcome"] == "done" and "message" in each.facts
    }


def after_a_cut(here: ManyStage, events: int) -> AfterACut:
    here.ask("cut")
    here.ask("backlog", events)
    _say_load("all boxes come back")
    with looking(here.office) as list_ms:
        began_s, cpu_s = time.monotonic(), here.office.cpu_s()
        here.ask("heal")
        here.wait_until_followed()
        took_s, cpu_s = time.monotonic() - began_s, here.office.cpu_s() - cpu_s
    here.must_agree()
    return AfterACut(took_s=took_s, cpu_s=cpu_s, list_ms=list_ms)


def burst_of(here: ManyStage) -> Burst:
    shown = [each for house in here.ask("credentials") for each in house]
    here.ask("cut")
    try:
        return burst(here.office, shown)
    finally:
        here.ask("heal")


def list_over_branches_ms(here: ManyStage, asked: int = ASKED) -> Sequence[float]:
    paths = [f"/api/v1/conversations?limit=50&sort={sort}" for sort in ("recent", "waiting")]
    with here.office.client() as client:
        return _spans_ms(client.get, paths, asked)


def search_over_boxes_ms(here: ManyStage, asked: int = ASKED) -> Sequence[float]:
    paths = [f"/api/v1/search?q={words}" for words in _SEARCHED]
    with here.office.client() as client:
        eventually(lambda: client.get(paths[0]).json()["items"], "the index has words")
        return _spans_ms(client.get, paths, asked)


def _spans_ms(get: Callable[..., Any], paths: Sequence[str], asked: int) -> Sequence[float]:
    spans = []
    for place in range(asked):
        began = time.perf_counter()
        get(paths[place % len(paths)]).raise_for_status()
        spans.append((time.perf_counter() - began) * MS_PER_S)
    return spans


def link_cost(here: ManyStage, seconds: float) -> tuple[float, float, float]:
    """Beside what the box takes that does the same without an office."""
    (house,) = here.houses
    quiet, busy = _shares(here, seconds)
    _, before_mb = house.ask("cost")
    here.ask("heal")
    here.wait_until_followed()
    linked_quiet, linked_busy = _shares(here, seconds)
    _, after_mb = house.ask("cost")
    here.must_agree()
    return (after_mb - before_mb, max(0.0, linked_quiet - quiet), max(0.0, linked_busy - busy))


def _shares(here: ManyStage, seconds: float) -> tuple[float, float]:
    """% of a core, without news and with some."""
    return _share(here, 0.0, seconds), _share(here, LINK_EVENTS_A_SECOND, seconds)


def _share(here: ManyStage, rate: float, seconds: float) -> float:
    (house,) = here.houses
    before_s, _ = house.ask("cost")
    house.ask("live", rate, seconds)
    after_s, _ = house.ask("cost")
    return float(after_s - before_s) / seconds * 100


def _say_load(what: str) -> None:
    """What else the machine does belongs to each figure."""
    sys.stderr.write(f"{what}: {SIZE.real} boxes, load of the machine {os.getloadavg()[0]:.1f}\n")
