"""What is on record of somebody's consent, in words: for a page and for paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.privacy.ledger.proof import LedgerEntry, LineStanding, ProofOfConsent
from appliance.reasons import Reason
from appliance.store.wordings import SaidWording, WordingKind


def exact(words: Words, at_ms: int, zone: str) -> str:
    """With the year: a proof is read long after."""
    return f"{words.date(at_ms, zone)} {words.time(at_ms, zone)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperHeads:
    """The heads of a proof on paper."""

    title: str
    may_write: str
    columns: Sequence[str]
    entries: str
    nothing: str


def paper_heads(words: Words) -> PaperHeads:
    return PaperHeads(
        title=words.text("Proof of consent"),
        may_write=words.text("May be written to"),
        columns=[words.text("Their number"), words.text("From"), words.text("On this day")],
        entries=words.text("What is on record"),
        nothing=words.text("Nothing is on record until then."),
    )


def times(words: Words, found: ProofOfConsent) -> Iterator[str]:
    """Of which moment a proof is, and when it was made."""
    yield words.text("As it stood on {time}.").format(time=exact(words, found.on_ms, found.zone))
    yield words.text("Made from the ledger on {time}; entries are never changed.").format(
        time=exact(words, found.made_ms, found.zone)
    )


def standing(words: Words, found: LineStanding, zone: str) -> str:
    """Whether this number might write to them."""
    entry = found.verdict.entry
    since = exact(words, entry.at_ms, zone) if entry else ""
    if found.verdict.allowed and found.verdict.sms_only:
        said = words.text("Yes, by SMS only, by what was brought in on {time}")
    elif found.verdict.allowed:
        said = words.text("Yes, by what they did on {time}")
    elif found.verdict.code == Reason.OPTED_OUT:
        said = words.text("No, they withdrew on {time}")
    else:
        said = words.text("No, they had not agreed")
    return said.format(time=since)


def about(words: Words, entry: LedgerEntry, zone: str) -> Iterator[str]:
    """Where an entry came from, and what the person was told; a line each."""
    if entry.channel:
        yield words.text("Over {channel}").format(channel=Channel.named(entry.channel).label)
    if entry.source and entry.given_ms is not None:
        yield words.text("Given in “{source}” on {date}").format(
            source=entry.source, date=words.date(entry.given_ms, zone)
        )
    yield words.text("Recorded by {who}").format(who=_by(words, entry.by))
    if entry.told is None:
        return
    if entry.told.sent is not None:
        yield words.text("They were told: “{words}”").format(words=entry.told.sent)
    else:
        for each in entry.told.welcome:
            yield words.text("The welcome said then: “{words}”").format(words=each)
    if entry.told.privacy and entry.told.privacy not in (entry.told.sent or ""):
        yield words.text("The sentence about privacy said then: “{words}”").format(
            words=entry.told.privacy
        )


def _by(words: Words, by: str) -> str:
    return {
        "rule": words.text("Balie, by itself"),
        "service": words.text("the service, as it said"),
        "import": words.text("an import"),
        "adoption": words.text("Balie, from the phone's chats of before"),
        "cli": words.text("the command line"),
    }.get(by, by)


def version(words: Words, said: SaidWording) -> str:
    """One version of a welcome or of the sentence about privacy."""
    if said.words is None:
        own = words.text("the number says what its branch says")
        text = own if said.line_id else words.text("the usual words")
        text = text if said.kind is WordingKind.WELCOME else words.text("nothing")
    else:
        text = " | ".join(f"“{each}”" for each in said.words) or words.text("nothing")
    name = (
        words.text("Welcome")
        if said.kind is WordingKind.WELCOME
        else words.text("Sentence about privacy")
    )
    return f"{name}: {text}"
