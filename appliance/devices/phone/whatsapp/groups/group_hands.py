"""Hands on WhatsApp's pages: each tap only on what was seen, and the next page proven after it."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.whatsapp.chat import Keep
from appliance.devices.phone.whatsapp.groups.group_obstacles import refuse_obstacles
from appliance.devices.phone.whatsapp.pages import classify
from appliance.errors import Transient, Unconfirmed

T = TypeVar("T")


class GroupHands:
    """`screen` is the last dump."""

    def __init__(self, phone: Phone, keep: Keep) -> None:
        self.phone = phone
        self.keep = keep
        self.screen: Screen | None = None

    def look(self) -> Screen:
        """WhatsApp's windows. Raises for what stops it or lies over it."""
        self.screen = self.phone.session.screen()
        app = self.screen.of(self.phone.whatsapp)
        seen = classify(self.screen, self.phone.whatsapp)
        refuse_obstacles(self.phone, self.screen, seen, self.keep)
        return app

    def until(self, find: Callable[[Screen], T | None], what: str) -> T:
        """What is looked for, once it shows; else the page is not known, and nothing is tapped."""
        found = self.seen(find)
        if found is None:
            raise self.lost(f"The phone did not show {what}.", seen="unknown page")
        return found

    def seen(self, find: Callable[[Screen], T | None], *, within_s: float = 0) -> T | None:
        deadline = time.monotonic() + (within_s or self.phone.patience.wrong_s)
        pauses = self.phone.patience.pauses()
        while True:
            found = find(self.look())
            if found is not None:
                return found
            if time.monotonic() > deadline:
                return None
            time.sleep(next(pauses))

    def press(self, view: View) -> None:
        """A tap that changes nothing in the group: one that may be lost is simply seen so."""
        try:
            self.phone.session.tap(view.box.centre)
        except Unconfirmed as exc:
            raise Transient("The phone did not say whether it tapped.", exc.evidence) from exc

    def type(self, field: View, text: str) -> None:
        if not self.phone.session.set_text(field.full_id, text):
            raise self.lost("The phone took no text.", seen="field")

    def lost(self, sentence: str, **facts: Any) -> Transient:
        return Transient(sentence, self.keep(self.screen, **facts))
