import pytest

from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.at.errors import Barred, NoServiceCentre, StorageFullError, classify
from appliance.errors import DeviceError, Permanent, SimMissing, Transient, Unconfirmed


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, Transient) for code in (22, 27, 38, 41, 42, 47, 111, 127, 192, 255)),
        *((code, Permanent) for code in (1, 21, 29, 30, 69, 96, 97, 99, 176, 195, 304, 305)),
        *((code, Barred) for code in (8, 10, 28, 50, 193)),
        *((code, SimMissing) for code in (310, 311, 312, 315, 316, 317, 318)),
        *((code, Transient) for code in (301, 302, 321, 331, 340)),
        (330, NoServiceCentre),
        # Values in no table: 24.011 treats them as 41; a centre's refusal is such a value, too.
        *((code, Transient) for code in (2, 77, 126, 230)),
        # The modem cannot know it, or each maker says it in another way.
        *((code, Unconfirmed) for code in (0, 81, 98, 197, 300, 313, 320, 332, 500)),
        *((code, Unconfirmed) for code in (256, 299, 350, 512, 515, 538, 65535)),
    ],
)
def test_a_result_after_sending_means_what_it_proves(code: int, kind: type[DeviceError]) -> None:
    assert type(classify(AtError("cms", code), sending=True)) is kind


@pytest.mark.parametrize("code", [0, 81, 300, 314, 332, 500, 512, 65535])
def test_what_never_had_the_message_cannot_have_sent_it(code: int) -> None:
    assert type(classify(AtError("cms", code))) is Transient
    early = AtError("cms", code, handed_over=False)
    assert type(classify(early, sending=True)) is Transient


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((0, Unconfirmed), (31, Unconfirmed), (100, Unconfirmed), (999, Unconfirmed)),
        *((4, Permanent), (30, Transient), (103, Barred)),
        *((10, SimMissing), (11, SimMissing), (12, SimMissing)),
    ],
)
def test_errors_of_the_equipment_have_a_table_of_their_own(
    code: int, kind: type[DeviceError]
) -> None:
    assert type(classify(AtError("cme", code), sending=True)) is kind


def test_a_plain_error_after_sending_proves_nothing() -> None:
    assert type(classify(AtError("error"), sending=True)) is Unconfirmed
    assert type(classify(AtError("error"))) is Transient


@pytest.mark.parametrize("text", ["SIM not inserted", "(U)SIM not inserted", "sim NOT inserted."])
def test_a_verbose_error_means_the_same_as_its_number(text: str) -> None:
    for kind, code in (("cms", 310), ("cme", 10)):
        error = classify(AtError(kind, text=text), sending=True)
        assert type(error) is SimMissing
        assert error.evidence["code"] == code
        assert error.sentence == "There is no SIM card in the modem."


def test_an_unknown_text_is_an_unknown_outcome_and_no_evidence() -> None:
    error = classify(AtError("cms", text="+31612345678 failed"), sending=True)
    assert type(error) is Unconfirmed
    assert error.evidence == {"error": "cms", "code": None}


def test_a_full_storage_is_told_apart_when_a_message_is_stored() -> None:
    assert type(classify(AtError("cms", 322))) is StorageFullError
    assert type(classify(AtError("cme", 20))) is StorageFullError


def test_only_the_modem_stops_where_nobody_minds_the_line() -> None:
    for code in (8, 310, 330):
        error = classify(AtError("cms", code), sending=True)
        assert isinstance(error, Barred | SimMissing | NoServiceCentre)
        assert error.device_only
        assert error.code
