"""Head office's overview: what a lead has to know now, over all boxes."""

import re
from collections.abc import Iterator, Sequence

import pytest

from tests.api.browser import Browser, log_in
from tests.office.head_office import HeadOffice
from tests.office.real_box import RealBox
from tests.office.test_office_search_page import followed_all

ANNA, BRAM, CEM = "+31655500801", "+31655500802", "+31655500803"
LONG_MS = 10 * 60_000


@pytest.fixture(scope="module")
def lead(head: HeadOffice, boxes: Sequence[RealBox]) -> Iterator[Browser]:
    tilburg, breda, _, venlo = boxes
    for box, number, name in (
        *((breda, BRAM, "Bram"), (tilburg, ANNA, "Anna")),
        (venlo, CEM, "Cem"),
    ):
        head.clock.at_ms += 60_000
        box.hears(number, "Is er werk?", name=name)
    followed_all(head, boxes)
    browser = log_in(head, "Lies", role="lead", branch_id=None)
    yield browser
    browser.client.close()


def test_a_lead_sees_who_waits_at_all_boxes_and_leads_nobody_else(
    head: HeadOffice, boxes: Sequence[RealBox], lead: Browser
) -> None:
    """The longest first; nameless where the box keeps names; each link leads somewhere."""
    page = lead.get("/overview").text
    waits = re.search(r'id="waits-longest".*?</section>', page, re.DOTALL)
    assert waits
    assert re.findall(r'<span dir="auto">(\w+)</span>', waits[0]) == ["Bram", "Anna", "Iemand"]
    for box in boxes:
        assert f"line={box.desk.line_id}" in page
    for link in set(re.findall('(?:href|hx-get)="(/(?!static)[^"#]*)', page)):
        found = lead.get(link.replace("&amp;", "&"))
        assert found.is_redirect or found.status_code == 200, link
    narrow = log_in(head, "Bea", role="lead", branch_id=boxes[1].desk.branch_id)
    own = narrow.get("/overview").text
    assert "Bram" in own
    assert "Anna" not in own
    assert boxes[0].desk.line_id not in own
    narrow.client.close()
    staff = log_in(head, "Stef", role="staff", branch_id=None)
    assert staff.get("/overview").status_code == 404
    staff.client.close()


def test_a_wall_names_nobody_and_a_box_that_is_cut_is_named(
    head: HeadOffice, lead: Browser
) -> None:
    wall = lead.get("/overview?wall=1").text
    assert re.search(r"<strong>3</strong>\s*wachten op antwoord", wall)
    assert "Anna" not in wall
    head.clock.at_ms += LONG_MS
    assert "Tilburg is niet bereikbaar" in lead.get("/overview").text
