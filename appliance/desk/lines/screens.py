"""Screens that stopped an attempt because nobody knew them, and the rules that people made of them.

A rule is of the branch in which it was made: it holds for the devices of that branch's lines.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from appliance.desk.access.rights import Permission, Rights
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.screen_rules import MOST_AN_HOUR, ScreenButton, ScreenRule, UnknownScreen, plain
from appliance.store import branches, incidents, lines
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx

_HOUR_MS = 3_600_000
_LONGEST_PHRASE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenScreen:
    """An unknown screen that waits for a person; branch and zone are those of the device's first
    line.
    """

    id: str
    device_id: str
    address: str
    branch_id: str
    branch: str
    zone: str
    shown: UnknownScreen
    first_ms: int
    last_ms: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRule:
    rule: ScreenRule
    branch_id: str
    branch: str
    made_by: str
    created_ms: int


# What a device tells


def note(tx: Tx, device_id: str, shown: UnknownScreen) -> None:
    """The same screen again is counted; its newest files are the ones shown."""
    row = tx.conn.execute(
        "INSERT INTO unknown_screen (id, device_id, signature, package, ids, text, buttons,"
        " attempt_id, files, first_ms, last_ms, times)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (device_id, signature) WHERE settled_ms IS NULL DO UPDATE SET"
        " attempt_id = coalesce(excluded.attempt_id, attempt_id),"
        " files = iif(excluded.attempt_id IS NULL, files, excluded.files),"
        " last_ms = excluded.last_ms, times = times + 1 RETURNING id, times",
        (
            tx.new_id(),
            device_id,
            shown.signature,
            shown.package,
            json.dumps(sorted(shown.ids)),
            shown.text,
            json.dumps([asdict(each) for each in shown.buttons]),
            shown.attempt_id,
            json.dumps(list(shown.files)),
            tx.now_ms,
            tx.now_ms,
        ),
    ).fetchone()
    facts: dict[str, Any] = {"screen": row["id"], "times": row["times"]}
    if shown.attempt_id is not None:
        facts["attempt"] = shown.attempt_id
    _tell(tx, EventKind.SCREEN_UNKNOWN, device_id, facts)
    carried = lines.lines_of_device(tx.conn, device_id)
    incidents.open_incident(
        tx,
        IncidentKind.UNKNOWN_SCREEN,
        device_id=device_id,
        line_id=carried[0].id if carried else None,
        about=row["id"],
        facts={"stops": []},
    )


def rules_for(conn: sqlite3.Connection, device_id: str) -> Sequence[ScreenRule]:
    """The newest first: a person who changes their mind need not remove the older one."""
    rows = conn.execute(
        "SELECT * FROM screen_rule WHERE removed_ms IS NULL AND branch_id IN"
        " (SELECT branch_id FROM line JOIN route ON route.line_id = line.id WHERE device_id = ?)"
        " ORDER BY created_ms DESC, id DESC",
        (device_id,),
    )
    return [_rule(row) for row in rows]


def use(tx: Tx, device_id: str, rule_id: str, *, most_an_hour: int) -> bool:
    """Counts it; False where it was used that often in the past hour."""
    tx.conn.execute("DELETE FROM screen_rule_use WHERE at_ms <= ?", (tx.now_ms - _HOUR_MS,))
    used = tx.conn.execute(
        "SELECT count(*) FROM screen_rule_use WHERE device_id = ? AND rule_id = ?",
        (device_id, rule_id),
    ).fetchone()[0]
    if used >= most_an_hour:
        _tell(tx, EventKind.SCREEN_RULE_SPENT, device_id, {"rule": rule_id})
        return False
    tx.conn.execute(
        "INSERT INTO screen_rule_use (rule_id, device_id, at_ms) VALUES (?, ?, ?)",
        (rule_id, device_id, tx.now_ms),
    )
    _tell(tx, EventKind.SCREEN_RULE_USED, device_id, {"rule": rule_id})
    return True


# What a person sees and says


def waiting(conn: sqlite3.Connection, rights: Rights) -> Sequence[SeenScreen]:
    """Of the devices that this person manages, the latest first."""
    rows = conn.execute(f"{_SEEN} ORDER BY last_ms DESC, id").fetchall()
    return [_seen(conn, row) for row in rows if _may(rights, row["branch_id"])]


def how_many(conn: sqlite3.Connection, rights: Rights) -> int:
    rows = conn.execute(f"SELECT branch_id FROM ({_SEEN})")  # noqa: S608 -- our own words
    return sum(_may(rights, row["branch_id"]) for row in rows)


def rules(conn: sqlite3.Connection, rights: Rights) -> Sequence[MadeRule]:
    rows = conn.execute(
        "SELECT screen_rule.*, branch.name AS branch, staff.name AS made_by FROM screen_rule"
        " JOIN branch ON branch.id = branch_id JOIN staff ON staff.id = staff_id"
        " WHERE removed_ms IS NULL ORDER BY screen_rule.created_ms DESC, screen_rule.id"
    )
    return [
        MadeRule(
            rule=_rule(row),
            branch_id=row["branch_id"],
            branch=row["branch"],
            made_by=row["made_by"],
            created_ms=row["created_ms"],
        )
        for row in rows
        if _may(rights, row["branch_id"])
    ]


def find(conn: sqlite3.Connection, rights: Rights, screen_id: str) -> SeenScreen:
    """Raises NotFound, also for somebody who does not manage the device."""
    row = conn.execute(f"{_SEEN} AND unknown_screen.id = ?", (screen_id,)).fetchone()
    if row is None or not _may(rights, row["branch_id"]):
        raise NotFound("screen")
    return _seen(conn, row)


def make_rule(
    tx: Tx, rights: Rights, screen_id: str, *, press: int | None, phrase: str, staff_id: str
) -> str:
    """`press` is the place of the button among those that the screen shows; None stops the line.

    Raises NotFound, and InvalidInput for a rule that could do harm or fits another screen.
    """
    seen = find(tx.conn, rights, screen_id)
    rule = ScreenRule(
        id=tx.new_id(),
        package=seen.shown.package,
        ids=seen.shown.ids,
        phrase=plain(phrase)[:_LONGEST_PHRASE],
        press=_button(seen.shown, press),
    )
    if not plain(rule.phrase) or not rule.fits(seen.shown):
        raise InvalidInput("phrase", "Write some words as they stand on the screen, in one piece.")
    if not rule.may_act_on(seen.shown):
        raise InvalidInput("press", "A rule may not press this button: a person has to decide.")
    button = rule.press
    tx.conn.execute(
        "INSERT INTO screen_rule (id, branch_id, package, ids, phrase, press_id, press_text,"
        " most_an_hour, staff_id, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rule.id,
            seen.branch_id,
            rule.package,
            json.dumps(sorted(rule.ids)),
            rule.phrase,
            button and button.id,
            button and button.text,
            MOST_AN_HOUR,
            staff_id,
            tx.now_ms,
        ),
    )
    _settle(tx, seen, staff_id=staff_id, facts={"rule": rule.id})
    return rule.id


def leave(tx: Tx, rights: Rights, screen_id: str, *, staff_id: str) -> None:
    """Somebody has dealt with it on the phone; if it comes again it is shown again."""
    _settle(tx, find(tx.conn, rights, screen_id), staff_id=staff_id, facts={})


def remove_rule(tx: Tx, rights: Rights, rule_id: str, *, staff_id: str) -> None:
    row = tx.conn.execute(
        "SELECT branch_id FROM screen_rule WHERE id = ? AND removed_ms IS NULL", (rule_id,)
    ).fetchone()
    if row is None or not _may(rights, row["branch_id"]):
        raise NotFound("rule")
    tx.conn.execute(
        "UPDATE screen_rule SET removed_ms = ?, removed_by = ? WHERE id = ?",
        (tx.now_ms, staff_id, rule_id),
    )
    tx.emit(
        EventKind.SCREEN_RULE_REMOVED,
        branch_id=row["branch_id"],
        staff_id=staff_id,
        facts={"rule": rule_id},
    )


_SEEN = (
    "SELECT unknown_screen.*, device.address, line.branch_id FROM unknown_screen"
    " JOIN device ON device.id = device_id"
    " JOIN line ON line.id = (SELECT line_id FROM route WHERE route.device_id = device.id"
    "  ORDER BY rank, added_ms LIMIT 1) WHERE settled_ms IS NULL"
)


def _may(rights: Rights, branch_id: str) -> bool:
    return rights.may(Permission.DEVICE_MANAGE, branch_id)


def _settle(tx: Tx, seen: SeenScreen, *, staff_id: str, facts: Mapping[str, Any]) -> None:
    tx.conn.execute("UPDATE unknown_screen SET settled_ms = ? WHERE id = ?", (tx.now_ms, seen.id))
    for each in incidents.open_of(tx.conn, IncidentKind.UNKNOWN_SCREEN, about=seen.id):
        incidents.end(tx, each.id, tx.now_ms)
    tx.emit(
        EventKind.SCREEN_SETTLED,
        branch_id=seen.branch_id,
        device_id=seen.device_id,
        staff_id=staff_id,
        facts={"screen": seen.id, **facts},
    )


def _button(shown: UnknownScreen, place: int | None) -> ScreenButton | None:
    if place is None:
        return None
    if not 0 <= place < len(shown.buttons):
        raise NotFound("button")
    return shown.buttons[place]


def _tell(tx: Tx, kind: EventKind, device_id: str, facts: dict[str, Any]) -> None:
    """Under each line that the device carries, as its state is told."""
    for line in lines.lines_of_device(tx.conn, device_id):
        tx.emit(kind, device_id=device_id, line_id=line.id, facts=facts)


def _rule(row: sqlite3.Row) -> ScreenRule:
    press = row["press_id"] is not None
    return ScreenRule(
        id=row["id"],
        package=row["package"],
        ids=frozenset(json.loads(row["ids"])),
        phrase=row["phrase"],
        press=ScreenButton(id=row["press_id"], text=row["press_text"]) if press else None,
        most_an_hour=row["most_an_hour"],
    )


def _seen(conn: sqlite3.Connection, row: sqlite3.Row) -> SeenScreen:
    branch = branches.branch(conn, row["branch_id"])
    return SeenScreen(
        id=row["id"],
        device_id=row["device_id"],
        address=row["address"],
        branch_id=row["branch_id"],
        branch=branch.name,
        zone=branch.settings.zone,
        shown=UnknownScreen(
            package=row["package"],
            ids=frozenset(json.loads(row["ids"])),
            text=row["text"],
            buttons=[ScreenButton(**each) for each in json.loads(row["buttons"])],
            attempt_id=row["attempt_id"],
            files=json.loads(row["files"]),
        ),
        first_ms=row["first_ms"],
        last_ms=row["last_ms"],
        times=row["times"],
    )
