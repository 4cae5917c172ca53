"""What the office asks of a box stays until the box says that it is over."""

import asyncio
import base64
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

from appliance.desk.team import staff
from appliance.office.head import joining
from appliance.office.link import CommandAsker, CommandKind, CommandOutcome, FetchAnswer
from appliance.office.reading import plain
from appliance.office.tables import commands
from appliance.office.tables.command_rows import CommandGiven
from appliance.store import branches
from appliance.store.store import Tx
from tests.office.head_office import HeadOffice
from tests.office.plain_box import PlainBox, Row, new_id

SANNE = CommandAsker(staff=new_id(), name="Sanne")


def give(office: HeadOffice, box: PlainBox, **body: str) -> str:
    def work(tx: Tx) -> str:
        return commands.give(tx, box.box, CommandKind.SEND, body, SANNE).id

    return office.store.write(work)


def of_message(office: HeadOffice, message: str) -> CommandGiven:
    found = office.store.read(lambda conn: commands.of_message(conn, message))
    assert found is not None
    return found


def test_a_box_that_waits_gets_its_own_commands_in_order(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox
) -> None:
    """The question is held open, one of another box wakes nobody, and each box counts from 1."""
    with ThreadPoolExecutor() as asking:
        waits = asking.submit(tilburg.commands, 0)
        give(office, breda, message=new_id(), text="Voor Breda")
        give(office, tilburg, message=new_id(), text="Een")
        (first,) = waits.result().json()["commands"]
    give(office, tilburg, message=new_id(), text="Twee")
    both = tilburg.commands(0).json()["commands"]
    assert [(each["n"], each["body"]["text"]) for each in both] == [(1, "Een"), (2, "Twee")]
    assert both[0] == first
    assert set(first) == {"n", "id", "kind", "expires_ms", "by", "body"}
    assert first["by"] == {"staff": SANNE.staff, "name": "Sanne"}
    assert [each["n"] for each in tilburg.commands(1).json()["commands"]] == [2]
    for wrong in ("x", "-1", "9" * 40, "٣"):
        assert tilburg.commands(wrong).status_code == 422  # type: ignore[arg-type]


def test_a_command_is_over_when_its_box_says_so(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox
) -> None:
    """Not when it was fetched, and not when another box says so. What a message says goes once that
    has left, and stays for a day where it was refused, however long nobody looked.
    """
    done, refused = new_id(), new_id()
    give(office, tilburg, message=done, text="Een")
    give(office, tilburg, message=refused, text="Twee")
    first, second = tilburg.commands().json()["commands"]
    breda.says_over(first)
    breda.push_all()
    tilburg.says_over(first)
    tilburg.says_over(second, "refused", why="opted-out")
    tilburg.says_over({"id": new_id(), "n": 7})
    tilburg.push_all()
    office.until(lambda conn: commands.of_message(conn, refused).why or None)  # type: ignore[union-attr]
    assert of_message(office, done).outcome is CommandOutcome.DONE
    assert of_message(office, done).has_words
    tilburg.log.has(done, "sent")
    tilburg.push_all()
    office.until(lambda _: not of_message(office, done).has_words or None)
    assert "text" not in of_message(office, done).command.body
    assert of_message(office, refused).outcome is CommandOutcome.REFUSED
    assert of_message(office, refused).why == "opted-out"
    assert of_message(office, refused).command.body["text"] == "Twee"
    office.clock.advance(ms=80 * 3_600_000)
    office.store.write(commands.tidy)
    assert "text" not in of_message(office, refused).command.body


def test_numbers_go_on_where_the_box_is_after_the_office_was_put_back(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """The office of yesterday has sent two; the box has had ten. What it gave since comes, whether
    its number is below ten or above.
    """
    done = [give(office, tilburg, message=new_id(), text=f"{n}") for n in (1, 2)]
    for each in tilburg.commands().json()["commands"]:
        tilburg.says_over(each)
    tilburg.push_all()
    office.until(lambda conn: all(_is_over(conn, each) for each in done) or None)
    since = [give(office, tilburg, message=new_id(), text=f"{n}") for n in range(3, 15)]
    found: list[Row] = tilburg.commands(10).json()["commands"]
    assert [(each["n"], each["id"]) for each in found] == list(enumerate(since, start=15))
    last = give(office, tilburg, message=new_id(), text="Drie")
    found = tilburg.commands(26).json()["commands"]
    assert [(each["n"], each["id"]) for each in found] == [(27, last)]
    assert tilburg.commands(26).json()["commands"] == found


def _is_over(conn: sqlite3.Connection, command_id: str) -> bool:
    found = commands.by_id(conn, command_id)
    return found is not None and found.outcome is not None


def test_what_is_too_much_for_one_answer_comes_with_the_next(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    for _ in range(3):
        give(office, tilburg, message=new_id(), text="x" * 600_000)
    assert [each["n"] for each in tilburg.commands().json()["commands"]] == [1]
    assert [each["n"] for each in tilburg.commands(1).json()["commands"]] == [2]


def test_nothing_of_what_was_asked_is_kept_of_a_box_that_is_struck_off(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """What was open ends with a reason, and what was said goes with it."""
    waits, refused = new_id(), new_id()
    give(office, tilburg, message=waits, text="Geheim")
    give(office, tilburg, message=refused, text="Geheim")
    tilburg.says_over(tilburg.commands().json()["commands"][1], "refused", why="opted-out")
    tilburg.push_all()
    office.until(lambda conn: commands.of_message(conn, refused).why or None)  # type: ignore[union-attr]
    office.store.write(lambda tx: joining.strike_off(tx, tilburg.box))
    ended = of_message(office, waits)
    assert (ended.outcome, ended.why) == (CommandOutcome.REFUSED, "struck-off")
    found = office.store.read(lambda conn: conn.execute("SELECT body FROM command").fetchall())
    assert "Geheim" not in "".join(row["body"] for row in found)


def test_only_the_box_that_was_asked_can_answer(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox
) -> None:
    """Once, and nothing of it is written down."""
    loop = office_loop(office)
    path = "/api/v1/conversations"
    asked = asyncio.run_coroutine_threadsafe(
        office.head.fetches.ask(tilburg.box, path, SANNE, within_s=20), loop
    )
    (command,) = tilburg.commands().json()["commands"]
    assert (command["kind"], command["body"]["path"]) == ("fetch", path)
    told = {"status": 200, "type": "application/json", "body": base64.b64encode(b"{}").decode()}
    ask = command["body"]["ask"]

    def answer(box: PlainBox, ask: str) -> int:
        return box.client.post(
            f"/link/v1/answers/{ask}", json=told, headers=box.headers
        ).status_code

    assert [answer(breda, ask), answer(tilburg, "x"), answer(tilburg, ask)] == [404, 404, 204]
    assert asked.result(10) == FetchAnswer(status=200, type="application/json", body=b"{}")
    assert answer(tilburg, ask) == 404


def office_loop(office: HeadOffice) -> asyncio.AbstractEventLoop:
    loop = office.head.waiting._loop
    assert loop is not None
    return loop


def test_a_thread_for_each_question_is_not_needed(office: HeadOffice) -> None:
    """Thirty boxes wait, and the office has hardly a thread more."""
    crowd = [office.joined(f"Box {number}") for number in range(30)]
    with ThreadPoolExecutor(30) as asking:
        before = {each.name for each in threading.enumerate()}
        waits = [asking.submit(each.commands, 0) for each in crowd]
        for each in crowd:
            give(office, each, message=new_id(), text="Hoi")
        found = [each.result().json()["commands"][0]["n"] for each in waits]
        names = {each.name for each in threading.enumerate()} - before
    assert found == [1] * 30
    assert len([each for each in names if "store" in each or "office" in each]) < 5


def test_each_box_hears_who_its_colleagues_are(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox
) -> None:
    """Of its own branches only, signed for that box, with a version that grows; again only when it
    is other.
    """
    tilburg.push_all()
    breda.push_all()
    office.until(lambda conn: len(branches.branches(conn)) == 2 or None)
    branch = tilburg.log.branch_id
    who = office.store.write(lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=branch))
    (command,) = tilburg.commands().json()["commands"]
    body = command["body"]
    assert command["kind"] == "staff"
    assert [(each["id"], each["name"]) for each in body["staff"]] == [(who, "Sanne")]
    assert {each["branch"] for each in body["staff"][0]["grants"]} == {branch}
    signed = plain({"box": tilburg.box, "version": body["version"], "staff": body["staff"]})
    office.head.key.public_key().verify(base64.b64decode(body["signature"]), signed)
    office.store.write(lambda tx: staff.disable(tx, who))
    newer = tilburg.commands(command["n"]).json()["commands"][0]["body"]
    assert newer["version"] == body["version"] + 1
    assert newer["staff"][0]["disabled"]
    assert office.store.read(lambda conn: commands.waiting(conn, breda.box, 0)) == []


def test_a_box_that_knows_newer_colleagues_is_told_again(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """The office was put back: what it says now must be newer than what the box has."""
    tilburg.push_all()
    office.until(lambda conn: branches.branches(conn) or None)
    branch = tilburg.log.branch_id
    office.store.write(lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=branch))
    (command,) = tilburg.commands().json()["commands"]
    assert command["body"]["version"] == 1
    tilburg.says_over(command)
    batch = tilburg.log.batch(tilburg.cursor)
    batch["facts"]["staff_version"] = 7
    assert tilburg.push(batch).status_code == 200
    (newer,) = tilburg.commands(command["n"]).json()["commands"]
    assert newer["body"]["version"] == 8
    assert newer["body"]["staff"] == command["body"]["staff"]
