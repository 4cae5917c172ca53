"""What the pages say of lists of people: who is in one, who gets a text, and how far it is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from appliance.api.web.words import people_sentences, phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.lists.progress import SendItem, SendProgress
from appliance.desk.lists.rules import ListRule
from appliance.desk.lists.steering import Steered
from appliance.reasons import Reason

LEFT_OUT: Mapping[Reason, str] = {
    Reason.TWICE: "they are in the list twice",
    Reason.NAME_UNKNOWN: "nobody knows their name, and every text needs one",
    Reason.TOO_LONG: "the text is too long for the way that it has to take",
    Reason.TOO_LATE: "their turn would come too late",
}
"""Why somebody gets nothing, where it is said of lists alone."""


def left_out(words: Words, why: Reason | None) -> str:
    """Why somebody gets nothing."""
    said = (LEFT_OUT.get(why) or phrases.WAITING.get(why)) if why else None
    return words.text(said or "it did not arrive")


def left_out_counts(words: Words, items: Iterable[SendItem]) -> Sequence[tuple[int, str]]:
    """How many get nothing for which reason, the most frequent first."""
    found = Counter(left_out(words, each.why) for each in items if each.refused)
    return [(count, why) for why, count in found.most_common()]


def people(words: Words, count: int) -> str:
    return words.plural("{n} person", "{n} people", count).format(n=count)


def finish(words: Words, goes: int, done_by_ms: int | None, zone: str, now_ms: int) -> str:
    """`148 people, done Thursday 11:20`."""
    if not goes:
        return words.text("Nobody of them gets it.")
    who = people(words, goes)
    if done_by_ms is None:
        return words.text("{people}; nobody can know yet when it is done").format(people=who)
    return words.text("{people}, done {time}").format(
        people=who, time=words.at(done_by_ms, zone, now_ms)
    )


def state(words: Words, found: SendProgress) -> tuple[str, str]:
    """The icon and the word."""
    return state_named(words, found.state)


def state_named(words: Words, name: str) -> tuple[str, str]:
    return {
        "running": ("send", words.text("on its way")),
        "paused": ("clock", words.text("paused")),
        "cancelled": ("close", words.text("the rest was cancelled")),
        "done": ("tick", words.text("done")),
    }[name]


def progress(words: Words, found: SendProgress, zone: str, now_ms: int) -> str:
    """One sentence on how far it is."""
    counts = found.counts
    if not counts.waiting:
        return words.plural("{n} person got it.", "{n} people got it.", counts.sent).format(
            n=counts.sent
        )
    said = words.text("{sent} of {all} sent").format(sent=counts.sent, all=counts.goes)
    if found.state == "paused":
        return words.text("{sent}; the rest waits until somebody resumes it.").format(sent=said)
    if found.done_by_ms is None:
        return words.text("{sent}; nobody can know yet when the rest leaves.").format(sent=said)
    time = words.at(found.done_by_ms, zone, now_ms)
    return words.text("{sent}; done {time}.").format(sent=said, time=time)


def steered(words: Words, found: Steered) -> str:
    """Who did what, without when."""
    by = found.by or words.text("somebody")
    said = {
        "sent": words.text("{name} sent it"),
        "paused": words.text("{name} paused it"),
        "resumed": words.text("{name} resumed it"),
        "cancelled": words.text("{name} cancelled the rest"),
    }
    return said[found.what].format(name=by)


def rule(words: Words, found: ListRule, label: str | None) -> Sequence[str]:
    """What a rule asks for, a phrase each."""
    said = []
    if label:
        said.append(words.text("label “{name}”").format(name=label))
    said += [f"{name}: {text}" for name, text in found.fields.items()]
    if found.within_days:
        said.append(
            words.plural(
                "wrote in the last {n} day", "wrote in the last {n} days", found.within_days
            ).format(n=found.within_days)
        )
    if found.longer_ago_days:
        said.append(
            words.plural(
                "did not write in the last {n} day",
                "did not write in the last {n} days",
                found.longer_ago_days,
            ).format(n=found.longer_ago_days)
        )
    if found.consent:
        said.append(people_sentences.consent(words, found.consent)[1])
    return said or [words.text("everybody of the branch")]
