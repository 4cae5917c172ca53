"""What the page of terms says: kinds of things, how people stand, grounds, and reports of runs."""

from collections.abc import Sequence

from babel.numbers import format_decimal

from appliance.api.web.words import people_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.privacy.retention.proposal import Ground
from appliance.store.aging import Aged
from appliance.store.retention_runs import RetentionRun
from appliance.store.terms import Keeps, Relation

_MB = 1024 * 1024


def kind(words: Words, keeps: Keeps) -> str:
    return {
        Keeps.TEXTS: words.text("Texts"),
        Keeps.MEDIA: words.text("Pictures and files"),
        Keeps.EVIDENCE: words.text("Proof of sending"),
        Keeps.CALLS: words.text("Missed calls"),
    }[keeps]


def about(words: Words, keeps: Keeps) -> str:
    return {
        Keeps.TEXTS: words.text(
            "What was written, with what colleagues noted. That it was written, when and by whom"
            " stays."
        ),
        Keeps.MEDIA: words.text("They go with their text at the latest."),
        Keeps.EVIDENCE: words.text(
            "Readings and pictures of the phone's screen. That a message left, and when, stays."
        ),
        Keeps.CALLS: words.text("Number and time of who called and was not answered."),
    }[keeps]


def relation(words: Words, of: Relation) -> str:
    if of is Relation.ANY:
        return words.text("Everybody else")
    return people_sentences.state(words, of.value)


def ground(words: Words, of: Ground) -> str:
    """What a proposed term rests on."""
    return {
        Ground.TWO_YEARS: words.text(
            "Two years: what is commonly named for data of candidates, with their consent"
            " (certificeringsadvies.nl, alpflex.nl)."
        ),
        Ground.FOUR_WEEKS: words.text(
            "Four weeks for files of who is not at work: there may be a copy of an identity card"
            " among them, which is for who is placed only (certificeringsadvies.nl)."
        ),
        Ground.A_QUARTER: words.text(
            "A quarter for proof of sending: our choice. A request is answered within a month"
            " (flexhub.nl), and a dispute about what arrived comes soon."
        ),
        Ground.CALLS: words.text("A quarter for missed calls: our choice."),
        Ground.AUDIT: words.text(
            "Half a year for the log of reading: the most that the Dutch exemption decree of 2001"
            " allowed for logs of use."
        ),
    }[of]


def goes(words: Words, aged: Aged) -> str:
    """`removes 12,402 messages of 311 people, with 845 files`."""
    if not aged.messages and not aged.media:
        return words.text("Nothing goes: nothing is older than these terms.")
    messages = words.plural("{n} message", "{n} messages", aged.messages)
    people = words.plural("{n} person", "{n} people", aged.people)
    files = words.plural("{n} file", "{n} files", aged.media)
    return words.text("Removes {messages} of {people}, with {files}.").format(
        messages=messages.format(n=number(words, aged.messages)),
        people=people.format(n=number(words, aged.people)),
        files=files.format(n=number(words, aged.media)),
    )


def report(words: Words, run: RetentionRun) -> Sequence[str]:
    """What a run let go of, a phrase each; what it did not is left out."""
    counted = (
        (run.messages, words.plural("{n} message", "{n} messages", run.messages)),
        (run.people, words.plural("{n} person", "{n} people", run.people)),
        (run.media, words.plural("{n} file", "{n} files", run.media)),
        (run.notes, words.plural("{n} note", "{n} notes", run.notes)),
        (run.evidence, words.plural("{n} proof", "{n} proofs", run.evidence)),
        (run.calls, words.plural("{n} missed call", "{n} missed calls", run.calls)),
        (
            run.readings,
            words.plural("{n} entry of the log", "{n} entries of the log", run.readings),
        ),
    )
    found = [said.format(n=number(words, count)) for count, said in counted if count]
    return found or [words.text("nothing was old enough")]


def took(words: Words, run: RetentionRun) -> str:
    """How long, in how many steps, and what room came back."""
    if run.ended_ms is None:
        return words.text("under way")
    said = words.text("{seconds} s, {steps} steps, the longest {ms} ms").format(
        seconds=number(words, max(1, round((run.ended_ms - run.begun_ms) / 1000))),
        steps=number(words, run.steps),
        ms=run.longest_ms,
    )
    freed = run.bytes + run.freed
    if freed < _MB:
        return said
    return words.text("{took}; {room} came free").format(
        took=said, room=words.megabytes(freed / _MB)
    )


def wrong(words: Words, field: str) -> str:
    """What is not right about a term, or about the reason or the end of a hold."""
    return {
        "reason": words.text("Say why all of this person is kept, such as a claim."),
        "until": words.text("Choose a day that lies ahead. To end the hold now there is a button."),
    }.get(field, words.text("A term is 1 to 36500 days; leave it empty to keep things."))


def number(words: Words, count: int) -> str:
    return str(format_decimal(count, locale=words.language))
