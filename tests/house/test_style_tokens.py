"""The style sheets use the tokens of style and nothing between them: spaces, corners, letters, ink.

What grows with the letters (`em`, `ch`), follows the window (`vw`, `vh`) or is a hairline (1px or
2px) has a length of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.api.web.assets import STATIC_DIR

STYLES = STATIC_DIR / "styles"
ALONE = frozenset({"offline.css"})
"""Of a page that has no other style beside the colours."""
SPACE = re.compile(r"(margin|padding)(-[a-z-]+)?|(row-|column-)?gap")
CORNER = re.compile(r"border-([a-z-]+-)?radius")
LETTERS = re.compile(r"font(-size)?")
LENGTH = re.compile(r"(?<![\w.-])-?[\d.]+(px|rem)\b")
HAIRLINE = re.compile(r"-?[12]px")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch)a?\(", re.IGNORECASE)
TOKEN = re.compile(r"--(?:space|radius|text)-\d+")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARED = re.compile(r"([a-z-]+)\s*:\s*([^;{}]+)(?=[;}])")

FAR_OFF = "a screen on the wall is read from afar"
OWN_LETTERS = {
    ("overview.css", "font-size: clamp(1rem, 2.6vmin, 2.5rem)"): FAR_OFF,
    ("overview.css", "font-size: clamp(2.5rem, 9.5vmin, 12rem)"): FAR_OFF,
    ("overview.css", "font-size: clamp(1.125rem, 3.4vmin, 3rem)"): FAR_OFF,
    ("overview.css", "font-size: clamp(1.5rem, 5vmin, 4rem)"): FAR_OFF,
    ("overview.css", "font-size: 13px"): "a chart has a measure of its own",
    ("screens.css", "font-size: max(1rem, 16px)"): "an iPhone zooms into smaller letters",
}
MEASURE = re.compile(r"max\(.*calc\(50vw - \d+rem .*")
"""How wide a page is at most, whatever the window."""
HALF_A_FACE = ("row.css", "margin: auto calc((var(--face) - 1.5rem) / 2)")
OWN_COLOURS = {"colours.css": "they are told here", "paper.css": "paper is white"}
PEOPLES_COLOURS = re.compile(r"--o[fn]-(day|night): hsl\(var\(--hue\) ")


def sheets() -> Iterator[tuple[str, str]]:
    found = [path for path in sorted(STYLES.glob("*.css")) if path.name not in ALONE]
    assert found
    for path in found:
        yield path.name, COMMENT.sub("", path.read_text(encoding="utf-8"))


def declared(kind: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The sheet, and the declaration as it stands there."""
    for name, text in sheets():
        for match in DECLARED.finditer(text):
            if kind.fullmatch(match[1]):
                yield name, f"{match[1]}: {' '.join(match[2].split())}"


def has_own_length(declaration: str) -> bool:
    lengths = [match[0] for match in LENGTH.finditer(declaration)]
    return any(not HAIRLINE.fullmatch(each) for each in lengths)


def test_spaces_are_those_of_the_tokens() -> None:
    own = {
        (sheet, said)
        for sheet, said in declared(SPACE)
        if has_own_length(said) and not MEASURE.search(said)
    }
    assert own == {HALF_A_FACE}


def test_corners_are_those_of_the_tokens() -> None:
    assert [each for each in declared(CORNER) if LENGTH.search(each[1])] == []


def test_letters_have_one_of_four_sizes() -> None:
    own = {each for each in declared(LETTERS) if LENGTH.search(each[1])}
    assert own == set(OWN_LETTERS)


def test_a_colour_is_told_in_one_sheet() -> None:
    own = [
        (sheet, said)
        for sheet, said in declared(re.compile(".+"))
        if sheet not in OWN_COLOURS and COLOUR.search(said) and not PEOPLES_COLOURS.match(said)
    ]
    assert own == []


def test_the_tokens_are_few_and_each_that_is_used_is_there() -> None:
    told = set(re.findall(rf"({TOKEN.pattern}):", (STYLES / "tokens.css").read_text("utf-8")))
    assert told == {
        *(f"--space-{each}" for each in (4, 8, 12, 16, 24, 32)),
        *(f"--radius-{each}" for each in (6, 10, 16)),
        *(f"--text-{each}" for each in (12, 13, 15, 18)),
    }
    assert {each for _, text in sheets() for each in TOKEN.findall(text)} == told


def test_each_colour_is_chosen_by_day_or_night_in_one_place() -> None:
    text = COMMENT.sub("", (STYLES / "colours.css").read_text("utf-8"))
    by_day = set(re.findall(r"--([a-z-]+)-day:", text))
    assert by_day == set(re.findall(r"--([a-z-]+)-night:", text))
    assert by_day
    for name in by_day:
        assert f"--{name}: light-dark(var(--{name}-day), var(--{name}-night));" in text


@pytest.mark.parametrize("path", sorted(STYLES.glob("*.css")), ids=lambda path: path.name)
def test_no_other_sheet_asks_whether_it_is_night(path: Path) -> None:
    asks = "prefers-color-scheme" in path.read_text("utf-8")
    assert asks == (path.name == "colours.css")
