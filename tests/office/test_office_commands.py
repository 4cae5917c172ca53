"""The office's JSON API: what is asked of a box, and what every box tells."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.desk.team import cases, staff
from tests.api.office import Caller
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed, of_branch
from tests.office.real_box import RealBox

ANNA, BRAM, CEM = "+31655500301", "+31655500302", "+31655500303"
DORA, EVA = "+31655500304", "+31655500305"


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
    tilburg.says_over(command, "refused", why="consent-required")
    head.until(lambda conn: _is_over(conn, command["id"]))
    refused = planning.get(f"/messages/{told['id']}").json()
    assert (refused["state"], refused["reason"]) == ("refused", "consent-required")
    assert planning.delete(f"/messages/{told['id']}").status_code == 409
    bad = planning.post({"line": tilburg.desk.number, "to": "12", "text": "Hoi"})
    assert bad.status_code == 422


def test_a_message_that_waits_says_whom_it_is_to(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Somebody named by id has that id, and no number that is none."""
    tilburg = boxes[0]
    tilburg.hears(EVA)
    tilburg.tells()
    followed(head, boxes)
    (eva,) = planning.get("/contacts").json()["items"]
    for to, whom in ((EVA, (None, EVA)), (eva["id"], (eva["id"], ""))):
        told = planning.post({"line": tilburg.desk.number, "to": to, "text": "Hoi"}).json()
        contact = planning.get(f"/messages/{told['id']}").json()["contact"]
        assert (contact["id"], contact["number"]) == whom


def asked_last(box: RealBox, kind: str) -> dict[str, Any]:
    """The newest command of this kind; waits for one."""
    while True:
        found: list[dict[str, Any]] = box.plain.commands().json()["commands"]
        if wanted := [each for each in found if each["kind"] == kind]:
            return wanted[-1]


def _is_over(conn: Any, command_id: str) -> bool | None:
    row = conn.execute("SELECT outcome FROM command WHERE id = ?", (command_id,)).fetchone()
    return True if row["outcome"] else None


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
    tilburg.says_over(command, "refused", why="claimed")
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


def test_a_change_of_a_conversation_answers_what_its_box_decided(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Done at a box that is there, the answer says so; what its box refuses is a problem."""
    tilburg = boxes[0]
    tilburg.hears(EVA)
    tilburg.tells()
    followed(head, boxes)
    conversation = planning.get("/conversations").json()["items"][0]["id"]

    def refuse(command: dict[str, Any]) -> None:
        tilburg.says_over(command, "refused", why="claimed")

    def do(command: dict[str, Any]) -> None:
        tilburg.branch.store.write(lambda tx: cases.close(tx, conversation, cases.NOBODY))
        tilburg.says_over(command, "done")

    refused = _changed(planning, tilburg, conversation, refuse)
    assert (refused.status_code, refused.json()["code"]) == (409, "claimed")
    done = _changed(planning, tilburg, conversation, do)
    assert (done.status_code, done.json()["state"]) == (200, "done")


def _changed(
    caller: Caller, box: RealBox, conversation: str, decide: Callable[[dict[str, Any]], None]
) -> httpx.Response:
    """The answer to *done*, while the box decides."""
    deciding = threading.Thread(target=lambda: decide(asked_last(box, "case")))
    deciding.start()
    answer = caller.client.patch(
        f"/api/v1/conversations/{conversation}", json={"state": "done"}, headers=caller.headers
    )
    deciding.join()
    return answer


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
        box.answers(asked_last(box, "fetch")["body"]["ask"], body)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_the_stream_numbers_what_all_boxes_tell(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Each event once, in one order, from where a reader left off; a token of one branch is told
    of its own. Which of two boxes is followed first is not settled.
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
        assert sorted(each["box"] for each in told) == sorted([tilburg.id, breda.id] * 3)
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
