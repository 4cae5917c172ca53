"""Labels: words that a branch, or the whole company, puts on its conversations."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.characters import clean_name
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.store import Tx

MAX_NAME = 40
COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
_NOBODY = Author()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """`branch_id` None: of every branch. `colour` None: as any word."""

    id: str
    name: str
    colour: str | None
    branch_id: str | None
    created_ms: int


def listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[Label]:
    values = {"branches": sight.json, "after": page.after.lower(), "limit": page.limit}
    return [Label(**dict(row)) for row in conn.execute(f"{_SEEN} ORDER BY id LIMIT :limit", values)]


def of_branch(conn: sqlite3.Connection, branch_id: str) -> Sequence[Label]:
    """All that may stand on a conversation of this branch, by name."""
    rows = conn.execute(
        "SELECT * FROM label WHERE coalesce(branch_id, '') IN ('', ?) ORDER BY name, id",
        (branch_id,),
    )
    return [Label(**dict(row)) for row in rows]


def one(conn: sqlite3.Connection, sight: Sight, label_id: str) -> Label:
    """Raises NotFound."""
    row = conn.execute("SELECT * FROM label WHERE id = ?", (label_id.lower(),)).fetchone()
    label = Label(**dict(row)) if row else None
    if label is None or not (label.branch_id is None or sight.sees_branch(label.branch_id)):
        raise NotFound("label")
    return label


def changeable(conn: sqlite3.Connection, sight: Sight, label_id: str) -> Label:
    """A label of the whole company is changed by who sees all of it. Raises NotFound."""
    label = one(conn, sight, label_id)
    if not sight.sees_branch(label.branch_id):
        raise NotFound("label")
    return label


def counts(conn: sqlite3.Connection) -> Mapping[str, int]:
    """On how many conversations each stands, by id; without those that stand on none."""
    rows = conn.execute("SELECT label_id, count(*) FROM conversation_label GROUP BY label_id")
    return {row[0]: row[1] for row in rows}


def add(
    tx: Tx,
    name: str,
    branch_id: str | None,
    *,
    colour: str | None = None,
    by: Author = _NOBODY,
) -> str:
    """Raises InvalidInput for name or colour, Refused when there is one of that name."""
    name = _clean(name)
    _check_colour(colour)
    _check_free(tx, name, branch_id)
    label_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO label (id, branch_id, name, colour, created_ms) VALUES (?, ?, ?, ?, ?)",
        (label_id, branch_id, name, colour, tx.now_ms),
    )
    _tell(tx, branch_id, label_id, "added", by)
    return label_id


def rename(tx: Tx, label: Label, name: str, *, by: Author = _NOBODY) -> None:
    name = _clean(name)
    if name == label.name:
        return
    _check_free(tx, name, label.branch_id, but=label.id)
    tx.conn.execute("UPDATE label SET name = ? WHERE id = ?", (name, label.id))
    _touch_people(tx, label)
    _tell(tx, label.branch_id, label.id, "renamed", by)


def paint(tx: Tx, label: Label, colour: str | None, *, by: Author = _NOBODY) -> None:
    """Raises InvalidInput for a colour that there is not."""
    _check_colour(colour)
    if colour != label.colour:
        tx.conn.execute("UPDATE label SET colour = ? WHERE id = ?", (colour, label.id))
        _tell(tx, label.branch_id, label.id, "coloured", by)


def merge(tx: Tx, label: Label, into: Label, *, by: Author = _NOBODY) -> None:
    """Every conversation and person that had `label` has the other one, lists that asked for it ask
    for that, and `label` is gone.

    Raises InvalidInput for one that may not stand on all of them.
    """
    if into.id == label.id or into.branch_id not in (None, label.branch_id):
        raise InvalidInput("into", "Choose another label, of the same branch or of all.")
    _touch_people(tx, label)
    for table in ("conversation_label", "contact_label"):
        tx.conn.execute(
            f"UPDATE OR IGNORE {table} SET label_id = ? WHERE label_id = ?",  # noqa: S608
            (into.id, label.id),
        )
    tx.conn.execute(
        "UPDATE list SET rule = json_set(rule, '$.label', ?1) WHERE rule ->> 'label' = ?2",
        (into.id, label.id),
    )
    _tell(tx, label.branch_id, label.id, "merged", by, into=into.id)
    remove(tx, label, by=by)


def remove(tx: Tx, label: Label, *, by: Author = _NOBODY) -> None:
    """It goes from every conversation and person that had it."""
    _touch_people(tx, label)
    tx.conn.execute("DELETE FROM conversation_label WHERE label_id = ?", (label.id,))
    tx.conn.execute("DELETE FROM contact_label WHERE label_id = ?", (label.id,))
    tx.conn.execute("DELETE FROM label WHERE id = ?", (label.id,))
    _tell(tx, label.branch_id, label.id, "removed", by)


def named(conn: sqlite3.Connection, branch_id: str, names: Sequence[str]) -> Collection[str]:
    """The ids of these labels, by name or id. Raises InvalidInput."""
    known = of_branch(conn, branch_id)
    by_name = {each.name.casefold(): each.id for each in known} | {
        each.id: each.id for each in known
    }
    wanted = {name: by_name.get(name.strip().casefold()) for name in names}
    for name, label_id in wanted.items():
        if label_id is None:
            raise InvalidInput("labels", f"There is no label “{name}” here. Make it first.")
    return {each for each in wanted.values() if each}


def on(conn: sqlite3.Connection, conversation_id: str) -> Sequence[Label]:
    """By name."""
    rows = conn.execute(
        "SELECT label.* FROM conversation_label of CROSS JOIN label ON label.id = of.label_id"
        " WHERE of.conversation_id = ? ORDER BY name",
        (conversation_id,),
    )
    return [Label(**dict(row)) for row in rows]


def names_on(conn: sqlite3.Connection, conversation_id: str) -> Sequence[str]:
    return [each.name for each in on(conn, conversation_id)]


def named_or_added(tx: Tx, name: str, branch_id: str, *, by: Author = _NOBODY) -> str:
    """The id of a branch's label with this name, which is made where there is none."""
    wanted = _clean(name).casefold()
    for each in of_branch(tx.conn, branch_id):
        if each.name.casefold() == wanted:
            return each.id
    return add(tx, name, branch_id, by=by)


def put(tx: Tx, conversation_id: str, wanted: Collection[str]) -> bool:
    """False where the conversation has just these already."""
    rows = tx.conn.execute(
        "SELECT label_id FROM conversation_label WHERE conversation_id = ?", (conversation_id,)
    )
    before = {row["label_id"] for row in rows}
    if before == set(wanted):
        return False
    tx.conn.execute("DELETE FROM conversation_label WHERE conversation_id = ?", (conversation_id,))
    tx.conn.executemany(
        "INSERT INTO conversation_label (conversation_id, label_id) VALUES (?, ?)",
        [(conversation_id, each) for each in sorted(wanted)],
    )
    return True


def _clean(name: str) -> str:
    name = clean_name(name) or ""
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput("name", f"A label has a name of 1 to {MAX_NAME} characters.")
    return name


def _check_free(tx: Tx, name: str, branch_id: str | None, *, but: str = "") -> None:
    taken = tx.conn.execute(
        "SELECT 1 FROM label WHERE coalesce(branch_id, '') = coalesce(?, '') AND name = ?"
        " AND id <> ?",
        (branch_id, name, but),
    ).fetchone()
    if taken:
        raise Refused(Reason.NAME_TAKEN, f"There is a label “{name}” already.")


def _check_colour(colour: str | None) -> None:
    if colour not in (None, *COLOURS):
        raise InvalidInput("colour", f"Choose a colour: {', '.join(COLOURS)}.")


def _touch_people(tx: Tx, label: Label) -> None:
    """Their cards show it: software that asks what changed is told."""
    having = tx.conn.execute(
        "SELECT contact_id FROM contact_label WHERE label_id = ?", (label.id,)
    ).fetchall()
    contacts.touch(tx, [row["contact_id"] for row in having])


def _tell(tx: Tx, branch_id: str | None, label_id: str, what: str, by: Author, **more: str) -> None:
    facts = {"label": label_id, "what": what, **more}
    if by.token_id is not None:
        facts["token"] = by.token_id
    tx.emit(EventKind.LABEL_CHANGED, branch_id=branch_id, staff_id=by.staff_id, facts=facts)


_SEEN = """
SELECT * FROM label WHERE id > :after AND (:branches IS NULL OR branch_id IS NULL
  OR branch_id IN (SELECT value FROM json_each(:branches)))
"""
