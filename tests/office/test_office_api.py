"""The office's JSON API: what a box's says, over all boxes."""

import base64
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count, islice
from typing import Any

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels, notes, staff
from appliance.events import EventKind
from appliance.office.head import privacy_choice
from appliance.office.tables import follow_places
from appliance.slices import Privacy
from tests.api.office import Caller, WebServer, open_office, run_web_server
from tests.office.head_office import HeadOffice, OfficeServer, open_head_office
from tests.office.plain_box import NOW_MS
from tests.office.real_box import RealBox, boxes_of, joined

ANNA, BRAM, CEM = "+31655500301", "+31655500302", "+31655500303"
DORA, EVA = "+31655500304", "+31655500305"


@pytest.fixture(scope="module")
def box_server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture(scope="module")
def head(
    office_server: OfficeServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HeadOffice]:
    """The office of a company that lets it have all."""
    data = tmp_path_factory.mktemp("head")
    with open_head_office(office_server, data, ManualClock(NOW_MS)) as opened:
        opened.store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
        yield opened


@pytest.fixture(scope="module")
def boxes(
    head: HeadOffice, box_server: WebServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sequence[RealBox]]:
    """The first one has its own API, the last one keeps to itself what was written."""
    folder = tmp_path_factory.mktemp("boxes")
    with open_office(box_server, folder / "Tilburg", head.clock) as branch:
        tilburg = joined(head, branch, "Tilburg", "+31612345000")
        with boxes_of(head, folder, ("Breda", "Zwolle", "Venlo")) as others:
            others[-1].privacy = Privacy.ON_DEMAND
            found = [tilburg, *others]
            followed(head, found)
            yield found


@pytest.fixture(scope="module")
def planning(head: HeadOffice) -> Iterator[Caller]:
    with httpx.Client(base_url=head.url, timeout=60) as client:
        yield Caller(client, head.store.write(lambda tx: tokens.add(tx, "planning")))


def followed(head: HeadOffice, boxes: Sequence[RealBox]) -> None:
    """Once office.db has what was made of all that they told."""
    head.head.upkeep.look()

    def read(conn: sqlite3.Connection) -> bool | None:
        places = [follow_places.of_box(conn, each.id).event_seq for each in boxes]
        return True if places == [each.plain.cursor for each in boxes] else None

    head.until(read)


def of_branch(head: HeadOffice, client: httpx.Client, box: RealBox) -> Caller:
    made = head.store.write(lambda tx: tokens.add(tx, "one", branch_id=box.desk.branch_id))
    return Caller(client, made)


def test_it_says_of_a_box_what_the_box_says(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Each read of the API, by the same address, gives the same answer with the same ETag."""
    box = boxes[0]
    _live(box)
    box.tells_all()
    followed(head, boxes)
    there, own = box.branch.caller(), of_branch(head, planning.client, box)
    for path in _paths(there):
        here, said = own.get(path), there.get(path)
        assert (here.status_code, said.status_code) == (200, 200), (path, here.text)
        assert _without_claims(here.json()) == said.json(), path
        if "claim_asked" not in here.text:
            assert here.headers["etag"] == said.headers["etag"], path
    missing = planning.get(f"/messages/{box.branch.store.read(_some_contact)}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not-found")


def _some_contact(conn: sqlite3.Connection) -> str:
    return str(conn.execute("SELECT id FROM contact").fetchone()["id"])


def _live(box: RealBox) -> None:
    box.hears(ANNA, name="Anna de Wit")
    box.hears(BRAM, "Hoe laat begin ik?", name="Bram")
    box.branch.calls(CEM, box.desk)
    store = box.branch.store
    store.write(lambda tx: labels.add(tx, "ziek", box.desk.branch_id))
    store.write(lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=box.desk.branch_id))
    sent = {"line": box.desk.number, "to": ANNA, "text": "Ja, om acht uur."}
    assert box.branch.caller().post(sent).status_code == 202
    first = box.branch.caller().get("/conversations").json()["items"][0]["id"]
    store.write(lambda tx: notes.write(tx, first, "Zij wil ochtenden.", Author(rule="test")))


def _paths(there: Caller) -> list[str]:
    conversation = there.get("/conversations").json()["items"][0]
    message = there.get("/messages").json()["items"][0]["id"]
    contact, line = conversation["contact"]["id"], conversation["line"]
    branch = there.get("/lines").json()["items"][0]["branch"]["id"]
    thread = f"/conversations/{conversation['id']}"
    return [
        *("/lines", "/devices", "/calls", "/incidents", "/labels", "/texts", "/lists", "/rounds"),
        *("/groups", "/contacts", "/messages", "/messages?order=newest&limit=2"),
        *("/conversations", "/conversations?sort=recent", "/conversations?waiting=true"),
        *(thread, f"{thread}/messages", f"{thread}/messages?order=newest", f"{thread}/notes"),
        *(f"/messages/{message}", f"/contacts/{contact}", f"/contacts/{contact}/history"),
        *(f"/branches/{branch}/hours", f"/lines/{line}/rules"),
        *(f"/conversations?contact={contact}", f"/messages?line={line}&direction=in"),
    ]


def _without_claims(body: Any) -> Any:
    if isinstance(body, dict):
        found = {name: _without_claims(each) for name, each in body.items()}
        found.pop("claim_asked", None)
        return found
    return [_without_claims(each) for each in body] if isinstance(body, list) else body


def walked(
    caller: Caller, path: str, meanwhile: Callable[[], None], **params: str | int
) -> list[dict[str, Any]]:
    """Every entry of a list, page after page, while something goes on between two pages."""
    found, after = [], None
    for _ in range(200):
        page = caller.get(path, limit=3, **params, **({"after": after} if after else {}))
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        after = page.json()["next"]
        if after is None:
            return found
        meanwhile()
    raise AssertionError("the walk has no end")


WALKS: Sequence[tuple[str, dict[str, str]]] = (
    ("/messages", {}),
    ("/messages", {"order": "newest"}),
    ("/messages", {"direction": "in"}),
    ("/contacts", {}),
    ("/contacts", {"updated_since": "2020-01-01T00:00:00Z"}),
    ("/conversations", {}),
    ("/conversations", {"sort": "recent"}),
    ("/conversations", {"sort": "waiting"}),
    ("/search", {"q": "werk"}),
    ("/search", {"q": "werk", "kind": "message"}),
)


def test_a_walk_over_the_pages_gives_each_entry_once_while_new_ones_come(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """All that was there when it began is given, whichever box it is of, in each order."""
    numbers = (f"+316555{place:05}" for place in count(1))

    def write(turn: int) -> None:
        head.clock.at_ms += 1000
        box = boxes[1 + turn * turn % 2]
        box.hears(next(numbers), name=f"Werk {turn}")
        box.tells()

    for turn in range(9):
        write(turn)
    followed(head, boxes)
    for path, params in WALKS:
        for box in boxes:
            while head.head.indexer.catch_up(box.id):
                pass
        before = _messages_in(planning.get(path, limit=200, **params).json()["items"])
        news = iter(range(3))
        found = walked(planning, path, partial(_next_of, news, write), **params)
        given = _messages_in(found)
        assert len(given) == len(set(given)), path
        assert len(before) >= 9, path
        assert set(before) <= set(given), path


def _next_of(news: Iterator[int], write: Callable[[int], None]) -> None:
    for turn in islice(news, 1):
        write(turn)


def _messages_in(items: Sequence[dict[str, Any]]) -> list[str]:
    """Of a search of all kinds a first page shows some people, as many as fit it."""
    return [each["id"] for each in items if each.get("kind") not in ("contact", "conversation")]


def test_the_lists_are_in_one_order(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    for turn in range(6):
        head.clock.at_ms += 1000
        boxes[turn % 3].hears(f"+31655700{turn:03}")
        boxes[turn % 3].tells()
    followed(head, boxes)
    newest = planning.get("/messages", order="newest", direction="in", limit=6).json()["items"]
    ids = [each["id"] for each in newest]
    assert ids == sorted(ids, reverse=True)
    assert [each["line"] for each in newest[::-1]] == [
        boxes[turn % 3].desk.line_id for turn in range(6)
    ]
    recent = planning.get("/conversations", sort="recent", limit=6).json()["items"]
    assert [each["contact"]["id"] for each in recent] == [each["contact"]["id"] for each in newest]
    longest = planning.get("/conversations", sort="waiting").json()["items"]
    since = [each["waiting_since"] for each in longest]
    assert since == sorted(since)
    of_line = planning.get("/conversations", line=boxes[1].desk.number).json()["items"]
    assert {each["line"] for each in of_line} == {boxes[1].desk.line_id}
    assert planning.get("/messages", after="boxes.none").status_code == 422
    assert planning.get("/conversations", sort="recent", after=ids[0]).status_code == 422


def test_what_one_may_not_see_is_not_there(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """A token of one branch sees its box alone, in reads, writes, events and figures."""
    tilburg, breda, *_ = boxes
    for box in (tilburg, breda):
        box.hears(DORA)
        box.tells()
    followed(head, boxes)
    own = of_branch(head, planning.client, tilburg)
    assert [each["number"] for each in own.get("/lines").json()["items"]] == [tilburg.desk.number]
    seen = own.get("/conversations").json()["items"]
    assert {each["line"] for each in seen} == {tilburg.desk.line_id}
    foreign = next(
        each
        for each in planning.get("/conversations").json()["items"]
        if each["line"] == breda.desk.line_id
    )
    messages = planning.get(f"/conversations/{foreign['id']}/messages").json()["items"]
    assert own.get(f"/conversations/{foreign['id']}").status_code == 404
    assert own.get(f"/messages/{messages[0]['id']}").status_code == 404
    assert own.get("/messages", line=breda.desk.number).status_code == 404
    assert own.delete(f"/messages/{messages[0]['id']}").status_code == 404
    assert own.post({"line": breda.desk.number, "to": ANNA, "text": "Hoi"}).status_code == 404
    to_person = {"line": tilburg.desk.number, "to": foreign["contact"]["id"], "text": "Hoi"}
    assert own.post(to_person).status_code == 404
    change = own.client.patch(
        f"/api/v1/conversations/{foreign['id']}", json={"assignee": None}, headers=own.headers
    )
    assert change.status_code == 404
    figures = own.client.get("/metrics", headers=own.headers).text
    assert tilburg.id in figures
    assert breda.id not in figures
    reads = head.store.write(
        lambda tx: tokens.add(tx, "r", scopes=frozenset({Scope.MESSAGES_READ}))
    )
    wrong = Caller(planning.client, reads)
    assert wrong.post({"line": tilburg.desk.number, "to": ANNA, "text": "Hoi"}).status_code == 403


def test_a_message_waits_for_its_box(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """It is queued with a reason until the box has said what became of it; it is asked for once."""
    tilburg = boxes[0]
    body = {"line": tilburg.desk.number, "to": ANNA, "text": "Morgen om acht.", "ttl_s": 60}
    posted = planning.post(body, key="once")
    assert posted.status_code == 202
    told = posted.json()
    assert (told["state"], told["reason"]) == ("queued", "waits-for-box")
    again = planning.post(body, key="once")
    assert again.json() == told
    assert again.headers["idempotency-replayed"] == "true"
    shown = planning.get(f"/messages/{told['id']}").json()
    assert (shown["state"], shown["reason"], shown["text"]) == (
        *("queued", "waits-for-box"),
        "Morgen om acht.",
    )
    command = asked_last(tilburg, "send")
    assert command["body"]["message"] == told["id"]
    assert command["expires_ms"] == head.clock.at_ms + 60_000
    _says_over(tilburg, command, "refused", why="consent-required")
    head.until(lambda conn: _is_over(conn, command["id"]))
    refused = planning.get(f"/messages/{told['id']}").json()
    assert (refused["state"], refused["reason"]) == ("refused", "consent-required")
    assert planning.delete(f"/messages/{told['id']}").status_code == 409
    bad = planning.post({"line": tilburg.desk.number, "to": "12", "text": "Hoi"})
    assert bad.status_code == 422


def asked_last(box: RealBox, kind: str) -> dict[str, Any]:
    """The newest command of this kind; waits for one."""
    while True:
        found: list[dict[str, Any]] = box.plain.commands().json()["commands"]
        if wanted := [each for each in found if each["kind"] == kind]:
            return wanted[-1]


def _is_over(conn: Any, command_id: str) -> bool | None:
    row = conn.execute("SELECT outcome FROM command WHERE id = ?", (command_id,)).fetchone()
    return True if row["outcome"] else None


def _says_over(box: RealBox, command: dict[str, Any], outcome: str, **facts: str) -> None:
    """As the box's log says it."""
    told = {"command": command["id"], "n": command["n"], "outcome": outcome, **facts}
    box.branch.store.write(lambda tx: tx.emit(EventKind.OFFICE_COMMAND, facts=told))
    box.tells()


def test_a_claim_is_asked_until_the_box_has_decided(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    tilburg = boxes[0]
    tilburg.hears(EVA)
    tilburg.tells()
    followed(head, boxes)
    femke = head.store.write(lambda tx: staff.add(tx, "Femke", role="lead", branch_id=None))
    conversation = planning.get("/conversations", sort="recent").json()["items"][0]
    assert (conversation["assignee"], conversation["claim_asked"]) == (None, None)
    path = f"/api/v1/conversations/{conversation['id']}"
    change = {"assignee": "Femke", "labels": []}
    answer = planning.client.patch(path, json=change, headers=planning.headers)
    assert answer.status_code == 200
    asked = {"id": femke, "name": "Femke"}
    assert (answer.json()["assignee"], answer.json()["claim_asked"]) == (None, asked)
    assert planning.get(f"/conversations/{conversation['id']}").json()["claim_asked"] == asked
    command = asked_last(tilburg, "case")
    assert command["body"]["assignee"] == femke
    _says_over(tilburg, command, "refused", why="claimed")
    head.until(lambda conn: _is_over(conn, command["id"]))
    assert planning.get(f"/conversations/{conversation['id']}").json()["claim_asked"] is None
    for wrong in ({"assignee": "Niemand"}, {"labels": ["is er niet"]}, {"closing_note": "Klaar"}):
        refused = planning.client.patch(path, json=wrong, headers=planning.headers)
        assert refused.status_code == 422, wrong
    note = planning.client.post(
        f"{path}/notes", json={"text": "Bel terug"}, headers=planning.headers
    )
    assert note.status_code == 201
    assert asked_last(tilburg, "note")["body"]["note"] == note.json()["id"]


def test_what_is_done_at_the_box_names_the_box(
    boxes: Sequence[RealBox], planning: Caller, head: HeadOffice
) -> None:
    own = of_branch(head, planning.client, boxes[0])
    for method, path in (
        *(("POST", "/contacts"), ("POST", "/lists"), ("DELETE", f"/texts/{boxes[0].id}")),
        *(("GET", "/webhooks"), ("PUT", f"/lines/{boxes[0].desk.line_id}/rules")),
    ):
        answer = own.client.request(method, f"/api/v1{path}", headers=own.headers, json={})
        assert answer.status_code == 409, (path, answer.text)
        assert answer.json()["code"] == "at-the-box"
        assert "http://tilburg.example" in answer.json()["detail"]
        assert "breda" not in answer.text
    reader = Caller(
        planning.client,
        head.store.write(lambda tx: tokens.add(tx, "r", scopes=frozenset({Scope.MESSAGES_READ}))),
    )
    assert reader.client.post("/api/v1/contacts", headers=reader.headers).status_code == 403
    assert planning.client.post("/api/v1/contacts").status_code == 401


def test_what_stays_at_the_box_is_asked_of_it_and_kept_in_memory(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Lists are blank; a thread is fetched once, and again when it has changed. While the box is
    away the answer says what is missing.
    """
    box = boxes[-1]
    box.hears(ANNA, "Ik ben ziek", name="Anna")
    box.tells()
    followed(head, boxes)
    own = of_branch(head, planning.client, box)
    blank = own.get("/conversations")
    (conversation,) = blank.json()["items"]
    assert blank.headers["balie-withheld"] == "privacy"
    assert (conversation["name"], conversation["contact"]["number"]) == (None, "")
    assert "Ik ben ziek" not in own.get("/messages").text
    path = f"/conversations/{conversation['id']}/messages"
    told = {"items": [{"text": "Ik ben ziek"}], "next": None}
    answered = _answering(box, told)
    assert own.get(path).json() == told
    answered.join()
    assert own.get(path).json() == told
    assert planning.get(path).json() == told
    box.hears(ANNA, "Toch niet")
    box.tells()
    head.clock.at_ms += 60_000
    away = own.get(path)
    assert away.headers["balie-withheld"] == "box-away"
    assert {each["text"] for each in away.json()["items"]} == {""}


def _answering(box: RealBox, body: Any) -> threading.Thread:
    """The box waits for one `fetch` and answers it."""

    def answer() -> None:
        command = asked_last(box, "fetch")
        told = {"status": 200, "type": "application/json"}
        told["body"] = base64.b64encode(json.dumps(body).encode()).decode()
        ask = command["body"]["ask"]
        box.plain.client.post(f"/link/v1/answers/{ask}", json=told, headers=box.plain.headers)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_the_stream_numbers_what_all_boxes_tell(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Each event once, in one order, from where a reader left off; a token of one branch is told
    of its own.
    """
    tilburg, breda, *_ = boxes
    own = of_branch(head, planning.client, breda)
    with _following(planning) as stream, _following(own) as narrow:
        hello = next(stream)
        assert next(narrow)["event"] == hello["event"] == "hello"
        for turn in range(3):
            for box in (tilburg, breda):
                box.hears(ANNA, f"{turn}")
                box.tells()
        told = _received(stream, 6)
        assert [each["box"] for each in told] == [tilburg.id, breda.id] * 3
        seqs = [each["seq"] for each in told]
        assert seqs == sorted(set(seqs))
        assert [each["box"] for each in _received(narrow, 3)] == [breda.id] * 3
    with _following(planning, f"{told[0]['epoch']}:{told[3]['seq']}") as again:
        assert next(again)["event"] == "hello"
        assert _received(again, 2) == told[4:]
    with _following(planning, f"{told[0]['epoch']}:999999") as lost:
        assert next(lost)["event"] == "reset"


def _received(stream: Iterator[dict[str, Any]], many: int) -> list[dict[str, Any]]:
    found = (each["data"] for each in stream if each["event"] == "message.received")
    return [next(found) for _ in range(many)]


@contextmanager
def _following(caller: Caller, last: str | None = None) -> Iterator[Iterator[dict[str, Any]]]:
    headers = {**caller.headers, **({"Last-Event-ID": last} if last else {})}
    with caller.client.stream("GET", "/api/v1/events", headers=headers) as answer:
        yield _frames(answer.iter_lines())


def _frames(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    frame: dict[str, Any] = {}
    for line in lines:
        name, _, said = line.partition(": ")
        if name in ("event", "data"):
            frame[name] = json.loads(said) if name == "data" else said
        elif not line and frame:
            yield frame
            frame = {}
