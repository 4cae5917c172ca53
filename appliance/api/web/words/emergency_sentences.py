"""What is said of an emergency access, and of what was given."""

from collections.abc import Mapping, Sequence

from appliance.api.web.words.i18n import Words
from appliance.api.web.words.staff_sentences import role_name
from appliance.desk.privacy.access import GivenWhat, RightGiven
from appliance.store.branch_settings import BranchSettings
from appliance.store.emergencies import Emergency

_ZONE = BranchSettings().zone
_HOUR_MIN = 60
_WAYS_IN: Mapping[GivenWhat, str] = {
    GivenWhat.LINK: "A link with which one comes in as {name} was made by {by}.",
    GivenWhat.EMAIL: "{by} changed the e-mail address whose account comes in as {name}.",
    GivenWhat.PASSKEY: "A passkey with which one comes in as {name} was added.",
    GivenWhat.ENABLED: "{name} was let in again by {by}.",
    GivenWhat.SCREEN: "{name} reads no messages and looked at the screen of a phone ({where}).",
}
SENTENCES: Sequence[str] = tuple(_WAYS_IN.values())


def own(words: Words, emergency: Emergency, now_ms: int) -> str:
    until = words.moment(emergency.until_ms, _ZONE, now_ms)
    if emergency.branch is None:
        return words.text("You have emergency access to every branch until {time}.").format(
            time=until
        )
    sentence = words.text("You have emergency access to {branch} until {time}.")
    return sentence.format(branch=emergency.branch, time=until)


def seen(words: Words, emergency: Emergency, now_ms: int) -> str:
    """For the colleagues of the branch."""
    sentence = words.text("{name} can read and answer here in an emergency until {time}:")
    until = words.moment(emergency.until_ms, _ZONE, now_ms)
    return sentence.format(name=emergency.name, time=until)


def span(words: Words, minutes: int) -> str:
    if minutes < _HOUR_MIN:
        return words.plural("{n} minute", "{n} minutes", minutes).format(n=minutes)
    hours = minutes // _HOUR_MIN
    return words.plural("{n} hour", "{n} hours", hours).format(n=hours)


def lasted(words: Words, emergency: Emergency, now_ms: int) -> str:
    """From when until when it was open, or will be."""
    until_ms = emergency.until_ms if emergency.ended_ms is None else emergency.ended_ms
    return words.text("{begun} until {until}").format(
        begun=words.moment(emergency.began_ms, _ZONE, now_ms),
        until=words.moment(min(until_ms, emergency.until_ms), _ZONE, now_ms),
    )


def given(words: Words, each: RightGiven, places: Mapping[str, str]) -> str:
    """One line of the list, without when."""
    where = words.text("all branches") if each.branch_id is None else places.get(each.branch_id, "")
    by = words.text("the console") if each.by_staff_id is None else each.by or ""
    if each.what is GivenWhat.TOKEN:
        sentence = words.text("The program {name} was given a token ({where}) by {by}: {which}.")
        return sentence.format(name=each.name, where=where, by=by, which=each.which)
    if each.what in _WAYS_IN:
        return words.text(_WAYS_IN[each.what]).format(name=each.name, by=by, where=where)
    role = role_name(words, each.which)
    if each.is_own_doing:
        sentence = words.text("{name} gave themselves the role {role} ({where}).")
        return sentence.format(name=each.name, role=role, where=where)
    sentence = words.text("{name} was given the role {role} ({where}) by {by}.")
    return sentence.format(name=each.name, role=role, where=where, by=by)
