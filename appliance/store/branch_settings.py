"""What a branch may be told: its zone and hours, its language, and its welcome."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.messages import clean_text
from appliance.store import kept_settings, opening_hours, wordings
from appliance.store.care_marks import CareKind
from appliance.store.kept_settings import KeptSettings, Refusal
from appliance.store.opening_hours import CheckedExceptions, CheckedWeek, Week
from appliance.store.store import Tx
from appliance.store.wordings import WordingKind

LANGUAGES = ("nl", "en")
GOING_BACK = ("log-out", "day-end", "never")
"""When the conversations of a colleague who is away are nobody's again; at log-out also means at
the end of the day.
"""
NO_LINK = (
    "Give one sentence about privacy with a link to read more, such as https://example.com/privacy."
)
_LINK = re.compile(r"https?://\S+\.\S")
_CLOCK = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError) as exc:
        raise ValueError(name) from exc
    return name


def _language(name: str) -> str:
    if name not in LANGUAGES:
        known = " or ".join(LANGUAGES)
        raise kept_settings.wrong(f"“{name}” is no language of Balie; choose {known}.")
    return name


def _going_back(when: str) -> str:
    if when not in GOING_BACK:
        raise ValueError(when)
    return when


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise ValueError(text)
    return text


def _weekdays(digits: str) -> str:
    if not digits or len(set(digits)) < len(digits) or not set(digits) <= set("1234567"):
        raise ValueError(digits)
    return digits


def _lunch(text: str) -> str:
    begins, _, ends = text.partition("-")
    if text and not _clock(begins) < _clock(ends):
        raise ValueError(text)
    return text


def _welcome(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    try:
        return clean_text(text.strip())
    except InvalidInput as exc:
        raise kept_settings.wrong(exc.sentence) from exc


def _privacy(text: str | None) -> str | None:
    said = _welcome(text)
    if said is not None and not _LINK.search(said):
        raise kept_settings.wrong(NO_LINK)
    return said


class BranchSettings(KeptSettings):
    """`opens` and `closes` are HH:MM in `zone`, `lunch` is HH:MM-HH:MM or empty: nobody begins
    anything then. `weekdays` are ISO digits, 1 is Monday. Where there is a `week`, it holds in
    their place. `holidays` is the country whose public holidays count, empty for none;
    `answer_within_min` is the target that the lead's page holds waits against; `welcome_text` None
    is the text of the language; `privacy_text` stands below each welcome; `care_hides` are
    the kinds of what should not be kept that are hidden until somebody opens them;
    `model_suggests`: the language model that the config names may be asked for proposals.
    """

    zone: Annotated[
        str,
        AfterValidator(_zone),
        Refusal("Give a time zone as the IANA database has it, such as Europe/Amsterdam."),
    ] = "Europe/Amsterdam"
    language: Annotated[
        str,
        AfterValidator(_language),
        Refusal(f"Give the language of the answers: {' or '.join(LANGUAGES)}."),
    ] = LANGUAGES[0]
    opens: Annotated[
        str,
        AfterValidator(_clock),
        Refusal("Give the time at which the branch opens, such as 08:30."),
    ] = "08:30"
    closes: Annotated[
        str,
        AfterValidator(_clock),
        Refusal("Give the time at which the branch closes, such as 17:30."),
    ] = "17:30"
    weekdays: Annotated[
        str,
        AfterValidator(_weekdays),
        Refusal("Give each weekday once as a digit, 1 for Monday to 7 for Sunday, such as 12345."),
    ] = "12345"
    lunch: Annotated[
        str,
        AfterValidator(_lunch),
        Refusal("Give from when until when lunch is, such as 12:30-13:00, or nothing for none."),
    ] = "12:30-13:00"
    week: Annotated[CheckedWeek, Refusal(opening_hours.WEEK_SENTENCE)] = None
    exceptions: Annotated[CheckedExceptions, Refusal(opening_hours.EXCEPTIONS_SENTENCE)] = ()
    holidays: Annotated[
        str,
        Refusal("Give the country whose public holidays count, such as NL, or nothing for none."),
    ] = "NL"
    answer_within_min: Annotated[
        int,
        Field(ge=1, le=10_080),
        Refusal("Give within how many minutes somebody is to be answered, from 1 to 10080."),
    ] = 60
    claims_go_back: Annotated[
        str,
        AfterValidator(_going_back),
        Refusal(f"Give when an absent colleague's conversations go back: {', '.join(GOING_BACK)}."),
    ] = GOING_BACK[0]
    welcome_text: Annotated[
        str | None,
        AfterValidator(_welcome),
        Refusal("Give the text of the welcome, or nothing for the one of the language."),
    ] = None
    privacy_text: Annotated[
        str | None,
        AfterValidator(_privacy),
        Refusal(NO_LINK),
    ] = None
    care_hides: Annotated[
        tuple[CareKind, ...],
        Refusal(f"Give what is hidden until somebody opens it: {', '.join(CareKind)}."),
    ] = ()
    model_suggests: Annotated[
        bool, Refusal("Say whether a language model may propose answers: true or false.")
    ] = False

    @property
    def open_week(self) -> Week:
        """The pieces of each weekday, however they were said."""
        if self.week is not None:
            return self.week
        return opening_hours.plain_week(self.weekdays, self.opens, self.closes, self.lunch)

    @model_validator(mode="after")
    def _closes_later(self) -> Self:
        if self.opens >= self.closes:
            sentence = f"The branch would close at {self.closes}, before it opens at {self.opens}."
            raise kept_settings.wrong(sentence)
        return self


@lru_cache(maxsize=1024)
def settings_of(kept: str) -> BranchSettings:
    """Remembered: a branch is read for every decision, and there are few ways to set it."""
    return kept_settings.read(BranchSettings, kept)


def change(tx: Tx, branch_id: str, patch: Mapping[str, Any], *, by: str) -> None:
    """Keeps what is other than before; `by` as in `kept_settings.tell`. Raises InvalidInput."""
    row = tx.conn.execute("SELECT settings FROM branch WHERE id = ?", (branch_id,)).fetchone()
    if row is None:
        raise NotFound("branch")
    kept, fields = kept_settings.changed(BranchSettings, row["settings"], patch)
    if "holidays" in fields and patch["holidays"]:
        _require_country(patch["holidays"])
    if fields:
        tx.conn.execute("UPDATE branch SET settings = ? WHERE id = ?", (kept, branch_id))
        kept_settings.tell(tx, EventKind.BRANCH_CHANGED, fields, by=by, branch_id=branch_id)
        _note_wordings(tx, branch_id, settings_of(kept))


def _note_wordings(tx: Tx, branch_id: str, now: BranchSettings) -> None:
    texts = {WordingKind.WELCOME: now.welcome_text, WordingKind.PRIVACY: now.privacy_text}
    for kind, text in texts.items():
        words = None if text is None else [text]
        wordings.note(tx, kind, words, branch_id=branch_id, language=now.language)


def _require_country(name: str) -> None:
    # The package is large, and who only reads a branch does not need it.
    import holidays

    if name not in holidays.list_supported_countries():
        raise InvalidInput(
            "holidays", f"No public holidays are known of “{name}”; name a country such as NL."
        )
