"""The codec and the emulated network's codec: they share no code, both follow the standard."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.devices.modem.pdu.report import StatusReport, parse_report
from appliance.devices.modem.pdu.submit import submit_pdus
from appliance.emulated.modem.address import address_of
from appliance.emulated.modem.deliver import Dispatch, deliver_tpdus, status_report_tpdu
from appliance.emulated.modem.submit import joined, read_submit
from appliance.sms_parts import is_gsm, join

texts = st.one_of(
    st.text(st.sampled_from("aé€[{ \n\r@Δ"), max_size=700),
    st.lists(st.sampled_from(["👍🏽", "👨‍👩‍👧‍👦", "🇳🇱", "ё", "a", "€"]), max_size=150).map("".join),
    st.text(max_size=300),
)
mobiles = st.from_regex(r"\+[1-9][0-9]{8,14}", fullmatch=True)
validities = st.one_of(st.none(), st.timedeltas(timedelta(minutes=1), timedelta(weeks=70)))
seconds = st.integers(1_000_000_000, 3_000_000_000)


@given(mobiles, texts, st.integers(0, 255), st.booleans(), st.booleans(), validities)
def test_the_network_reads_what_is_submitted(
    number: str,
    text: str,
    reference: int,
    flash: bool,
    report: bool,
    validity: timedelta | None,
) -> None:
    """Strictly by the standard: number, text, parts, report, flash, any validity."""
    pdus = submit_pdus(
        number, text, reference=reference, flash=flash, report=report, validity=validity
    )
    submitted = [read_submit(pdu) for pdu in pdus]
    assert joined([each.units for each in submitted]) == text
    assert {each.address.number for each in submitted} == {number}
    assert {(each.flash, each.wants_report) for each in submitted} == {(flash, report)}
    concats = [each.concat for each in submitted if each.concat]
    assert [(each.reference, each.part, each.total) for each in concats] == [
        (reference, part, len(pdus)) for part in range(1, len(pdus) + 1) if len(pdus) > 1
    ]


@given(mobiles, texts, st.integers(0, 255), st.booleans(), st.booleans(), seconds)
def test_what_the_network_delivers_is_read(
    number: str, text: str, reference: int, wide: bool, halves: bool, at_s: int
) -> None:
    """Cut as phones cut it, inside emoji too; the time through every change of the clocks."""
    dispatch = Dispatch(
        sender=address_of(number),
        text=text,
        at_ms=1000 * at_s,
        reference=reference,
        wide=wide,
        halves=halves,
        flash=True,
    )
    delivers = [parse_deliver(b"\x00" + tpdu) for tpdu in deliver_tpdus(dispatch)]
    assert join([each.text for each in delivers]) == text
    assert {(each.sender, each.flash, each.sent_ms) for each in delivers} == {
        (number, True, 1000 * at_s)
    }
    if len(delivers) > 1:
        assert {each.concat and each.concat.wide for each in delivers} == {wide}
    if halves is False or is_gsm(text):
        assert "".join(each.text for each in delivers) == text


@given(mobiles, st.integers(0, 255), seconds, st.integers(0, 255))
def test_what_the_network_reports_is_read(
    number: str, reference: int, at_s: int, status: int
) -> None:
    """Reference, number, both times and the status."""
    tpdu = status_report_tpdu(
        reference=reference,
        number=address_of(number),
        sent_ms=1000 * at_s,
        done_ms=1000 * at_s + 5000,
        status=status,
    )
    assert parse_report(b"\x00" + tpdu) == StatusReport(
        number=number,
        reference=reference,
        scts_ms=1000 * at_s,
        discharge_ms=1000 * at_s + 5000,
        status=status,
    )
