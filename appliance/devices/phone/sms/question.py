"""The question of Android's phone process whether an SMS may leave. The SMS waits meanwhile.

SMSDispatcher of AOSP asks beyond its limit for an app and before a short code that may cost
money, with the buttons of every framework dialog.
"""

import re
from enum import Enum

from appliance.devices.phone.screen import Screen
from appliance.devices.phone.texts import label

_PHONE_PROCESS = "com.android.phone"
_BUTTONS = ("button1", "button2")
_SHORT_CODE_IDS = (
    "sms_short_code_confirm_message",
    "sms_short_code_remember_choice_checkbox",
)


class SmsQuestion(Enum):
    """The values stand in the evidence."""

    LIMIT = "sms limit"
    SHORT_CODE = "short code"
    OTHER = "question"


# Of sms_control_message in the languages of Android 10.
_LIMIT = re.compile(
    r"large number of SMS|groot aantal sms|große Anzahl SMS|wysyła wiele SMS"
    r"|număr mare de mesaje SMS|голям брой SMS|çok sayıda SMS|велику кількість SMS"
    r"|gran número de mensajes SMS|grande quantidade de mensagens SMS|grand nombre de SMS"
    r"|عددًا كبيرًا من الرسائل القصيرة|nagyszámú SMS",
    re.IGNORECASE,
)
# Of sms_short_code_confirm_message, for a release that has other ids.
_SHORT_CODE = re.compile(
    r"would like to send a message to|wil graag een bericht verzenden naar"
    r"|möchte eine Nachricht an|chce wysłać wiadomość do|să trimită un mesaj la"
    r"|изпрати съобщение до|хоче надіслати повідомлення|quiere enviar un mensaje a"
    r"|quer enviar uma mensagem para|souhaite envoyer un message à|bir ileti göndermek istiyor"
    r"|üzenetet szeretne küldeni|في إرسال رسالة إلى",
    re.IGNORECASE,
)

SENTENCES = (_LIMIT, _SHORT_CODE)
"""All that is known of what the phone process asks."""


def question_on(screen: Screen) -> SmsQuestion | None:
    """Found by the process that asks and its buttons; ids and words tell what it asks about."""
    dialog = screen.of(_PHONE_PROCESS)
    if any(dialog.first(button) is None for button in _BUTTONS):
        return None
    words = " ".join(label(view.text) for view in dialog.walk() if view.text)
    if dialog.first(*_SHORT_CODE_IDS) or _SHORT_CODE.search(words):
        return SmsQuestion.SHORT_CODE
    return SmsQuestion.LIMIT if _LIMIT.search(words) else SmsQuestion.OTHER
