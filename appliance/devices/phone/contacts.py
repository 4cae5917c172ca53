"""Whose name stands above a chat: the phone book's word, and what notifications have shown."""

import time

from appliance.devices.phone.content_rows import AccessRefused, content_query, read_value
from appliance.devices.phone.session import Session
from appliance.devices.phone.texts import digits_in, label

# The phone book may be edited by hand; a name is believed for so long.
_BELIEVED_S = 900.0
_LOOKUP = "content://com.android.contacts/phone_lookup/"


class Contacts:
    """Names by number, both ways. A name that several numbers bear proves nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._book: dict[str, tuple[str | None, float]] = {}
        self._shown: dict[str, str] = {}

    def learn(self, number: str, name: str) -> None:
        """A notification of this number's own chat bore this name."""
        self._shown[digits_in(number)] = label(name)

    def bears(self, number: str, title: str) -> bool:
        """Whether a chat with this title is proven to be that of the number."""
        digits, name = digits_in(number), label(title)
        if any(other != digits for other in self._numbers_of(name)):
            return False
        known = self._in_book(digits)
        return name == (known if known is not None else self._shown.get(digits))

    def number_of(self, title: str) -> str | None:
        """The one number known under this name, with its plus."""
        numbers = self._numbers_of(label(title))
        return f"+{numbers.pop()}" if len(numbers) == 1 else None

    def forget(self) -> None:
        self._book.clear()
        self._shown.clear()

    def _numbers_of(self, name: str) -> set[str]:
        shown = {digits for digits, known in self._shown.items() if known == name}
        return shown | {digits for digits, (known, _) in self._book.items() if known == name}

    def _in_book(self, digits: str) -> str | None:
        known, until = self._book.get(digits, (None, 0.0))
        if time.monotonic() < until:
            return known
        found = self._ask(digits)
        self._book[digits] = (found, time.monotonic() + _BELIEVED_S)
        return found

    def _ask(self, digits: str) -> str | None:
        query = content_query(f"{_LOOKUP}%2B{digits}", ("display_name",))
        (answer,) = self._session.run(query)
        try:
            name = read_value(answer.text, "display_name")
        except AccessRefused:
            return None
        return label(name) if name else None
