"""An office under load: what it is told to send, and what became of that by the truth log."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import TextIO

from tests.crash.office import LEFT, Office, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A message counts as lost unless it left or waits for a person."""

    sent_once: int
    for_a_person: int
    lost: int
    doubled: int

    def tell(self, to: TextIO) -> None:
        to.write(json.dumps(asdict(self)) + "\n")


def offer(office: Office, dice: Random, people: Sequence[str], place: int) -> str | None:
    """The text of a message at random that it accepted; None where it gave no answer.

    No text comes twice, also when the message in this place is offered anew.
    """
    text = f"Dienst {place} {dice.randrange(10**9)}"
    message = {
        "line": dice.choice(office.phones).number,
        "number": dice.choice(people),
        "channel": dice.choice(["whatsapp", "sms"]),
        "text": text,
        "step": None,
    }
    return None if office.accept(message) is None else text


def settle(office: Office, *, within_s: float, and_also: Callable[[], bool] = lambda: True) -> None:
    """Until all that it accepted has left or waits for a person, or the time is over."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        states = office.messages().values()
        if all(state in LEFT or reason == "person" for state, reason in states) and and_also():
            return
        time.sleep(0.5)


def tally(office: Office, here: World, promised: Sequence[str]) -> Tally:
    """Of what it has, which may be more than it `promised`: its answer may be lost in a kill."""
    left = Counter(here.left())
    found = office.messages()
    person = {text for text, (_, reason) in found.items() if reason == "person"}
    return Tally(
        sent_once=sum(left[text] == 1 for text in found if text not in person),
        for_a_person=len(person),
        lost=sum(not left[text] and text not in person for text in promised),
        doubled=sum(left[text] > 1 for text in found),
    )
