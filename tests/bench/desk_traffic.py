"""Messages that are posted while the staff have their pages open, and when the pages show them."""

import asyncio
import json
import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tests.bench.desk_pages import HOST, Page, answer, request
from tests.bench.desk_stage import Stage, stage

POSTS, POSTS_WITHIN_S = 300, 12.0
MESSAGES_A_S, EVENTS_S = 5, 20
LOST_MS = 10_000.0
"""What never came counts as this."""


class Person(NamedTuple):
    """Somebody who wrote, and to which line."""

    line: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that was posted: on which line, when, and how long that took."""

    id: str
    line: str
    at_s: float
    took_ms: float


@cache
def posted() -> Sequence[float]:
    """The milliseconds of each post, one right after the other."""
    here, posts = stage(), list[Post]()
    people = _who_wrote_last(here)
    with suppress(TimeoutError):
        asyncio.run(_post_quickly(here, people, posts))
    here.server.rests()
    return [each.took_ms for each in posts]


async def _post_quickly(here: Stage, people: Sequence[Person], posts: list[Post]) -> None:
    async with here.pages(asks=False), asyncio.timeout(POSTS_WITHIN_S):
        await _post_all(here, people, posts, pause_s=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What 30 open pages got of some messages a second; spans in ms."""

    frames: Sequence[float]
    screens: Sequence[float]
    cpu_share: float
    largest_kb: float


@cache
def watched() -> Watched:
    """Posts some messages a second, and waits for those that are late."""
    here = stage()
    people = _who_wrote_last(here)[: MESSAGES_A_S * EVENTS_S]
    found = asyncio.run(_watch(here, people))
    here.server.rests()
    return found


async def _watch(here: Stage, people: Sequence[Person]) -> Watched:
    posts: list[Post] = []
    async with here.pages(asks=True) as pages:
        began, cpu_s = time.perf_counter(), here.server.cpu_s()
        all_of_them = _post_all(here, people, posts, pause_s=1 / MESSAGES_A_S)
        posting = asyncio.ensure_future(all_of_them)
        await asyncio.sleep(EVENTS_S)
        share = (here.server.cpu_s() - cpu_s) / (time.perf_counter() - began)
        await asyncio.sleep(LOST_MS / 1000)
        posting.cancel()
    never = [LOST_MS] * ((len(people) - len(posts)) * len(pages))
    return Watched(
        frames=[*_spans(posts, pages, lambda page: page.heard), *never],
        screens=[*_spans(posts, pages, lambda page: page.shown), *never],
        cpu_share=share,
        largest_kb=max(page.largest for page in pages) / 1000,
    )


def post_evenly(here: Stage, count: int) -> None:
    """Some messages a second, to other people each; blocks until all are posted."""
    people = _who_wrote_last(here)[:count]
    asyncio.run(_post_all(here, people, [], pause_s=1 / MESSAGES_A_S))


def _spans(
    posts: Sequence[Post], pages: Sequence[Page], came: Callable[[Page], dict[str, float]]
) -> Sequence[float]:
    return [
        min(LOST_MS, (came(page).get(post.id, math.inf) - post.at_s) * 1000)
        for page in pages
        for post in posts
        if post.line in page.reader.lines
    ]


def _who_wrote_last(here: Stage) -> Sequence[Person]:
    found: list[Person] = []
    after = ""
    while len(found) < POSTS:
        page = here.server.api(f"/messages?direction=in&order=newest&limit=200{after}")
        found += [
            Person(each["line"], each["contact"]["number"])
            for each in page["items"]
            if not each["group"]
        ]
        after = f"&after={page['next']}"
    return found[:POSTS]


async def _post_all(
    here: Stage, people: Sequence[Person], posts: list[Post], *, pause_s: float
) -> None:
    """One after the other over one connection. With a pause, each counts from when it was due: one
    that waits for the one before it is late, too.
    """
    reader, writer = await asyncio.open_connection(HOST, here.port)
    began_s = time.perf_counter()
    for place, person in enumerate(people):
        due_s = began_s + place * pause_s
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        sent_s = time.perf_counter()
        writer.write(_post(here, person, f"Dienst {place}"))
        made = json.loads(await answer(reader))
        took_ms = (time.perf_counter() - sent_s) * 1000
        at_s = due_s if pause_s else sent_s
        posts.append(Post(id=made["id"], line=person.line, at_s=at_s, took_ms=took_ms))
    writer.close()


def _post(here: Stage, person: Person, text: str) -> bytes:
    body = json.dumps({"line": person.line, "to": person.number, "text": text}).encode()
    bearer = here.server.bearer["Authorization"]
    return request("POST", "/api/v1/messages", body=body, authorization=bearer)
