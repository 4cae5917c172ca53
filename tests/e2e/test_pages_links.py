"""The links of all pages, followed from the first one on: none leads nowhere."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import unescape

import httpx
import pytest

from tests.e2e.conftest import Place
from tests.e2e.gallery.crawl import all_paths, crawl, page_paths
from tests.e2e.test_pages_axe import (
    AT_DOOR,
    BEFORE_ALL,
    MADE,
    kept_view,
    lists_of,
    plugged,
    troubled,
)

_LINK = re.compile(r'<a\b[^>]*?\shref="(/[^"#]*)')
UNLINKED = {
    "/c/{conversation_id}/group",  # from its thread, and the first one is no group's
    "/lines/{line_id}/handover",  # from the list of one number, and the first one is of all
    "/emergency",  # for who reads no messages
    "/offline",  # the service worker's
    "/privacy/erasures/{erasure_id}",  # where a form leads
    "/search",  # where a form leads
    "/settings",  # another name of one's own page
    "/settings/webhooks/{webhook_id}/replay",  # where a form leads
    "/setup/branch",  # while there is no branch
}
"""Pages that no link of these leads to, with the reason."""


def linked(client: httpx.Client, link: str) -> Sequence[str] | None:
    answer = client.get(link)
    if answer.status_code != 200 or answer.url.path == "/login":
        return None
    is_page = answer.headers["content-type"].startswith("text/html")
    return [unescape(each) for each in _LINK.findall(answer.text)] if is_page else []


@pytest.mark.parametrize("name", ["Marit Hoekstra", "Sanne de Wit"])
def test_no_link_of_any_page_is_dead(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Neither for who may do everything nor for a colleague of one branch: a page offers only what
    its reader may open. Whoever may do everything comes to every page by links.
    """
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # no phone is asked for its picture
    troubled(place)
    kept_view(place)
    lists_of(place)
    for make in MADE.values():
        make(place)
    cookies = {"balie_session": place.desk.session(name).token}
    with (
        place.web.serving(replace(place.services, enrolment=plugged())),
        httpx.Client(
            base_url=place.url, cookies=cookies, follow_redirects=True, timeout=60
        ) as client,
    ):
        crawled = crawl(partial(linked, client), all_paths(), begin=["/"], many=1, queries=1)
    assert crawled.dead == []
    if name == "Marit Hoekstra":
        missed = {path for path in page_paths() if not crawled.found[path]}
        assert missed - AT_DOOR - BEFORE_ALL == UNLINKED
