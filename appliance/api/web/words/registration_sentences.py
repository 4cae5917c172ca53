"""What a person does at each page of WhatsApp's registration, at the phone."""

from collections.abc import Mapping

from appliance.api.web.words.i18n import Words
from appliance.enrolment import ToDo


def of_registration(words: Words) -> Mapping[ToDo, tuple[str, str]]:
    """The sentence and the remedy."""
    return {**_of_the_number(words), **_of_the_account(words)}


def _of_the_number(words: Words) -> Mapping[ToDo, tuple[str, str]]:
    return {
        ToDo.REGISTER: (
            words.text("WhatsApp has no number yet."),
            words.text(
                "Open WhatsApp on the phone and register it with the number of its SIM card. Its"
                " code and its PIN are typed on the phone only."
            ),
        ),
        ToDo.REGISTER_TERMS: (
            words.text("WhatsApp shows its terms."),
            words.text("Read them on the phone, and agree to them there."),
        ),
        ToDo.REGISTER_NUMBER: (
            words.text("WhatsApp asks for the number."),
            words.text("Type the number of this phone's SIM card there, with the right country."),
        ),
        ToDo.REGISTER_CALL: (
            words.text("WhatsApp offers to call the phone, to see that the number is its own."),
            words.text("Choose on the phone to get a code by SMS, or let it call."),
        ),
        ToDo.REGISTER_OLD_PHONE: (
            words.text("WhatsApp asks the phone that had this number before."),
            words.text(
                "Confirm it there if you have it. Else choose another way on this phone, such as a"
                " code by SMS."
            ),
        ),
        ToDo.REGISTER_CODE: (
            words.text("WhatsApp asks for the code that it sent by SMS."),
            words.text(
                "Type the code on the phone, and give it to nobody. If none comes, let WhatsApp"
                " call you."
            ),
        ),
        ToDo.REGISTER_PIN: (
            words.text("WhatsApp asks for the PIN of this account."),
            words.text(
                "Type it on the phone. If nobody knows it, “Forgot PIN?” there leads on; without an"
                " e-mail address that takes a week."
            ),
        ),
    }


def _of_the_account(words: Words) -> Mapping[ToDo, tuple[str, str]]:
    return {
        ToDo.REGISTER_CAPTCHA: (
            words.text("WhatsApp wants to see that a person is there."),
            words.text("Do on the phone what it asks."),
        ),
        ToDo.REGISTER_EMAIL: (
            words.text("WhatsApp offers to add an e-mail address."),
            words.text(
                "Give one of the branch, which helps when the PIN is forgotten, or skip it on the"
                " phone."
            ),
        ),
        ToDo.REGISTER_PASSKEY: (
            words.text("WhatsApp offers a passkey."),
            words.text(
                "Skip it on the phone: it needs a screen lock, and then nobody is there to unlock"
                " the phone after a restart."
            ),
        ),
        ToDo.REGISTER_RESTORE: (
            words.text("WhatsApp looks for a copy of earlier chats."),
            words.text("Restore it on the phone if there is one, else skip it there."),
        ),
        ToDo.REGISTER_NAME: (
            words.text("WhatsApp asks for the name that people will see."),
            words.text("Type the name of the branch on the phone; a picture helps, too."),
        ),
        ToDo.REGISTER_BLOCKED: (
            words.text("WhatsApp does not let this phone register."),
            words.text(
                "Read on the phone why. It takes no phone with another maker's system, and no"
                " number that is banned."
            ),
        ),
    }
