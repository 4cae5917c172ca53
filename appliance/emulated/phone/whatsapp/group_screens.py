"""The pages of a group, node by node: info, menus, questions, pickers, the field of its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.whatsapp.group_phrases import GroupPhrases

_ROW_DP = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One member as the page shows them; `pushed` is the name that an unsaved one chose."""

    name: str
    pushed: str = ""
    admin: bool = False
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScreens:
    brush: Brush
    screen: ScreenArea
    words: GroupPhrases

    def _at(self, place: int, *, scroll: int = 0, height_dp: int = _ROW_DP) -> Bounds:
        """The place-th row below the toolbar."""
        screen = self.screen
        top = screen.status_bottom + screen.dp(56 + place * _ROW_DP) - scroll
        return Bounds(0, top, screen.width, top + screen.dp(height_dp))

    def page(self, *parts: Node) -> Node:
        """What is scrolled out of sight is not there."""
        whole = self.screen.whole
        shown = [
            part
            for part in parts
            if part.bounds.bottom > self.screen.status_bottom and part.bounds.top < whole.bottom
        ]
        content = self.brush("FrameLayout", whole, *shown, rid="android:id/content")
        return self.brush("FrameLayout", whole, content)

    def info(
        self, name: str, rows: Sequence[GroupRow], *, may_add: bool, may_set: bool, scroll: int
    ) -> Node:
        brush, words, dp = self.brush, self.words, self.screen.dp
        top, width = self.screen.status_bottom, self.screen.width
        overflow = brush.button(
            "ImageView",
            Bounds(width - dp(48), top, width, top + dp(56)),
            rid="menuitem_overflow",
            action="group:menu",
        )
        parts = self._head(name, len(rows), scroll)
        place = 2
        if may_set:
            parts.append(self._words(place, words.permissions, "group:permissions", scroll))
            place += 1
        if may_add:
            box = self._at(place, scroll=scroll)
            text = brush("TextView", box, rid="add_participant_text", text=words.add)
            parts.append(
                brush.button(
                    "LinearLayout", box, text, rid="add_participant_layout", action="group:add"
                )
            )
            place += 1
        for row in rows:
            parts.append(self._member(place, row, scroll))
            place += 1
        exit_box = self._at(place, scroll=scroll)
        exit_text = brush("TextView", exit_box, rid="list_item_title", text=words.exit)
        parts.append(
            brush.button(
                "LinearLayout", exit_box, exit_text, rid="exit_group_btn", action="group:exit"
            )
        )
        return self.page(*parts, overflow)

    def _head(self, name: str, people: int, scroll: int) -> list[Node]:
        """Its name, its icon, and how many are in it."""
        brush, words, box = self.brush, self.words, self._at(0, scroll=scroll)
        title = brush("TextView", box, rid="group_title", text=name, content_desc=name)
        icon = brush.button(
            "ImageView",
            Bounds(0, box.top, self.screen.dp(_ROW_DP), box.bottom),
            content_desc=words.icon,
            action="group:icon",
        )
        count = (words.member if people == 1 else words.members).format(n=people)
        below = self._at(1, scroll=scroll)
        return [title, icon, brush("TextView", below, rid="participants_title", text=count)]

    def _words(self, place: int, text: str, action: str, scroll: int = 0) -> Node:
        box = self._at(place, scroll=scroll)
        label = self.brush("TextView", box, rid="list_item_title", text=text)
        return self.brush.button("LinearLayout", box, label, action=action)

    def _member(self, place: int, row: GroupRow, scroll: int) -> Node:
        brush, box, dp = self.brush, self._at(place, scroll=scroll), self.screen.dp
        right = Bounds(box.right - dp(120), box.top, box.right, box.bottom)
        parts = [brush("TextView", box, rid="name", text=row.name)]
        if row.pushed:
            parts.append(brush("TextView", right, rid="push_name", text=f"~{row.pushed}"))
        if row.admin:
            parts.append(brush("TextView", right, rid="owner", text=self.words.admin))
        return brush.button("LinearLayout", box, *parts, action=row.action)

    def menu(self, items: Sequence[tuple[str, str]], *, under: str = "") -> Node:
        """A window of its own: texts with what a tap on each does; `under` is how it is set."""
        rows = []
        for place, (text, action) in enumerate(items):
            box = self._at(place)
            parts = [self.brush("TextView", box, rid="title", text=text)]
            if under:
                parts.append(self.brush("TextView", box, rid="summary", text=under))
            rows.append(self.brush.button("LinearLayout", box, *parts, action=action))
        area = Bounds(0, self._at(0).top, self.screen.width, self._at(len(items)).top)
        return self.brush("FrameLayout", area, self.brush("ListView", area, *rows))

    def invitation(self, words: str) -> Node:
        """To one person, with words that its sender may change."""
        send = self.brush.button("ImageButton", self._at(6), rid="send", action="group:send-invite")
        return self.page(self.brush("EditText", self._at(5), rid="caption", text=words), send)

    def rows(self, items: Sequence[tuple[str, str]]) -> Node:
        """A page of words with what a tap on each does."""
        return self.page(
            *(self._words(place, text, action) for place, (text, action) in enumerate(items))
        )

    def photos(self, word: str, paths: Sequence[str], *, albums: str = "") -> Node:
        """Pictures, of which nothing but that they are some is said; maybe with a way to albums."""
        above = [self._words(len(paths), albums, "group:picture:albums")] if albums else []
        return self.page(
            *above,
            *(
                self.brush.button(
                    "ImageView",
                    self._at(place),
                    content_desc=word,
                    action=f"group:picture:choose:{path}",
                )
                for place, path in enumerate(paths)
            ),
        )

    def crop(self, done: str) -> Node:
        box = self._at(8)
        agree = self.brush.button(
            "Button", box, rid="ok_btn", text=done, action="group:picture:crop"
        )
        return self.page(self.brush("ImageView", self._at(0, height_dp=400)), agree)

    def name(self, text: str, *, field: str) -> Node:
        brush, dp = self.brush, self.screen.dp
        box = self._at(0)
        entry = brush.button(
            "EditText", box, rid=field, text=text or self.words.name_hint, action="entry"
        )
        left = str(100 - len(text))
        counter = brush("TextView", self._at(1), rid="subject_counter_tv", text=left)
        bottom = self._at(2)
        confirm = brush.button(
            "Button",
            Bounds(dp(180), bottom.top, bottom.right, bottom.bottom),
            rid="ok_btn",
            text="OK",
            content_desc=self.words.create if field == "group_name" else "OK",
            action="group:name-ok",
        )
        return self.page(entry, counter, confirm)

    def picker(
        self, search: str, rows: Sequence[GroupRow], *, new_group: bool, chosen: int
    ) -> Node:
        brush = self.brush
        parts = [
            brush.button(
                "EditText",
                self._at(0),
                rid="search_src_text",
                text=search or self.words.search,
                action="entry",
            )
        ]
        place = 1
        if new_group:
            parts.append(self._words(place, self.words.new_group, "group:new-people"))
            place += 1
        for row in rows:
            box = self._at(place)
            name = brush("TextView", box, rid="chat_able_contacts_row_name", text=row.name)
            parts.append(brush.button("LinearLayout", box, name, action=row.action))
            place += 1
        if chosen:
            box = self._at(place)
            parts.append(
                brush.button(
                    "ImageButton",
                    box,
                    rid="next_btn",
                    content_desc=self.words.next,
                    action="group:next",
                )
            )
        return self.page(*parts)

    def question(self, text: str, *, yes: str, action: str) -> Node:
        """Android's own dialog with two buttons."""
        brush, dp, middle = self.brush, self.screen.dp, self.screen.height // 2
        panel = Bounds(dp(33), middle - dp(96), self.screen.width - dp(33), middle + dp(96))
        message = brush(
            "TextView",
            Bounds(panel.left, panel.top, panel.right, middle - dp(20)),
            rid="android:id/message",
            text=text,
        )
        low = Bounds(panel.left, middle, panel.right, panel.bottom)
        half = (low.left + low.right) // 2
        no = brush.button(
            "Button",
            Bounds(low.left, low.top, half, low.bottom),
            rid="android:id/button2",
            text="–",
            action="group:no",
        )
        agree = brush.button(
            "Button",
            Bounds(half, low.top, low.right, low.bottom),
            rid="android:id/button1",
            text=yes,
            action=action,
        )
        buttons = brush("LinearLayout", low, no, agree, rid="buttonPanel")
        return brush("FrameLayout", panel, message, buttons, rid="parentPanel")
