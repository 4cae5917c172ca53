"""SMS as networks bring them: octets of real modems, byte for byte."""

from datetime import UTC, datetime

import pytest

from appliance.devices.modem.pdu.header import Concat
from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.devices.modem.pdu.octets import BadPdu, PduKind, kind_of
from appliance.sms_parts import join
from tests.devices.modem.pdu.deliver_encoder import Delivery

HOW_ARE_YOU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"

#: Octets, sender, text, time.
GOLDEN = [
    pytest.param(HOW_ARE_YOU, "+31641600986", "How are you?", "2002-08-26T19:37:41", id="gsm"),
    pytest.param(
        "07912143658709F1040B918100551512F20000111010214365000AE8329BFD4697D9EC37",
        "+18005551212",
        "hellohello",
        "2011-01-01T12:34:56",
        id="without-a-zone",
    ),
    pytest.param(
        "07912143658709F1040B818100551512F20000111010214365000AE8329BFD4697D9EC37",
        "18005551212",
        "hellohello",
        "2011-01-01T12:34:56",
        id="of-a-country",
    ),
    pytest.param(
        "07914306073011F0040B914316709807F2000880604290224080084E2D5174901A8BAF",
        "+34610789702",
        "中兴通讯",
        "2008-06-24T07:22:04",
        id="ucs2-east-of-utc",
    ),
    pytest.param(
        "0791553001000001040491578800000190115101112979CF340B342F9FEBE536E83D0791C3E4F71C440E83"
        "E6F53068FE66A7C7697A781C7EBB4050F99BFE1EBFD96F1D48068BC16030182E66ABD560B41988FC06D1D3"
        "F03768FA66A7C7697A781C7E83CCEF34282C2ECBE96F50B90D8AC55EB0DC4B068BC140B1994E16D3D1622E",
        "+7588",
        "Oi, seguem os dados da sua solicitacao. Protocolo: 201000081655043 do tipo Solicitacao"
        " foi aberto em 11/09/2010 13:21:41.",
        "2010-09-11T18:10:11",
        id="west-of-utc",
    ),
    pytest.param(
        "07912104442961F4040B916171957291F800001120821105050A6AC8B2BC7C9A83C220F6DB7D2ECB41EDF2"
        "7C1E3E97411BDE06754FD3D1A0F9BB5D0695F1F4B29B5C2683C6E8B03C3CA697E5F34D6AE303D1D1F2F7DD"
        "0D4ABB59A0797D8C0685E7A00028EC26832A960B28EC2683BE6050780EBA97D96C17",
        "+16175927198",
        "Here's a longer message [{with some extended characters}] thrown in, such as £ and ΩΠΨ"
        " and §¿ as well.",
        "2011-02-28T16:50:50",
        id="extension-table",
    ),
    pytest.param(
        "07913306091093F0040485810000F111604231805180A049B7F90D9A1AA5A01668F8769BD3E4B29B9E2EB3"
        "59A03FC85D06A9C3ED707A0EA2CBC3EE79BB4CA7CBCBA05643617DA7C76990FD4D979741EE77DD5E0ED741"
        "ED371D442E83E0E1F9BC0CD281E677D9B84C06C1DF7539E85C9097E520FB9B2E2F83C6EF369C5E064D8D52"
        "D0BC2E07DDEF77D7DC2C7799E5A0771D040FCB41F402BB0047BFDD6550B80ECAD966",
        "1800",
        "Info SFR - Confidentiel, à ne jamais transmettre -\r\nVoici votre nouveau mot de passe"
        " : sw2ced pour gérer votre compte SFR sur www.sfr.fr ou par téléphone au 963",
        "2011-06-24T11:08:15",
        id="160-characters-of-class-1",
    ),
    pytest.param(
        "07915391131213F4040C915391538646840000310190322482400CD8AC361293CD6891A07008",
        "+351935686448",
        "XYZ_1234_ABC",
        "2013-10-09T22:42:28",
        id="even-number-of-digits",
    ),
]

NAMED = [
    pytest.param(
        "07919471060040340409D0C6A733390400009060920173018093CC74595C96838C4F6772085AD6DDE4320B"
        "444E9741D4B03C6D7EC3E9E9B71B9474D3CB727799DEA286CFE5B9991DA6CBC3F432E85E9793CBA0F09A9E"
        "B6A7CB72BA0B9474D3CB727799DE72D6E9FABAFB0CBAA7E56490BA4CD7D34170F91BE4ACD3F575F7794E0F"
        "9F4161F1B92C2F8FD1EE32DD054AA2E520E3D3991C82A8E5701B",
        "FONIC",
        "Lieber FONIC Kunde, die Tarifoption Internet-Tagesflatrate wurde aktiviert. Internet-"
        "Nutzung wird jetzt pro Nutzungstag abgerechnet. Ihr FONIC Team",
        id="odd-length",
    ),
    pytest.param(
        "07919333852804000412D0F7FBDD454FB75D693A0000903002801153402BCD301E9F0605D9E971191483C1"
        "40412A35690D52832063D2F9040599A058EE05A3BD6430580E",
        "www.tim.it",
        "Maxxi Alice 100 ATTIVATA FINO AL 19/04/2009",
        id="even-length",
    ),
    pytest.param(
        "07919730071111F10414D04937BD2C7797E9D3E614000811309291024061080442043504410442",
        "InternetSMS",
        "тест",
        id="eleven-characters",
    ),
    pytest.param(
        "000410D04162D0190409994400086290517181004024004B006100720067006F006E0075007A0020007900"
        "6F006C006400610020011F00FC015F",
        "ADANA BLD",
        "Kargonuz yolda ğüş",
        id="length-of-whole-octets",
    ),
]

LONG_FIRST = (
    "07919471227210244405852122F039F101506271217180A005000319020198E9B2B82C0759DFE4B0F9ED2EB796"
    "7537B9CC02B5D37450122D2FCB41EE303DFD7687D96537881A96A7CD6F383DFD7683F46134BBEC064DD36550DA"
    "0D22A7CBF3721BE42CD3F5A0198B56036DCA20B8FC0D6A0A4170767D0EAAE540433A082E7F83A6E5F93CFD76BB"
    "40D7B2DB0D9AA6CB2072BA3C2F83926EF31BE44E8FD17450BB8C9683CA"
)
LONG_SECOND = (
    "07919471227210244405852122F039F1015062712181804F050003190202E4E8309B5E7683DAFC319A5E76B340"
    "F73D9A5D7683A6E93268FD9ED3CB6EF67B0E5AD172B19B2C2693C9602E90355D6683A6F0B007946E8382F5393B"
    "EC26BB00"
)

# From a Dutch network, with a reference of 16 bits.
WIDE = (
    "07911356131313F64004850120390011609232239180A006080400100201D7327BFD6EB340E2321BF46E83EA77"
    "90F59D1E97DBE1341B442F83C465763D3DA797E56537C81D0ECB41AB59CC1693C16031D96C064241E5656838AF"
    "03A96230982A269BCD462917C8FA4E8FCBED709A0D7ABBE9F6B0FB5C7683D27350984D4FABC9A0B33C4C4FCF5D"
    "20EBFB2D079DCB62793DBD06D9C36E50FB2D4E97D9A0B49B5E96BBCB"
)


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(("pdu", "sender", "text", "sent"), GOLDEN)
def test_what_real_modems_gave_reads_as_it_was_written(
    pdu: str, sender: str, text: str, sent: str
) -> None:
    """Sender, text and the time in UTC, from octets that networks brought."""
    deliver = parse_deliver(bytes.fromhex(pdu))
    assert (deliver.sender, deliver.text, deliver.sent_ms) == (sender, text, utc(sent))
    assert not deliver.alphanumeric
    assert not deliver.flash
    assert deliver.concat is None


@pytest.mark.parametrize(("pdu", "name", "text"), NAMED)
def test_a_sender_may_be_a_name(pdu: str, name: str, text: str) -> None:
    """A name is in septets, however the network rounds its length, and is marked as a name."""
    deliver = parse_deliver(bytes.fromhex(pdu))
    assert (deliver.sender, deliver.text, deliver.alphanumeric) == (name, text, True)


def test_the_parts_of_a_long_message_say_where_they_belong() -> None:
    """Text begins after the fill bits behind the header; the joined parts are what was written."""
    parts = [parse_deliver(bytes.fromhex(each)) for each in (LONG_FIRST, LONG_SECOND)]
    assert [each.concat for each in parts] == [
        Concat(reference=25, wide=False, total=2, part=number) for number in (1, 2)
    ]
    assert join([each.text for each in parts]) == (
        "Lieber Vodafone-Kunde, mit Ihrer nationalen Tarifoption zahlen Sie in diesem Netz 3,45 €"
        " pro MB plus 59 Ct pro Session. Wenn Sie diese Info nicht mehr erhalten möchten, wählen"
        " Sie kostenlos +4917212220. Viel Spaß im Ausland."
    )


def test_a_reference_may_have_16_bits() -> None:
    """It differs from a reference of eight bits with the same number."""
    deliver = parse_deliver(bytes.fromhex(WIDE))
    assert deliver.concat == Concat(reference=16, wide=True, total=2, part=1)
    assert deliver.text == (
        "Welkom, bel om uw Voicemail te beluisteren naar +31612001233 (PrePay: *100*1233#)."
        " Voicemail ontvangen is altijd gratis. Voor gebruik van mobiel interne"
    )


def test_the_service_centre_may_be_left_out() -> None:
    """A modem gives the address of the centre before the message, or an empty one."""
    with_address = parse_deliver(bytes.fromhex(HOW_ARE_YOU))
    without = parse_deliver(bytes.fromhex("00" + HOW_ARE_YOU[16:]))
    assert with_address.smsc == "+31624000000"
    assert without.smsc is None
    assert without.text == with_address.text


def test_what_follows_the_user_data_is_passed_over() -> None:
    """Some modems fill a record of the SIM up to its end."""
    filled = bytes.fromhex(HOW_ARE_YOU) + b"\xff" * 20
    assert parse_deliver(filled).text == "How are you?"


@pytest.mark.parametrize("length", range(len(HOW_ARE_YOU) // 2))
def test_a_message_that_is_cut_off_is_none(length: int) -> None:
    """Half a message never counts as a short one."""
    with pytest.raises(BadPdu):
        parse_deliver(bytes.fromhex(HOW_ARE_YOU)[:length])


def test_the_kind_of_a_message_is_told_from_its_first_octet() -> None:
    """A reserved kind is read as a delivery, as the standard has it; others are refused."""
    deliver = bytearray(bytes.fromhex(HOW_ARE_YOU))
    kinds = []
    for indicator in range(4):
        deliver[8] = 0x04 | indicator
        kinds.append(kind_of(bytes(deliver)))
    assert kinds == [PduKind.DELIVER, PduKind.SUBMIT, PduKind.REPORT, PduKind.DELIVER]
    deliver[8] = 0x01
    with pytest.raises(BadPdu):
        parse_deliver(bytes(deliver))


def test_a_character_halved_by_a_seam_is_kept_in_halves() -> None:
    """Half a surrogate pair stays at the seam and joins; anywhere else it is U+FFFD."""
    parts = [
        Delivery(text=text, gsm=False, header={0: bytes((7, 2, number))}).pdu()
        for number, text in ((1, "aan \ud83d"), (2, "\udc4d!"))
    ]
    texts = [parse_deliver(each).text for each in parts]
    assert texts == ["aan \ud83d", "\udc4d!"]
    assert join(texts) == "aan 👍!"
    alone = Delivery(text="\udc4d half \ud83d", gsm=False).pdu()
    assert parse_deliver(alone).text == "\ufffd half \ufffd"
    outside = Delivery(text="\udc4d a\ud83db", gsm=False, header={0: bytes((7, 2, 1))}).pdu()
    assert parse_deliver(outside).text == "\ufffd a\ufffdb"


def test_an_odd_octet_after_ucs2_is_left_out() -> None:
    """Half a character at the very end has no meaning."""
    pdu = bytearray(Delivery(text="тест", gsm=False).pdu())
    pdu[-9] = 9
    assert parse_deliver(bytes(pdu) + b"\x04").text == "тест"
