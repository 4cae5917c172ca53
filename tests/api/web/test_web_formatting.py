"""The text of a message as it is drawn: WhatsApp's marks, addresses, and nothing of anybody's."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from appliance.api.web.formatting import MOST, drawn, is_emoji

A = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>'
ITEM, Q = '<span class="item">', '<span class="quote">'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*vet* en _schuin_ en ~weg~", "<strong>vet</strong> en <em>schuin</em> en <s>weg</s>"),
        ("*_beide_*", "<strong><em>beide</em></strong>"),
        ("(*zo*)!", "(<strong>zo</strong>)!"),
        ("```a *b*\nc``` d", "<code>a *b*\nc</code> d"),
        ("`a_b_` c", "<code>a_b_</code> c"),
        ("2*3*4 en snake_case_naam", "2*3*4 en snake_case_naam"),
        ("* los * en ** en *a", f"{ITEM}• los * en ** en *a</span>"),
        ("a\n\nb", "a\n\nb"),
        ("\na\n", "\na\n"),
        ("- een\n* twee\ndan", f"{ITEM}• een</span>{ITEM}• twee</span>dan"),
        ("3. drie\n4. vier", f"{ITEM}3. drie</span>{ITEM}4. vier</span>"),
        ("> zei je\n> *toch*", f"{Q}zei je\n<strong>toch</strong></span>"),
        ("-5 graden", "-5 graden"),
        ("<b>*x*</b>", "&lt;b&gt;<strong>x</strong>&lt;/b&gt;"),
    ],
)
def test_marks_are_drawn_as_whatsapp_draws_them(text: str, html: str) -> None:
    """What is a mark there is one here, and a star between numbers is a star."""
    assert str(drawn(text)) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Zie https://a.nl/x_y_z?q=1.", f"Zie {A.format('https://a.nl/x_y_z?q=1')}."),
        ("(www.a.nl)", f"({A.replace('{0}', 'https://www.a.nl', 1).format('www.a.nl')})"),
        ("*https://a.nl*", f"<strong>{A.format('https://a.nl')}</strong>"),
        ("https://bank.nl@evil.nl/", "https://bank.nl@evil.nl/"),
        ("https://аррӏе.com", "https://аррӏе.com"),
        ("javascript:alert(1) http://", "javascript:alert(1) http://"),
        ("http://[x", "http://[x"),
    ],
)
def test_only_an_address_that_says_where_it_leads_is_a_link(text: str, html: str) -> None:
    """It opens apart and tells nobody whence; what looks like another place stays text."""
    assert str(drawn(text)) == html


class _Reader(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, _data: str) -> None:
        self.found.append(("comment", []))


PIECES = st.sampled_from(
    [*"*_~`<>&\"'\n-. ", "```", "https://", "www.", "a.nl", "@", "> ", "1. ", "<b", "a", "é", "🙏"]
)


@given(st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=80)))
def test_nobody_puts_an_element_into_the_page(text: str) -> None:
    """Whatever is written, only our own elements come of it, a link leads to the web alone, and
    no letter is lost.
    """
    reader = _Reader()
    reader.feed(str(drawn(text)))
    reader.close()
    assert {tag for tag, _ in reader.found} <= {"strong", "em", "s", "code", "a", "span"}
    for tag, attributes in reader.found:
        names = {name: value or "" for name, value in attributes}
        assert set(names) == {"a": {"href", "target", "rel"}, "span": {"class"}}.get(tag, set())
        assert names.get("href", "https://").lower().startswith(("http://", "https://"))
    letters = [each for each in text if each.isalpha()]
    assert [each for each in reader.text if each.isalpha()] == letters


def test_a_very_long_text_is_drawn_as_it_is() -> None:
    """Its marks would take long to find."""
    text = "*a* " * MOST
    assert str(drawn(text)) == text


@pytest.mark.parametrize("text", ["🙏", "👍🏽 ❤️", "🇳🇱", "👩‍👩‍👧", "1️⃣"])
def test_a_few_emoji_alone_are_large(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["", " ", "ok 🙏", "12", "©", "🙏" * 7])
def test_words_and_rows_of_emoji_are_not(text: str) -> None:
    assert not is_emoji(text)


@pytest.mark.parametrize(
    "text",
    ["Tot morgen!", "Om 7.30 bij poort 4 - niet later", "3 < 4 & 5 > 4", "a@b.nl", "3.5 uur", ""],
)
def test_a_text_without_marks_is_drawn_as_it_is(text: str) -> None:
    assert drawn(text) == escape(text)
