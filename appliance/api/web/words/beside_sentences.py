"""What the page of a number says of what stands beside it, and of what was given to log in with."""

from appliance.api.web.refusal import Note
from appliance.api.web.words import device_phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.lines.beside_shown import StandsBeside
from appliance.devices.protocol import DeviceState
from appliance.errors import InvalidInput, Refused
from appliance.reasons import Reason


def how_it_is(words: Words, each: StandsBeside) -> str:
    """The sentence, and what a person should do."""
    if each.reason is Reason.NONE and each.state is not DeviceState.READY:
        return words.text("Balie begins with it now.")
    told = device_phrases.about(each.kind.name, each.reason)
    return " ".join(words.text(sentence) for sentence in told if sentence)


def note_of(words: Words, exc: InvalidInput | Refused) -> Note:
    """Why nothing was kept, or taken away."""
    if isinstance(exc, InvalidInput):
        return Note(code=exc.field, sentence=words.text(exc.sentence))
    if exc.code == Reason.DEVICE_TAKEN:
        sentence = words.text("This account stands beside another number already.")
        return Note(
            code=exc.code, sentence=sentence, remedy=words.text("Take it away there first.")
        )
    sentence = words.text("A message is being sent over it at this moment.")
    return Note(code=exc.code, sentence=sentence, remedy=words.text("Wait a minute and try again."))
