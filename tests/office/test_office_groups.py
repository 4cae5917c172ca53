"""Groups that a box holds to some people and programs: to others they are not there, at the office
as at the box.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from appliance.desk.access import group_limits
from appliance.desk.access.group_limits import GroupLimits
from appliance.desk.groups import holding
from appliance.devices.protocol import Group
from appliance.office.tables import held_groups
from appliance.store import groups, office_commands
from appliance.store.store import Tx
from tests.api.office import Caller
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed, of_branch
from tests.office.real_box import RealBox

ANNA, BRAM = "+31655500311", "+31655500312"
GROUP = Group(jid="31612300000-9@g.us", name="Fruitploeg")
WORD = "appelboom"


def test_a_group_that_is_held_is_there_for_those_alone_whom_the_box_lets_in(
    head: HeadOffice, boxes: Sequence[RealBox], planning: Caller
) -> None:
    """Not in reads by its ids, lists, searches, writes or events, nor what waits for its box; who
    may only read there writes nothing.
    """
    box = boxes[0]
    box.branch.writes(ANNA, box.desk, f"Wie ziet de {WORD}?", group=GROUP, name="Anna")
    box.hears(BRAM)
    box.tells()
    followed(head, boxes)
    shut_out, reads, answers = (of_branch(head, planning.client, box) for _ in range(3))
    (group,) = answers.get("/groups").json()["items"]
    mine = {"line": box.desk.number, "group": group["id"]}
    waiting = answers.post({**mine, "text": f"Ik zie de {WORD}"}).json()["id"]
    box.branch.store.write(lambda tx: _hold(tx, group["id"], {reads: False, answers: True}))
    box.tells()
    followed(head, boxes)
    for indexed in boxes:
        while head.head.indexer.catch_up(indexed.id):
            pass
    (talk,) = [
        each["id"] for each in answers.get("/conversations").json()["items"] if each["group"]
    ]
    (message,) = answers.get(f"/conversations/{talk}/messages").json()["items"]
    named = (group["id"], talk, message["id"], waiting, WORD)
    for path in (
        *(f"/conversations/{talk}", f"/conversations/{talk}/messages"),
        *(f"/conversations/{talk}/notes", f"/messages/{message['id']}", f"/messages/{waiting}"),
        *(f"/groups/{group['id']}", f"/groups/{group['id']}/journal"),
    ):
        found = [each.get(path).status_code for each in (shut_out, reads, answers, planning)]
        assert found == [404, 200, 200, 404], path
    for path in (
        *("/conversations", "/conversations?sort=recent", "/conversations?sort=waiting"),
        *("/messages", "/messages?order=newest", "/groups", f"/search?q={WORD}"),
        *("/conversations?limit=1", "/audit"),
    ):
        assert not [each for each in named if each in shut_out.get(path).text], path
    assert WORD in answers.get("/search", q=WORD).text
    for caller in (shut_out, reads):
        assert caller.post({**mine, "text": "Hoi"}).status_code == 404
        assert caller.delete(f"/messages/{waiting}").status_code == 404
        there, own = f"/api/v1/conversations/{talk}", caller.headers
        done = caller.client.patch(there, json={"state": "done"}, headers=own)
        noted = caller.client.post(f"{there}/notes", json={"text": "Hoi"}, headers=own)
        assert (done.status_code, noted.status_code) == (404, 404)
    with _following(shut_out) as nothing, _following(answers) as all_of_it:
        box.branch.writes(ANNA, box.desk, "Nog een", group=GROUP, name="Anna")
        box.hears(BRAM, "En ik?")
        box.tells()
        assert next(all_of_it)["conversation"] == talk
        assert next(nothing)["conversation"] == next(all_of_it)["conversation"] != talk
    _same_limits(head, box, answers.token.id)


def _hold(tx: Tx, group_id: str, given: dict[Caller, bool]) -> None:
    """To programs of the office, as their box has them."""
    group = groups.find(tx.conn, group_id)
    holding.hold(tx, group, on=True, given={})
    for caller, may_answer in given.items():
        office_commands.ensure_token(tx, caller.token.id, "one")
        tx.conn.execute(
            "INSERT INTO group_right (group_id, token_id, may_answer) VALUES (?, ?, ?)",
            (group_id, caller.token.id, may_answer),
        )


def _same_limits(head: HeadOffice, box: RealBox, token_id: str) -> None:
    """What the office has of groups says what the box says, also for colleagues."""
    here = head.store.read(lambda conn: held_groups.of_token(conn, token_id))
    assert here == head.replica(box.plain, lambda conn: group_limits.of_token(conn, token_id))
    for manages in (True, False):

        def may(_: str, manages: bool = manages) -> bool:
            return manages

        said = head.store.read(lambda conn: held_groups.of_staff(conn, "nobody", may))
        there = box.branch.store.read(lambda conn: group_limits.of_staff(conn, "nobody", may))
        assert said == there
        assert said != GroupLimits()


@contextmanager
def _following(caller: Caller) -> Iterator[Iterator[dict[str, Any]]]:
    """What is received, from now on."""
    stream = caller.client.stream("GET", "/api/v1/events", headers=caller.headers)
    with stream as answer:
        lines = answer.iter_lines()
        while not next(lines).startswith("data:"):
            pass
        told = (json.loads(each[5:]) for each in lines if each.startswith("data:"))
        yield (each for each in told if each["kind"] == "message.received")
