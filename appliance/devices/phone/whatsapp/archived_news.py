"""Archived chats in which something came: WhatsApp may tell of it in their list alone."""

import logging
from collections.abc import Sequence

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.texts import as_dumped, label
from appliance.devices.phone.whatsapp.addresses import address_of
from appliance.devices.phone.whatsapp.adoption.owners import owner_of
from appliance.devices.phone.whatsapp.archive import MOST_PULLS, opened_archive
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.list_of_chats import views_of_list
from appliance.devices.phone.whatsapp.opening import open_chat, pass_by
from appliance.devices.phone.whatsapp.pages import ChatRow
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.devices.protocol import Group
from appliance.errors import DeviceError, DeviceGone

log = logging.getLogger(__name__)


def hear_archived_chats(phone: Phone, groups: Sequence[Group]) -> bool:
    """Has the chats with unread messages opened; False where no chat is archived.

    The look itself marks nothing as read. Of a chat that may be anybody's nothing is told.
    """
    unread = _unread_rows(phone)
    for row in unread or ():
        named = [each for each in groups if as_dumped(label(each.name)) == row.name]
        who = None if row.in_group or named else owner_of(phone, row.name)
        if len(named) == 1:
            _hear_group(phone, named[0])
        elif who is not None:
            phone.returns.setdefault(address_of(who), None)
        else:
            log.info("an archived chat on %s has news that Balie cannot place", phone.device_id)
    return unread is not None


def _hear_group(phone: Phone, group: Group) -> None:
    try:
        with visiting(phone, group.jid, group=group) as chat:
            open_chat(chat)
    except DeviceGone:
        raise
    except DeviceError as exc:
        log.info("an archived group on %s was not read: %s", phone.device_id, exc)


def _unread_rows(phone: Phone) -> list[ChatRow] | None:
    chat = OpenChat(phone, "")
    try:
        first = opened_archive(chat, pass_by)
        if first is None:
            return None
        views = views_of_list(chat, first, most=MOST_PULLS)
        rows = {row.name: row for view in views for row in view.rows if row.name and row.unread}
        return list(rows.values())
    finally:
        phone.session.leave()
