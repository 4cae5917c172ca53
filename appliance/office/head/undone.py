"""A box was put back to an earlier day: it is told what happened since, and asked again for what it
had done since, once by id.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from appliance.messages import MessageState
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.tables import box_staff, commands
from appliance.office.tables.command_rows import CommandGiven
from appliance.store.store import Tx

AT_ONCE = 2000
"""Things that one command tells."""
_TOLD = ("withdrawals", "messages", "erasures")
_WAITS = frozenset(
    each.value for each in (MessageState.QUEUED, MessageState.SENDING, MessageState.UNCONFIRMED)
)
_NEVER_LEFT = frozenset(
    each.value
    for each in (
        *(MessageState.CANCELLED, MessageState.EXPIRED),
        *(MessageState.REFUSED, MessageState.FAILED),
    )
)


def tell(
    tx: Tx,
    box_id: str,
    epoch: str,
    happened: Mapping[str, Any],
    office: CommandAsker,
    *,
    asks_again: bool = True,
) -> None:
    """`happened` is as `replica_descent.beyond` found it; of each numbering it is told once.
    `asks_again` False: nobody knows which of it the box has done.
    """
    parts = list(_parts(epoch, happened))
    if commands.by_id(tx.conn, _once(box_id, epoch, 0)) is not None:
        return
    for place, body in enumerate(parts):
        once, told = _once(box_id, epoch, place), {**body, "part": place, "parts": len(parts)}
        commands.give(tx, box_id, CommandKind.HAPPENED, told, office, command_id=once)
    for each in happened.get("commands", ()):
        given = commands.by_id(tx.conn, each["id"])
        if given is not None and given.box_id == box_id:
            _ask_again(tx, given, each["state"], may_ask=asks_again and given.has_words)
    box_staff.tell_again(tx, box_id)


def tell_again(tx: Tx, box_id: str) -> None:
    """What the box could not take in; it knows the old ids as refused."""
    commands.give_again(tx, box_id, commands.refused(tx.conn, box_id, CommandKind.HAPPENED))


def _parts(epoch: str, happened: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The box starts no number before it has done all of them."""
    about = {"epoch": happened["epoch"], "after": happened["after"], "for": epoch}
    facts: Sequence[tuple[str, Any]] = [
        (name, each) for name in _TOLD for each in happened.get(name, ())
    ]
    for begin in range(0, max(len(facts), 1), AT_ONCE):
        found: dict[str, list[Any]] = {name: [] for name in _TOLD}
        for name, each in facts[begin : begin + AT_ONCE]:
            found[name].append(each)
        yield {**about, **found}


def _ask_again(tx: Tx, given: CommandGiven, state: str | None, *, may_ask: bool) -> None:
    """The box had said that it did this, and does not know it any more. `state` is that of the
    message, as the office last heard of it.
    """
    if given.command.kind != CommandKind.SEND:
        if given.command.kind in commands.DONE_AGAIN and may_ask:
            commands.ask_again(tx, given)
        return
    if state in _WAITS and may_ask:
        # It may have left since it was last heard of, so the box looks before it sends.
        commands.ask_again(tx, given, may_have_left=True)
        return
    known = MessageState(state) if state in _NEVER_LEFT else MessageState.UNCONFIRMED
    commands.lost(tx, given, known)


def _once(box_id: str, epoch: str, place: int) -> str:
    """An id that is the same each time."""
    part = f" {place}" if place else ""
    return str(uuid5(NAMESPACE_OID, f"balie happened {box_id} {epoch}{part}"))
