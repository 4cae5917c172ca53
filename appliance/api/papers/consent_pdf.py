"""A proof of consent on paper: may each number write to a person on a day, and by which words."""

from collections.abc import Iterator
from pathlib import Path

from appliance.api.web.words import consent_sentences, phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.privacy.ledger.proof import LedgerEntry, ProofOfConsent
from appliance.paper.document import PaperDocument
from appliance.phone_numbers import readable


def keep_proof(words: Words, found: ProofOfConsent, path: Path) -> None:
    """Blocks for a moment. Raises LettersMissing where the letters are missing, and OSError."""
    heads = consent_sentences.paper_heads(words)
    document = PaperDocument(title=heads.title, language=words.language, made_ms=found.made_ms)
    document.heading(heads.title)
    for line in _head(words, found):
        document.paragraph(line)
    document.heading(heads.may_write, level=2)
    document.table(
        heads.columns,
        [
            (
                readable(each.number),
                f"{each.branch}, {readable(each.line_number)}",
                consent_sentences.standing(words, each, found.zone),
            )
            for each in found.standings
        ],
        shares=(2, 3, 4),
    )
    document.heading(heads.entries, level=2)
    for entry in found.entries:
        for line in _entry(words, entry, found.zone):
            document.paragraph(line)
        document.space(6)
    if not found.entries:
        document.paragraph(heads.nothing)
    made = consent_sentences.exact(words, found.made_ms, found.zone)
    document.keep(path, lambda page, pages: f"{heads.title} · {made} · {page}/{pages}")


def _head(words: Words, found: ProofOfConsent) -> Iterator[str]:
    if found.name:
        yield found.name
    yield from consent_sentences.times(words, found)


def _entry(words: Words, entry: LedgerEntry, zone: str) -> Iterator[str]:
    when = consent_sentences.exact(words, entry.at_ms, zone)
    where = (
        f"{entry.branch}, {readable(entry.line_number)}"
        if entry.line_number
        else words.text("Company")
    )
    yield f"{when} · {words.text(phrases.CONSENT[entry.kind])} · {readable(entry.number)} · {where}"
    if entry.words:
        yield f"“{entry.words}”"
    yield from consent_sentences.about(words, entry, zone)
