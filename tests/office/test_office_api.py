"""The office's JSON API: what a box's says, over all boxes."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from typing import Any

from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels, notes, staff
from tests.api.office import Caller
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed, of_branch
from tests.office.real_box import RealBox

ANNA, BRAM, CEM = "+31655500301", "+31655500302", "+31655500303"
DORA, EVA = "+31655500304", "+31655500305"


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
