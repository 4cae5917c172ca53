"""A new conversation from head office: its box decides, and until then it waits visibly."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.identities import tel
from appliance.office.tables import commands
from tests.api.browser import Browser, log_in
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed
from tests.office.real_box import RealBox
from tests.office.test_office_commands import asked_last
from tests.office.test_office_inbox import _stream, _until
from tests.office.test_office_search_page import followed_all

ANNA, NEW, OTHER = "+31655500601", "+31655500602", "+31655500603"
LONG_MS = 10 * 60_000


@pytest.fixture(scope="module")
def noor(head: HeadOffice, boxes: Sequence[RealBox]) -> Iterator[Browser]:
    boxes[0].hears(ANNA, "Hallo", name="Anna Visser")
    boxes[-1].hears(ANNA, "Hallo", name="Anna Geheim")
    followed_all(head, boxes)
    browser = log_in(head, "Noor", role="staff", branch_id=None)
    yield browser
    browser.client.close()


def begin(browser: Browser, box: RealBox, to: str, **more: str) -> Any:
    return browser.post("/new", {"line": box.desk.line_id, "number": to, "text": "Welkom!", **more})


def test_people_are_found_by_name_at_the_box_of_the_line(
    boxes: Sequence[RealBox], noor: Browser
) -> None:
    tilburg, breda, _, venlo = boxes
    assert 'hx-get="/new/people"' in noor.get("/new").text
    where = f"/new/people?line={tilburg.desk.line_id}&number="
    found = noor.get(f"{where}visser").text
    assert re.search('href="/c/[^"]+"', found)
    assert "Visser" not in noor.get(f"/new/people?line={breda.desk.line_id}&number=visser").text
    kept = noor.get(f"/new/people?line={venlo.desk.line_id}&number=geheim").text
    assert "blijven namen daar" in kept
    assert noor.get("/new/people?line=Nergens&number=x").status_code == 404
    person = "SELECT contact_id FROM contact_identity WHERE value = ?"
    anna = tilburg.branch.store.read(lambda conn: conn.execute(person, (ANNA,)).fetchone()[0])
    named = noor.get(f"/new?line={tilburg.desk.line_id}&to={anna}").text
    assert f'value="{ANNA}"' in named


def test_a_message_waits_for_a_box_that_is_away_and_is_seen_by_who_wrote_it(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    """Once, however often it is sent; in the list, too; until its conversation is there."""
    breda = boxes[1]
    head.clock.at_ms += LONG_MS
    answers = [begin(noor, breda, NEW, client_id="twice") for _ in range(2)]
    (where,) = {each.headers["hx-redirect"] for each in answers}
    waits = noor.get(where).text
    assert "wacht tot Breda bereikbaar is" in waits
    assert "Welkom!" in waits
    assert f'href="{where}"' in noor.get("/list?view=all").text
    command = asked_last(breda, "send")
    assert command["body"]["to"] == NEW
    assert command["by"]["staff"] == noor.staff_id
    other = log_in(head, "Olga", role="staff", branch_id=None)
    assert other.get(where).status_code == 404
    assert where not in other.get("/list?view=all").text
    assert other.post(f"{where}/cancel").status_code == 404
    assert noor.post(f"{where}/cancel", part=False).status_code == 303
    assert "Breda is gevraagd het niet te doen" in noor.get(where).text
    assert asked_last(breda, "cancel")["body"]["message"] == command["body"]["message"]
    breda.hears(NEW, "Daar ben ik")
    request = SendRequest(
        id=command["body"]["message"],
        line_id=breda.desk.line_id,
        identity=tel(NEW),
        text="Welkom!",
        author=Author(rule="welcome"),
    )
    breda.branch.store.write(lambda tx: accept(tx, request))
    breda.says_over(command, "done")
    _over(head, command)
    followed(head, boxes)
    assert re.match("/c/", noor.get(where).headers["location"])
    assert where not in noor.get("/list?view=all").text
    other.client.close()


def _over(head: HeadOffice, command: Any) -> None:
    def read(conn: Any) -> bool | None:
        found = commands.by_id(conn, command["id"])
        return True if found is not None and found.outcome is not None else None

    head.until(read)


def test_what_the_box_refuses_is_said_as_the_box_says_it(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    zwolle = boxes[2]
    assert begin(noor, zwolle, "12").status_code == 422
    assert begin(noor, zwolle, NEW, text=" ").status_code == 422
    head.clock.at_ms += LONG_MS
    where = begin(noor, zwolle, OTHER).headers["hx-redirect"]
    command = asked_last(zwolle, "send")
    with _stream(noor) as told:
        zwolle.says_over(command, "refused", why="consent-required")
        _until(told, "list", "")
    _over(head, command)
    refused = noor.get(where).text
    assert "Zwolle heeft je bericht" in refused
    assert 'data-code="consent-required"' in refused
    piet = log_in(head, "Piet", role="staff", branch_id=boxes[0].desk.branch_id)
    assert begin(piet, zwolle, OTHER).status_code == 404
    assert zwolle.desk.number[-4:] not in piet.get("/new").text
    piet.client.close()


def test_a_line_is_meant_by_its_branch_its_label_or_its_number(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    tilburg = boxes[0]
    shown = noor.get("/new/lines?line=til").text
    assert shown.count("<option") == 1
    label = re.search('value="([^"]*)"', shown)
    assert label
    assert label[1].startswith("Tilburg · ")
    for said in (label[1], "tilb", tilburg.desk.number, tilburg.desk.number.replace("+31", "0")):
        assert noor.client.get("/new/people", params={"line": said}).status_code == 200, said
    assert noor.client.get("/new/people", params={"line": "+31612345"}).status_code == 404
