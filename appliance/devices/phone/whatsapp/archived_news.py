"""Archived chats in which something came: WhatsApp may tell of it in their list alone."""

import logging
from collections.abc import Sequence
from datetime import date

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.texts import as_dumped, label
from appliance.devices.phone.whatsapp.addresses import address_of
from appliance.devices.phone.whatsapp.adoption.owners import owner_of
from appliance.devices.phone.whatsapp.archive import MOST_PULLS, opened_archive
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.day_labels import may_be_from, today_of
from appliance.devices.phone.whatsapp.list_of_chats import views_of_list
from appliance.devices.phone.whatsapp.opening import open_chat, pass_by
from appliance.devices.phone.whatsapp.pages import ChatRow
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.devices.protocol import Group
from appliance.errors import DeviceError, DeviceGone

log = logging.getLogger(__name__)


def hear_archived_chats(phone: Phone, groups: Sequence[Group]) -> bool:
    """Has the chats opened in which something came since the last look, on the first look today;
    False where no chat is archived. What is older is left to who reads the chats of before.

    The look itself marks nothing as read. Of chats that may be anybody's their number is told.
    """
    unread = _unread_rows(phone)
    today = today_of(phone.time, phone.clock.now_ms())
    from_day = phone.archive_from or today
    rows = [row for row in unread or () if may_be_from(row.time, from_day, today)]
    heard = [_hear(phone, row, groups, from_day) for row in rows]
    phone.archive_from = today if all(heard) else from_day
    phone.listener.archive_heard(phone.device_id, unplaced=heard.count(None))
    return unread is not None


def _hear(phone: Phone, row: ChatRow, groups: Sequence[Group], from_day: date) -> bool | None:
    """Whether it was heard, or will be when the phone receives next; None where nobody knows whose
    chat it is.
    """
    memory = ChatMemory(opened_ms=phone.clock.now_ms(), from_day=from_day)
    named = [each for each in groups if as_dumped(label(each.name)) == row.name]
    if len(named) == 1:
        return _hear_group(phone, named[0], memory)
    who = None if row.in_group or named else _owner(phone, row.name)
    if who is None:
        log.info("an archived chat on %s has news that Balie cannot place", phone.device_id)
        return None
    phone.returns.setdefault(address_of(who), memory)
    return True


def _owner(phone: Phone, name: str) -> str | None:
    try:
        return owner_of(phone, name)
    except DeviceGone:
        raise
    except DeviceError as exc:
        log.info("whose an archived chat on %s is cannot be told: %s", phone.device_id, exc)
        return None


def _hear_group(phone: Phone, group: Group, memory: ChatMemory) -> bool:
    try:
        with visiting(phone, group.jid, history=memory, group=group) as chat:
            open_chat(chat)
    except DeviceGone:
        raise
    except DeviceError as exc:
        log.info("an archived group on %s was not read: %s", phone.device_id, exc)
        return False
    return True


def _unread_rows(phone: Phone) -> list[ChatRow] | None:
    chat = OpenChat(phone, "")
    try:
        first = opened_archive(chat, pass_by)
        if first is None:
            return None
        views = views_of_list(chat, first, most=MOST_PULLS)
        whole = [row for view in views for row in view.rows if row.name and row.time]
        return list(
            {(row.name, row.preview, row.time): row for row in whole if row.unread}.values()
        )
    finally:
        phone.session.leave()
