"""The work list and the directory follow every replica."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.errors import NotFound
from appliance.office.head.replicas import UNUSED_S, Replicas
from appliance.office.tables import boxes
from appliance.store import branches, lines
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import closed
from tests.office.plain_box import PlainBox, new_id


def rows(conn: sqlite3.Connection) -> dict[str, tuple[object, ...]]:
    found = conn.execute(
        "SELECT conversation_id, box_id, waiting_ms, assignee_id, done_ms FROM work_list"
    )
    return {row[0]: tuple(row)[1:] for row in found}


def test_the_work_list_has_a_row_for_each_conversation_of_every_box(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox
) -> None:
    """It follows what is done with one, loses what is no more, and has no words."""
    for box in (tilburg, breda):
        box.log.writes(box.log.person(), "Geheim")
        box.push_all()
    (one,), (two,) = tilburg.log.conversations, breda.log.conversations
    office.until(lambda conn: len(rows(conn)) == 2 or None)
    waiting = tilburg.log.conversations[one]["waiting_ms"]
    assert office.store.read(rows)[one] == (tilburg.box, waiting, None, None)
    sanne = new_id()
    case = {"conversation_id": one, "line_id": tilburg.log.line_id, "assignee_id": sanne}
    tilburg.log.tell("conversation.assigned", conversation_id=one)
    batch = tilburg.log.batch(tilburg.cursor)
    batch["slices"].append({"table": "casework", "of": {"conversation_id": one}, "rows": [case]})
    assert tilburg.push(batch).status_code == 200
    office.until(lambda conn: rows(conn)[one][2] == sanne or None)
    del breda.log.conversations[two]
    breda.log.tell("contact.joined", conversation_id=two)
    breda.push_all()
    office.until(lambda conn: two not in rows(conn) or None)
    office.store.copy_to(office.data / "copy.db")
    assert b"Geheim" not in (office.data / "copy.db").read_bytes()


def test_branches_and_lines_of_all_boxes_stand_in_the_office(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """A branch whose name is taken is called by its box, too; a number that two boxes have is an
    alarm of the second one.
    """
    other = office.joined("Tilburg")
    other.log.number = tilburg.log.number
    tilburg.push_all()
    line = tilburg.log.line_id
    office.until(lambda conn: boxes.of_branch(conn, line))
    office.until(lambda conn: [each.id for each in lines.lines(conn)] == [line] or None)
    other.push_all()
    names = office.until(
        lambda conn: (
            (len(found := [each.name for each in branches.branches(conn)]) == 2 and found) or None
        )
    )
    assert names == ["Tilburg", "Tilburg (Tilburg)"]
    assert office.store.read(lambda conn: [each.id for each in lines.lines(conn)]) == [line]
    assert office.box(other).number_twice
    assert office.store.read(lambda conn: boxes.of_branch(conn, other.log.branch_id)) == other.box


def test_a_replica_is_closed_when_nobody_used_it_for_long(tmp_path: Path) -> None:
    """And the longest unused ones where there are very many; one in use stays."""
    now = [0.0]
    replicas = Replicas(tmp_path, ManualClock(at_ms=1_000), most_open=2, now_s=lambda: now[0])
    one, two, three = new_id(), new_id(), new_id()
    with pytest.raises(NotFound), replicas.opened(one):
        pass
    with pytest.raises(NotFound), replicas.opened("../x", new=True):
        pass
    with replicas.opened(one, new=True) as store:
        for each in (two, three):
            with replicas.opened(each, new=True):
                pass
        assert replicas.open_count == 2
        now[0] += UNUSED_S + 1
        replicas.close_unused()
        assert replicas.open_count == 1
        assert (
            store.read(lambda conn: conn.execute("SELECT count(*) FROM message").fetchone()[0]) == 0
        )
    replicas.close()


def test_a_replica_is_not_copied_aside(office: HeadOffice, tilburg: PlainBox) -> None:
    """Its box tells it again; copies that a Balie of before made are gone."""
    tilburg.push_all()
    old = office.data / "boxes" / "backups"
    old.mkdir()
    (old / f"{tilburg.box}-before-0051_office.db").write_bytes(b"everybody")
    office.head.replicas.remove_old_copies()
    assert not old.exists()
    closed(office, tilburg.box)
    with closing(sqlite3.connect(office.data / "boxes" / f"{tilburg.box}.db")) as conn:
        conn.execute("DROP INDEX read_mark_conversation")
        conn.execute("DROP INDEX emergency_staff")
        conn.execute("DROP INDEX group_right_group")
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = '0052_told_rows'")
        conn.commit()
    assert office.told(tilburg) == [(1, "line.added")]
    assert not old.exists()


def test_an_open_replica_is_at_hand_until_it_is_to_go(tmp_path: Path) -> None:
    """Who has it may finish; until then nobody else gets it, and afterwards it is gone."""
    replicas, box = Replicas(tmp_path, ManualClock(at_ms=1_000)), new_id()
    assert replicas.at_hand(box) is None
    with replicas.opened(box, new=True):
        pass
    at_hand = replicas.at_hand(box)
    assert at_hand is not None
    removal = threading.Thread(target=replicas.remove, args=(box,))
    with at_hand as store:
        removal.start()
        while (other := replicas.at_hand(box)) is not None:
            with other:
                pass
        assert store.read(lambda conn: conn.execute("SELECT 1").fetchone()[0]) == 1
    removal.join()
    with pytest.raises(NotFound), replicas.opened(box):
        pass
    replicas.close()
