"""What the page of the devices says of a number and of the devices that carry it."""

from collections.abc import Sequence

from appliance.api.services import PluggedIn
from appliance.api.web.words import device_phrases, phrases
from appliance.api.web.words.i18n import Words
from appliance.box.port_wish import PortOutcome
from appliance.desk.lines.equipment import LineDevice, LineEquipment, ModemFacts
from appliance.desk.lines.line_codes import LineCode
from appliance.desk.lines.setting_fields import ON, Euros, Lists, SettingField
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.messages import MessageClass
from appliance.reasons import Reason
from appliance.store.device_ports import ASKED, PortTold
from appliance.store.line_settings import LineSettings


def place(device: LineDevice) -> str:
    """Where it is connected, by Balie's name for that place, or under which name at a service."""
    return (device.modem.port if device.modem else None) or device.account or device.address


def short(address: str) -> str:
    """The name of a port without the folder in which all ports are."""
    return address.replace("/dev/serial/by-id/", "")


def looked(words: Words, there: Sequence[PluggedIn], time: str) -> str:
    """What a look at what is plugged in came to; what was found follows."""
    if not there:
        return words.text("Looked at {time}: nothing is plugged in.").format(time=time)
    return words.text("Looked at {time} and found:").format(time=time)


def plugged_in(words: Words, each: PluggedIn, *, is_new: bool) -> str:
    """One device, and what keeps it from getting a number."""
    name = f"{words.text(Kind.named(each.kind).label)} {short(each.address)}"
    if not is_new:
        return words.text("{device} has a number already").format(device=name)
    if (reason := _OUT_OF_REACH.get(each.state)) is not None:
        sentence, remedy = device_phrases.about(each.kind, reason)
        return f"{name}: {words.text(sentence)} {words.text(remedy)}"
    return words.text("{device} is new").format(device=name)


_OUT_OF_REACH = {
    DeviceState.UNAUTHORIZED.value: Reason.NOT_ALLOWED,
    DeviceState.OFFLINE.value: Reason.CONNECTION_DEAD,
}


def how_it_is(words: Words, device: LineDevice) -> tuple[str, str]:
    """The sentence and the remedy, which may be empty."""
    sentence, remedy = device_phrases.about(device.kind, device.reason)
    if device.reason is Reason.NONE and device.state is not DeviceState.READY:
        sentence = words.text("Nothing is known of it yet.")
    return words.text(sentence), words.text(remedy) if remedy else ""


def port(words: Words, told: PortTold, zone: str, now_ms: int) -> str:
    """What became of its USB port, which is switched off and on where a device is away for long."""
    sentence = PORT.get(told.what, "")
    return words.text(sentence).format(time=words.moment(told.at_ms, zone, now_ms))


PORT = {
    ASKED: "{time}: its USB port is being switched off and on, because it was away for long.",
    PortOutcome.SWITCHED: (
        "{time}: its USB port was switched off and on, because it was away for long."
    ),
    PortOutcome.UNSEEN: (
        "{time}: its USB port could not be switched off and on. It was not plugged in since Balie's"
        " computer started."
    ),
    PortOutcome.TAKEN: (
        "{time}: its USB port could not be switched off and on. Something else is plugged in there."
    ),
    PortOutcome.SHARED: (
        "{time}: its USB port could not be switched off and on. Its hub does not switch single"
        " ports."
    ),
    PortOutcome.OFTEN: (
        "{time}: its USB port was not switched off and on. That was done often enough for a day."
    ),
    PortOutcome.FAILED: "{time}: its USB port could not be switched off and on.",
    PortOutcome.NO_ANSWER: "{time}: its USB port could not be switched off and on.",
}


def waiting(words: Words, number: LineEquipment) -> str:
    if not number.waiting:
        return words.text("Nothing waits to be sent.")
    sentence = words.plural("{n} message waits", "{n} messages wait", number.waiting)
    return sentence.format(n=number.waiting)


def stopped(words: Words, number: LineEquipment) -> str:
    if number.goes_on:
        return words.text("One device of this number was stopped; the other one goes on.")
    return words.text("This number was stopped: nothing is sent from it.")


def why_stopped(words: Words, number: LineEquipment) -> tuple[str, str]:
    """The sentence and the remedy, which may be empty."""
    sentence, remedy = phrases.of_stop(number.stopped or "")
    return words.text(sentence), words.text(remedy) if remedy else ""


def crowded(words: Words, waiting: int) -> str:
    sentence = words.plural(
        "Many new people wrote at once: {n} first answer waits, and replies go before.",
        "Many new people wrote at once: {n} first answers wait, and replies go before.",
        waiting,
    )
    return sentence.format(n=waiting)


def code_came(words: Words, code: LineCode) -> str:
    sentence = words.text("A code for this number came from {service}.")
    return sentence.format(service=code.service or code.sender)


def code_until(words: Words, code: LineCode, zone: str) -> str:
    sentence = words.text(
        "It can be read until {time}, by those who manage this device only."
        " Give it to nobody who asks for it."
    )
    return sentence.format(time=words.time(code.until_ms, zone))


def network(words: Words, modem: ModemFacts) -> str:
    """Its name and whether it is at home there; empty where it is not known."""
    found = modem.registration
    registered = words.text(device_phrases.REGISTRATIONS[found]) if found else ""
    return f"{modem.network} · {registered}" if modem.network else registered


def takes_over(words: Words, settings: LineSettings) -> str:
    """When this number uses its fallback, and for which messages."""
    after = words.plural(
        "It takes over when nothing else of this number could send for {n} minute.",
        "It takes over when nothing else of this number could send for {n} minutes.",
        settings.fallback_after_min,
    )
    said = [after.format(n=settings.fallback_after_min)]
    if MessageClass.LIST in settings.fallback_classes:
        said.append(words.text("Lists may go over it, too."))
    else:
        said.append(words.text("Lists wait."))
    if settings.call_answer:
        said.append(words.text("Who calls it gets one SMS a day."))
    return " ".join(said)


def in_form(words: Words, field: SettingField, settings: LineSettings) -> str:
    """What a field of the form says, and sends when nobody touches it."""
    if isinstance(field, Lists):
        return ON if field.is_on(settings) else ""
    value = field.value(settings)
    if value is None:
        return ""
    return words.amount(value) if isinstance(field, Euros) else str(value)
