"""Where somebody stands in the pages of a group, and what a tap there does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.whatsapp.group_phrases import group_phrases
from appliance.emulated.phone.whatsapp.group_picture import PictureRoom
from appliance.emulated.phone.whatsapp.group_screens import GroupRow, GroupScreens
from appliance.emulated.phone.whatsapp.model import Account, Chat
from appliance.emulated.world import numbers


@dataclass(slots=True)
class GroupRoom:
    """`page` is the page on top, empty outside of the room; `chosen` are numbers in a picker."""

    host: Host
    account: Account
    brush: Brush
    you: str
    page: str = ""
    chat: Chat | None = None
    text: str = ""
    chosen: list[str] = field(default_factory=list)
    scrolled: int = 0
    #: Whether the page of permissions says how each is set.
    shows_setting: bool = True
    #: A chat to open once the room is left.
    opens: Chat | None = None
    invited: list[str] = field(default_factory=list)
    picture: PictureRoom = field(init=False)

    def __post_init__(self) -> None:
        self.picture = PictureRoom(self.host)

    @property
    def activity(self) -> str:
        if self.page == "picture":
            return self.picture.activity
        if self.page == "invite":
            return "com.whatsapp.invites.InviteGroupParticipantsActivity"
        if self.page in {"new-chat", "new-people", "picker"}:
            return "com.whatsapp.contact.picker.ContactPicker"
        if self.page == "new-name":
            return "com.whatsapp.group.newgroup.NewGroup"
        return "com.whatsapp.group.GroupChatInfoActivity"

    def take_invited(self) -> list[str]:
        """Whom an invitation goes to, once."""
        invited, self.invited = self.invited, []
        return invited

    def take_made(self) -> Chat | None:
        """The chat of a group that was made just now, once."""
        made, self.opens = self.opens, None
        return made

    def leave(self) -> None:
        self.page, self.chat = "", None

    # What other people do

    def changed(self, chat: Chat, what: str, *, by: str, to: str, person: str) -> str:
        """The row that stands in the chat afterwards; empty where there is none."""
        match what:
            case "rename":
                return self.renamed(chat, to, by=by)
            case "icon":
                chat.icon = to or "another"
                words = group_phrases(self.host.language)
                return self._say(chat, words.icon_changed.format(by=by))
            case "add":
                return self.came(chat, person, by=by)
            case "remove":
                return self.went(chat, person, by=by)
            case "make-admin" | "take-admin":
                chat.own_admin = what == "make-admin"
            case "lock":
                chat.locked = True
            case "quiet":
                chat.quiet = True
            case "refuse":
                chat.refuses.add(person)
        return ""

    def renamed(self, chat: Chat, after: str, *, by: str) -> str:
        words = group_phrases(self.host.language)
        said = words.renamed.format(by=by, before=chat.subject, after=after)
        chat.subject = after
        self._say(chat, said)
        return said

    def came(self, chat: Chat, number: str, *, by: str) -> str:
        chat.people.setdefault(number, False)
        words = group_phrases(self.host.language)
        return self._say(chat, words.added.format(by=by, who=self.account.name(number)))

    def went(self, chat: Chat, number: str, *, by: str) -> str:
        chat.people.pop(number, None)
        words = group_phrases(self.host.language)
        return self._say(chat, words.removed.format(by=by, who=self.account.name(number)))

    def _say(self, chat: Chat, words: str) -> str:
        self.account.say(chat, words, at_ms=self.host.timers.now_ms())
        return words

    # The screen

    def windows(self) -> list[Node]:
        screens = GroupScreens(
            brush=self.brush, screen=self.host.screen, words=group_phrases(self.host.language)
        )
        below = self._below(screens)
        top = self._on_top(screens)
        return [*below, *top]

    def _below(self, screens: GroupScreens) -> list[Node]:
        words = group_phrases(self.host.language)
        pages: dict[str, Callable[[], Node]] = {
            "name": lambda: screens.name(self.text, field="edit_text"),
            "new-name": lambda: screens.name(self.text, field="group_name"),
            "invite": lambda: screens.invitation(words.invitation),
            "picture": lambda: self.picture.draw(screens, words),
        }
        if (drawn := pages.get(self.page)) is not None:
            return [drawn()]
        if self.page in {"picker", "new-people", "new-chat", "ask-add"}:
            rows = [] if self.page == "ask-add" else self._to_choose()
            return [
                screens.picker(
                    self.text,
                    rows,
                    new_group=self.page == "new-chat",
                    chosen=0 if self.page == "new-chat" else len(self.chosen),
                )
            ]
        if self.chat is None:
            return []
        return [
            screens.info(
                self.chat.subject,
                self._members(self.chat),
                may_add=self.chat.own_admin,
                may_set=self.chat.own_admin,
                scroll=self.scrolled,
            )
        ]

    def _on_top(self, screens: GroupScreens) -> list[Node]:
        words, chat = group_phrases(self.host.language), self.chat
        if chat is None:
            return []
        menus = {
            "menu": self._menu(chat),
            "person": self._of_person(chat),
            "permissions": [(words.edit_settings, "group:edit-settings")],
            "who-edits": [(words.all_members, "group:all"), (words.admins, "group:admins")],
        }
        if (items := menus.get(self.page)) is not None:
            who = words.admins if chat.locked else words.all_members
            shows = self.page == "permissions" and self.shows_setting
            return [screens.menu(items, under=who if shows else "")]
        asked = {
            "ask-add": (words.ask_add, words.add, "group:do-add"),
            "ask-remove": (words.ask_remove, "OK", "group:do-remove"),
            "ask-exit": (words.ask_exit, words.exit, "group:do-exit"),
            "not-added": (words.not_added, words.invite, "group:invite"),
        }.get(self.page)
        if asked is None:
            return []
        text, yes, action = asked
        said = text.format(who=self._who, name=chat.subject)
        return [screens.question(said, yes=yes, action=action)]

    @property
    def _who(self) -> str:
        return self.account.name(self.chosen[0]) if self.chosen else ""

    def _of_person(self, chat: Chat) -> list[tuple[str, str]]:
        words = group_phrases(self.host.language)
        items = [(words.message.format(who=self._who), "group:no")]
        if chat.own_admin:
            items.append((words.remove.format(who=self._who), "group:ask-remove"))
        return items

    def _menu(self, chat: Chat) -> list[tuple[str, str]]:
        words = group_phrases(self.host.language)
        items = [(words.add, "group:add")] if chat.own_admin else []
        if chat.own_admin or not chat.locked:
            items.append((words.change_name, "group:rename"))
        return items or [(words.info, "group:no")]

    def _members(self, chat: Chat) -> list[GroupRow]:
        rows = [
            GroupRow(
                name=self.account.name(number),
                pushed=""
                if number in self.account.contacts
                else self.account.push_names.get(number, ""),
                admin=admin,
                action=f"group:person:{number}",
            )
            for number, admin in chat.people.items()
        ]
        own = [] if chat.left else [GroupRow(name=self.you, admin=chat.own_admin)]
        return [*own, *rows]

    def _to_choose(self) -> list[GroupRow]:
        """The phone book, then who else has a chat, as far as the search leaves them."""
        asked = self.text.casefold()
        digits = "".join(filter(str.isdigit, asked))
        talks = [each.number for each in self.account.listed() if each.number.startswith("+")]
        numbered = sorted({*self.account.contacts, *talks})
        return [
            GroupRow(name=name, action=f"group:choose:{number}")
            for number, name in ((each, self.account.name(each)) for each in numbered)
            if (asked in name.casefold() or (digits and digits in number))
            and number not in self.chosen
        ]

    # What a tap does

    def perform(self, action: str) -> None:
        _, _, rest = action.partition(":")
        verb, _, argument = rest.partition(":")
        acts: dict[str, Callable[[], None]] = {
            "menu": lambda: self._go("menu"),
            "rename": self._rename,
            "add": lambda: self._go("picker"),
            "permissions": lambda: self._go("permissions"),
            "edit-settings": lambda: self._go("who-edits"),
            "exit": lambda: self._go("ask-exit"),
            "ask-remove": lambda: self._go("ask-remove", keep=True),
            "new-people": lambda: self._go("new-people"),
            "icon": self._show_icon,
            "invite": lambda: self._go("invite", keep=True),
            "send-invite": self._invite,
        }
        if verb in acts:
            acts[verb]()
        elif verb == "person":
            self._go("person")
            self.chosen = [argument]
        elif verb == "choose":
            self.chosen.append(argument)
            self.text = ""
        elif verb == "next":
            self._go("ask-add" if self.page == "picker" else "new-name", keep=True)
        elif verb == "picture":
            self._picture(*argument.partition(":")[::2])
        elif verb == "no":
            self._go("info" if self.chat else "")
        else:
            self._finish(verb)

    def _go(self, page: str, *, keep: bool = False) -> None:
        self.page, self.text, self.scrolled = page, "", 0
        if not keep:
            self.chosen = []

    def _rename(self) -> None:
        self._go("name")
        self.text = self.chat.subject if self.chat else ""

    def _invite(self) -> None:
        self.invited = self.chosen
        self._go("info")

    def _show_icon(self) -> None:
        """Nothing happens for who may not change it."""
        if self.chat is not None and (self.chat.own_admin or not self.chat.locked):
            self.picture.begin(has_icon=bool(self.chat.icon))
            self._go("picture")

    def _picture(self, verb: str, argument: str) -> None:
        digest = self.picture.perform(verb, argument)
        if digest is not None and self.chat is not None:
            self.chat.icon = digest
            self._say(self.chat, group_phrases(self.host.language).own_icon_changed)
        if not self.picture.page:
            self._go("info")

    def _finish(self, verb: str) -> None:
        """What changes the group."""
        if verb == "name-ok" and self.page == "new-name":
            self._create()
        elif self.chat is not None and self._done(verb, self.chat):
            self._go("info")

    def _done(self, verb: str, chat: Chat) -> bool:
        """False where the page says why it cannot be done."""
        words = group_phrases(self.host.language)
        if verb == "name-ok":
            self.renamed(chat, self.text or chat.subject, by=self.you)
        elif verb == "do-add":
            return self._add(chat)
        elif verb == "do-remove":
            for number in self.chosen:
                self.went(chat, number, by=self.you)
        elif verb == "do-exit":
            chat.left, chat.own_admin = True, False
            self._say(chat, words.left.format(by=self.you))
        elif verb in {"all", "admins"}:
            was_locked, chat.locked = chat.locked, verb == "admins"
            if chat.locked and not was_locked:
                self._say(chat, words.only_admins.format(by=self.you))
        return True

    def _add(self, chat: Chat) -> bool:
        if chat.refuses.intersection(self.chosen):
            self.page = "not-added"
            return False
        for number in self.chosen:
            self.came(chat, number, by=self.you)
        return True

    def _create(self) -> None:
        words, subject = group_phrases(self.host.language), self.text
        if not subject:
            return
        chat = self.account.chat(numbers.group_jid(subject), subject=subject)
        chat.own_admin = True
        chat.people.update(dict.fromkeys(self.chosen, False))
        self._say(chat, words.created.format(by=self.you, after=subject))
        self._go("")
        self.opens = chat

    def enter(self, chat: Chat) -> None:
        self.chat = chat
        self._go("info")

    def begin(self) -> None:
        self.chat = None
        self._go("new-chat")

    def back(self) -> None:
        """From a page on top to the info, from there to the chat."""
        inside = self.chat is not None and self.page != "info"
        self._go("info" if inside else "")
        if not self.page:
            self.chat = None

    def scroll(self, pixels: int) -> None:
        if self.page != "info" or self.chat is None:
            return
        rows = 6 + len(self.chat.people)
        reach = max(0, self.host.screen.dp(56 + rows * 64) - self.host.screen.height)
        self.scrolled = min(max(self.scrolled - pixels, 0), reach)
