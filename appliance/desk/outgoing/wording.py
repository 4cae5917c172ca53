"""What a list says: the author's variants, with each one's name in them.

Balie changes no word by itself. Where many would get the same words one after another, the
author is asked for variants.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.characters import is_blank
from appliance.errors import InvalidInput
from appliance.messages import clean_text

_PLACEHOLDER = re.compile(r"\{([^\W\d]\w*)\}")
_WHOLE, _FIRST = frozenset({"naam", "name"}), frozenset({"voornaam", "first_name"})
MAX_VARIANTS = 20


@dataclass(frozen=True, slots=True)
class WordedText:
    """What one recipient gets, and the author's variant that it was made from."""

    text: str
    variant: str


@dataclass(frozen=True, slots=True)
class Wording:
    variants: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str], *, beside_files: bool = False) -> "Wording":
        """Raises InvalidInput for a text that cannot be sent or a placeholder that is unknown.

        Files may go without words.
        """
        if beside_files and all(map(is_blank, texts)):
            return cls(("",))
        if not 1 <= len(texts) <= MAX_VARIANTS:
            raise InvalidInput("texts", f"Write 1 to {MAX_VARIANTS} variants of the text.")
        variants = tuple(_clean(text) for text in texts)
        for name in (name for text in variants for name in _PLACEHOLDER.findall(text)):
            if name not in _WHOLE | _FIRST:
                sentence = f"“{{{name}}}” is no placeholder. There are {{naam}} and {{voornaam}}."
                raise InvalidInput("texts", sentence)
        return cls(variants)

    def words_for(self, name: str | None, place: int, previous: str | None) -> WordedText | None:
        """The words for the person at this place, if possible other words than the ones before.

        None when every variant needs a name and they have none.
        """
        count = len(self.variants)
        first: WordedText | None = None
        for turn in range(count):
            variant = self.variants[(place + turn) % count]
            text = _filled(variant, name)
            if text is None:
                continue
            if text != previous:
                return WordedText(text, variant)
            first = first or WordedText(text, variant)
        return first


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledText:
    """`missing` are the placeholders that still stand in the text, each once."""

    text: str
    missing: Sequence[str]


def fill(text: str, name: str | None) -> FilledText:
    """The text with what is known of somebody; a placeholder that nobody can fill stays."""
    missing: list[str] = []

    def part(found: re.Match[str]) -> str:
        if name and found[1] in _WHOLE | _FIRST:
            return name if found[1] in _WHOLE else name.split()[0]
        missing.append(found[1])
        return found[0]

    filled = _PLACEHOLDER.sub(part, text)
    return FilledText(text=filled, missing=list(dict.fromkeys(missing)))


def has_stray_brace(text: str) -> bool:
    """A brace that belongs to no placeholder, as in `{voor naam}`: it would be sent as it is."""
    rest = _PLACEHOLDER.sub("", text)
    return "{" in rest or "}" in rest


def _clean(text: str) -> str:
    try:
        return clean_text(text)
    except InvalidInput as exc:
        raise InvalidInput("texts", exc.sentence) from exc


def _filled(text: str, name: str | None) -> str | None:
    if "{" not in text:
        return text
    parts = _PLACEHOLDER.split(text)  # the words between them, and each second one is a placeholder
    if len(parts) == 1:
        return text
    if not name:
        return None
    parts[1::2] = [name if each in _WHOLE else name.split()[0] for each in parts[1::2]]
    return "".join(parts)
