"""Who is in a group: adding somebody, taking somebody out, leaving it."""

from re import Pattern

from appliance.devices.group_protocol import GroupPerson, GroupSeen
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import digits_in, label
from appliance.devices.phone.whatsapp.groups import group_pages as pages
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.groups.group_info import GroupInfo, is_of
from appliance.devices.phone.whatsapp.groups.group_inviting import invite
from appliance.devices.phone.whatsapp.groups.group_proof import has_left
from appliance.devices.phone.whatsapp.sharing_pages import SEARCH_FIELDS
from appliance.errors import Permanent


def add(info: GroupInfo) -> GroupSeen:
    """Each at once; an invitation in place of it takes a person's word."""
    hands = info.hands
    invited = False
    for person in info.change.people:
        if info.row_of(person) is not None:
            continue
        info.reopen()
        button = pages.by_id(info.page.screen, "add_participant_layout") or pages.any_row(
            info.page.screen, words.ADD
        )
        if button is None:
            facts = hands.keep(hands.screen, seen="no way to add")
            raise Permanent("On this phone only others may add somebody to the group.", facts)
        hands.press(button)
        choose(hands, person)
        hands.press(hands.until(lambda app: pages.by_id(app, *pages.NEXT), "the next step"))
        agree = hands.until(pages.dialog_button, "the question whether to add them")
        info.confirm(agree, _has_ended, "The phone did not add them.")
        if _can_only_invite(hands):
            invite(info)
            invited = True
            continue
        info.reopen()
        if info.row_of(person) is None:
            raise hands.lost("The phone did not add them.", seen="not among the members")
        info.reopen()
    if invited:
        return info.seen(invited=True)
    return info.seen(info.people())


def remove(info: GroupInfo) -> GroupSeen:
    """Raises Permanent where several people in the group may be the one who is meant."""
    hands = info.hands
    for person in info.change.people:
        if person.number is None:
            _need_own_names(info)
        row = info.row_of(person)
        if row is None:
            info.reopen()
            continue
        hands.press(row)
        item = hands.until(lambda app: _in_menu(app, words.REMOVE), "what can be done with them")
        hands.press(item)
        agree = hands.until(pages.dialog_button, "the question whether to take them out")
        info.confirm(agree, _has_ended, "The phone did not take them out.")
        info.reopen()
        if info.row_of(person) is not None:
            raise hands.lost("The phone did not take them out.", seen="among the members")
        info.reopen()
    return info.seen(info.people())


def _need_own_names(info: GroupInfo) -> None:
    """Two of one name look alike in the list, and it may show one of them at a time."""
    if info.people() is None:
        facts = info.hands.keep(info.hands.screen, seen="names of several people")
        raise Permanent(
            "Several people in the group may have this name. Take them out by hand.", facts
        )
    info.reopen()


def leave(info: GroupInfo) -> GroupSeen:
    hands = info.hands
    row = None
    for page in info.scrolled():
        row = pages.by_id(page.screen, "exit_group_btn") or pages.any_row(page.screen, words.EXIT)
        if row is not None:
            break
    if row is None:
        raise hands.lost("The phone showed no way out of the group.", seen="no exit")
    hands.press(row)
    agree = hands.until(pages.dialog_button, "the question whether to leave")
    info.confirm(agree, _has_ended, "The phone did not leave the group.")
    info.close()
    if not has_left(hands):
        raise hands.lost("The phone did not leave the group.", seen="no row")
    return info.seen()


def choose(hands: GroupHands, person: GroupPerson) -> None:
    """Finds them in a list of people and taps their row; of two alike none is taken."""
    asked = digits_in(person.number) if person.number else label(person.name or "")
    field = hands.until(lambda app: pages.by_id(app, *SEARCH_FIELDS), "whom to choose from")
    hands.type(field, asked)

    def theirs(app: Screen) -> View | None:
        rows = [row for name, row in pages.picker_rows(app) if is_of(hands.phone, name, person)]
        return rows[0] if len(rows) == 1 else None

    hands.press(hands.until(theirs, "them among the people of the phone book"))


def _can_only_invite(hands: GroupHands) -> bool:
    """Somebody's settings may let nobody add them: WhatsApp offers to write to them instead."""
    said = [view.text for view in hands.look().walk() if view.full_id == "android:id/message"]
    return any(words.NOT_ADDED.search(label(each)) for each in said)


def _has_ended(app: Screen) -> bool:
    """The question is gone, or WhatsApp says why it cannot be done."""
    said = [label(view.text) for view in app.walk() if view.full_id == "android:id/message"]
    return not said or any(words.NOT_ADDED.search(each) for each in said)


def _in_menu(app: Screen, pattern: Pattern[str]) -> View | None:
    """In the window on top: the page below has words of its own."""
    if not app.windows:
        return None
    top = Screen(app.windows[-1:], app.xml)
    return pages.any_row(top, pattern)
