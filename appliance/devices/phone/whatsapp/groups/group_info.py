"""The info page of one group, opened from the head of its chat: who is in it, and what is done."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from re import Pattern

from appliance.devices.group_protocol import GroupChange, GroupPerson, GroupSeen, GroupTurn
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import as_dumped, digits_in, is_number, label, number_in
from appliance.devices.phone.whatsapp.groups import group_pages as pages
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.groups.group_pages import InfoPage
from appliance.devices.phone.whatsapp.groups.group_proof import is_told
from appliance.devices.phone.whatsapp.groups.group_rows import lines_of
from appliance.errors import Unconfirmed

_MOST_SCROLLS = 20
_MOST_BACKS = 3
# A group that was left has a chat without an entry.
_OF_CHATS = ("entry", "conversation_contact", "conversations_row_contact_name")


class GroupInfo:
    """The info page of the group, opened from the head of its chat."""

    def __init__(self, hands: GroupHands, turn: GroupTurn) -> None:
        self.hands = hands
        self.turn = turn
        head = hands.until(lambda app: pages.by_id(app, "conversation_contact"), "the chat")
        self._said = lines_of(hands.look())
        hands.press(head)
        self.page = hands.until(pages.info_page, "the info of the group")
        if self.page.name != as_dumped(label(self.change.group.name)):
            raise hands.lost("The phone showed another group's info.", seen="another group")

    @property
    def change(self) -> GroupChange:
        return self.turn.change

    def close(self) -> None:
        """Goes back to the chat, as far as pages of the group show."""
        for _ in range(_MOST_BACKS):
            app = self.hands.phone.session.screen().of(self.hands.phone.whatsapp)
            if app.first(*_OF_CHATS) or app.empty:
                return
            self.hands.phone.session.back()

    def seen(
        self, people: Sequence[GroupPerson] | None = None, *, invited: bool = False
    ) -> GroupSeen:
        name = _true_name(self.page.name, self.change)
        return GroupSeen(name=name, people=people, invited=invited)

    # Reading

    def people(self) -> Sequence[GroupPerson] | None:
        """All who are in it; None where not all of them came to be seen."""
        found: dict[str, GroupPerson] = {}
        count, own = self.page.count, 0
        for page in self.scrolled():
            for row in page.members:
                if words.is_own(row.name):
                    own = 1
                elif row.name:
                    found[row.name] = self._person(row)
            if count is not None and len(found) + own >= count:
                break
        complete = count is not None and len(found) + own == count
        return list(found.values()) if complete else None

    def _person(self, row: pages.MemberRow) -> GroupPerson:
        if is_number(row.name):
            name = f"~{row.pushed}" if row.pushed else None
            return GroupPerson(name=name, number=f"+{number_in(row.name)}", is_admin=row.is_admin)
        number = self.hands.phone.contacts.number_of(row.name)
        return GroupPerson(
            name=row.name, number=f"+{number}" if number else None, is_admin=row.is_admin
        )

    def scrolled(self) -> Iterator[InfoPage]:
        """The page, then further down as long as it shows something else."""
        page = self.page
        for _ in range(_MOST_SCROLLS):
            yield page
            before = page
            area = _middle(page.screen)
            self.hands.phone.session.swipe(*area)
            now = pages.further(self.hands.look(), page)
            if now is None or _names(now) == _names(before):
                return
            page = now

    def row_of(self, person: GroupPerson) -> View | None:
        """Their row, scrolled into view; by the number, else by a name that only they have."""
        for page in self.scrolled():
            for row in page.members:
                if is_of(self.hands.phone, row.name, person):
                    return row.view
        return None

    def reopen(self) -> None:
        """The page from its top: the list of members may have been scrolled."""
        hands = self.hands
        hands.phone.session.back()
        head = hands.until(lambda app: pages.by_id(app, "conversation_contact"), "the chat")
        hands.press(head)
        self.page = hands.until(pages.info_page, "the info of the group")

    # Changing

    def is_told(self, said: Pattern[str]) -> bool:
        """Whether the chat says so below all that it said before: that a page or a question is
        gone proves nothing, a person may have closed it.
        """
        self.close()
        return is_told(self.hands, self._said, said)

    def confirm(self, button: View, proof: Callable[[Screen], bool], sentence: str) -> None:
        """The tap that changes something, inside the gate; then what proves it."""
        with self.turn.clear_to_change(), suppress(Unconfirmed):  # what shows next decides
            self.hands.phone.session.tap(button.box.centre)
        if not self.hands.seen(lambda app: proof(app) or None):
            raise self.hands.lost(sentence, seen="no change")
        page = pages.info_page(self.hands.look())
        self.page = page or self.page


def _true_name(shown: str, change: GroupChange) -> str:
    """A dump loses emoji: a known name that looks so on it is the true one."""
    known = (change.name or "", change.group.name)
    return next((each for each in known if as_dumped(label(each)) == shown), shown)


def is_of(phone: Phone, shown: str, person: GroupPerson) -> bool:
    """Whether this is their row: by the number, else by a name that only they have."""
    if person.number is None:
        return shown == label(person.name or "")
    digits = digits_in(person.number)
    return number_in(shown) == digits if is_number(shown) else phone.contacts.bears(digits, shown)


def _names(page: InfoPage) -> list[str]:
    return [row.name for row in page.members]


def _middle(app: Screen) -> tuple[tuple[int, int], tuple[int, int]]:
    """A drag that moves the page up by a part of its height."""
    boxes = [window.box for window in app.windows]
    width, height = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return (width // 2, height * 3 // 4), (width // 2, height // 3)
