"""What stands on the poster of a number, and beside it on its page."""

from appliance.api.web.words import public_text
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.website.facts import LineFacts
from appliance.desk.website.first_words import first_words
from appliance.paper.poster import Poster, PosterCode
from appliance.phone_numbers import readable


def poster(words: Words, facts: LineFacts, over: Channel | None, now_ms: int) -> Poster:
    """In the language of `words`, with a square for each channel or for `over` alone."""
    said = first_words(facts, words.language)
    chosen = [each for each in facts.channels if over is None or each == over]
    return Poster(
        language=words.language,
        made_ms=now_ms,
        branch=facts.branch.name,
        invitation=words.text("Send us a message"),
        codes=[code(facts, each, words.language) for each in chosen],
        scan=_scan(words, said.strip(), len(chosen)),
        number=readable(facts.line.number),
        hours_title=words.text("Opening hours"),
        hours=list(public_text.stretches(words, facts.open_week)),
        notes=list(_notes(words, facts)),
    )


def code(facts: LineFacts, channel: Channel, language: str) -> PosterCode:
    link = channel.link_to(facts.line.number, first_words(facts, language)) or ""
    return PosterCode(label=channel.label, link=link)


def first_words_in(words: Words, language: str) -> str:
    return (
        words.text("First words in Dutch")
        if language == "nl"
        else words.text("First words in English")
    )


def _scan(words: Words, said: str, squares: int) -> str:
    how = words.plural(
        "Point your phone's camera at the square.",
        "Point your phone's camera at one of the squares.",
        squares,
    )
    begins = words.text("Your message then begins with “{words}”").format(words=said)
    return f"{how} {begins}"


def _notes(words: Words, facts: LineFacts) -> list[str]:
    notes = []
    if facts.branch.settings.holidays:
        notes.append(words.text("On public holidays we are closed."))
    notes.append(words.text("No more messages? Send STOP to the same number."))
    if facts.branch.settings.privacy_text:
        notes.append(facts.branch.settings.privacy_text)
    return notes
