"""What is about one person goes out of a text before others use it."""

import pytest

from appliance.desk.texts.impersonal import impersonal


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hoi Anna, je begint maandag.", "Hoi {voornaam}, je begint maandag."),
        ("Beste Anna de Wit, welkom!", "Beste {naam}, welkom!"),
        ("Mevrouw Wit komt. anna ook", "Mevrouw {achternaam} komt. {voornaam} ook"),
        ("Bel 06-12345678 of mail a.wit@x.nl", "Bel {nummer} of mail {email}"),
        ("Op 3 maart en op 4-3 om 08:30", "Op {datum} en op {datum_2} om {tijd}"),
        ("Je krijgt € 12,50 op NL91ABNA0417164300", "Je krijgt {bedrag} op {rekening}"),
        ("Je nummer is 104471, of PX-4471", "Je nummer is {nummer}, of {nummer_2}"),
        ("Groet, Sanne", "Groet, {collega}"),
        ("Annabel en Hanna blijven {zo}", "Annabel en Hanna blijven (zo)"),
    ],
)
def test_what_is_personal_becomes_a_placeholder(text: str, left: str) -> None:
    assert impersonal(text, names=["Anna de Wit"], colleagues=["Sanne Bos"]) == left


def test_a_name_that_is_unknown_takes_nothing_out() -> None:
    assert impersonal("Hoi Anna", names=[None]) == "Hoi Anna"
