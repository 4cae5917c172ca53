"""The picture of a group on the phone: put there from the gallery, and proven by the chat's rows.

Which picture is which no page says. So the file lies alone in a folder that is named by the task,
and the gallery's album of that name is the only one that is opened: its one picture is ours.
"""

import re
from collections.abc import Sequence

from appliance.devices.group_protocol import GroupSeen, GroupTurn
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.shared_file import SharedFile
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.groups import group_pages as pages
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.groups.group_info import GroupInfo
from appliance.devices.phone.whatsapp.groups.group_rows import ChatLine, lines_of, picture_by
from appliance.devices.phone.whatsapp.message_words import OWN_NAMES
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.row_memory import readings
from appliance.errors import Permanent, Transient


def set_picture(chat: OpenChat, opened: ChatPage, hands: GroupHands, turn: GroupTurn) -> GroupSeen:
    """A try that may have been cut off is done again: nothing on the phone tells whether the
    picture is this one, and to put it there twice changes nothing.
    """
    file = turn.change.picture
    if file is None:
        raise Permanent("Balie does not have the group's picture any more. Choose it again.")
    shared = SharedFile(hands.phone.session, turn.change.task_id, file)
    at_end = chat.to_end(opened) is not None
    before = lines_of(chat.screen.of(hands.phone.whatsapp))
    if not at_end or not before:
        facts = chat.keep(chat.screen, seen="not the end")
        raise Transient("The end of the group's chat was not reached.", facts)
    try:
        shared.push()
        shared.listed_uri()  # the gallery shows what Android lists
        return _put(chat, hands, turn, before, shared.name)
    finally:
        shared.remove()


def _put(
    chat: OpenChat,
    hands: GroupHands,
    turn: GroupTurn,
    before: Sequence[ChatLine],
    name: str,
) -> GroupSeen:
    info = GroupInfo(hands, turn)
    try:
        _choose(hands, info, album=turn.change.task_id, name=name)
        agree = hands.until(pages.crop_button, "the picture to be cut")
        info.confirm(
            agree,
            lambda app: pages.info_page(app) is not None,
            "The phone did not go back to the group.",
        )
        seen = info.seen()
    finally:
        info.close()
    if not hands.seen(
        lambda _: _is_told(chat, before) or None, within_s=hands.phone.patience.row_s
    ):
        raise hands.lost("The chat does not say that its picture is another.", seen="no row")
    return seen


def _choose(hands: GroupHands, info: GroupInfo, *, album: str, name: str) -> None:
    """To the crop page. Raises Permanent where the phone lets nobody change the picture."""
    icon = pages.by_id(info.page.screen, *pages.PICTURES)
    icon = icon or pages.any_row(info.page.screen, words.ICON)
    if icon is None:
        raise hands.lost("The phone showed no picture of the group.", seen="no picture")
    hands.press(icon)
    step = hands.seen(lambda app: _source(app) or pages.any_row(app, words.EDIT))
    if step is None:
        facts = hands.keep(hands.screen, seen="no way to the picture")
        raise Permanent("On this phone only others may change the group's picture.", facts)
    hands.press(step)
    if not _is_source(step):
        hands.press(hands.until(_source, "where a picture can come from"))
    ours = re.compile(rf"^{re.escape(album)}\b")
    file = re.compile(rf"^{re.escape(name)}$")
    way = hands.until(lambda app: _album(app, ours, file), "the folder with the picture")
    if pages.says(way, words.ALBUMS) and not pages.says(way, ours):
        hands.press(way)
        way = hands.until(lambda app: pages.any_row(app, ours), "the folder with the picture")
    hands.press(way)
    if pages.says(way, ours):
        hands.press(hands.until(pages.only_photo, "the picture alone in its folder"))


def _album(app: Screen, ours: re.Pattern[str], file: re.Pattern[str]) -> View | None:
    """Our folder or file; newer galleries hide the folders behind a word."""
    return pages.any_row(app, ours) or pages.any_row(app, file) or pages.any_row(app, words.ALBUMS)


def _source(app: Screen) -> View | None:
    return pages.any_row(app, words.GALLERY)


def _is_source(view: View) -> bool:
    return pages.says(view, words.GALLERY)


def _is_told(chat: OpenChat, before: Sequence[ChatLine]) -> bool:
    """Whether a row came since that says that the phone's owner has changed it."""
    seen = chat.look()
    if seen is None:
        return False
    chat.to_end(seen)
    now = lines_of(chat.screen.of(chat.phone.whatsapp))
    fits = readings(before, now)
    if fits:
        return _told_by_owner(now[fits[0] :]) > 0
    # A row that stood there is another since, as one that somebody edited.
    return _told_by_owner(now) > _told_by_owner(before)


def _told_by_owner(lines: Sequence[ChatLine]) -> int:
    return sum(picture_by(line) in OWN_NAMES for line in lines)
