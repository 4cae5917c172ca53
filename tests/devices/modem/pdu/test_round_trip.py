"""Reading gives what was written: any text, any number, any reference."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.modem.pdu.header import Concat
from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.devices.modem.pdu.stored import parse_submit
from appliance.devices.modem.pdu.submit import submit_pdus
from appliance.sms_parts import count_parts, join, split
from tests.devices.modem.pdu.deliver_encoder import ALPHABET, Delivery

MOST_OCTETS_OF_USER_DATA = 140

gsm_texts = st.text(st.sampled_from(sorted(ALPHABET)), max_size=700)
emoji = st.sampled_from(
    ["👍", "👍🏽", "👩‍🚀", "👨‍👩‍👧‍👦", "🇳🇱", "é", "ё", "क्षि", "\r\n", "€", "a", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
)
texts = st.one_of(
    gsm_texts,
    st.lists(emoji, max_size=120).map("".join),
    st.text(max_size=400),
)
numbers = st.from_regex(r"\+[1-9][0-9]{6,14}|[0-9*#abc]{1,20}", fullmatch=True)
names = st.text(st.sampled_from(sorted(ALPHABET)), min_size=1, max_size=11).filter(
    lambda name: sum(len(ALPHABET[ch]) for ch in name) <= 11
)


@given(numbers, texts, st.integers(0, 255), st.booleans())
def test_what_is_submitted_reads_back(number: str, text: str, reference: int, flash: bool) -> None:
    """It has as many parts as announced, in order, and each fits into an SMS."""
    pdus = submit_pdus(number, text, reference=reference, flash=flash)
    stored = [parse_submit(b"\x00" + pdu) for pdu in pdus]
    assert len(pdus) == count_parts(text)
    assert [each.text for each in stored] == list(split(text))
    assert join([each.text for each in stored]) == text
    assert {each.number for each in stored} == {number}
    assert all(each.is_same(pdu) for each, pdu in zip(stored, pdus, strict=True))
    if len(pdus) > 1:
        total = len(pdus)
        assert [each.concat for each in stored] == [
            Concat(reference=reference, wide=False, total=total, part=part)
            for part in range(1, total + 1)
        ]


@given(texts, st.integers(256, 0xFFFF))
def test_wide_references_read_back(text: str, reference: int) -> None:
    """Sixteen bits leave less room and lose nothing."""
    pdus = submit_pdus("+31612345678", text, reference=reference)
    stored = [parse_submit(b"\x00" + pdu) for pdu in pdus]
    assert join([each.text for each in stored]) == text
    assert [each.text for each in stored] == list(split(text, wide=True))
    assert all(each.concat is None or each.concat.reference == reference for each in stored)


@given(texts)
def test_no_part_is_longer_than_an_sms(text: str) -> None:
    """140 octets of user data, 160 septets, and not an octet that is not announced."""
    head = len(submit_pdus("+31612345678", "", reference=0)[0])
    for pdu in submit_pdus("+31612345678", text, reference=1):
        assert len(pdu) - head <= MOST_OCTETS_OF_USER_DATA
        assert pdu[head - 1] <= 160


@given(gsm_texts.map(lambda text: split(text)[0]), numbers)
def test_what_a_network_writes_in_the_default_alphabet_is_read(text: str, number: str) -> None:
    """The encoder and its alphabet are not those of the codec."""
    deliver = parse_deliver(Delivery(text=text, sender=number).pdu())
    assert (deliver.text, deliver.sender, deliver.alphanumeric) == (text, number, False)


@given(st.text(max_size=70).map(lambda text: split(text)[0]), st.integers(1, 255))
def test_what_a_network_writes_in_ucs2_is_read(text: str, total: int) -> None:
    """Alone and as a part of a long message."""
    assert parse_deliver(Delivery(text=text, gsm=False).pdu()).text == text
    part = Delivery(text=text, gsm=False, header={0: bytes((9, total, total))})
    deliver = parse_deliver(part.pdu())
    assert deliver.text == text
    assert deliver.concat == Concat(reference=9, wide=False, total=total, part=total)


@given(names)
def test_names_of_up_to_eleven_characters_are_read(name: str) -> None:
    """The unused bits of the last octet are no character."""
    deliver = parse_deliver(Delivery(sender=name, name=True, text="Hoi").pdu())
    assert (deliver.sender, deliver.alphanumeric, deliver.text) == (name, True, "Hoi")


@given(st.binary(max_size=200))
def test_a_long_text_of_halves_joins(data: bytes) -> None:
    """A text that another phone cut anywhere, inside characters too, is whole when joined."""
    text = data.decode("utf-16-be", "replace")
    units = text.encode("utf-16-be")
    pieces = [
        units[at : at + 14].decode("utf-16-be", "surrogatepass") for at in range(0, len(units), 14)
    ]
    total = max(1, len(pieces))
    pdus = [
        Delivery(text=piece, gsm=False, header={0: bytes((1, total, number))}).pdu()
        for number, piece in enumerate(pieces, start=1)
    ]
    assert join([parse_deliver(pdu).text for pdu in pdus]) == text
