"""What is proven of a message that was sent: each fact as a sentence, in the order that it came."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.bubbles import Bubble, Decided
from appliance.desk.inbox.tries import Try
from appliance.desk.outgoing.decisions import Decision
from appliance.messages import MessageState
from appliance.phone_numbers import readable


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`at_ms` is None for a fact that belongs to the one before it."""

    sentence: str
    at_ms: int | None = None


def facts(words: Words, bubble: Bubble) -> Iterator[Fact]:
    yield Fact(at_ms=bubble.at_ms, sentence=words.text("accepted by Balie"))
    left = 0
    for each in bubble.tries:
        yield from _tried(words, each)
        if each.outcome == "sent" and len(bubble.media) > 1 and each.channel.carries_media:
            left += 1
            if each.at_service:
                sentence = words.text("file {n} of {count} taken by the service, as it says")
            else:
                sentence = words.text("file {n} of {count} seen in the chat on the phone")
            said = sentence.format(n=left, count=len(bubble.media))
            yield Fact(at_ms=each.ended_ms, sentence=said)
    for decided in bubble.decided:
        yield Fact(at_ms=decided.at_ms, sentence=_decided(words, bubble, decided))
    if bubble.sent_ms and not bubble.was_seen_by_a_person:
        yield Fact(at_ms=bubble.sent_ms, sentence=_left(words, bubble))
    for each in bubble.tries:
        yield from _reported(words, bubble, each)
    if bubble.delivered_ms:
        yield Fact(at_ms=bubble.delivered_ms, sentence=_arrived(words, bubble))
    if bubble.read_ms:
        yield Fact(at_ms=bubble.read_ms, sentence=words.text("blue ticks seen on the phone"))


def missing(words: Words, bubble: Bubble) -> str:
    """What is not proven yet; empty where nothing more is looked for."""
    if bubble.state is MessageState.SENT:
        return words.text("Not proven yet whether it arrived.")
    if bubble.state is MessageState.DELIVERED:
        return words.text("Not proven yet whether it was read.")
    return ""


def _tried(words: Words, each: Try) -> Iterator[Fact]:
    if each.by_network:
        yield from _tried_by_modem(words, each)
    elif each.at_service:
        sentence = words.text("given to the service of {channel}")
        yield Fact(at_ms=each.started_ms, sentence=sentence.format(channel=each.channel.label))
    else:
        sentence = words.text("typed on the {device} with {number} as {channel}")
        said = sentence.format(
            device=words.text(each.label).lower(),
            number=readable(each.number),
            channel=each.channel.label,
        )
        yield Fact(at_ms=each.started_ms, sentence=said)
        if each.signature:
            sentence = words.text("with the words added: {words}")
            yield Fact(sentence=sentence.format(words=each.signature.strip()))
    if each.kept_as_one:
        sentence = words.text("in {n} parts, which the phone keeps as one")
        yield Fact(sentence=sentence.format(n=each.kept_as_one))
    ended = _ended(words, each)
    if ended and each.ended_ms:
        yield Fact(at_ms=each.ended_ms, sentence=ended)


def _tried_by_modem(words: Words, each: Try) -> Iterator[Fact]:
    sentence = words.text("given to the modem {device} as SMS").format(device=each.device)
    yield Fact(at_ms=each.started_ms, sentence=sentence)
    if each.fallback:
        sentence = words.text("from the modem's number, because the phone could not send it")
        yield Fact(sentence=sentence)
    if each.signature:
        sentence = words.text("signed: {signature}")
        yield Fact(sentence=sentence.format(signature=each.signature.strip()))
    if len(each.parts) > 1:
        sentence = words.text("{sent} of {n} parts proven to have left")
        yield Fact(sentence=sentence.format(sent=each.sent, n=len(each.parts)))


def _ended(words: Words, each: Try) -> str:
    if each.outcome == "not_sent":
        return words.text("proven not to have left")
    if each.outcome == "unknown":
        return words.text("outcome not known: looked up, never sent twice")
    if each.outcome == "refused":
        return words.text("stopped before the tap: a rule forbade it")
    if each.outcome == "partly":
        return words.text("the other parts are proven not to have left")
    return ""


def _decided(words: Words, bubble: Bubble, decided: Decided) -> str:
    if bubble.is_at_service:
        sentence = _decided_of_service(words, decided)
    elif decided.decision is Decision.LEFT:
        sentence = words.text("{name} saw it on the phone")
    elif decided.decision is Decision.SEND_AGAIN:
        sentence = words.text("{name} did not see it on the phone and had it sent again")
    else:
        sentence = words.text("{name} did not see it on the phone and left it")
    return sentence.format(name=decided.by)


def _decided_of_service(words: Words, decided: Decided) -> str:
    if decided.decision is Decision.LEFT:
        return words.text("{name} found out that it arrived")
    if decided.decision is Decision.SEND_AGAIN:
        return words.text("{name} found out that it did not arrive and had it sent again")
    return words.text("{name} found out that it did not arrive and left it")


def _left(words: Words, bubble: Bubble) -> str:
    if bubble.is_at_service:
        return words.text("taken by the service, as it says")
    if _by_network(bubble):
        return words.text("taken by the network, as the modem says")
    if bubble.channel and bubble.channel.uses_sim:
        return words.text("seen in the phone's sent box")
    return words.text("seen in the chat on the phone")


def _arrived(words: Words, bubble: Bubble) -> str:
    if _by_network(bubble):
        return words.text("delivery report of the network, at its own time")
    if bubble.channel and not bubble.channel.has_ticks:
        return words.text("delivery report")
    return words.text("two ticks seen on the phone")


def _reported(words: Words, bubble: Bubble, each: Try) -> Iterator[Fact]:
    """The report of each part, where it says more than the report of the whole message."""
    if not each.by_network or (len(each.parts) == 1 and bubble.delivered_ms):
        return
    for part in each.parts:
        if part.report and part.report_ms:
            sentence = words.text(phrases.REPORTS[part.report])
            said = sentence.format(part=part.number, n=len(each.parts))
            yield Fact(at_ms=part.report_ms, sentence=said)


def _by_network(bubble: Bubble) -> bool:
    return bool(bubble.tries) and bubble.tries[-1].by_network
