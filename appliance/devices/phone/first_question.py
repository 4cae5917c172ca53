"""What a phone is asked before a chat or a thread is opened, in one shell call."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.health import DISMISS
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import DATE_COMMAND, measure
from appliance.devices.phone.receive import REDACTED, SHOWN
from appliance.devices.phone.sim import SIM_DUMP, SIM_STATE


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswers:
    """`name` is what the phone book calls the number; `dump` tells by which SIM SMS are sent."""

    asked_ms: int
    redacted: Output
    shown: Output
    date: Output
    sim: Output
    dump: Output | None
    name: Output | None
    then: Sequence[Output]


def ask_first(
    phone: Phone, number: str | None, *, by_sim: bool = False, then: Sequence[str] = ()
) -> FirstAnswers:
    """Reads the notifications, wakes the phone and runs `then`."""
    asked_ms = phone.clock.now_ms()
    question = phone.contacts.question(number) if number else None
    dumps = [SIM_DUMP] if by_sim and phone.one_of_two else []
    names = [question] if question else []
    commands = [REDACTED, SHOWN, DATE_COMMAND, SIM_STATE, *dumps, *DISMISS, *names]
    answers = phone.session.run(*commands, *then)
    redacted, shown, date, sim = answers[:4]
    return FirstAnswers(
        asked_ms=asked_ms,
        redacted=redacted,
        shown=shown,
        date=date,
        sim=sim,
        dump=answers[4] if dumps else None,
        name=answers[len(commands) - 1] if names else None,
        then=answers[len(commands) :],
    )


def remember(phone: Phone, number: str | None, answers: FirstAnswers) -> None:
    """Keeps the phone's time and the name; raises Transient where the phone tells no time."""
    phone.time = measure(phone.clock, answers.date.text, asked_ms=answers.asked_ms)
    if answers.name is not None and number:
        phone.contacts.answered(number, answers.name)
