"""The words of a round: what it asks, and what it tells those who answer."""

from dataclasses import dataclass

from appliance.desk.outgoing.wording import Wording, has_stray_brace
from appliance.errors import InvalidInput
from appliance.store.rounds import Round

RESERVE = {
    "nl": "Bedankt! De plekken zijn vol. Je staat op de reservelijst en hoort het als er een"
    " vrijkomt.",
    "en": "Thank you! All places are taken. You are on the reserve list, and we tell you if one"
    " becomes free.",
}
FILLED = {
    "nl": "Bedankt voor je antwoord! Voor deze dienst hebben we niemand meer nodig.",
    "en": "Thank you for your answer! We need nobody else for this shift.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTexts:
    """Each with its placeholders checked; a name is filled in for each person."""

    question: Wording
    confirm: Wording
    reserve: Wording
    filled: Wording

    @classmethod
    def of(cls, about: Round, language: str) -> "RoundTexts":
        """Whoever is on the reserve list is told so, else that nobody else is needed.

        Raises InvalidInput for a text that cannot be sent or a placeholder that is unknown.
        """
        filled = _worded("filled_text", about.filled_text or FILLED[language])
        reserve = filled if about.filled_text else _worded("reserve_text", RESERVE[language])
        if about.reserve_text:
            reserve = _worded("reserve_text", about.reserve_text)
        return cls(
            question=_worded("variants", *about.variants),
            confirm=_worded("confirm_text", about.confirm_text),
            reserve=reserve,
            filled=filled,
        )

    def can_name(self, name: str | None) -> bool:
        """Whether each text has words for somebody of this name, or of none."""
        every = (self.question, self.confirm, self.reserve, self.filled)
        return all(each.words_for(name, 0, None) for each in every)


def said_to(wording: Wording, name: str | None, place: int = 0) -> str:
    """The words for one person; those of the author where a name is missing after all."""
    words = wording.words_for(name, place, None)
    return words.text if words else wording.variants[0]


def check_braces(about: Round) -> None:
    """Raises InvalidInput for a brace that would be sent as it is. Not asked of a round that runs:
    one that began earlier goes on.
    """
    texts = {
        "variants": about.variants,
        "confirm_text": [about.confirm_text],
        "reserve_text": [about.reserve_text or ""],
        "filled_text": [about.filled_text or ""],
    }
    for field, written in texts.items():
        if any(map(has_stray_brace, written)):
            raise InvalidInput(field, "A brace belongs to a placeholder, such as {voornaam}.")


def _worded(field: str, *variants: str) -> Wording:
    try:
        return Wording.of(variants)
    except InvalidInput as exc:
        raise InvalidInput(field, exc.sentence) from exc
