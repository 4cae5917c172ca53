"""Characters in others' texts that show nothing, or reverse the text beside them.

People choose their own names. A name is shown beside other text, so nothing in it may change that
text. The joiners and variation signs that emoji and scripts need stay.
"""

import regex

MAX_NAME = 80
"""Code points of a name; a list shows fewer."""
MAX_ENDING = 10
"""Letters behind the dot of a file's name."""

_UNSEEN = r"[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u2800]"
# Letters of scripts in which a joiner changes their shape; ours are no such scripts.
_JOINING = r"[[\p{L}\p{M}]--[\p{Latin}\p{Greek}\p{Cyrillic}]]"
_EMOJI = r"[\p{Emoji}\p{Extended_Pictographic}]"
_EMOJI_ENDS = r"[\p{Emoji}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\U000e007f]"
_NEEDED = "|".join(
    (
        rf"(?<={_EMOJI_ENDS})\u200d(?={_EMOJI})",
        rf"(?<={_JOINING})[\u200c\u200d](?={_JOINING})",
        rf"(?<={_EMOJI})[\ufe0e\ufe0f]",
        r"(?<=\p{Han})[\ufe00-\ufe0f\U000e0100-\U000e01ef]",
        # The flags of England, Scotland and Wales are spelt out in tags.
        r"(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f",
    )
)
_HIDDEN = regex.compile(_UNSEEN, regex.VERSION1)
_HIDDEN_IN_NAME = regex.compile(rf"({_NEEDED})|{_UNSEEN}", regex.VERSION1)
_SIGN = regex.compile(r"\X")


def without_hidden(text: str) -> str:
    """The text without characters that show nothing or only reverse letters, for comparing.

    Spaces and ends of lines stay.
    """
    return _HIDDEN.sub(lambda found: found[0] if found[0].isspace() else "", text)


def is_blank(text: str) -> bool:
    """True when nobody would see anything."""
    if text[:1].isascii() and text[:1].isalnum():
        return False  # as nearly all texts begin
    return not without_hidden(text).strip()


def clean_name(text: str | None) -> str | None:
    """The name in one line, cut at MAX_NAME between two signs; None when nothing of it shows."""
    if not text or is_blank(text):
        return None
    one_line = " ".join(text.split())
    shown = _HIDDEN_IN_NAME.sub(lambda found: found[1] or "", one_line)
    return _cut(" ".join(shown.split())).rstrip() or None


def clean_file_name(text: str) -> str | None:
    """As `clean_name`, without folders and with its ending kept; None when nothing of it shows."""
    name = text.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending.isascii() and ending.isalnum() and len(ending) <= MAX_ENDING:
        return f"{clean_name(stem) or '?'}.{ending}"
    return clean_name(name)


def _cut(text: str) -> str:
    """A sign longer than a whole name, such as a letter with a hundred accents, is cut inside."""
    if len(text) <= MAX_NAME:
        return text
    kept = ""
    for sign in _SIGN.findall(text):
        if len(kept) + len(sign) > MAX_NAME:
            break
        kept += sign
    return kept or text[:MAX_NAME]
