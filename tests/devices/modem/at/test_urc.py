import pytest

from appliance.devices.modem.at.urc import (
    CallEnded,
    CallerId,
    NewMessage,
    RegistrationUrc,
    ReportStored,
    Ring,
    StorageFull,
    Urc,
    Ussd,
    parse_urc,
)


@pytest.mark.parametrize(
    ("line", "urc"),
    [
        ('+CMTI: "SM",3', NewMessage(storage="SM", index=3)),
        ("+CMTI: ME, 255", NewMessage(storage="ME", index=255)),
        ('+CDSI: "SR",12', ReportStored(storage="SR", index=12)),
        ("RING", Ring()),
        ("+CRING: VOICE", Ring()),
        ("2", Ring()),
        ("NO CARRIER", CallEnded()),
        ('+CLIP: "+31612345678",145,,,,0', CallerId(number="+31612345678")),
        ('+CLIP: "31612345678",145', CallerId(number="+31612345678")),
        ('+CLIP: "0612345678",129,"",0,"",0', CallerId(number="0612345678")),
        ('+CLIP: "",128,,,,1', CallerId(number=None)),
        ("+CUSD: 4", Ussd(status=4)),
        ('+CUSD: 0,"Saldo: 4,20 euro",15', Ussd(status=0, text="Saldo: 4,20 euro", dcs=15)),
        ('+CUSD: 1,"005300610020",72', Ussd(status=1, text="005300610020", dcs=72)),
        ('+CUSD: 0,"Tot \'22.00"', Ussd(status=0, text="Tot '22.00")),
        ("+CREG: 5", RegistrationUrc(domain="CREG", status=5)),
        ('+CREG: 1,"00C3","0001AB12",7', RegistrationUrc(domain="CREG", status=1)),
        ("+CEREG: 2", RegistrationUrc(domain="CEREG", status=2)),
        ('^SMMEMFULL: "SM"', StorageFull(storage="SM")),
        ('+QIND: "smsfull","ME"', StorageFull(storage="ME")),
        ('+CIEV: "SMSFULL",1', StorageFull()),
        ("SMS FULL", StorageFull()),
    ],
)
def test_what_a_modem_says_unasked_has_a_type(line: str, urc: Urc) -> None:
    assert parse_urc(line) == urc


@pytest.mark.parametrize(
    "line",
    [
        "+CREG: 2,1",
        '+CREG: 2,1,"00C3","AB12"',
        "+CREG: 0,5",
        "+CLIP: 1,1",
        "+CMTI: x",
        "+CIEV: 1,2",
    ],
)
def test_answers_and_the_unknown_are_not_taken_for_it(line: str) -> None:
    assert parse_urc(line) is None
