"""Whose name stands above a chat, by the phone book and by notifications."""

import logging
import time

from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.content_rows import content_query, read_value
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.texts import as_dumped, digits_in, label
from appliance.errors import DeviceError

log = logging.getLogger(__name__)

# The phone book may be edited by hand, so a name is believed for this long.
_BELIEVED_S = 900.0
_LOOKUP = "content://com.android.contacts/phone_lookup/"


class Contacts:
    """Names by number, both ways, as a dump shows them: an emoji is two dots there.

    A name proves nothing if several numbers have it, or if only its emoji differ from another.
    """

    def __init__(self, session: ServerSession) -> None:
        self._session = session
        self._book: dict[str, tuple[str | None, float]] = {}
        self._shown: dict[str, str] = {}

    def learn(self, number: str, name: str) -> None:
        """A notification of this number's own chat had this name."""
        self._shown[digits_in(number)] = _as_shown(name)

    def bears(self, number: str, title: str) -> bool:
        """Whether a chat with this title is proven to be that of the number."""
        digits, name = digits_in(number), _as_shown(title)
        if any(other != digits for other in self._numbers_of(name)):
            return False
        known = self._in_book(digits)
        return name == (known if known is not None else self._shown.get(digits))

    def has(self, number: str, name: str) -> bool:
        """Whether the phone book has the number under this name; others may have it, too."""
        return self._in_book(digits_in(number)) == _as_shown(name)

    def number_of(self, title: str) -> str | None:
        """The digits of the one number known under this name."""
        numbers = self._numbers_of(_as_shown(title))
        return numbers.pop() if len(numbers) == 1 else None

    def question(self, number: str) -> str | None:
        """The command that asks the phone book about a number; None while its answer is fresh, and
        for a jid, which no phone book has.
        """
        if "@" in number:
            return None
        digits = digits_in(number)
        _, until = self._book.get(digits, (None, 0.0))
        if time.monotonic() < until:
            return None
        return content_query(f"{_LOOKUP}%2B{digits}", ("display_name",))

    def answered(self, number: str, output: Output) -> None:
        try:
            name = read_value(output.text, "display_name")
        except DeviceError as exc:
            log.info("the phone book says nothing: %s", exc)
            name = None
        believed_until = time.monotonic() + _BELIEVED_S
        self._book[digits_in(number)] = (_as_shown(name) if name else None, believed_until)

    def forget(self) -> None:
        self._book.clear()
        self._shown.clear()

    def _numbers_of(self, name: str) -> set[str]:
        shown = {digits for digits, known in self._shown.items() if known == name}
        return shown | {digits for digits, (known, _) in self._book.items() if known == name}

    def _in_book(self, digits: str) -> str | None:
        question = self.question(digits)
        if question is not None:
            (answer,) = self._session.run(question)
            self.answered(digits, answer)
        return self._book[digits][0]


def _as_shown(name: str) -> str:
    return as_dumped(label(name))
