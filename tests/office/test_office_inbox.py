"""The inbox of head office: lists over all boxes, a thread of one of them, and what it is asked."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.routing import APIRoute

from appliance.desk.access.rights import grant_role, rights_of
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import notes
from appliance.events import EventKind
from appliance.office.at_box import asking_people
from appliance.office.reading import Fields
from appliance.office.tables import inbox_lists
from appliance.office.web import (
    boxes_page,
    listing,
    new_page,
    thread_page,
    update_page,
    writing_page,
)
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed
from tests.office.real_box import RealBox
from tests.office.test_office_commands import asked_last

ANNA, BRAM, CEM, DORA = "+31655500401", "+31655500402", "+31655500403", "+31655500404"
LONG_MS = 10 * 60_000


@pytest.fixture(scope="module")
def noor(head: HeadOffice, boxes: Sequence[RealBox]) -> Iterator[Browser]:
    """May answer at every branch."""
    tilburg, breda, _, venlo = boxes
    for box, number, name, text in (
        (tilburg, ANNA, "Anna", "Ik ben ziek"),
        (tilburg, DORA, "Dora", "Bel me"),
        (breda, BRAM, "Bram", "Is er werk?"),
        (venlo, CEM, "Cem", "Geheim bericht"),
    ):
        head.clock.at_ms += 1000
        box.hears(number, text, name=name)
    for each in boxes:
        each.tells()
    followed(head, boxes)
    browser = log_in(head, "Noor", role="staff", branch_id=None)
    yield browser
    browser.client.close()


@contextmanager
def reader_of(head: HeadOffice, name: str, box: RealBox) -> Iterator[Browser]:
    browser = log_in(head, name, role="staff", branch_id=box.desk.branch_id)
    yield browser
    browser.client.close()


def conversation(box: RealBox, number: str) -> str:
    found = "SELECT conversation_id FROM message WHERE value = ? LIMIT 1"
    row = box.branch.store.read(lambda conn: conn.execute(found, (number,)).fetchone())
    return str(row["conversation_id"])


def seen_now(head: HeadOffice, boxes: Sequence[RealBox]) -> None:
    """Each box gives a sign of life."""
    for each in boxes:
        each.says_it_lives()
    head.head.upkeep.look()


def titles(page: str) -> list[str]:
    return re.findall('data-title="([^"]*)"', page)


def test_a_list_is_of_all_boxes_that_somebody_may_see(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    tilburg, breda, _, venlo = boxes
    shown = noor.get("/").text
    assert titles(shown) == ["Anna", "Dora", "Bram", "Iemand"]
    assert "Geheim bericht" not in shown
    assert titles(noor.get(f"/list?view=waiting&line={breda.desk.line_id}").text) == ["Bram"]
    for view in ("mine", "later", "not-arrived", "groups"):
        assert titles(noor.get(f"/inbox/{view}").text) == [], view
    assert len(titles(noor.get("/inbox/all").text)) == 4
    assert noor.get("/inbox/unread").status_code == 404
    with reader_of(head, "Piet", breda) as piet:
        assert titles(piet.get("/inbox/all").text) == ["Bram"]
        hidden = f"/c/{conversation(tilburg, ANNA)}"
        for part in ("", "/messages", "/case", "/fate", "/verdict", "/contact", "/history"):
            assert piet.get(f"{hidden}{part}").status_code == 404, part
        for part in ("messages", "draft", "notes", "note-draft", "notes/seen", "read", "here"):
            said = {"text": "Hoi", "message": "x", "do": "claim"}
            assert piet.post(f"{hidden}/{part}", said).status_code == 404, part
        assert piet.post(f"{hidden}/case", {"do": "claim"}).status_code == 404
        assert piet.get(f"/list?line={venlo.desk.line_id}").status_code == 404


def test_what_a_page_offers_is_there(boxes: Sequence[RealBox], noor: Browser) -> None:
    """No link, no part and no form leads to what a head office does not have."""
    here = f"/c/{conversation(boxes[0], ANNA)}"
    for page in ("/", here):
        answer = noor.get(page)
        assert answer.status_code == 200
        for link in set(re.findall('(?:href|src|hx-get)="(/(?!static)[^"#]*)', answer.text)):
            found = noor.get(link.replace("&amp;", "&"))
            assert found.is_redirect or found.status_code == 200, (page, link)
        forms = re.findall('(?:action|hx-post|data-draft|data-seen)="(/[^"]*)', answer.text)
        for form in set(forms) - {"/search"}:
            assert noor.post(form, csrf=False).status_code == 403, (page, form)


def test_nothing_is_taken_without_the_token_of_the_session(noor: Browser) -> None:
    for part in (thread_page, writing_page, new_page, boxes_page, update_page):
        for route in part.routes.routes:
            if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
                path = re.sub(r"{\w+}", "x", route.path)
                assert noor.post(path, {"text": "x"}, csrf=False).status_code == 403, path


def test_what_is_written_and_done_waits_for_its_box(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    """Visibly, until the box has said what became of it; what it refuses says why."""
    tilburg = boxes[0]
    place = f"/c/{conversation(tilburg, ANNA)}"
    seen_now(head, boxes)
    assert noor.post(f"{place}/draft", {"text": "Beterschap en"}).status_code == 204
    assert "Beterschap en" in noor.get(place).text
    assert "Concept:" in noor.get("/list?view=all").text
    form = {"text": "Beterschap!\r\nTot morgen", "client_id": "a-b-c", "undo": "1"}
    sent = noor.post(f"{place}/messages", form)
    assert sent.status_code == 204
    assert noor.post(f"{place}/messages", form).headers["x-message"] == sent.headers["x-message"]
    command = asked_last(tilburg, "send")
    assert command["by"] == {"staff": noor.staff_id, "name": "Noor"}
    assert command["body"]["text"] == "Beterschap!\nTot morgen"
    assert command["body"]["message"] == sent.headers["x-message"]
    thread = noor.get(f"{place}/messages").text
    assert 'id="b-a-b-c"' in thread
    assert "Tilburg is gevraagd het te versturen" in thread
    assert "Beterschap en" not in noor.get(place).text
    head.clock.at_ms += LONG_MS
    assert "Wacht tot Tilburg bereikbaar is" in noor.get(f"{place}/messages").text
    assert "Tilburg is niet bereikbaar, sinds" in noor.get(place).text
    assert "Tilburg is niet bereikbaar, sinds" in noor.get("/").text
    assert noor.post(f"/messages/{sent.headers['x-message']}/cancel").status_code == 204
    assert "gevraagd het niet te doen" in noor.get(f"{place}/messages").text
    claimed = noor.post(f"{place}/case", {"do": "claim"}).text
    assert "Gevraagd, en wacht tot Tilburg bereikbaar is: jij hebt het" in claimed
    assert "Pak op" not in claimed
    assert noor.post(f"{place}/case", {"do": "done"}).status_code == 200
    assert noor.post(f"{place}/notes", {"text": "Let op"}).status_code == 204
    assert "Let op" in noor.get(f"{place}/messages").text
    seen_now(head, boxes)
    tilburg.says_over(command, "refused", why="opted-out")
    done = asked_last(tilburg, "case")
    assert done["body"] == {"conversation": place[3:], "state": "done"}
    tilburg.says_over(done, "refused", why="claimed")
    head.until(lambda conn: _over(conn, done["id"]))
    thread = noor.get(f"{place}/messages").text
    assert "state-refused" in thread
    assert "Tilburg heeft het niet gedaan" in noor.get(f"{place}/case").text
    for wrong in ({"text": " "}, {"text": "x" * 5000}):
        assert noor.post(f"{place}/messages", wrong).status_code == 422
        assert noor.post(f"{place}/notes", wrong).status_code == 422


def _over(conn: Any, command_id: str) -> bool | None:
    row = conn.execute("SELECT outcome FROM command WHERE id = ?", (command_id,)).fetchone()
    return True if row["outcome"] else None


def test_what_a_box_keeps_is_fetched_when_somebody_opens_it(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    """The words stay in memory; while the box is away the page says why there are none."""
    venlo = boxes[-1]
    here = conversation(venlo, CEM)
    head.clock.at_ms += LONG_MS
    away = noor.get(f"/c/{here}").text
    assert "Geheim bericht" not in away
    assert "en die is nu niet bereikbaar" in away
    assert "Iemand" in away
    seen_now(head, boxes)
    with _answering(venlo, here):
        opened = noor.get(f"/c/{here}").text
    assert "Geheim bericht" in opened
    assert ">Cem</h1>" in opened
    assert "Geheim bericht" in noor.get(f"/c/{here}/messages").text
    kept = head.data / "office.db"
    assert b"Geheim bericht" not in kept.read_bytes()


@contextmanager
def _answering(box: RealBox, conversation_id: str) -> Iterator[None]:
    """The box answers what its API would, as often as it is asked."""
    message = "SELECT id FROM message WHERE conversation_id = ?"
    found = box.branch.store.read(
        lambda conn: conn.execute(message, (conversation_id,)).fetchone()["id"]
    )
    bodies = {
        "": {"name": "Cem", "contact": {"id": None, "number": CEM, "name": "Cem"}},
        "/messages": {"items": [{"id": found, "text": "Geheim bericht"}], "next": None},
    }
    ended = threading.Event()
    thread = threading.Thread(target=_answer, args=(box, conversation_id, bodies, ended))
    thread.start()
    yield
    ended.set()
    thread.join()


def _answer(box: RealBox, named: str, bodies: dict[str, Any], ended: threading.Event) -> None:
    done: set[str] = set()
    while not ended.is_set():
        for each in box.plain.commands().json()["commands"]:
            if each["kind"] == "fetch" and each["id"] not in done:
                done.add(each["id"])
                part = each["body"]["path"].partition(named)[2].partition("?")[0]
                box.answers(each["body"]["ask"], bodies[part])
        if len(done) == len(bodies):
            return


def test_the_stream_tells_what_boxes_tell_and_are_asked(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    """Rows come drawn; who may not see a branch hears nothing of it."""
    tilburg, breda, *_ = boxes
    place = conversation(breda, BRAM)
    with reader_of(head, "Tess", tilburg) as tess, _stream(noor) as told, _stream(tess) as narrow:
        breda.hears(BRAM, "Nog steeds?")
        breda.tells()
        heard = _until(told, "rows", "Nog steeds?")
        assert any(name == "message" and place in said for name, said in heard)
        noor.post(f"/c/{place}/case", {"do": "claim"})
        _until(told, "case", place)
        tilburg.hears(ANNA, "Beter!")
        tilburg.tells()
        rows = json.loads(_until(told, "rows", "Beter!")[-1][1])
        waiting = dict(zip(rows["counted"], rows["views"]["waiting"], strict=True))
        every = head.store.read(lambda conn: inbox_lists.waiting_by_line(conn, None))
        assert waiting == every
        assert len(every) > 1
        own = _until(narrow, "rows", "Beter!")
        assert place not in "".join(said for _, said in own)


@contextmanager
def _stream(browser: Browser) -> Iterator[Iterator[tuple[str, str]]]:
    page = browser.get("/").text
    address = re.search('data-stream="([^"]*)"', page)
    assert address
    with browser.client.stream("GET", address[1]) as answer:
        yield _frames(answer.iter_lines())


def _frames(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: ") and name != "beat":
            yield name, line.removeprefix("data: ")


def _until(told: Iterator[tuple[str, str]], name: str, said: str) -> list[tuple[str, str]]:
    """What was told up to a hint of this name that says this."""
    found = []
    for each in told:
        found.append(each)
        if each[0] == name and said in each[1]:
            return found
    raise AssertionError(f"{name} never came")


def test_who_is_named_in_a_note_finds_it_until_they_have_seen_it(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    """In *Mine*, as at the branch; what was seen there while the box did not tell that, too."""
    box = boxes[1]
    here = conversation(box, BRAM)
    _is_colleague(box, noor)
    _is_named(head, box, here, "@Noor kijk jij?")
    assert titles(noor.get("/inbox/mine").text) == ["Bram"]
    assert "data-named" in noor.get("/list?view=mine").text
    assert titles(noor.get(f"/inbox/mine?line={boxes[0].desk.line_id}").text) == []
    with reader_of(head, "Tom", box) as tom:
        assert titles(tom.get("/inbox/mine").text) == []
    for _ in range(2):
        assert noor.post(f"/c/{here}/notes/seen").status_code == 204
    (asked,) = (e for e in box.plain.commands().json()["commands"] if e["kind"] == "read")
    box.branch.store.write(lambda tx: asking_people.read(tx, _who(tx, asked), _body(asked)))
    box.tells()
    followed(head, boxes)
    assert titles(noor.get("/inbox/mine").text) == []

    _is_named(head, box, here, "@Noor en nu?")
    seen = "UPDATE note_mention SET seen_ms = 1 WHERE staff_id = ?"
    box.branch.store.write(lambda tx: tx.conn.execute(seen, (noor.staff_id,)))
    noor.post(f"/c/{here}/notes/seen")
    box.says_over(asked_last(box, "read"), "done", conversation=here)
    followed(head, boxes)
    assert titles(noor.get("/inbox/mine").text) == []


def _is_colleague(box: RealBox, reader: Browser) -> None:
    def work(tx: Tx) -> None:
        tx.conn.execute(
            "INSERT INTO staff (id, name, language, created_ms) VALUES (?, 'Noor', 'nl', 1)",
            (reader.staff_id,),
        )
        grant_role(tx, reader.staff_id, "staff", None)

    box.branch.store.write(work)


def _is_named(head: HeadOffice, box: RealBox, conversation_id: str, text: str) -> None:
    box.branch.store.write(lambda tx: notes.write(tx, conversation_id, text, Author()))
    box.tells()
    followed(head, [box])


def _who(tx: Tx, command: dict[str, Any]) -> asking_people.Who:
    staff_id = command["by"]["staff"]
    return asking_people.Who(author=Author(staff_id=staff_id), rights=rights_of(tx.conn, staff_id))


def _body(command: dict[str, Any]) -> Fields:
    return Fields(command["body"], "the body")


def test_a_group_that_is_held_is_there_for_its_people_only(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    box = boxes[2]
    box.hears(ANNA, "Is dit privé?", name="Groep")
    here = conversation(box, ANNA)

    def hold(tx: Any) -> None:
        tx.conn.execute(
            "INSERT INTO chat_group (id, line_id, jid, name, held, created_ms)"
            " VALUES ('g', ?, 'g@g.us', 'Directie', 1, 1)",
            (box.desk.line_id,),
        )
        tx.conn.execute(
            "UPDATE conversation SET contact_id = NULL, group_id = 'g' WHERE id = ?", (here,)
        )
        tx.emit(EventKind.GROUP_CHANGED, line_id=box.desk.line_id, facts={"group": "g"})

    box.branch.store.write(hold)
    box.tells_all()
    followed(head, boxes)
    assert "Directie" not in noor.get("/inbox/groups").text
    assert noor.get(f"/c/{here}").status_code == 404
    manager = log_in(head, "Marit", role="admin", branch_id=None)
    head.store.write(lambda tx: grant_role(tx, manager.staff_id, "staff", None))
    assert "Directie" in manager.get("/inbox/groups").text
    assert manager.get(f"/c/{here}").status_code == 200
    manager.client.close()


def test_a_number_is_found_among_more_than_a_list_offers(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the beginning of its branch or by its digits, and only those that somebody may see."""
    tilburg, breda, *_ = boxes
    assert 'action="/lines"' not in noor.get("/").text
    monkeypatch.setattr(listing, "MOST_OFFERED", 1)
    assert 'action="/lines"' in noor.get("/").text
    part = {"HX-Request": "true"}
    for typed in ("bre", f"0{breda.desk.number[3:]}", breda.desk.number[-4:]):
        found = noor.get(f"/lines?q={typed}&view=all", **part).text
        assert re.findall('data-line="([^"]*)"', found) == [breda.desk.line_id], typed
    assert f'href="/inbox/all?line={breda.desk.line_id}"' in found
    assert "Geen nummer past" in noor.get("/lines?q=xyz", **part).text
    there = noor.get("/lines?q=bre&view=all")
    assert there.headers["location"] == f"/inbox/all?line={breda.desk.line_id}"
    with reader_of(head, "Teun", tilburg) as teun:
        assert "data-line" not in teun.get("/lines?q=bre", **part).text
