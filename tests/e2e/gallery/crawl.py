"""Which pages there are, and at which addresses each can be seen: by the links of the others."""

import re
from collections.abc import Collection, Mapping, Sequence

from fastapi.routing import iter_route_contexts
from playwright.sync_api import Page

from appliance.api.web.page_route import PageRoute
from appliance.api.web.routes import router
from tests.e2e.test_pages_axe import NO_PAGES

MANY = 12
"""Addresses of one page; more would show the same again."""
_LINKS = "links => links.map(each => each.getAttribute('href'))"


def page_paths() -> set[str]:
    """The paths of the router that are pages."""
    return {
        str(route.path)
        for route in iter_route_contexts(router.routes)
        if isinstance(route.original_route, PageRoute) and "GET" in (route.methods or ())
    } - NO_PAGES


def crawl(page: Page, without: Collection[str]) -> Mapping[str, Sequence[str]]:
    """The addresses of each path; none where no link leads to it. What differs in its query alone
    is one page, whose links are followed all the same.
    """
    paths = sorted(page_paths() - set(without))
    found: dict[str, list[str]] = {path: [] for path in paths}
    waiting, seen = [path for path in paths if "{" not in path], set[str]()
    while waiting:
        link = waiting.pop(0)
        address = link.partition("?")[0]
        path = path_of(address, paths)
        if path is None or link in seen or len(found[path]) == MANY:
            continue
        seen.add(link)
        answer = page.goto(link)
        if answer is None or not answer.ok or not page.url.endswith(link):
            continue
        if address not in found[path]:
            found[path].append(address)
        links = page.locator("a[href^='/']").evaluate_all(_LINKS)
        waiting += [each.partition("#")[0] for each in links]
    return found


def path_of(address: str, paths: Sequence[str]) -> str | None:
    """A path without a parameter goes before one with."""
    fitting = (path for path in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), address))
    return min(fitting, key=lambda path: path.count("{"), default=None)
