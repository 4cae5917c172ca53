"""A document is read back by another library than the one that wrote it."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from appliance.paper.document import PaperDocument, PaperMessage

MADE_MS = 1_780_000_000_000
HEARD = [
    "Zażółć gęślą jaźń, dziękuję",
    "Привіт, я прийду завтра",
    "Ţară, Çiğdem, ёлка, Ελλάδα",
    "Top 👍🏽 tot morgen 👨‍👩‍👧 ✅ 1️⃣",
]


def written(paper: PaperDocument, path: Path) -> PdfReader:
    paper.keep(path, footer=lambda page, pages: f"blad {page} van {pages}")
    return PdfReader(path)


def said(text: str, **beside: object) -> PaperMessage:
    values = {"who": "Anna", "when": "3 augustus 14:32", "mine": True, **beside}
    return PaperMessage(text=text, **values)  # type: ignore[arg-type]


def new_paper() -> PaperDocument:
    return PaperDocument(title="Archief", language="nl", made_ms=MADE_MS)


def test_what_people_write_is_read_back(tmp_path: Path) -> None:
    """Polish, Cyrillic, Greek and emoji with skin and families; and what the document is."""
    paper = new_paper()
    paper.heading("Berichten")
    for text in HEARD:
        paper.said(said(text, mark="1 3fa9c1d2", below=["afgeleverd"]))
    reader = written(paper, tmp_path / "a.pdf")
    text = reader.pages[0].extract_text()
    for each in (*HEARD, "Anna", "3 augustus 14:32", "1 3fa9c1d2", "afgeleverd", "blad 1 van 1"):
        assert each in text
    document: Any = reader
    assert document.metadata.title == "Archief"
    assert document.trailer["/Root"]["/Lang"] == "nl"
    assert [each.title for each in document.outline] == ["Berichten"]


def test_arabic_is_joined_and_in_the_order_of_its_readers(tmp_path: Path) -> None:
    """Words are read back letter by letter; the line begins at the right margin, and a Latin word
    and a time in it keep their own order.
    """
    paper = new_paper()
    paper.paragraph("هل يمكنني العمل غدا الساعة 07:00 في Tilburg؟ شكرا")
    page = written(paper, tmp_path / "a.pdf").pages[0]
    text = page.extract_text()
    for word in ("يمكنني", "العمل", "غدا", "07:00", "Tilburg", "شكرا"):
        assert word in text
    content = page.get_contents()
    assert content is not None
    begins_at = float(content.get_data().split(b"Td")[0].split()[-2])
    assert begins_at > 200, "it ends at the right margin, so it begins far from the left one"


def test_a_document_in_arabic_is_mirrored(tmp_path: Path) -> None:
    """The name of a fact stands right of it, and what was said begins at the right."""
    places: dict[tuple[str, str], float] = {}
    for language in ("nl", "ar"):
        paper = PaperDocument(title="…", language=language, made_ms=MADE_MS)
        paper.table(["", ""], [("Naam", "Anna")], (1.0, 2.6))
        paper.said(said("Tot zo"))

        def note(text: str, _: Any, at: Any, *__: Any, of: str = language) -> None:
            places[of, text.strip()] = at[4]

        written(paper, tmp_path / f"{language}.pdf").pages[0].extract_text(visitor_text=note)
    assert places["nl", "Naam"] < places["nl", "Anna"]
    assert places["ar", "Naam"] > places["ar", "Anna"]
    assert places["ar", "Tot zo"] > places["nl", "Tot zo"]


def test_nothing_is_left_out_unsaid(tmp_path: Path) -> None:
    """A letter that no face has is told by its number; signs that only turn the direction go."""
    paper = new_paper()
    paper.paragraph("ja 中 nee \u202eeen\u202c")
    assert "ja [U+4E2D] nee een" in written(paper, tmp_path / "a.pdf").pages[0].extract_text()


def test_long_words_and_long_tables_go_on_the_next_line_and_page(tmp_path: Path) -> None:
    paper = new_paper()
    paper.paragraph("w" * 400)
    paper.table(["Naam", "Wat"], [[f"nummer {n}", "x " * 90] for n in range(60)], [1, 2])
    reader = written(paper, tmp_path / "a.pdf")
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) > 2
    assert "".join(texts).count("w") == 400
    assert all("Naam Wat" in text for text in texts)
    assert all(f"nummer {n}" in "".join(texts) for n in range(60))
    assert all(f"blad {n} van {len(texts)}" in text for n, text in enumerate(texts, 1))


def test_pictures_are_scaled_and_what_is_none_is_passed_over(tmp_path: Path) -> None:
    picture, broken = tmp_path / "photo", tmp_path / "broken"
    Image.new("RGBA", (3000, 2000), (200, 30, 30, 128)).save(picture, "PNG")
    broken.write_bytes(b"not a picture")
    paper = PaperDocument(title="Archief", language="nl", made_ms=MADE_MS, edge=600)
    paper.said(said("kijk", pictures=[picture, broken, tmp_path / "gone"]))
    images = written(paper, tmp_path / "a.pdf").pages[0].images
    assert [image.image.size for image in images if image.image] == [(600, 400)]


@pytest.mark.parametrize("text", ["", "\n\n", "\t \r\n", "a\u0301\u0301", "\ud83d"])
def test_odd_texts_are_written_too(tmp_path: Path, text: str) -> None:
    paper = new_paper()
    paper.said(said(text))
    assert len(written(paper, tmp_path / "a.pdf").pages) == 1
