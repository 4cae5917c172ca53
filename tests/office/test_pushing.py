"""What boxes tell is in their replicas once and whole, whatever is told again or wrongly."""

import gzip
import json
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from appliance.clock import ManualClock
from appliance.office.head import joining
from appliance.office.tables import work_list
from tests.office.head_office import HeadOffice
from tests.office.plain_box import PlainBox, Row


def numbers(box: PlainBox) -> list[tuple[int, str]]:
    return [(each["seq"], each["kind"]) for each in box.log.events]


def test_what_is_told_again_changes_nothing(
    office: HeadOffice, tilburg: PlainBox, clock: ManualClock
) -> None:
    """A retry after a lost answer, one that overlaps with what came since, and one after a week;
    what is missing before it is asked for. Numbers may be left out.
    """
    log = tilburg.log
    talk = log.person()
    first = log.writes(talk, "Een")
    log.tell("conversation.noted", conversation_id=talk, skip=100_000)
    one = log.batch(0)
    assert tilburg.push(one).json() == {"cursor": log.head, "privacy": "on_demand"}
    assert tilburg.push(one).json()["cursor"] == log.head
    log.writes(talk, "Twee")
    log.messages[first]["text"] = "Een!"
    log.tell("message.changed", message_id=first, conversation_id=talk)
    assert tilburg.push(log.batch(2)).status_code == 200
    clock.advance(ms=7 * 24 * 3_600_000)
    assert tilburg.push(one).json()["cursor"] == log.head
    ahead = tilburg.push(log.batch(log.head), first=log.head + 2, last=log.head + 1)
    assert (ahead.status_code, ahead.json()["code"]) == (409, "link-behind")
    assert ahead.json()["cursor"] == log.head
    assert office.told(tilburg) == numbers(tilburg)
    assert office.texts(tilburg) == ["Een!", "Twee"]


def test_rows_follow_what_is_told_of_them(office: HeadOffice, tilburg: PlainBox) -> None:
    """A row that is gone goes, one that takes another's place takes it, a row of an append-only
    table goes too, columns of a newer box are kept aside, and slices need no event.
    """
    log = tilburg.log
    talk = log.person()
    message = log.writes(talk)
    contact = log.conversations[talk]["contact_id"]
    identity: Row = {"value": "+31612345678", "scheme": "tel", "created_ms": 1}
    consent: Row = {**identity, "seq": 1, "kind": "wrote_first", "recorded_by": "rule", "at_ms": 1}
    del consent["created_ms"]
    extra: list[Row] = [
        {"table": "contact_identity", "of": {"contact_id": contact}, "rows": []},
        {"table": "consent", "of": {"contact_id": contact}, "rows": []},
    ]
    extra[0]["rows"] = [{**identity, "contact_id": contact}]
    extra[1]["rows"] = [{**consent, "contact_id": contact}]
    batch = log.batch(0)
    batch["slices"] += [*extra, {"table": "moons", "of": {"id": "x"}, "rows": [{"id": "x"}]}]
    card = next(each for each in batch["slices"] if each["table"] == "contact")
    card["rows"] = [{**card["rows"][0], "colour": "red"}]
    assert tilburg.push(batch).status_code == 200
    other = log.person()
    moved: Row = {"table": "contact_identity", "of": {}, "rows": []}
    moved["of"] = {"contact_id": log.conversations[other]["contact_id"]}
    moved["rows"] = [{**identity, **moved["of"]}]
    assert tilburg.push(log.batch(tilburg.cursor, slices=[moved])).status_code == 200
    gone = [
        {"table": "message", "of": {"id": message}, "rows": []},
        {"table": "consent", "of": {"contact_id": contact}, "rows": []},
    ]
    assert tilburg.push(slices=gone).status_code == 200
    rows = office.replica(
        tilburg,
        lambda conn: (
            [row["contact_id"] for row in conn.execute("SELECT * FROM contact_identity")],
            conn.execute("SELECT count(*) FROM message").fetchone()[0],
            conn.execute("SELECT count(*) FROM consent").fetchone()[0],
            {row["what"] for row in conn.execute("SELECT what FROM replica_unknown")},
        ),
    )
    assert rows == ([moved["of"]["contact_id"]], 0, 0, {"moons", "contact"})


def told_otherwise(box: PlainBox, breda: PlainBox) -> bytes:
    return packed({**box.log.batch(0), "events": [{**box.log.events[0], "at_ms": 5}], "last": 1})


def other_facts(box: PlainBox, breda: PlainBox) -> bytes:
    event = {**box.log.events[0], "facts": {"fields": ["name"]}}
    return packed({**box.log.batch(0), "events": [event], "last": 1})


def foreign_branch(box: PlainBox, breda: PlainBox) -> bytes:
    box.log.tell("branch.changed", branch_id=breda.log.branch_id)
    return packed(box.log.batch(box.cursor))


def foreign_line(box: PlainBox, breda: PlainBox) -> bytes:
    return packed({**box.log.batch(box.cursor), "slices": [breda.log.line]})


def foreign_conversation(box: PlainBox, breda: PlainBox) -> bytes:
    theirs = next(iter(breda.log.conversations))
    box.log.tell("conversation.noted", conversation_id=theirs)
    return packed(box.log.batch(box.cursor))


def own_table(box: PlainBox, breda: PlainBox) -> bytes:
    row = {"name": "epoch", "value": "x"}
    told = {"table": "meta", "of": {"name": "epoch"}, "rows": [row]}
    return packed({**box.log.batch(box.cursor), "slices": [told]})


def sql_for_a_name(box: PlainBox, breda: PlainBox) -> bytes:
    told = {"table": "sqlite_master; --", "of": {}, "rows": []}
    return packed({**box.log.batch(box.cursor), "slices": [told]})


def impossible_row(box: PlainBox, breda: PlainBox) -> bytes:
    box.log.conversations[box.log.person()]["has_notices"] = 7
    return packed(box.log.batch(box.cursor))


def no_json(box: PlainBox, breda: PlainBox) -> bytes:
    return gzip.compress(b"{" * 100_000)


def no_object(box: PlainBox, breda: PlainBox) -> bytes:
    return packed([])


def wrong_order(box: PlainBox, breda: PlainBox) -> bytes:
    box.log.person()
    box.log.person()
    told = box.log.batch(box.cursor)
    return packed({**told, "events": told["events"][::-1]})


def no_gzip(box: PlainBox, breda: PlainBox) -> bytes:
    return b"\x1f\x8b\x08 no"


def half_a_gzip(box: PlainBox, breda: PlainBox) -> bytes:
    return packed(box.log.batch(0))[:-9]


def bomb(box: PlainBox, breda: PlainBox) -> bytes:
    return gzip.compress(b" " * 20_000_000, 1)


def too_big(box: PlainBox, breda: PlainBox) -> bytes:
    return b"x" * (8 * 1024 * 1024 + 1)


def packed(told: object) -> bytes:
    return gzip.compress(json.dumps(told).encode())


@pytest.mark.parametrize(
    "wrong",
    [
        told_otherwise,
        other_facts,
        foreign_branch,
        foreign_line,
        foreign_conversation,
        own_table,
        sql_for_a_name,
        impossible_row,
        no_json,
        no_object,
        wrong_order,
        no_gzip,
        half_a_gzip,
        bomb,
        too_big,
    ],
)
def test_what_cannot_be_stops_that_link_alone(
    office: HeadOffice,
    tilburg: PlainBox,
    breda: PlainBox,
    wrong: Callable[[PlainBox, PlainBox], bytes],
) -> None:
    """Nothing of it is kept; the box is held with an alarm until somebody has looked, and then it
    goes on where it was. Others go on meanwhile.
    """
    for each in (tilburg, breda):
        each.log.writes(each.log.person())
        each.push_all()
    theirs = next(iter(breda.log.conversations))
    office.until(lambda conn: work_list.box_of(conn, theirs))
    before, cursor = office.told(tilburg), tilburg.cursor
    answer = tilburg.push_raw(wrong(tilburg, breda))
    assert (answer.status_code, answer.json()["code"]) == (422, "link-held")
    good = tilburg.log.batch(cursor, events=[], last=cursor, slices=[])
    assert tilburg.push(good).status_code == 422
    assert office.box(tilburg).held in answer.json()["detail"]
    assert office.told(tilburg) == before
    assert breda.push().status_code == 200
    office.store.write(lambda tx: joining.settle(tx, tilburg.box, None))
    assert tilburg.push(good).json()["cursor"] == cursor


def test_at_most_eight_are_worked_on(office: HeadOffice) -> None:
    """A ninth is told to come again, and so is a second one of the same box; both get in once there
    is room.
    """
    crowd = [office.joined(f"Box {number}") for number in range(9)]
    place = urlsplit(office.url)
    with ExitStack() as slow:
        for each in crowd[:8]:
            sock = slow.enter_context(socket.create_connection((place.hostname, place.port)))
            head = (
                f"POST /link/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                f"Authorization: Bearer {each.credential}\r\n\r\n{{"
            )
            sock.sendall(head.encode())
        while office.head.pushes.at_work < 8:
            threading.Event().wait(0.01)
        busy = crowd[8].push()
        assert busy.status_code == 503
        assert int(busy.headers["retry-after"]) >= 1
        assert busy.headers["content-type"] == "application/problem+json"
        assert crowd[0].push().status_code == 503
    for each in crowd:
        each.push_all()


def test_many_that_come_back_at_once_lose_and_double_nothing(office: HeadOffice) -> None:
    crowd = [office.joined(f"Box {number}") for number in range(40)]
    for each in crowd:
        talk = each.log.person()
        for number in range(10):
            each.log.writes(talk, f"{number}")
    threads = [threading.Thread(target=each.push_all) for each in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [office.told(each) for each in crowd] == [numbers(each) for each in crowd]
    assert len({office.box(each).id for each in crowd}) == 40
