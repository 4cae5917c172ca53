"""The menu of a chat, and the question whether the chat is to be cleared."""

from dataclasses import dataclass

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.node import Bounds, Node

_ENGLISH = {
    "menu": (
        *("View contact", "Search", "New group", "Media, links, and docs", "Mute notifications"),
        *("Disappearing messages", "Chat theme", "More"),
    ),
    "more": ("Report", "Block", "Clear chat", "Export chat", "Add shortcut", "Add to list"),
    "words": ("Clear this chat?", "Delete media", "Delete starred messages", "Cancel"),
}
# No Dutch resource has them that was found: inferred.
_DUTCH = {
    "menu": (
        *("Contact weergeven", "Zoeken", "Nieuwe groep", "Media, links en documenten", "Dempen"),
        *("Berichten met vervaldatum", "Chatthema", "Meer"),
    ),
    "more": ("Melden", "Blokkeren", "Chat wissen", "Chat exporteren", "Snelkoppeling", "Lijst"),
    "words": ("Deze chat wissen?", "Media verwijderen", "Berichten met ster", "Annuleren"),
}
_WORDS = {"en": _ENGLISH, "nl": _DUTCH}
_ACTIONS = {"More": "more", "Meer": "more", "Clear chat": "clear", "Chat wissen": "clear"}
_ROW_DP = 44


@dataclass(slots=True)
class ChatMenu:
    """`page` is what lies over the chat, empty for nothing. A box is ticked where it is True."""

    host: Host
    brush: Brush
    page: str = ""
    media: bool = False
    starred: bool = False

    def open(self) -> None:
        self.page, self.media, self.starred = "menu", False, False

    def close(self) -> None:
        self.page = ""

    def perform(self, action: str) -> bool:
        """Whether the chat is to be cleared."""
        if action == "yes":
            self.close()
            return True
        if action in {"media", "starred"}:
            setattr(self, action, not getattr(self, action))
        else:
            self.page = "" if action == "no" else action
        return False

    def windows(self, *, has_starred: bool) -> list[Node]:
        if not self.page:
            return []
        if self.page == "clear":
            return [self._question(has_starred=has_starred)]
        rows = _WORDS[self.host.language][self.page]
        if self.host.faults.standing(FaultKind.NO_CLEAR_CHAT):
            rows = tuple(each for each in rows if _ACTIONS.get(each) != "clear")
        return [self._menu(rows)]

    def _menu(self, words: tuple[str, ...]) -> Node:
        dp, screen = self.host.screen.dp, self.host.screen
        top = screen.status_bottom
        rows = []
        for place, word in enumerate(words):
            at = top + dp(place * _ROW_DP)
            box = Bounds(screen.width // 2, at, screen.width, at + dp(_ROW_DP))
            title = self.brush("TextView", box, rid="title", text=word)
            action = _ACTIONS.get(word)
            rows.append(
                self.brush.button(
                    "LinearLayout", box, title, action=f"chat-menu:{action}" if action else ""
                )
            )
        whole = Bounds(screen.width // 2, top, screen.width, top + dp(len(words) * _ROW_DP))
        return self.brush("FrameLayout", whole, self.brush("ListView", whole, *rows))

    def _question(self, *, has_starred: bool) -> Node:
        brush, dp, screen = self.brush, self.host.screen.dp, self.host.screen
        question, media, starred, cancel = _WORDS[self.host.language]["words"]
        middle = screen.height // 2
        panel = Bounds(dp(33), middle - dp(120), screen.width - dp(33), middle + dp(120))
        top = Bounds(panel.left, panel.top, panel.right, panel.top + dp(40))
        parts = [brush("TextView", top, rid="alertTitle", text=question)]
        if not self.host.faults.standing(FaultKind.OTHER_CLEAR_QUESTION):
            parts += [
                self._box(place, name, words, ticked=ticked)
                for place, (name, words, ticked, there) in enumerate(
                    (
                        ("media", media, self.media, True),
                        ("starred", starred, self.starred, has_starred),
                    )
                )
                if there
            ]
        yes = _WORDS[self.host.language]["more"][2]
        for place, (rid, word, action) in enumerate(
            (("android:id/button1", yes, "yes"), ("android:id/button2", cancel, "no"))
        ):
            at = panel.bottom - dp(96 - place * 48)
            box = Bounds(panel.right - dp(200), at, panel.right, at + dp(44))
            parts.append(
                brush.button("Button", box, rid=rid, text=word, action=f"chat-menu:{action}")
            )
        return brush("FrameLayout", panel, *parts, rid="parentPanel")

    def _box(self, place: int, name: str, words: str, *, ticked: bool) -> Node:
        brush, dp, screen = self.brush, self.host.screen.dp, self.host.screen
        top = screen.height // 2 - dp(76 - place * 44)
        row = Bounds(dp(40), top, screen.width - dp(40), top + dp(40))
        box = Bounds(row.left, row.top, row.left + dp(40), row.bottom)
        check = brush(
            "CheckBox",
            box,
            rid=f"delete_{name}_checkbox",
            checkable=True,
            checked=ticked,
            action=f"chat-menu:{name}",
        )
        said = brush("TextView", row, rid=f"delete_{name}_checkbox_text", text=words)
        return brush.button(
            "LinearLayout",
            row,
            said,
            check,
            rid=f"delete_{name}_container",
            action=f"chat-menu:{name}",
        )
