"""Boxes come and go: invited, joined, struck off, and believed again by a person."""

from collections.abc import Mapping
from typing import Any

from appliance.errors import InvalidInput, NotFound
from appliance.office.head import alarms, privacy_choice, undone
from appliance.office.invitation import JoinAsk, JoinedOffice
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.tables import (
    box_epochs,
    boxes,
    commands,
    credentials,
    ended_keys,
    follow_places,
    held_groups,
    invitations,
    work_list,
)
from appliance.office.tables.box_epochs import EpochStanding
from appliance.office.tables.boxes import OfficeBox
from appliance.office.tables.invitations import KnownInvitation
from appliance.reasons import Reason
from appliance.store import mirrored
from appliance.store.store import Tx

OFFICE = CommandAsker(name="office")
"""What nobody asked for, the office asks itself."""


def join(tx: Tx, asked: JoinAsk, office_key: bytes) -> JoinedOffice | None:
    """None where the invitation opens nothing. Who did not get the answer asks again with the same
    key, and is the same box, as long as it has not used what it was given.
    """
    invited = invitations.find(tx.conn, asked.secret, tx.now_ms)
    if invited is None:
        return None
    box_id = _again(tx, invited, asked) if invited.box_id else _first(tx, invited, asked)
    if box_id is None:
        return None
    made = credentials.make(tx, box_id, invited=True)
    return JoinedOffice(
        box=box_id,
        credential=made.credential,
        renew_by_ms=made.renew_by_ms,
        office_key=office_key,
        privacy=privacy_choice.chosen(tx.conn),
    )


def _again(tx: Tx, invited: KnownInvitation, asked: JoinAsk) -> str | None:
    box = boxes.one(tx.conn, invited.box_id or "")
    return box.id if box.key == asked.key and not box.struck_off else None


def _first(tx: Tx, invited: KnownInvitation, asked: JoinAsk) -> str:
    """A new box, or one that is known and lost what it had. What that one told before stays, and
    which numbering it goes on with its first batch says.
    """
    if invited.for_box is None:
        return _new(tx, invited, asked)
    _change_keys(tx, boxes.one(tx.conn, invited.for_box), asked.key)
    boxes.take_back(tx, invited.for_box, key=asked.key, version=asked.version)
    invitations.use(tx, invited, invited.for_box)
    commands.forget_over(tx, invited.for_box, CommandKind.HAPPENED)
    return invited.for_box


def _change_keys(tx: Tx, box: OfficeBox, key: bytes) -> None:
    if box.key != key:
        ended_keys.end(tx, box.id, box.key)
    ended_keys.open_again(tx, key)


def _new(tx: Tx, invited: KnownInvitation, asked: JoinAsk) -> str:
    name = invited.branch or asked.name.strip() or "box"
    box_id = boxes.add(tx, name=name, key=asked.key, version=asked.version, epoch=asked.epoch)
    box_epochs.note(tx, box_id, asked.epoch, EpochStanding.PRESENT)
    invitations.use(tx, invited, box_id)
    return box_id


def strike_off(tx: Tx, box_id: str) -> None:
    """From its next request on it opens nothing. What it told stays in its replica; its numbers are
    free for another box, and its conversations stand in no list. Raises NotFound.
    """
    box = boxes.one(tx.conn, box_id)
    if box.struck_off:
        raise NotFound("box")
    mirrored.forget(tx, boxes.things_of(tx.conn, box_id))
    work_list.forget_box(tx, box_id)
    held_groups.forget_box(tx, box_id)
    follow_places.forget(tx, box_id)
    alarms.note(tx, box, None)
    commands.end(tx, box_id, why=Reason.STRUCK_OFF)
    credentials.end(tx, box_id)
    ended_keys.end(tx, box_id, box.key)
    boxes.strike_off(tx, box_id)


def settle(tx: Tx, box_id: str, believe: str | None) -> None:
    """Somebody has looked at a box that is held. Where several numberings came under its identity,
    `believe` says which one is its own; whoever speaks with another one is struck off.

    Raises NotFound, and InvalidInput for a numbering that never came.
    """
    box = boxes.one(tx.conn, box_id)
    epochs = box_epochs.of_box(tx.conn, box_id)
    if box.struck_off:
        raise NotFound("box")
    if (box.conflict and believe is None) or (believe is not None and believe not in epochs):
        raise InvalidInput(
            "believe", f"Say which one is the box's own, with --believe: {' or '.join(epochs)}."
        )
    if believe is not None:
        box_epochs.disown_others(tx, box_id, believe)
        box_epochs.note(tx, box_id, believe, EpochStanding.PRESENT)
        boxes.believe(tx, box_id, believe, fresh=True)
    boxes.release(tx, box_id)
    undone.tell_again(tx, box_id)


def begin_epoch(tx: Tx, box_id: str, epoch: str, happened: Mapping[str, Any] | None) -> None:
    """The box has this numbering now; what the one before said beyond it is told to the box. May be
    called again.
    """
    box_epochs.note(tx, box_id, epoch, EpochStanding.PRESENT)
    boxes.believe(tx, box_id, epoch)
    if happened is not None:
        undone.tell(tx, box_id, epoch, happened, OFFICE)
