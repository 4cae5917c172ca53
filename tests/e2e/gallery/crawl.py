"""Which pages there are, and at which addresses each can be seen: by the links of the others."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi.routing import iter_route_contexts
from playwright.sync_api import Page

from appliance.api.web.page_route import PageRoute
from appliance.api.web.routes import router
from tests.e2e.test_pages_axe import NO_PAGES

MANY = 12
"""Addresses of one page; more would show the same again."""
QUERIES = 3
"""So many times as often one path is looked at in all: at one address with several questions."""
_LINKS = "links => links.map(each => each.getAttribute('href'))"

Look = Callable[[str], Sequence[str] | None]
"""Goes to an address of Balie and gives the addresses that it links to; None where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """`found` are the addresses of each path, none where no link leads to it; `dead` the links that
    lead nowhere, each with the address where it stands (empty: nobody links there).
    """

    found: Mapping[str, list[str]]
    dead: list[tuple[str, str]] = field(default_factory=list)


def page_paths() -> set[str]:
    """The paths of the router that are pages."""
    return {path for path in all_paths() if path not in NO_PAGES}


def all_paths() -> set[str]:
    """Those, parts of pages and files."""
    return {
        str(route.path)
        for route in iter_route_contexts(router.routes)
        if isinstance(route.original_route, PageRoute) and "GET" in (route.methods or ())
    }


def crawl(
    look: Look,
    paths: Collection[str],
    *,
    begin: Iterable[str],
    many: int = MANY,
    queries: int = QUERIES,
) -> Crawled:
    """What differs in its query alone is one page, whose links are followed all the same; `many`
    addresses of a path are looked at.
    """
    looked: Counter[str] = Counter()
    crawled = Crawled(found={path: [] for path in sorted(paths)})
    waiting, seen = [("", each) for each in begin], set[str]()
    while waiting:
        where, link = waiting.pop(0)
        address = link.partition("?")[0]
        path = path_of(address, paths)
        if link in seen or (path and looked[path] == many * queries):
            continue
        if path and len(crawled.found[path]) == many and address not in crawled.found[path]:
            continue
        seen.add(link)
        looked[path or ""] += 1
        links = look(link) if path else None
        if path is None or links is None:
            crawled.dead.append((where, link))
            continue
        if address not in crawled.found[path]:
            crawled.found[path].append(address)
        waiting += [(link, each.partition("#")[0]) for each in links]
    return crawled


def in_browser(page: Page) -> Look:
    """A page that leads to another one is none, and a file would be downloaded."""
    paths = all_paths()

    def look(link: str) -> Sequence[str] | None:
        if path_of(link.partition("?")[0], paths) in NO_PAGES:
            return None
        answer = page.goto(link)
        if answer is None or not answer.ok or not page.url.endswith(link):
            return None
        links: list[str] = page.locator("a[href^='/']").evaluate_all(_LINKS)
        return links

    return look


def path_of(address: str, paths: Collection[str]) -> str | None:
    """A path without a parameter goes before one with."""
    fitting = (path for path in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), address))
    return min(fitting, key=lambda path: (path.count("{"), path), default=None)
