"""Changes of a group on the phone: each is looked at first, done if it is due, and proven."""

from collections.abc import Callable, Mapping

from appliance.devices.group_protocol import GroupSeen, GroupTurn
from appliance.devices.phone.evidence import Evidence
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import as_dumped, label
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.groups import group_pages as pages
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.groups.group_info import GroupInfo
from appliance.devices.phone.whatsapp.groups.group_making import make_group
from appliance.devices.phone.whatsapp.groups.group_people import add, leave, remove
from appliance.devices.phone.whatsapp.groups.group_picture import set_picture
from appliance.devices.phone.whatsapp.groups.group_proof import has_left
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.errors import Permanent
from appliance.group_changes import GroupChangeKind


def change_group(phone: Phone, turn: GroupTurn) -> GroupSeen:
    """Raises DeviceError, and the gate's own Refused; the phone is left on its home screen."""
    change = turn.change
    evidence = Evidence(turn.evidence_folder, phone.session)
    hands = GroupHands(phone, evidence.keep)
    if change.kind is GroupChangeKind.CREATE:
        return make_group(hands, turn)
    with visiting(phone, change.group.jid, evidence.keep, group=change.group) as chat:
        try:
            opened = open_chat(chat)
        except Permanent:
            if change.kind is GroupChangeKind.LEAVE and _is_left(chat, hands):
                return GroupSeen(name=change.group.name)
            raise
        if change.kind is GroupChangeKind.PICTURE:
            return set_picture(chat, opened, hands, turn)
        if change.kind is GroupChangeKind.LOCK:
            chat.to_end(opened)
        info = GroupInfo(hands, turn)
        try:
            return _WORKS[change.kind](info)
        finally:
            info.close()


def _is_left(chat: OpenChat, hands: GroupHands) -> bool:
    """A try before this one may have left it, and was cut off or did not see so."""
    seen = chat.seen
    if not isinstance(seen, ChatPage) or seen.entry is not None or not chat.is_ours(seen):
        return False
    chat.prove(seen)
    return has_left(hands)


def _read(info: GroupInfo) -> GroupSeen:
    return info.seen(info.people())


def _rename(info: GroupInfo) -> GroupSeen:
    wanted = info.change.name or ""
    shown = as_dumped(label(wanted))
    if info.page.name == shown:
        return info.seen()
    hands = info.hands
    _open_name(info)
    field = hands.until(lambda app: pages.by_id(app, *pages.NAME_FIELDS), "the group's name")
    hands.type(field, wanted)
    button = hands.until(pages.ready_with(shown), "the name that was typed")
    info.confirm(
        button,
        lambda app: (page := pages.info_page(app)) is not None and page.name == shown,
        "The phone did not give the group its name.",
    )
    return info.seen()


def _open_name(info: GroupInfo) -> None:
    """By the menu's words; older and newer releases have a pencil beside the name."""
    hands = info.hands
    menu = pages.by_id(info.page.screen, "menuitem_overflow", "overflow")
    if menu is not None:
        hands.press(menu)
        item = hands.seen(lambda app: pages.any_row(app, words.CHANGE_NAME))
        if item is not None:
            hands.press(item)
            return
        hands.phone.session.back()
        hands.until(pages.info_page, "the info of the group")
    pencil = pages.any_row(info.page.screen, words.CHANGE_NAME)
    if pencil is None:
        facts = hands.keep(hands.screen, seen="no way to the name")
        raise Permanent("On this phone only others may change the group's name.", facts)
    hands.press(pencil)


def _lock(info: GroupInfo) -> GroupSeen:
    """Only admins may change name and picture: on the page of the group's permissions, whose row
    may say who may so far; where it says nothing, the chat must say what was changed.
    """
    hands = info.hands
    row = _who_edits(hands, info.page.screen)
    if row is None:
        facts = hands.keep(hands.screen, seen="no permissions")
        raise Permanent("On this phone only others may say who changes the group.", facts)
    if pages.says(row, words.ONLY_ADMINS):
        return info.seen()
    hands.press(row)
    choice = hands.until(_choice_of_admins, "the choice of admins")
    sentence = "The phone did not take the choice of admins."
    info.confirm(choice, lambda app: _choice_of_admins(app) is None, sentence)
    row = _who_edits(hands, hands.look())
    is_locked = row is not None and pages.says(row, words.ONLY_ADMINS)
    if not is_locked and not info.is_told(words.LOCKED):
        raise hands.lost(sentence, seen="no row")
    return info.seen()


def _who_edits(hands: GroupHands, app: Screen) -> View | None:
    """The row on the page of permissions, from there or from the info; None on another page."""
    row = pages.any_row(app, words.EDIT_SETTINGS)
    way = pages.any_row(app, words.PERMISSIONS)
    if row is not None or way is None:
        return row
    hands.press(way)
    return hands.until(lambda now: pages.any_row(now, words.EDIT_SETTINGS), "who may change it")


def _choice_of_admins(app: Screen) -> View | None:
    """The row that leads to the choice may say the same."""
    found = pages.any_row(app, words.ONLY_ADMINS)
    return None if found is None or pages.says(found, words.EDIT_SETTINGS) else found


_WORKS: Mapping[GroupChangeKind, Callable[[GroupInfo], GroupSeen]] = {
    GroupChangeKind.READ: _read,
    GroupChangeKind.RENAME: _rename,
    GroupChangeKind.ADD: add,
    GroupChangeKind.REMOVE: remove,
    GroupChangeKind.LEAVE: leave,
    GroupChangeKind.LOCK: _lock,
}
