"""What the composer says: why nothing leaves, why one cannot write, how long the text is."""

from collections.abc import Sequence

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.inbox.thread import Conversation
from appliance.desk.outgoing.fate import Fate
from appliance.desk.outgoing.sending import SOON_MS
from appliance.desk.outgoing.sms_length import SmsLength
from appliance.phone_numbers import readable
from appliance.reasons import Reason


def warning(words: Words, about: Conversation) -> tuple[str, str] | None:
    """Why a message written now would not leave, and what would change that; None when it would."""
    if asked_to_stop(about):
        return _personal_warning(words, about)
    if about.line_stopped and about.goes_on:
        return (
            words.text("One device of this number was stopped; the other one goes on."),
            words.text("Somebody has to look at it; see Devices."),
        )
    if about.line_stopped:
        return (
            words.text("This number was stopped, so nothing leaves it now."),
            words.text("Somebody has to look at the phone; see Devices."),
        )
    if about.is_group:
        return _group_warning(words, about)
    return _personal_warning(words, about)


def asked_to_stop(about: Conversation) -> bool:
    """Nobody but the person ends that, so there is no field to write in."""
    return not about.is_group and about.verdict is not None and about.verdict.opted_out


def has_field(words: Words, about: Conversation) -> bool:
    return not asked_to_stop(about) and read_only(words, about) is None


def _personal_warning(words: Words, about: Conversation) -> tuple[str, str] | None:
    if about.verdict and about.verdict.code is Reason.BLOCKED:
        _, remedy = phrases.REFUSALS[Reason.BLOCKED]
        return words.text("The office has blocked this person."), words.text(remedy)
    if about.verdict and about.verdict.opted_out:
        again = words.text("You can write again as soon as they write START to {line}.")
        kept = words.text("Until then a draft is kept, and colleagues can be left a note.")
        return (
            words.text("This person asked to stop."),
            f"{again.format(line=readable(about.line_number))} {kept}",
        )
    if about.verdict and not about.verdict.allowed:
        _, remedy = phrases.REFUSALS[Reason.CONSENT_REQUIRED]
        return (
            words.text("There is nothing on record for this number, so nothing may be sent."),
            words.text(remedy).format(line=readable(about.line_number)),
        )
    return None


def _group_warning(words: Words, about: Conversation) -> tuple[str, str] | None:
    if about.verdict and about.verdict.opted_out:
        return stopped_group(words)
    if about.verdict and about.verdict.code is Reason.BLOCKED:
        return blocked_group(words)
    if about.verdict and not about.verdict.allowed:
        return words.text("This number is in that group no more."), ""
    return None


def stopped_group(words: Words) -> tuple[str, str]:
    return (
        words.text("Somebody in this group asked to stop, so nothing is posted in it."),
        words.text("Take them out of the group first; then you can write in it again."),
    )


def blocked_group(words: Words) -> tuple[str, str]:
    return (
        words.text("The office has blocked somebody in this group, so nothing is posted in it."),
        words.text("Take them out of the group, or end the block on their page."),
    )


def fate(words: Words, fate: Fate, zone: str, now_ms: int) -> tuple[bool, str]:
    """Whether there is no way now, and what becomes of a text that is sent now."""
    if fate.channel is None:
        return True, _out(words, fate, zone, now_ms)
    by = _by(words, fate)
    if fate.expected_ms is None:
        reason = _reason(words, fate)
        return False, words.text("Waits: {reason}. Then it leaves {by}.").format(
            reason=reason, by=by
        )
    if fate.expected_ms - now_ms <= SOON_MS:
        return False, words.text("Leaves now, {by}").format(by=by)
    when = words.at(fate.expected_ms, zone, now_ms)
    sentence = words.text("Leaves {when}, {by}: {reason}")
    return False, sentence.format(when=when, by=by, reason=_reason(words, fate))


def _out(words: Words, fate: Fate, zone: str, now_ms: int) -> str:
    if fate.out_ms is None:
        return words.text("Waits: {reason}").format(reason=_reason(words, fate))
    since = words.moment(fate.out_ms, zone, now_ms)
    sentence = words.text("Waits: {reason}, since {since}")
    return sentence.format(reason=_reason(words, fate), since=since)


def _by(words: Words, fate: Fate) -> str:
    channel = fate.channel
    if channel is None or not channel.counts_parts:
        return words.text("as {channel}").format(channel=channel.label if channel else "")
    if not fate.other:
        return words.text("as SMS")
    if fate.signed:
        return words.text("as SMS over the modem, signed with the branch's name")
    return words.text("as SMS over the modem")


def _reason(words: Words, fate: Fate) -> str:
    return words.text(phrases.WAITING[fate.reason]) if fate.reason else ""


def files_fate(words: Words, about: Conversation, over: Sequence[Channel]) -> str:
    """What becomes of files where WhatsApp cannot carry them. `over` are the channels that reach
    them.
    """
    carrying = [each for each in over if each.carries_media]
    if carrying and not any(each.needs_account for each in carrying):
        return words.text("Files go over {channel}.").format(channel=carrying[0].label)
    if about.goes_without_files:
        return words.text(
            "Files go over WhatsApp. Where that is not possible, the text goes as SMS without them"
            " and says so."
        )
    return words.text("Files go over WhatsApp. Where that is not possible, the message waits.")


def read_only(words: Words, about: Conversation) -> tuple[str, str] | None:
    """The icon, which may be empty, and why there is no field; None when one may write."""
    if about.is_group and not about.to:
        unknown = words.text(
            "Balie does not know yet who is in this group. Let it read the members on the page of"
            " the group; then you can write here."
        )
        return "group", unknown
    if not about.may_write:
        return "", words.text("You may read this conversation, not write in it.")
    if any(map(Channel.any_writes_to, about.to)):
        return None
    nameless = words.text(
        "This SMS came from a name, a service or a machine. It cannot be answered."
    )
    return "person", nameless


def length(words: Words, sms: SmsLength | None) -> str:
    """How many SMS it is; empty where there is nothing to say."""
    if sms is None:
        return ""
    if sms.too_long:
        sentence = words.text("too long for SMS: {n} messages, at most {most}")
        return sentence.format(n=sms.parts, most=sms.most)
    if sms.sure:
        return _sure(words, sms)
    if sms.parts == 1:
        return ""
    sentence = words.plural("as SMS: {n} message", "as SMS: {n} messages", sms.parts)
    return sentence.format(n=sms.parts)


def _sure(words: Words, sms: SmsLength) -> str:
    parts = words.plural("{n} SMS", "{n} SMS", sms.parts)
    left = words.plural("{n} character left", "{n} characters left", sms.left)
    said = [parts.format(n=sms.parts), left.format(n=sms.left)]
    if sms.signed:
        said.append(words.text("signed with the branch's name"))
    return " · ".join(said)
