"""The chat of one group. No link leads to it: it is found in the list of chats by its name."""

import logging
import time
from contextlib import closing
from dataclasses import replace

from appliance.devices.news_protocol import PictureChange
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Box
from appliance.devices.phone.texts import as_dumped, is_number, label, number_in
from appliance.devices.phone.whatsapp.archive import opened_archive
from appliance.devices.phone.whatsapp.chat import Keep, OpenChat, keep_nothing
from appliance.devices.phone.whatsapp.groups.group_obstacles import refuse_obstacles
from appliance.devices.phone.whatsapp.groups.group_rows import lines_of, picture_by
from appliance.devices.phone.whatsapp.groups.group_words import members_in, names_members
from appliance.devices.phone.whatsapp.list_of_chats import opened_list, views_of_list
from appliance.devices.phone.whatsapp.media import is_same
from appliance.devices.phone.whatsapp.message_words import OWN_NAMES
from appliance.devices.phone.whatsapp.pages import ChatPage, ChatsList, Elsewhere, Seen
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.phone.whatsapp.seen_in_chat import ChatArrivals
from appliance.devices.protocol import Group, Incoming, QuotedText
from appliance.errors import Permanent, Transient, Unconfirmed

log = logging.getLogger(__name__)

# Half a screen each.
_MOST_PULLS = 16
# For a group that nothing but its name tells; it is so until somebody has written in it.
_MOST_ALONE = 60
_UNKNOWN = "?"


class GroupChat(OpenChat):
    """As the chat of a number; the head proves the name and that it is a group's, the rows which
    group it is.
    """

    def __init__(
        self,
        phone: Phone,
        group: Group,
        keep: Keep = keep_nothing,
        history: ChatMemory | None = None,
    ) -> None:
        super().__init__(phone, group.jid, keep, history)
        self.group = group
        self.arrivals = GroupArrivals(phone, group, history)
        self._picture_by: str | None = None

    def look(self) -> ChatPage | None:
        """Also who changed the group's picture last, as far as its rows show that."""
        seen = super().look()
        if seen is not None:
            self._note_picture()
        return seen

    def _note_picture(self) -> None:
        told = map(picture_by, lines_of(self.screen.of(self.phone.whatsapp)))
        self._picture_by = next((each for each in reversed([*told]) if each), self._picture_by)

    def tell_picture(self) -> None:
        """Somebody else's picture may be one that was put back and changed again meanwhile."""
        if self._picture_by is not None and self._picture_by not in OWN_NAMES:
            change = PictureChange(jid=self.group.jid, by=self._picture_by, at_ms=None)
            self.phone.listener.picture_changed(self.phone.device_id, change)

    def follow_link(self) -> float:
        """Taps the group's row in the list of chats. Raises Permanent where two have its name."""
        box = self._row()
        try:
            self.phone.session.tap(box.centre)
        except Unconfirmed as exc:
            raise Transient("The phone did not open the group.", exc.evidence) from exc
        return time.monotonic()

    def has_row(self) -> bool:
        """Whether a chat of this name stands in the list, which is on the screen afterwards."""
        return bool(self._rows())

    def is_ours(self, seen: ChatPage) -> bool:
        return seen.title == self._title and (seen.group or names_members(seen.status))

    def prove(self, seen: ChatPage) -> None:
        """Several groups may have one name: this one shows what was last said in it."""
        self._note_picture()
        self._refuse_strangers(seen)
        if not self.group.known:
            return
        now = self._loaded(seen)
        if self._shows_known(now):
            return
        with closing(self.above(now)) as views:  # rows of the system may have pushed it up
            if any(self._shows_known(view) for view in views):
                return
        facts = self.keep(self.screen, seen="another group")
        raise Transient("The group shows nothing of what was said in it.", facts)

    def _refuse_strangers(self, seen: ChatPage) -> None:
        """Somebody new may be one who said STOP: who is in the group is read first."""
        people = self.group.people
        if people is None or not names_members(seen.status):
            return
        known = {as_dumped(label(each)) for each in people}
        if any(each not in known for each in members_in(seen.status)):
            self.phone.listener.strangers_seen(self.phone.device_id, self.group)
            raise Transient("Others are in the group than before.", {"seen": "strangers"})

    def _loaded(self, seen: ChatPage) -> ChatPage:
        """The chat once its list shows something."""
        deadline = time.monotonic() + self.phone.patience.wrong_s
        pauses = self.phone.patience.pauses()
        while not seen.loaded and time.monotonic() < deadline:
            time.sleep(next(pauses))
            seen = self.look() or seen
        return seen

    def refuse_to_write(self, seen: ChatPage) -> None:
        """Only its admins may post in it, or the line is out of it."""
        if seen.entry is None and seen.loaded:
            facts = self.keep(self.screen, seen="no entry")
            raise Permanent("Nothing can be written in this group from this number.", facts)

    def calls_author(self, quoted: QuotedText, name: str) -> bool:
        return _plain_name(name) in map(_plain_name, quoted.by)

    def is_by_author(self, quoted: QuotedText, row: MessageRow) -> bool | None:
        """By numbers, where both sides have one: several people may call themselves the same. The
        first row of a view may have its author's name above it.
        """
        numbers = {_plain_name(each) for each in quoted.by if is_number(each)}
        if numbers and row.sender is not None and is_number(row.sender):
            return _plain_name(row.sender) in numbers
        shown = [name for name in (row.sender, row.pushed) if name]
        return any(self.calls_author(quoted, name) for name in shown) if shown else None

    def refuse_to_guess(self) -> None:
        facts = self.keep(self.screen, seen="messages alike")
        raise Transient("Several messages in the group look like the one that is quoted.", facts)

    def come_back(self) -> None:
        """What came while it was open is told by the next notification or look at it."""
        log.warning("a group on %s was not left for certain", self.phone.device_id)

    @property
    def _title(self) -> str:
        return as_dumped(label(self.group.name))

    def _shows_known(self, seen: ChatPage) -> bool:
        return any(_is_row_of(row, text) for row in seen.rows for text in self.group.known)

    def _row(self) -> Box:
        found = self._rows() or self._archived_rows()
        if len(found) > 1:
            facts = self.keep(self.screen, seen="two of one name")
            raise Permanent(
                "Two chats on the phone have this name. Give one of them another name.", facts
            )
        if not found:
            facts = self.keep(self.screen, seen="no such group")
            raise Transient("The phone shows no group of this name.", facts)
        return found[0]

    def _rows(self) -> list[Box]:
        """The rows of this name in the first view of the list that has one; the list may have been
        left below them.
        """
        last = opened_list(self, _pass_by, within_s=self.phone.patience.wrong_s)
        if not self.group.known:
            return self._only_row(last)
        for upwards in (False, True):
            for view in views_of_list(self, last, most=_MOST_PULLS, upwards=upwards):
                found = [row.box for row in view.rows if row.name == self._title]
                if found:
                    return found
                last = view
        return []

    def _archived_rows(self) -> list[Box]:
        """Where something is known that was said in it, so that its chat can be proven."""
        first = opened_archive(self, _pass_by) if self.group.known else None
        for view in views_of_list(self, first, most=_MOST_PULLS) if first else ():
            found = [row.box for row in view.rows if row.name == self._title]
            if found:
                return found
        return []

    def _only_row(self, last: ChatsList) -> list[Box]:
        """Where nothing is known that was said in it, its name alone tells the group: then the list
        is seen from its top to its end.
        """
        *_, top = views_of_list(self, last, most=_MOST_ALONE, upwards=True)
        seen: set[tuple[str, str]] = set()
        views, end = 0, top
        for end in views_of_list(self, top, most=_MOST_ALONE):
            views += 1
            here = [row for row in end.rows if row.name == self._title]
            seen |= {(row.preview, row.time) for row in here}
            if len(here) > 1:
                return [row.box for row in here]
        if len(seen) > 1 or views > _MOST_ALONE:
            facts = self.keep(self.screen, seen="not certainly one")
            raise Transient("The list of chats does not show that there is one such group.", facts)
        for view in views_of_list(self, end, most=_MOST_ALONE, upwards=True) if seen else ():
            found = [row.box for row in view.rows if row.name == self._title]
            if found:
                return found
        return []


def _pass_by(chat: OpenChat, seen: Seen) -> None:
    """Raises for what stops WhatsApp or lies over it, and for a phone that is dark."""
    refuse_obstacles(chat.phone, chat.screen, seen, chat.keep)
    if isinstance(seen, Elsewhere) and seen.asleep:
        raise Transient("The phone is locked or dark.", {"seen": "locked"})


def _plain_name(shown: str) -> str:
    """A number as its digits; who is not in the phone book has a sign before their name."""
    number = number_in(shown) if is_number(shown) else None
    return number or as_dumped(label(shown).removeprefix("~").strip())


def _is_row_of(row: MessageRow, text: str) -> bool:
    if row.media is not None:
        return is_same(row.media, row.text or row.detail, text)
    return row.says(text)


class GroupArrivals(ChatArrivals):
    """In a group each row has its own sender; one at the top of the screen may be unknown."""

    def __init__(self, phone: Phone, group: Group, history: ChatMemory | None = None) -> None:
        super().__init__(phone, group.jid, history)
        self._group = replace(group, known=(), people=None)

    @property
    def asked(self) -> str:
        return self._group.jid

    @property
    def group_jid(self) -> str | None:
        return self._group.jid

    def _incoming(self, row: MessageRow, sender: str, before: list[Incoming]) -> Incoming:
        shown = row.sender or _UNKNOWN
        number = number_in(shown) if is_number(shown) else None
        author = f"+{number}" if number else shown
        told = super()._incoming(row, f"{sender}\0{author}", before)
        name = None if number or row.sender is None else shown.removeprefix("~").strip()
        return replace(told, sender=author, sender_name=name or None, group=self._group)
