"""What stands beside a message in the thread: who speaks, what became of it, what it waits for."""

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.bubbles import Bubble, CallMark, MessageAsked
from appliance.desk.inbox.thread import Conversation
from appliance.desk.inbox.tries import Try
from appliance.desk.inbox.unknown_callers import UnknownCall
from appliance.desk.inbox.window import COUNTED, Window
from appliance.messages import MessageState, Origin
from appliance.reasons import Reason

# Nobody plans that little ahead: it is the moment in which the writer may think again.
_MOMENT_MS = 10_000

RULES = {
    "welcome": "Balie, welcome",
    "outside-hours": "Balie, outside opening hours",
    "absence": "Balie, a colleague is away",
    "nobody-logged-in": "Balie, nobody logged in",
    "all-busy": "Balie, everybody busy",
    "stop": "Balie, confirmation",
    "start": "Balie, confirmation",
    "call": "Balie, after a missed call",
    "after-done": "Balie, question how it went",
    "round": "Balie, round",
}
"""Who speaks where a rule does."""


def author(words: Words, bubble: Bubble) -> str:
    if bubble.by_hand:
        return words.text("A colleague")
    if not bubble.rule:
        return bubble.author or ""
    if bubble.rule in RULES:
        return words.text(RULES[bubble.rule])
    return words.text("Balie, by itself")


def origin(words: Words, bubble: Bubble) -> str:
    """The sentence that stands in place of a person's words; empty when the message has those."""
    if bubble.origin is Origin.NOTICE:
        return words.text("Automatic notice, not from a person")
    if bubble.origin is Origin.TECHNICAL:
        return words.text("Technical message, for equipment")
    return ""


def speaker(words: Words, bubble: Bubble, about: Conversation) -> str:
    """Who speaks, for a reader who does not see on which side the message stands."""
    if bubble.mine:
        return author(words, bubble)
    return origin(words, bubble) or (about.is_group and bubble.author) or about.title


def missed_call(words: Words, call: CallMark) -> str:
    if call.channel is None:
        return words.text("Missed call")
    return words.text("Missed call over {channel}").format(channel=call.channel.label)


def unknown_call(words: Words, call: UnknownCall) -> str:
    """What the list says of a call that stands in no thread."""
    if not call.number:
        return words.text("A missed call from somebody who withholds their number.")
    if call.channel is None:
        sentence = words.text("A missed call from {number}, with whom there is no conversation.")
        return sentence.format(number=call.readable)
    sentence = words.text(
        "A missed call over {channel} from {number}, with whom there is no conversation."
    )
    return sentence.format(channel=call.channel.label, number=call.readable)


def mark(words: Words, bubble: Bubble) -> str:
    """What happened to its text; empty where nothing did."""
    if bubble.deleted:
        return words.text("deleted")
    if bubble.earlier:
        return words.text("edited")
    if bubble.awaited:
        return words.text("not readable yet")
    if bubble.imported:
        return words.text("taken over from the phone")
    if bubble.by_hand:
        return words.text("typed on the phone")
    return ""


def unread_above(words: Words, window: Window) -> str:
    count = window.unread_above
    shown = str(count) if count < COUNTED else f"{COUNTED - 1}+"
    return words.text("{n} unread above").format(n=shown)


def waits(words: Words, bubble: Bubble, zone: str, now_ms: int) -> str:
    """What it waits for, or why it goes no further; empty where it has left."""
    because = _because(words, bubble)
    if bubble.state is MessageState.QUEUED:
        return _queued(words, bubble, because, zone, now_ms)
    if bubble.state is MessageState.SENDING:
        return words.text("Is being sent now and can no longer be withdrawn.")
    if bubble.state is MessageState.UNCONFIRMED:
        if because:
            return words.text("Not proven yet: {reason}.").format(reason=because)
        return words.text("Not proven yet.")
    if bubble.state in _ENDED:
        return _ended(words, bubble, because)
    return ""


def _asked(words: Words, asked: MessageAsked) -> str:
    if asked.withdraws:
        sentence = words.text("{box} is asked to let it be.")
    elif asked.is_away:
        sentence = words.text("Waits until {box} can be reached.")
    else:
        sentence = words.text("{box} is asked to send it.")
    return sentence.format(box=asked.box)


def files_left(words: Words, bubble: Bubble) -> str:
    """How many of its files have left; empty where none did, and where all did."""
    if not 0 < bubble.files_left < len(bubble.media):
        return ""
    sentence = words.text("{left} of its {n} files have left.")
    return sentence.format(left=bubble.files_left, n=len(bubble.media))


def without_files(words: Words, bubble: Bubble) -> str:
    """That it left over a channel which carries no files; empty where it has them."""
    if not bubble.media or bubble.sent_ms is None or not bubble.channel:
        return ""
    if bubble.channel.carries_media:
        return ""
    sentence = words.text("Left as {channel} without its files, which only WhatsApp carries.")
    return sentence.format(channel=bubble.channel.label)


def without_quote(words: Words, bubble: Bubble) -> str:
    """That they see no quote; empty where they do, and where it has not left."""
    if bubble.quoted is None or bubble.sent_ms is None or bubble.by_hand:
        return ""
    if any(each.quoted for each in bubble.tries):
        return ""
    return words.text("On their phone it stands without the quote.")


_ENDED = frozenset(
    {
        MessageState.FAILED,
        MessageState.REFUSED,
        MessageState.EXPIRED,
        MessageState.CANCELLED,
    }
)


def _because(words: Words, bubble: Bubble) -> str:
    """Empty where nothing is known, and where there is only the moment to take it back."""
    if not bubble.reason or _waits_to_be_undone(bubble):
        return ""
    return words.text(phrases.WAITING.get(bubble.reason, bubble.reason))


def _waits_to_be_undone(bubble: Bubble) -> bool:
    expected_ms = bubble.at_ms if bubble.expected_ms is None else bubble.expected_ms
    return bubble.reason is Reason.NOT_BEFORE and expected_ms - bubble.at_ms < _MOMENT_MS


def _queued(words: Words, bubble: Bubble, because: str, zone: str, now_ms: int) -> str:
    if bubble.asked is not None:
        return _asked(words, bubble.asked)
    if tried := bubble.tried_in_vain:
        return _tried(words, bubble, tried, zone, now_ms)
    if bubble.expected_ms is None:
        if because:
            return words.text("Waits, because {reason}.").format(reason=because)
        return words.text("Waits for its turn.")
    time = words.at(bubble.expected_ms, zone, now_ms)
    if not because:
        return words.text("Expected {time}.").format(time=time)
    if bubble.takes_another_way:
        sentence = words.text("Expected {time} by another way, because {reason}.")
    else:
        sentence = words.text("Expected {time}, because {reason}.")
    return sentence.format(time=time, reason=because)


def _tried(words: Words, bubble: Bubble, tried: Try, zone: str, now_ms: int) -> str:
    """What was tried, why it was in vain, and when it is tried again."""
    at = words.at(tried.ended_ms or tried.started_ms, zone, now_ms)
    why = words.text(phrases.FAILED_TRIES.get(tried.why, phrases.DID_NOT_LEAVE))
    said = words.text("Tried {time}, but {why}.").format(time=at, why=why)
    if bubble.expected_ms is None:
        return f"{said} {words.text('It is tried again soon.')}"
    again = words.text("Next try about {time}.")
    return f"{said} {again.format(time=words.moment(bubble.expected_ms, zone, now_ms))}"


def _ended(words: Words, bubble: Bubble, because: str) -> str:
    state = words.text(phrases.STATES[bubble.state])
    if not because:
        return f"{state}."
    return f"{state}, {words.text('because {reason}').format(reason=because)}."
