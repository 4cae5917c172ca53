"""What the pages say of the erasure of a person."""

from collections.abc import Mapping, Sequence

from appliance.api.web.words import copy_sentences
from appliance.api.web.words.i18n import Words
from appliance.box.copy_codes import CopyPlace
from appliance.desk.privacy.erasing.preview import Stays
from appliance.store.copy_places import PlaceTold
from appliance.store.erasures import ErasureState
from appliance.store.kept_copies import KeptCopy


def counted(words: Words, counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    """What goes, each with how many; what there is none of is left out."""
    named = {
        "messages": words.text("Messages, in and out"),
        "media": words.text("Photos, recordings and documents, with their small pictures"),
        "evidence": words.text("Screen pictures and proofs of tries"),
        "names": words.text("Names under which they are known"),
        "numbers": words.text("Numbers"),
        "notes": words.text("Notes about them"),
        "drafts": words.text("Drafts"),
        "mentions": words.text(
            "Notes elsewhere, out of which their number and full name are taken"
        ),
        "calls": words.text("Missed calls"),
        "reactions": words.text("Emoji that they put"),
        "lists": words.text("Places in lists"),
        "groups": words.text("Groups in which they are noted as a member"),
    }
    return [(said, counts[kind]) for kind, said in named.items() if counts.get(kind)]


def whence(words: Words) -> str:
    return words.text(
        "From the database, the files, the index of the search, free pages and the write-ahead log."
        " Phones that have a chat with them delete it, or ask a colleague to; what lies in a"
        " mailbox or at Telegram a colleague is always asked for."
    )


def copies(words: Words) -> str:
    return words.text(
        "Whoever puts one back does not bring them back: they are erased again first. Of copies in"
        " other places Balie does not know."
    )


def copies_away(words: Words, place: PlaceTold, zone: str) -> str:
    """How many lie on the stick or the server that Balie fills, as it last saw them."""
    there = words.plural("{n} copy there", "{n} copies there", place.kept).format(n=place.kept)
    newest = words.text("the newest of {date}").format(date=words.date(place.made_ms or 0, zone))
    name = words.text(copy_sentences.NAMES[CopyPlace(place.place)])
    return f"{name}: {there}, {newest}"


def stays(words: Words, what: Stays) -> str:
    return {
        Stays.OPT_OUT: words.text(
            "That they asked to stop, under a code made with the key of this house: they stay"
            " closed, also when they write again, until they write START."
        ),
        Stays.LEDGER: words.text(
            "When consent was given and ended, under the same code and without their words: the"
            " office has to prove it (GDPR, articles 5.2 and 7.1)."
        ),
        Stays.LOG: words.text("Ids, times and states in the log. They name nobody."),
        Stays.AMOUNTS: words.text("How many messages there were, in reports and in the pace."),
        Stays.OTHERS: words.text(
            "What other people wrote in conversations of their own, also where it names this one."
        ),
    }[what]


def named(words: Words, count: int) -> str:
    sentence = words.plural(
        "{n} message of other people may name them.",
        "{n} messages of other people may name them.",
        count,
    )
    return sentence.format(n=count)


def copy_goes(words: Words, copy: KeptCopy, zone: str) -> str:
    if copy.until_ms is None:
        return words.text("until somebody takes it away by hand")
    return words.text("until {date} at the latest").format(date=words.date(copy.until_ms, zone))


def state(words: Words, found: ErasureState) -> str:
    return {
        ErasureState.WAITING: words.text("Waits for a message that a phone has in hand"),
        ErasureState.ERASING: words.text("Is being erased"),
        ErasureState.CLEANING: words.text("Files, index and free pages are being cleaned"),
        ErasureState.COMPLETE: words.text("Complete"),
    }[found]
