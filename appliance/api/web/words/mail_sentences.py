"""What a mail to a colleague says: counts, branches, what is wrong and where to look; never a name,
a number or a text of a message.
"""

from collections.abc import Sequence

from appliance.api.web.words import incident_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.notices.mail_incidents import ToldIncident
from appliance.desk.notices.mail_post import MailSaid
from appliance.desk.notices.mail_waits import BranchWaits

_MINUTE_MS = 60_000
_MOST = 20
"""So many incidents are listed; the rest are a count."""
_OVERVIEW, _DEVICES, _CHOICE = "/overview", "/devices", "/me/notifications"


def of_waits(
    words: Words, waits: Sequence[BranchWaits], *, address: str | None, now_ms: int
) -> MailSaid:
    said = [_of_branch(words, each, now_ms) for each in waits]
    total = sum(each.over for each in waits)
    subject = words.plural(
        "{n} waits too long for an answer", "{n} wait too long for an answer", total
    ).format(n=total)
    if len(waits) == 1:
        subject = _short(words, waits[0])
    return MailSaid(subject=subject, text=_ended(words, said, address, _OVERVIEW))


def of_incidents(
    words: Words, told: Sequence[ToldIncident], *, address: str | None, now_ms: int
) -> MailSaid:
    said = [_of_incident(words, each, now_ms) for each in told[:_MOST]]
    if len(told) > _MOST:
        rest = len(told) - _MOST
        said.append(words.text("And {n} more.").format(n=rest))
    subject = _subject(words, told)
    return MailSaid(subject=subject, text=_ended(words, said, address, _DEVICES))


def of_test(words: Words, *, address: str | None) -> MailSaid:
    said = words.text("This is the test that you asked for: Balie's e-mail reaches you.")
    subject = words.text("Test of Balie's e-mail")
    return MailSaid(subject=subject, text=_ended(words, [said], address, _OVERVIEW))


def _short(words: Words, waits: BranchWaits) -> str:
    span = words.span(waits.branch.settings.answer_within_min * _MINUTE_MS)
    sentence = words.plural(
        "{branch}: {n} waits longer than {span}",
        "{branch}: {n} wait longer than {span}",
        waits.over,
    )
    return sentence.format(n=waits.over, branch=waits.branch.name, span=span)


def _of_branch(words: Words, waits: BranchWaits, now_ms: int) -> str:
    since = words.moment(waits.oldest_ms, waits.branch.settings.zone, now_ms)
    longest = words.text("The first of them has waited since {time}.").format(time=since)
    return f"{_short(words, waits)}.\n{longest}"


def _subject(words: Words, told: Sequence[ToldIncident]) -> str:
    """Of one what it is, of several how many are open."""
    if len(told) == 1:
        name = incident_sentences.name(words, told[0].entry)
        where = told[0].branch.name if told[0].branch else "Balie"
        over = words.text("over: {what}").format(what=name)
        return f"{where}: {name if told[0].entry.until_ms is None else over}"
    still = sum(each.entry.until_ms is None for each in told)
    if not still:
        return words.text("Balie: what was wrong is over")
    return words.plural("Balie: {n} thing is wrong", "Balie: {n} things are wrong", still).format(
        n=still
    )


def _of_incident(words: Words, told: ToldIncident, now_ms: int) -> str:
    entry, zone = told.entry, told.branch.settings.zone if told.branch else _ZONE
    name = incident_sentences.name(words, entry)
    where = f"{told.branch.name}: {name}" if told.branch else name
    since = words.moment(entry.since_ms, zone, now_ms)
    if entry.until_ms is not None:
        until = words.moment(entry.until_ms, zone, now_ms)
        over = words.text("It is over: from {since} until {until}.")
        return f"{where}\n{over.format(since=since, until=until)}"
    sentence, remedy = incident_sentences.said(words, entry)
    begun = words.text("Since {time}.").format(time=since)
    stops = incident_sentences.stops(words, entry)
    return "\n".join(each for each in (where, sentence, stops, remedy, begun) if each)


def _ended(words: Words, said: Sequence[str], address: str | None, page: str) -> str:
    """Each line of it is the mail's own, so one paragraph is one line."""
    look = (
        f"{words.text('Look in Balie:')} {address}{page}"
        if address
        else words.text("Look in Balie.")
    )
    choice = words.text("You chose to be mailed this under Settings, Notifications.")
    end = f"{choice} {address}{_CHOICE}" if address else choice
    return "\n\n".join([*said, look, f"-- \n{end}"]) + "\n"


_ZONE = "Europe/Amsterdam"
"""What is of no branch has the zone in which a branch begins."""
