"""The thread of one number in the phone's SMS app, whichever app that is.

The ids of Google Messages (views and Compose), Samsung's and AOSP's app come from their layouts.
None was seen in a dump, so an app without them is read by its only field and the labels at its top.
"""

from dataclasses import dataclass

from appliance.devices.phone.contacts import Contacts
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import as_dumped, digits_in, is_number, label

_ENTRIES = ("compose_message_text", "message_edit_text", "embedded_text_editor")
_SENDS = (
    "send_message_button_icon",  # Google Messages, views
    "Compose:Draft:Send",  # Google Messages, Compose; the button lies inside
    "send_button",  # Samsung, inside send_button_container
    "send_button1",  # Samsung, older
    "send_message_button",  # AOSP
)
_TITLES = (
    "conversation_title",  # Google Messages, AOSP
    "composer_title",  # Samsung, and the two below for the number of a saved name
    "composer_title_number",
    "composer_title_number_sub",
)
# Without an id the title is in this upper part of the screen.
_TITLE_PART = 0.2
# Numbers are compared by their last digits: an app may show one as it was typed.
_SAME_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    entry_id: str
    text: str
    send: tuple[int, int] | None
    titles: tuple[str, ...]

    def holds(self, text: str) -> bool:
        return self.text.replace("\r\n", "\n") == as_dumped(text) and self.send is not None

    def is_with(self, number: str, contacts: Contacts) -> bool:
        """By the number among the titles, else by a name that only this number has."""
        numbers = [title for title in self.titles if _is_numeric(title)]
        if numbers:
            return any(same_number(title, number) for title in numbers)
        return any(contacts.bears(number, title) for title in self.titles)


def read_thread(screen: Screen, package: str) -> Thread | None:
    """The open thread; None when the app shows something else."""
    app = screen.of(package)
    entry = app.first(*_ENTRIES) or _only_field(app)
    if entry is None:
        return None
    send = app.first(*_SENDS)
    return Thread(
        entry_id=entry.full_id,
        text=entry.text,
        send=send.box.centre if send and not send.box.empty else None,
        titles=_titles(app),
    )


def same_number(one: str, other: str) -> bool:
    a, b = digits_in(one), digits_in(other)
    return a == b or (len(a) >= _SAME_DIGITS and a[-_SAME_DIGITS:] == b[-_SAME_DIGITS:])


def _is_numeric(title: str) -> bool:
    return is_number(title) or (len(digits_in(title)) >= _SAME_DIGITS and not _has_letter(title))


def _has_letter(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _only_field(app: Screen) -> View | None:
    fields = [view for view in app.walk() if view.cls == "EditText" and view.full_id]
    return fields[0] if len(fields) == 1 else None


def _titles(app: Screen) -> tuple[str, ...]:
    named = [view.text for view in app.having(*_TITLES) if view.text]
    if named:
        return tuple(map(label, named))
    bottom = max((window.box.bottom for window in app.windows), default=0) * _TITLE_PART
    return tuple(label(v.text) for v in app.walk() if v.text and v.box.bottom <= bottom)
