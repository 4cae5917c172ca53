"""The office's JSON API: what a box's says, over all boxes."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels, notes, staff
from appliance.events import EventKind
from appliance.office.head import privacy_choice
from appliance.slices import Privacy
from tests.api.office import Caller, WebServer, open_office, run_web_server
from tests.office.head_office import HeadOffice
from tests.office.real_box import RealBox, boxes_of, joined

ANNA, BRAM, CEM = "+31655500301", "+31655500302", "+31655500303"
NAMES = ("Tilburg", "Breda", "Zwolle")


@pytest.fixture(scope="session")
def box_server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture
def everything(office: HeadOffice) -> Iterator[HeadOffice]:
    """An office of a company that lets it have all."""
    office.store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
    return office


@pytest.fixture
def boxes(everything: HeadOffice, tmp_path: Path) -> Iterator[Sequence[RealBox]]:
    with boxes_of(everything, tmp_path / "boxes", NAMES) as found:
        everything.until(lambda conn: _mirrored(conn, found))
        yield found


@pytest.fixture
def planning(office: HeadOffice) -> Iterator[Caller]:
    with httpx.Client(base_url=office.url, timeout=60) as client:
        yield Caller(client, office.store.write(lambda tx: tokens.add(tx, "planning")))


def _mirrored(conn: Any, boxes: Sequence[RealBox]) -> bool | None:
    (many,) = conn.execute("SELECT count(*) FROM branch").fetchone()
    return True if many == len(boxes) else None


def listed(head: HeadOffice, many: int) -> None:
    """Once the work list has so many conversations."""
    head.until(lambda conn: _has(conn, many))


def _has(conn: Any, many: int) -> bool | None:
    (found,) = conn.execute("SELECT count(*) FROM work_list").fetchone()
    return True if found == many else None


def of_branch(head: HeadOffice, client: httpx.Client, box: RealBox) -> Caller:
    made = head.store.write(lambda tx: tokens.add(tx, "one", branch_id=box.desk.branch_id))
    return Caller(client, made)


def test_it_says_of_a_box_what_the_box_says(
    everything: HeadOffice, box_server: WebServer, tmp_path: Path, planning: Caller
) -> None:
    """Each read of the API, by the same address, gives the same answer with the same ETag."""
    with open_office(box_server, tmp_path / "tilburg", everything.clock) as branch:
        box = joined(everything, branch, "Tilburg", "+31612345678")
        _live(box)
        box.tells_all()
        listed(everything, 2)
        there = branch.caller()
        for path in _paths(there):
            here, said = planning.get(path), there.get(path)
            assert (here.status_code, said.status_code) == (200, 200), (path, here.text)
            told = _without_claims(here.json())
            assert told == said.json(), path
            if "claim_asked" not in here.text:
                assert here.headers["etag"] == said.headers["etag"], path
        missing = planning.get(f"/messages/{branch.store.read(_some_contact)}")
        assert (missing.status_code, missing.json()["code"]) == (404, "not-found")


def _some_contact(conn: Any) -> str:
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
        *(f"/contacts/{contact}/consent", f"/branches/{branch}/hours", f"/lines/{line}/rules"),
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


@pytest.mark.parametrize(
    ("path", "params"),
    [
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
    ],
)
def test_a_walk_over_the_pages_gives_each_entry_once_while_new_ones_come(
    everything: HeadOffice,
    boxes: Sequence[RealBox],
    planning: Caller,
    path: str,
    params: dict[str, str],
) -> None:
    """All that was there when it began is given, whichever box it is of."""
    numbers = (f"+316555{place:05}" for place in count(1))
    for turn in range(12):
        box = boxes[(turn * turn) % 3]
        everything.clock.at_ms += 1000
        box.hears(next(numbers), name=f"Werk {turn}")
        box.tells()
    listed(everything, 12)
    for box in boxes:
        while everything.head.indexer.catch_up(box.id):
            pass
    new = 0

    def meanwhile() -> None:
        nonlocal new
        new += 1
        if new <= 4:
            everything.clock.at_ms += 1000
            boxes[new % 3].hears(next(numbers), name="Nieuw werk")
            boxes[new % 3].tells()

    before = {each["id"] for each in planning.get(path, limit=200, **params).json()["items"]}
    found = [each["id"] for each in walked(planning, path, meanwhile, **params)]
    assert len(found) == len(set(found))
    assert before <= set(found)
    assert len(before) >= 12


def test_the_lists_are_in_one_order(
    everything: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    for turn in range(9):
        everything.clock.at_ms += 1000
        boxes[turn % 3].hears(f"+31655500{turn:03}")
        boxes[turn % 3].tells()
    listed(everything, 9)
    ids = [each["id"] for each in planning.get("/messages").json()["items"]]
    assert ids == sorted(ids)
    assert len(ids) == 9
    newest = planning.get("/conversations", sort="recent", limit=4).json()["items"]
    assert [each["last_at"] for each in newest] == sorted(
        (each["last_at"] for each in newest), reverse=True
    )
    longest = planning.get("/conversations", sort="waiting").json()["items"]
    assert longest[0]["waiting_since"] < longest[-1]["waiting_since"]
    line = boxes[1].desk.number
    assert len(planning.get("/conversations", line=line).json()["items"]) == 3
    assert planning.get("/messages", after="boxes.none").status_code == 422
    assert planning.get("/conversations", sort="recent", after=ids[0]).status_code == 422


def test_what_one_may_not_see_is_not_there(
    everything: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """A token of one branch sees its box alone, in reads, writes, events and figures."""
    tilburg, breda, _ = boxes
    for box in (tilburg, breda):
        box.hears(ANNA)
        box.tells()
    listed(everything, 2)
    own = of_branch(everything, planning.client, tilburg)
    assert [each["number"] for each in own.get("/lines").json()["items"]] == [tilburg.desk.number]
    assert len(own.get("/conversations").json()["items"]) == 1
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
    reads = everything.store.write(
        lambda tx: tokens.add(tx, "r", scopes=frozenset({Scope.MESSAGES_READ}))
    )
    wrong = Caller(planning.client, reads)
    assert wrong.post({"line": tilburg.desk.number, "to": ANNA, "text": "Hoi"}).status_code == 403


def test_a_message_waits_for_its_box(
    everything: HeadOffice, boxes: Sequence[RealBox], planning: Caller
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
    (command,) = tilburg.plain.commands().json()["commands"]
    assert (command["kind"], command["body"]["message"]) == ("send", told["id"])
    assert command["expires_ms"] == everything.clock.at_ms + 60_000
    _says_over(tilburg, command, "refused", why="consent-required")
    everything.until(lambda conn: _is_over(conn, command["id"]))
    refused = planning.get(f"/messages/{told['id']}").json()
    assert (refused["state"], refused["reason"]) == ("refused", "consent-required")
    assert planning.delete(f"/messages/{told['id']}").status_code == 409
    bad = planning.post({"line": tilburg.desk.number, "to": "12", "text": "Hoi"})
    assert bad.status_code == 422


def _is_over(conn: Any, command_id: str) -> bool | None:
    row = conn.execute("SELECT outcome FROM command WHERE id = ?", (command_id,)).fetchone()
    return True if row["outcome"] else None


def _says_over(box: RealBox, command: dict[str, Any], outcome: str, **facts: str) -> None:
    """As the box's log says it."""
    told = {"command": command["id"], "n": command["n"], "outcome": outcome, **facts}
    box.branch.store.write(lambda tx: tx.emit(EventKind.OFFICE_COMMAND, facts=told))
    box.tells()


def test_a_claim_is_asked_until_the_box_has_decided(
    everything: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    tilburg = boxes[0]
    tilburg.hears(ANNA)
    tilburg.tells()
    listed(everything, 1)
    femke = everything.store.write(lambda tx: staff.add(tx, "Femke", role="lead"))
    (conversation,) = planning.get("/conversations").json()["items"]
    assert (conversation["assignee"], conversation["claim_asked"]) == (None, None)
    path = f"/api/v1/conversations/{conversation['id']}"
    change = {"assignee": "Femke", "labels": []}
    answer = planning.client.patch(path, json=change, headers=planning.headers)
    assert answer.status_code == 200
    asked = {"id": femke, "name": "Femke"}
    assert (answer.json()["assignee"], answer.json()["claim_asked"]) == (None, asked)
    assert planning.get(f"/conversations/{conversation['id']}").json()["claim_asked"] == asked
    (command,) = tilburg.plain.commands().json()["commands"]
    assert command["body"]["assignee"] == femke
    _says_over(tilburg, command, "refused", why="claimed")
    everything.until(lambda conn: _is_over(conn, command["id"]))
    assert planning.get(f"/conversations/{conversation['id']}").json()["claim_asked"] is None
    for wrong in ({"assignee": "Niemand"}, {"labels": ["is er niet"]}, {"closing_note": "Klaar"}):
        refused = planning.client.patch(path, json=wrong, headers=planning.headers)
        assert refused.status_code == 422, wrong
    note = planning.client.post(
        f"{path}/notes", json={"text": "Bel terug"}, headers=planning.headers
    )
    assert note.status_code == 201
    (told,) = tilburg.plain.commands(command["n"]).json()["commands"]
    assert (told["kind"], told["body"]["note"]) == ("note", note.json()["id"])


def test_what_is_done_at_the_box_names_the_box(
    boxes: Sequence[RealBox], planning: Caller, everything: HeadOffice
) -> None:
    own = of_branch(everything, planning.client, boxes[0])
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
        everything.store.write(lambda tx: tokens.add(tx, "r", scopes=frozenset())),
    )
    assert reader.client.post("/api/v1/contacts", headers=reader.headers).status_code == 403
    assert planning.client.post("/api/v1/contacts").status_code == 401


def test_what_stays_at_the_box_is_asked_of_it_and_kept_in_memory(
    office: HeadOffice, tmp_path: Path, planning: Caller
) -> None:
    """Lists are blank; a thread is fetched once, and again when it has changed. While the box is
    away the answer says what is missing.
    """
    with boxes_of(office, tmp_path / "boxes", ["Tilburg"]) as (box,):
        box.privacy = Privacy.ON_DEMAND
        box.hears(ANNA, "Ik ben ziek", name="Anna")
        box.tells()
        listed(office, 1)
        blank = planning.get("/conversations")
        (conversation,) = blank.json()["items"]
        assert blank.headers["balie-withheld"] == "privacy"
        assert (conversation["name"], conversation["contact"]["number"]) == (None, "")
        assert "Ik ben ziek" not in planning.get("/messages").text
        path = f"/conversations/{conversation['id']}/messages"
        answered = _answering(box, {"items": [{"text": "Ik ben ziek"}], "next": None})
        assert planning.get(path).json()["items"] == [{"text": "Ik ben ziek"}]
        answered.join()
        assert planning.get(path).json()["items"] == [{"text": "Ik ben ziek"}]
        box.hears(ANNA, "Toch niet")
        box.tells()
        office.clock.at_ms += 60_000
        away = planning.get(path)
        assert away.headers["balie-withheld"] == "box-away"
        assert [each["text"] for each in away.json()["items"]] == ["", ""]


def _answering(box: RealBox, body: Any) -> threading.Thread:
    """The box waits for one `fetch` and answers it."""

    def answer() -> None:
        (command,) = box.plain.commands().json()["commands"]
        told = {"status": 200, "type": "application/json"}
        told["body"] = base64.b64encode(json.dumps(body).encode()).decode()
        ask = command["body"]["ask"]
        box.plain.client.post(f"/link/v1/answers/{ask}", json=told, headers=box.plain.headers)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_the_stream_numbers_what_all_boxes_tell(
    everything: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Each event once, in one order, from where a reader left off; a token of one branch is told
    of its own.
    """
    tilburg, breda, _ = boxes
    own = of_branch(everything, planning.client, breda)
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
