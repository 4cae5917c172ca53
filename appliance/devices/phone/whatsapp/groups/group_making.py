"""A new group: chosen from the phone book, named, and made by one tap."""

from appliance.devices.group_protocol import GroupSeen, GroupTurn
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.texts import as_dumped, label
from appliance.devices.phone.whatsapp.groups import group_pages as pages
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.groups.group_chat import GroupChat
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.groups.group_people import choose
from appliance.devices.phone.whatsapp.pages import ChatPage, classify
from appliance.errors import DeviceError, Permanent, Transient, Unconfirmed


def make_group(hands: GroupHands, turn: GroupTurn) -> GroupSeen:
    """Nobody can tell two groups of one name apart, so a name that stands there is not made."""
    try:
        return _make(hands, turn)
    finally:
        _leave(hands.phone)


def _make(hands: GroupHands, turn: GroupTurn) -> GroupSeen:
    change = turn.change
    name = change.name or change.group.name
    shown = as_dumped(label(name))
    chat = GroupChat(hands.phone, change.group, hands.keep)
    there = chat.has_row()
    if there and change.was_tapped:
        return GroupSeen(name=name, facts={"seen": "in the list"})
    if there or change.was_tapped:
        facts = hands.keep(hands.screen, seen="name there" if there else "not in the list")
        raise Permanent("Look on the phone whether this group is there already.", facts)
    hands.press(hands.until(lambda app: pages.by_id(app, "fab"), "the button for a new chat"))
    hands.press(hands.until(lambda app: pages.any_row(app, words.NEW_GROUP), "New group"))
    for person in change.people:
        choose(hands, person)
    hands.press(hands.until(lambda app: pages.by_id(app, "next_btn"), "the next step"))
    field = hands.until(lambda app: pages.by_id(app, "group_name"), "the field for the name")
    hands.type(field, name)
    button = hands.until(pages.ready_with(shown), "the name that was typed")
    with turn.clear_to_change():
        _tap(hands, button.box.centre)
    if hands.seen(lambda _: _is_open(hands, shown) or None) is None:
        raise hands.lost("The phone did not show the new group.", seen="no new group")
    return GroupSeen(name=name)


def _tap(hands: GroupHands, point: tuple[int, int]) -> None:
    try:
        hands.phone.session.tap(point)
    except Unconfirmed as exc:
        raise Transient("The phone did not say whether it made the group.", exc.evidence) from exc


def _is_open(hands: GroupHands, shown: str) -> bool:
    seen = classify(hands.screen, hands.phone.whatsapp) if hands.screen else None
    return isinstance(seen, ChatPage) and seen.title == shown


def _leave(phone: Phone) -> None:
    """From whichever page, as far as Back leads, so that no chat stays open."""
    try:
        for _ in range(4):
            app = phone.session.screen().of(phone.whatsapp)
            if app.empty or app.first("conversations_row_contact_name"):
                break
            phone.session.back()
        phone.session.leave(closing=False)
    except DeviceError:
        pass  # the next task begins at the list of chats
