"""Head office's search page and its command bar: over all boxes, with what they lack named."""

import re
from collections.abc import Iterator, Sequence

import pytest

from tests.api.browser import Browser, log_in
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed
from tests.office.real_box import RealBox

ANNA, BRAM, CEM = "+31655500501", "+31655500502", "+31655500503"
LONG_MS = 10 * 60_000


@pytest.fixture(scope="module")
def noor(head: HeadOffice, boxes: Sequence[RealBox]) -> Iterator[Browser]:
    tilburg, breda, _, venlo = boxes
    for box, number, name, text in (
        (tilburg, ANNA, "Anna Jansen", "Ik zoek een heftruck"),
        (breda, BRAM, "Bram Jansen", "Waar staat de heftruck?"),
        (venlo, CEM, "Cem Jansen", "De heftruck is geheim"),
    ):
        head.clock.at_ms += 1000
        box.hears(number, text, name=name)
    for n in range(40):
        head.clock.at_ms += 1000
        boxes[n % 2].hears(ANNA, f"Steiger nummer {n}")
    followed_all(head, boxes)
    browser = log_in(head, "Noor", role="admin", branch_id=None)
    yield browser
    browser.client.close()


def followed_all(head: HeadOffice, boxes: Sequence[RealBox]) -> None:
    for each in boxes:
        each.says_it_lives()
        each.tells()
    followed(head, boxes)
    for each in boxes:
        while head.head.indexer.catch_up(each.id):
            pass
    head.head.upkeep.look()


def links(page: str) -> list[str]:
    return re.findall('class="hit" href="([^"#]*)', page)


def test_a_search_is_over_all_boxes_that_somebody_may_see(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    found = noor.get("/search?q=heftruck").text
    assert "<mark>heftruck</mark>" in found
    assert len(links(found)) == 2
    assert "geheim" not in found
    assert "http://venlo.example/search?q=heftruck" in found
    people = noor.get("/search?q=jansen").text
    assert "Anna" in people
    assert "Bram" in people
    assert "Cem" not in people
    assert all(noor.get(each).status_code == 200 for each in links(people))
    narrow = noor.get("/search?q=heftruck+line:Breda").text
    assert "Waar staat de" in narrow
    assert "Ik zoek een" not in narrow
    assert "achter before: een dag" in noor.get("/search?q=before:morgen").text
    assert noor.get("/search?q=x&after=boxes.!").status_code == 200
    breda = boxes[1]
    piet = log_in(head, "Piet", role="staff", branch_id=breda.desk.branch_id)
    own = piet.get("/search?q=heftruck").text
    assert len(links(own)) == 1
    assert "venlo" not in own
    piet.client.close()
    guard = log_in(head, "Guus", role="branch-it", branch_id=breda.desk.branch_id)
    assert guard.get("/search?q=heftruck").status_code == 404
    guard.client.close()


def test_further_pages_give_each_message_once(noor: Browser) -> None:
    address, seen = "/search?q=steiger", []
    while address:
        page = noor.get(address, **{"HX-Request": "true"}).text
        seen += re.findall(r"nummer (\d+)", page)
        more = re.search(r'class="button more"\s+href="([^"]*)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen, key=int) == [str(n) for n in range(40)]


def test_boxes_that_are_missing_are_named(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    """Cut off: what came since. Not to be read: nothing of it, and all of the others."""
    assert "tilburg.example" not in noor.get("/search?q=heftruck").text
    head.clock.at_ms += LONG_MS
    cut = noor.get("/search?q=heftruck").text
    assert "niet bereikbaar" in cut
    assert "http://tilburg.example/search" in cut
    assert len(links(cut)) == 2


def test_the_command_bar_finds_people_and_the_pages_that_are_there(noor: Browser) -> None:
    found = noor.get("/command-bar?q=jansen").text
    assert found.count('data-href="/c/') == 2
    assert "/search?q=jansen" in found
    assert "command-bar-field" in noor.get("/").text
    offered = "".join(noor.get(f"/command-bar?q={each}").text for each in ("", "b", "v", "z"))
    ways = set(re.findall('data-href="(/[^"]*)"', offered))
    assert {"/boxes", "/inbox/mine", "/search"} <= ways
    for each in ways:
        answer = noor.get(each.replace("&amp;", "&"))
        assert answer.is_redirect or answer.status_code == 200, each
