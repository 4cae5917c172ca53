"""What enrolment says of a phone: what comes next, what is being done, what was set."""

from collections.abc import Mapping, Sequence

from babel import Locale, UnknownLocaleError

from appliance.api.web.words.i18n import Words
from appliance.api.web.words.registration_sentences import of_registration
from appliance.enrolment import (
    Advice,
    EnrolStep,
    Portrait,
    Probe,
    SettingOutcome,
    SettingTold,
    Stage,
    ToDo,
)


def next_step(words: Words, to_do: ToDo) -> tuple[str, str]:
    """The sentence and the remedy."""
    said = {
        **_of_cable(words),
        **_of_phone(words),
        **_of_whatsapp(words),
        **of_registration(words),
    }
    return said[to_do]


def step_name(words: Words, step: EnrolStep) -> str:
    return {
        EnrolStep.CABLE: words.text("Plug in"),
        EnrolStep.ALLOW: words.text("Allow"),
        EnrolStep.PHONE: words.text("The phone itself"),
        EnrolStep.APPS: words.text("WhatsApp and SIM card"),
        EnrolStep.NUMBER: words.text("The number"),
    }[step]


def step_about(words: Words, step: EnrolStep) -> str:
    """What a step is about while it is not the next one."""
    return {
        EnrolStep.CABLE: words.text(
            "A cable that carries data, and USB debugging in the phone's developer options. They"
            " show after seven taps on its build number."
        ),
        EnrolStep.ALLOW: words.text(
            "The phone asks once: tick “Always allow from this computer” and tap Allow."
        ),
        EnrolStep.PHONE: words.text(
            "No screen lock with a PIN, and Dutch or English as its language."
        ),
        EnrolStep.APPS: words.text("One SIM card, and WhatsApp registered with its number."),
        EnrolStep.NUMBER: words.text("Balie sets the phone up, tests it and gives it its number."),
    }[step]


def stage(words: Words, stage: Stage) -> str:
    return {
        Stage.LOOKING: words.text("Balie is looking at the phone."),
        Stage.SETTING: words.text("Balie is setting the phone up."),
        Stage.TESTING: words.text("Balie is testing the phone; nothing is sent to anybody."),
        Stage.PUTTING_BACK: words.text("Balie is putting the phone's settings back."),
    }[stage]


def advice(words: Words, advice: Advice) -> str:
    return {
        Advice.NO_AUTO_UPDATE: words.text(
            "Switch automatic updates of WhatsApp off in the Play Store: a new version may look"
            " different overnight."
        ),
        Advice.NO_RCS: words.text(
            "Switch RCS chats off in Google Messages: Balie cannot read them."
        ),
        Advice.AUTOSTART: words.text(
            "Let WhatsApp start by itself and run without limits in the phone's battery settings."
        ),
        Advice.COMPARE: words.text(
            "Balie cannot read with which number WhatsApp is registered. Look at it in WhatsApp's"
            " settings, behind your name: it must be the number that you chose."
        ),
        Advice.BATTERY: words.text(
            "The phone did not except WhatsApp from saving the battery: choose “Unrestricted” for"
            " it in the phone's battery settings."
        ),
    }[advice]


def failed(words: Words, probe: Probe) -> str:
    """Where the test from end to end stopped."""
    what = {
        Probe.NOTIFICATIONS: words.text("its notifications"),
        Probe.CLOCK: words.text("its clock"),
        Probe.SIM: words.text("its SIM card"),
        Probe.SMS: words.text("its list of SMS"),
        Probe.SCREEN: words.text("reading its screen"),
        Probe.WHATSAPP: words.text("opening WhatsApp"),
        Probe.ACCOUNT: words.text("the number that WhatsApp is registered with"),
    }[probe]
    return words.text("The test stopped at: {what}.").format(what=what)


def settings(words: Words, told: Sequence[SettingTold]) -> Sequence[str]:
    """What became of the settings, a sentence for each outcome that a person would want to know."""
    names = {
        outcome: [each.setting.name for each in told if each.outcome is outcome]
        for outcome in SettingOutcome
    }
    said = {
        SettingOutcome.SET: words.plural(
            "{n} setting of the phone was set.",
            "{n} settings of the phone were set.",
            len(names[SettingOutcome.SET]),
        ),
        SettingOutcome.PUT_BACK: words.plural(
            "{n} setting is again as it was before Balie.",
            "{n} settings are again as they were before Balie.",
            len(names[SettingOutcome.PUT_BACK]),
        ),
        SettingOutcome.LEFT: words.plural(
            "{n} setting was changed by somebody since, and stays so: {names}.",
            "{n} settings were changed by somebody since, and stay so: {names}.",
            len(names[SettingOutcome.LEFT]),
        ),
        SettingOutcome.REFUSED: words.plural(
            "{n} setting could not be changed: {names}.",
            "{n} settings could not be changed: {names}.",
            len(names[SettingOutcome.REFUSED]),
        ),
    }
    return [
        sentence.format(n=len(names[outcome]), names=", ".join(names[outcome]))
        for outcome, sentence in said.items()
        if names[outcome]
    ]


def about(words: Words, portrait: Portrait) -> Sequence[str]:
    """What it is, in a few words each."""
    apps = {"com.whatsapp": "WhatsApp", "com.whatsapp.w4b": "WhatsApp Business"}
    found = [f"Android {portrait.android}" if portrait.android else ""]
    found += [f"{apps.get(name, name)} {version}" for name, version in portrait.whatsapp.items()]
    found.append(_language(words, portrait.language))
    return [each for each in found if each]


def _language(words: Words, tag: str) -> str:
    try:
        return Locale.parse(tag.replace("-", "_")).get_language_name(words.language) or tag
    except (ValueError, UnknownLocaleError):
        return tag


def _of_cable(words: Words) -> Mapping[ToDo, tuple[str, str]]:
    return {
        ToDo.PLUG_IN: (
            words.text("The phone is not plugged in, or it is switched off."),
            words.text(
                "Use a cable that carries data, and switch on USB debugging in the phone's"
                " developer options."
            ),
        ),
        ToDo.DEBUGGING: (
            words.text("The phone is on the cable, but USB debugging is off."),
            words.text(
                "In the phone's settings, tap seven times on the build number under About phone."
                " Then switch on USB debugging in the developer options."
            ),
        ),
        ToDo.USB_RIGHTS: (
            words.text("Balie may not use the USB port of this phone."),
            words.text(
                "Install the rules for Android phones on this machine (package"
                " android-sdk-platform-tools-common), then plug the phone in again."
            ),
        ),
        ToDo.RECONNECT: (
            words.text("The phone is plugged in, but the connection is dead."),
            words.text(
                "Pull the cable out and plug it in again; try another cable if it comes back."
            ),
        ),
        ToDo.RESTART: (
            words.text("The phone does not answer as it should."),
            words.text("Restart the phone and leave it plugged in."),
        ),
        ToDo.ALLOW: (
            words.text("The phone does not allow this computer yet."),
            words.text(
                "Look at the phone's screen, tick “Always allow from this computer” and tap Allow."
            ),
        ),
    }


def _of_phone(words: Words) -> Mapping[ToDo, tuple[str, str]]:
    return {
        ToDo.WAIT: (
            words.text("Balie is looking at the phone."),
            words.text("If that lasts longer than a minute, restart the phone."),
        ),
        ToDo.BOOT: (
            words.text("The phone is starting up."),
            words.text("Wait until it has started."),
        ),
        ToDo.UNLOCK: (
            words.text("The phone is locked, so nothing can be typed."),
            words.text(
                "Unlock the phone and switch its screen lock off: after a restart nobody is there"
                " to unlock it."
            ),
        ),
        ToDo.SECOND_SWITCH: (
            words.text("This maker's phones keep a computer's taps out."),
            words.text(
                "Switch on “USB debugging (Security settings)” in the phone's developer options,"
                " too, and restart it. It may ask for an account of its maker."
            ),
        ),
        ToDo.LANGUAGE: (
            words.text("Balie does not know WhatsApp's words in the phone's language."),
            words.text("Set the phone to Dutch or English, under System in its settings."),
        ),
        ToDo.NUMBER: (
            words.text("The phone is ready for its number."),
            words.text(
                "Choose the number of its SIM card. Balie sets the phone up and tests it; nothing"
                " is sent to anybody."
            ),
        ),
    }


def _of_whatsapp(words: Words) -> Mapping[ToDo, tuple[str, str]]:
    return {
        ToDo.INSERT_SIM: (
            words.text("The phone sees no SIM card."),
            words.text("Put the SIM card in, or push it firmly into place, and restart the phone."),
        ),
        ToDo.ONE_SIM: (
            words.text(
                "Two SIM cards are in the phone, and Balie cannot tell which of them has this"
                " number."
            ),
            words.text(
                "Take the other card out, or switch it off in the phone's settings under SIM"
                " cards. To keep both, write this number with its card there, if the phone lets"
                " you."
            ),
        ),
        ToDo.WRONG_SIM: (
            words.text("The SIM card in the phone has another number than the one you chose."),
            words.text("Put that number's card in, or choose the number of this card."),
        ),
        ToDo.INSTALL: (
            words.text("WhatsApp is not installed on the phone."),
            words.text("Install WhatsApp on the phone and register it with this number."),
        ),
        ToDo.UPDATE: (
            words.text("The WhatsApp on the phone is too old."),
            words.text("Update WhatsApp in the phone's Play Store."),
        ),
        ToDo.LOOK: (
            words.text("WhatsApp shows something that only a person may answer."),
            words.text(
                "Open WhatsApp on the phone and answer what it asks, until its list of chats"
                " shows. Then try again."
            ),
        ),
        ToDo.WRONG_ACCOUNT: (
            words.text("WhatsApp on the phone is registered with another number."),
            words.text(
                "Register WhatsApp with the number that you chose, or choose the number that it"
                " has. It stands in WhatsApp's settings, behind your name."
            ),
        ),
        ToDo.SMS_APP: (
            words.text("The phone's SMS cannot be read."),
            words.text("Choose an app for SMS in the phone's settings, and restart the phone."),
        ),
    }
