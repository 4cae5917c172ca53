"""What is said of copies: where they are, how old, and what is wrong with a place."""

from collections.abc import Mapping

from appliance.api.web.words.i18n import Words
from appliance.box.copy_codes import CopyPlace, CopyWhy
from appliance.copy_settings import CopySettings
from appliance.store.copy_places import DrillTold, PlaceTold

NAMES: Mapping[CopyPlace, str] = {
    CopyPlace.BOX: "This machine",
    CopyPlace.STICK: "Stick BALIE-BACKUP",
    CopyPlace.SFTP: "Server",
}

WHY: Mapping[CopyWhy, tuple[str, str]] = {
    CopyWhy.ABSENT: (
        "The stick is not plugged in.",
        "Plug it in: a copy begins by itself within a minute.",
    ),
    CopyWhy.NOT_MOUNTED: (
        "The stick is plugged in, but the system has not opened it.",
        "Pull it out and plug it in again. If that does not help, format it anew.",
    ),
    CopyWhy.PULLED: (
        "The stick was pulled out, or broke, while a copy was being written.",
        "Older copies on it are whole. Plug it in again; if this comes back, take another stick.",
    ),
    CopyWhy.FULL: (
        "There is no room for a copy.",
        "Take a larger one, or keep fewer copies there.",
    ),
    CopyWhy.NOT_WRITABLE: (
        "Balie may not write there.",
        "A stick may have a lock on its side. Otherwise give Balie's user the right to write.",
    ),
    CopyWhy.UNREACHABLE: (
        "The server does not answer.",
        "See whether the network is up, and whether its name and port are right.",
    ),
    CopyWhy.OTHER_HOST: (
        "The server shows another key than the settings name, so nothing was sent.",
        "Ask whoever looks after it whether its key changed; only then change host_key.",
    ),
    CopyWhy.NOT_LET_IN: (
        "The server does not let this machine in.",
        "Give the key below to whoever looks after it, and see whether the user is right.",
    ),
    CopyWhy.NOT_TAKEN: (
        "The server did not take the copy.",
        "See what it says, and whether its folder is there and can be written.",
    ),
    CopyWhy.SETUP: (
        "This machine lacks something that it needs for it.",
        "Whoever looks after the machine can mend what is said here.",
    ),
    CopyWhy.DATABASE: (
        "The database could not be copied.",
        "See the page of the devices and “balie doctor”: its disk may be failing.",
    ),
    CopyWhy.DAMAGED: (
        "A copy is damaged, or not there any more.",
        "Make a new one. If this comes back, take another stick or disk.",
    ),
}


def name(words: Words, told: PlaceTold, settings: CopySettings | None) -> str:
    """A server with its own name."""
    said = words.text(NAMES[CopyPlace(told.place)])
    if told.place == CopyPlace.SFTP and settings is not None and settings.sftp is not None:
        return f"{said} {settings.sftp.host}"
    return said


def trouble(words: Words, told: PlaceTold) -> tuple[str, str]:
    """What keeps copies from this place and what to do, both empty where nothing does."""
    return _said(words, told.failed)


def drill_trouble(words: Words, told: DrillTold) -> tuple[str, str]:
    return _said(words, told.failed)


def counted(words: Words, told: DrillTold) -> str:
    """What the copy that was checked holds."""
    sentence = words.text("{messages} messages, {people} people, {files} files")
    return sentence.format(
        messages=words.number(told.messages or 0),
        people=words.number(told.people or 0),
        files=words.number(told.files or 0),
    )


def short(recipient: str) -> str:
    """Enough of it to compare with what head office has."""
    return recipient if len(recipient) <= _SHOWN else f"{recipient[:12]}…{recipient[-8:]}"


_SHOWN = 24


def _said(words: Words, why: str | None) -> tuple[str, str]:
    if why is None:
        return "", ""
    known = CopyWhy(why) if why in set(CopyWhy) else CopyWhy.NOT_TAKEN
    sentence, remedy = WHY[known]
    return words.text(sentence), words.text(remedy)
