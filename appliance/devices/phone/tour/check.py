"""One question to a phone, and what may help to answer it."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from appliance.devices.phone.notification_records import NotificationRecord, Stamp, records
from appliance.devices.phone.receive import REDACTED, SHOWN
from appliance.devices.phone.record.masks import Masks
from appliance.devices.phone.screen import Screen
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.whatsapp.notifications import messages_of
from appliance.devices.phone.whatsapp.pages import Seen, classify
from appliance.devices.protocol import Incoming
from appliance.devices.tour import Conclusion, Guide

Answer = tuple[Conclusion, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeStep:
    """What WhatsApp's notifications show: messages by chat and time, and which records stand."""

    messages: Mapping[tuple[str, int], Incoming]
    stamps: frozenset[Stamp]


@dataclass(slots=True, kw_only=True)
class TourPhone:
    """`watch_s` is how long something that a person did may take to show. `before` is what stood
    there before they were asked to do it.
    """

    session: ServerSession
    whatsapp: str
    sms_app: str
    guide: Guide
    watch_s: float = 60.0
    masks: Masks = field(default_factory=Masks)
    before: BeforeStep = BeforeStep(messages={}, stamps=frozenset())

    def says(self, command: str) -> str:
        (answer,) = self.session.run(command)
        return answer.text

    def screen(self) -> Screen:
        return self.session.screen()

    def seen(self, screen: Screen) -> Seen:
        return classify(screen, self.whatsapp)

    def shape(self, text: str) -> str:
        """What may be told of a text."""
        return self.masks.text(text)[:60]

    def notifications(self) -> list[NotificationRecord]:
        redacted, shown = (each.text for each in self.session.run(REDACTED, SHOWN))
        found = records(redacted, shown=shown)
        return [each for each in found if each.package == self.whatsapp]

    def standing(self) -> BeforeStep:
        return BeforeStep(
            messages=self.messages(), stamps=frozenset(each.stamp for each in self.notifications())
        )

    def messages(self) -> dict[tuple[str, int], Incoming]:
        """What others wrote and its notification still shows, by chat and time."""
        return {
            (record.shortcut or "", message.at_ms): message
            for record in self.notifications()
            for message in messages_of(record)
        }

    def watching(self) -> Iterator[None]:
        """A turn now and then until the time is over."""
        until = time.monotonic() + self.watch_s
        while True:
            yield
            if time.monotonic() > until:
                return
            time.sleep(min(0.5, self.watch_s / 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`step` is what the person does first; without one nobody has to do anything. `marks` are
    those of `marks.py` that the answer proves or refutes.
    """

    name: str
    marks: tuple[str, ...]
    fact: str
    ask: Callable[[TourPhone], Answer]
    step: str = ""


def judged(*, proved: bool, seen: str = "") -> Answer:
    return (Conclusion.PROVEN if proved else Conclusion.REFUTED), seen


NOT_SEEN: Answer = (Conclusion.NOT_SEEN, "")
