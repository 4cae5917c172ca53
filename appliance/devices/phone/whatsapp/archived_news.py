"""Archived chats in which something came: WhatsApp may tell of it in their list alone."""

import logging

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.whatsapp.addresses import address_of
from appliance.devices.phone.whatsapp.adoption.owners import owner_of
from appliance.devices.phone.whatsapp.archive import MOST_PULLS, opened_archive
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.list_of_chats import views_of_list
from appliance.devices.phone.whatsapp.opening import pass_by
from appliance.devices.phone.whatsapp.pages import ChatRow

log = logging.getLogger(__name__)


def note_archived_news(phone: Phone) -> bool:
    """Has the chats with unread messages opened; False where no chat is archived.

    A look marks nothing as read. Of a chat that may be anybody's, or is a group's, nothing is told.
    """
    unread = _unread_rows(phone)
    for row in unread or ():
        who = None if row.in_group else owner_of(phone, row.name)
        if who is None:
            log.info("an archived chat on %s has news that Balie cannot place", phone.device_id)
        else:
            phone.returns.setdefault(address_of(who), None)
    return unread is not None


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
