"""Sending to a list: what would become of each first, and then all of it.

It makes individual messages, which leave under the pacing of their line like any others. To many
people it is judged by a reader beforehand (`judged`), accepted in a short transaction, and its
messages are made piece by piece (`making.py`). A send may be paused, resumed and cancelled; what is
in a device's hands already is not stopped by that.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.lists import saved_lists
from appliance.desk.lists.resending import left_out
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.outgoing import lists
from appliance.desk.outgoing.lists import ListRequest, Recipient
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.sending import Author
from appliance.desk.outgoing.wording import has_stray_brace
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.ids import new_id
from appliance.queue import paused
from appliance.reasons import Reason
from appliance.store import messages, unmade
from appliance.store.store import Tx
from appliance.store.unmade import Unmade

MAX_AHEAD_MS = 366 * 24 * 3_600_000

FEW = 50
"""A send to so many is judged, and its messages are made, in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWish:
    """What is to be sent to whom. `until_ms` None: until the end of the day on which it begins.

    `resends`: the send whose people it asks again, those who did not get it.
    """

    to: SavedList
    line_id: str
    variants: Sequence[str]
    author: Author
    media: Sequence[str] = ()
    not_before_ms: int | None = None
    until_ms: int | None = None
    room: Room | None = None
    resends: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """`state` is what somebody said of it; it may be over all the same."""

    id: str
    list_id: str
    line_id: str
    branch_id: str
    variants: Sequence[str]
    media: Sequence[str]
    state: str
    not_before_ms: int | None
    until_ms: int
    resends: str | None
    staff_id: str | None
    token_id: str | None
    created_ms: int


def dry_run(
    conn: sqlite3.Connection,
    sight: Sight,
    wish: SendWish,
    *,
    now_ms: int,
    give_way: Callable[[], None] = lambda: None,
) -> Sequence[Recipient]:
    """What would become of each of the list's people, in their order; nothing is kept.

    `give_way` as `lists.preview` has it. Raises InvalidInput for what cannot be sent, with the
    field of the wish that is wrong.
    """
    request = _request(conn, sight, wish, now_ms=now_ms)
    with _fields_of_a_wish():
        return lists.preview(conn, request, now_ms=now_ms, give_way=give_way)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSend:
    """A send that is not kept yet: what becomes of each, as this `sight` has it.

    `goes` and `refused` are how many; the rows are as the store takes them.
    """

    send: Send
    sight: Sight
    found: Sequence[Recipient]
    goes: int
    refused: int
    unmade_rows: str
    refused_rows: str


def judged(
    conn: sqlite3.Connection,
    sight: Sight,
    wish: SendWish,
    *,
    now_ms: int,
    give_way: Callable[[], None] = lambda: None,
) -> JudgedSend | None:
    """What a send to many comes to, for a reader: it costs most of the work. None for a few.

    Takes and raises what `dry_run` does.
    """
    request = _request(conn, sight, wish, now_ms=now_ms)
    if len(request.recipients) <= FEW:
        return None
    with _fields_of_a_wish():
        found = lists.preview(conn, request, now_ms=now_ms, give_way=give_way)
    going = [_unmade(place, each) for place, each in enumerate(found) if each.refusal is None]
    refused = [(place, each.to, each.refusal) for place, each in enumerate(found) if each.refusal]
    return JudgedSend(
        send=_new(conn, new_id(now_ms), wish, request, now_ms=now_ms),
        sight=sight,
        found=found,
        goes=len(going),
        refused=len(refused),
        unmade_rows=unmade.packed(going),
        refused_rows=json.dumps(refused),
    )


def send(tx: Tx, sight: Sight, wish: SendWish, found: JudgedSend | None = None) -> str:
    """The id of the send, with a message for each who may have one. Where it was judged before,
    by who may see the same now, those are made later.

    Raises what `dry_run` does, and LineFull.
    """
    if found is not None and found.sight == sight:
        return _keep_judged(tx, wish, found)
    request = _request(tx.conn, sight, wish, now_ms=tx.now_ms)
    with _fields_of_a_wish():
        kept = lists.accept_list(tx, request)
    new = _new(tx.conn, tx.new_id(), wish, request, now_ms=tx.now_ms)
    _keep(tx, new)
    tx.conn.executemany(
        "INSERT INTO list_send_item (send_id, position, contact_id, message_id, why)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (new.id, place, each.to, each.message_id, each.refusal)
            for place, each in enumerate(kept)
        ],
    )
    goes = sum(each.refusal is None for each in kept)
    _tell(tx, new, "sent", wish.author, {"goes": goes, "refused": len(kept) - goes})
    return new.id


def _keep_judged(tx: Tx, wish: SendWish, found: JudgedSend) -> str:
    new = found.send
    if wish.room is not None:
        wish.room.take(tx, new.line_id, found.goes)
    _keep(tx, new)
    tx.conn.execute(_REFUSED, {"send": new.id, "rows": found.refused_rows})
    unmade.keep(tx, new.id, found.unmade_rows)
    _tell(tx, new, "sent", wish.author, {"goes": found.goes, "refused": found.refused})
    return new.id


def one(conn: sqlite3.Connection, sight: Sight, send_id: str) -> Send:
    """One of a list and on a line in sight. Raises NotFound."""
    row = conn.execute(_ONE, (send_id.lower(),)).fetchone()
    if row is None or not (
        sight.sees_branch(row["branch_id"]) and sight.sees_branch(row["line_branch"])
    ):
        raise NotFound("send")
    return _send(row)


def of_list(conn: sqlite3.Connection, sight: Sight, list_id: str) -> Sequence[Send]:
    """Those on lines in sight, the newest first."""
    rows = conn.execute(_OF_LIST, (list_id,))
    return [_send(row) for row in rows if sight.sees_branch(row["line_branch"])]


def pause(tx: Tx, found: Send, by: Author) -> None:
    """What waits of it does not leave until somebody resumes it. Raises Refused once cancelled."""
    _refuse_cancelled(found)
    if found.state != "paused":
        _put(tx, found, "paused")
        held = paused.park(tx, found.id) + unmade.count(tx.conn, found.id)
        _tell(tx, found, "paused", by, {"messages": held})


def resume(tx: Tx, found: Send, by: Author) -> None:
    """What waits of it leaves under the pacing of its line. Raises Refused once cancelled."""
    _refuse_cancelled(found)
    if found.state != "running":
        _put(tx, found, "running")
        free = paused.let_go(tx, found.id) + unmade.count(tx.conn, found.id)
        _tell(tx, found, "resumed", by, {"messages": free})


def cancel(tx: Tx, found: Send, by: Author) -> None:
    """Withdraws what waits of it; a second time changes nothing."""
    if found.state == "cancelled":
        return
    facts = {"staff": by.staff_id, "token": by.token_id}
    waiting = [row["id"] for row in tx.conn.execute(_WAITING, (found.id,))]
    messages.withdraw_all(tx, waiting, reason=Reason.BY_PERSON, facts=facts)
    count = len(waiting) + unmade.withdraw(tx, found.id, Reason.BY_PERSON)
    _put(tx, found, "cancelled")
    _tell(tx, found, "cancelled", by, {"messages": count})


def again(
    conn: sqlite3.Connection,
    sight: Sight,
    found: Send,
    by: Author,
    *,
    not_before_ms: int | None = None,
    until_ms: int | None = None,
    room: Room | None = None,
) -> SendWish:
    """The same words on the same line to those who did not get it and are still in the list: each
    is judged anew.

    Raises NotFound where the list is gone.
    """
    return SendWish(
        to=saved_lists.one(conn, sight, found.list_id),
        line_id=found.line_id,
        variants=found.variants,
        media=found.media,
        author=by,
        not_before_ms=not_before_ms,
        until_ms=until_ms,
        room=room,
        resends=found.id,
    )


def _request(conn: sqlite3.Connection, sight: Sight, wish: SendWish, *, now_ms: int) -> ListRequest:
    _check(wish, now_ms)
    people = saved_lists.people_of(conn, sight, wish.to, now_ms=now_ms)
    if wish.resends is not None:
        still_in_it = frozenset(people)
        wanted = left_out(conn, one(conn, sight, wish.resends).id)
        people = [each for each in wanted if each in still_in_it]
    if not 1 <= len(people) <= lists.MAX_RECIPIENTS:
        sentence = f"A text goes to 1 to {lists.MAX_RECIPIENTS} people; these are {len(people)}."
        raise InvalidInput("list" if wish.resends is None else "resends", sentence)
    return ListRequest(
        line_id=wish.line_id,
        people=people,
        texts=wish.variants,
        media=wish.media,
        author=wish.author,
        not_before_ms=wish.not_before_ms,
        until_ms=wish.until_ms,
        room=wish.room,
    )


def _check(wish: SendWish, now_ms: int) -> None:
    for text in wish.variants:
        if has_stray_brace(text):
            raise InvalidInput("variants", "A brace belongs to a placeholder, such as {voornaam}.")
    begins_ms = max(now_ms, wish.not_before_ms or 0)
    if wish.until_ms is not None and not begins_ms < wish.until_ms <= now_ms + MAX_AHEAD_MS:
        raise InvalidInput(
            "deliver_until", "Say a time after it begins, and not more than a year from now."
        )


@contextmanager
def _fields_of_a_wish() -> Iterator[None]:
    try:
        yield
    except InvalidInput as exc:
        if exc.field == "texts":
            raise InvalidInput("variants", exc.sentence) from exc
        raise


def _unmade(place: int, found: Recipient) -> Unmade:
    if found.identity is None:
        raise LookupError("whoever gets a message has a number")
    return Unmade(
        position=place,
        contact_id=found.to,
        identity=found.identity,
        wanted=found.wanted,
        text=found.text,
        answering=found.answering,
        expected_ms=found.expected_ms,
        reason=found.reason,
    )


def _new(
    conn: sqlite3.Connection, send_id: str, wish: SendWish, request: ListRequest, *, now_ms: int
) -> Send:
    return Send(
        id=send_id,
        list_id=wish.to.id,
        line_id=wish.line_id,
        branch_id=wish.to.branch_id,
        variants=wish.variants,
        media=wish.media,
        state="running",
        not_before_ms=wish.not_before_ms,
        until_ms=lists.expires_ms(conn, request, now_ms=now_ms),
        resends=wish.resends,
        staff_id=wish.author.staff_id,
        token_id=wish.author.token_id,
        created_ms=now_ms,
    )


def _keep(tx: Tx, new: Send) -> None:
    tx.conn.execute(
        "INSERT INTO list_send (id, list_id, line_id, variants, media, state, not_before_ms,"
        " deliver_until_ms, resends, staff_id, token_id, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            new.list_id,
            new.line_id,
            json.dumps(list(new.variants)),
            json.dumps(list(new.media)),
            new.state,
            new.not_before_ms,
            new.until_ms,
            new.resends,
            new.staff_id,
            new.token_id,
            new.created_ms,
        ),
    )


def _refuse_cancelled(found: Send) -> None:
    if found.state == "cancelled":
        raise Refused(Reason.CANNOT_CANCEL, "This send was cancelled, so nothing of it waits.")


def _put(tx: Tx, found: Send, state: str) -> None:
    tx.conn.execute("UPDATE list_send SET state = ? WHERE id = ?", (state, found.id))


def _send(row: sqlite3.Row) -> Send:
    return Send(
        id=row["id"],
        list_id=row["list_id"],
        line_id=row["line_id"],
        branch_id=row["branch_id"],
        variants=json.loads(row["variants"]),
        media=json.loads(row["media"]),
        state=row["state"],
        not_before_ms=row["not_before_ms"],
        until_ms=row["deliver_until_ms"],
        resends=row["resends"],
        staff_id=row["staff_id"],
        token_id=row["token_id"],
        created_ms=row["created_ms"],
    )


def _tell(tx: Tx, found: Send, what: str, by: Author, about: dict[str, int]) -> None:
    facts: dict[str, object] = {"send": found.id, "list": found.list_id, "what": what, **about}
    if by.token_id is not None:
        facts["token"] = by.token_id
    tx.emit(EventKind.LIST_SEND, line_id=found.line_id, staff_id=by.staff_id, facts=facts)


_SENDS = """
SELECT s.*, l.branch_id, line.branch_id AS line_branch FROM list_send s
JOIN list l ON l.id = s.list_id JOIN line ON line.id = s.line_id
"""
_ONE = f"{_SENDS} WHERE s.id = ?"
_REFUSED = """
INSERT INTO list_send_item (send_id, position, contact_id, why)
SELECT :send, value ->> 0, value ->> 1, value ->> 2 FROM json_each(:rows)
"""
_OF_LIST = f"{_SENDS} WHERE s.list_id = ? ORDER BY s.id DESC"
_WAITING = """
SELECT m.id FROM list_send_item i JOIN message m ON m.id = i.message_id
WHERE i.send_id = ? AND m.state = 'queued' ORDER BY i.position
"""
